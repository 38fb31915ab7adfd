#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/cli.js', import.meta.url))) {
  const { main } = await import('../dist/cli.js');
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error('ticket-kit is not built yet. Run: npm run build');
  process.exitCode = 2;
}
