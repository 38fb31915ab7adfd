// Runs before `npm start`. It builds what changed since the last build. If the tools were pruned after building, it does nothing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stop(`Node 20.19 or newer is needed; this is ${process.versions.node}. Install one from https://nodejs.org and try again.`);
}
if (!existsSync(`${root}/node_modules`)) stop('The dependencies are missing. Run: npm ci');
if (existsSync(`${root}/node_modules/turbo`) && existsSync(`${root}/node_modules/typescript`)) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'turbo', 'run', 'build'], { cwd: root, env, encoding: 'utf8' });
  if (status !== 0) stop(`${stdout ?? ''}${stderr ?? ''}\nThe build failed.`);
} else if (!existsSync(`${root}/apps/http/dist/main.js`)) {
  stop('Nothing is built, and the tools for it are not installed. Run: npm ci && npm run build');
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
