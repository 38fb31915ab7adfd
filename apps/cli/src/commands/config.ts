import { type Configure, examples } from '../program.ts';

/** ticketctl config [--json]: secrets are masked. An unusable configuration is named as at a start. */
export const config: Configure = (command, { terminal: { print, tell } }) =>
  command
    .option('--json', 'a JSON array: name, value, from')
    .addHelpText('after', examples('ticketctl config'))
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const { loadConfig, readEnvironment, valuesInForce } = await import('@ticket/adapters');
      const ofProcess = { ...process.env };
      const environment = readEnvironment();
      const loaded = loadConfig(environment, { signsTokens: false });
      const values = valuesInForce(loaded, environment).map(({ name, value, from }) => ({
        name,
        value: value ?? null,
        from: from !== 'given' ? from : ofProcess[name]?.trim() ? 'environment' : '.env',
      }));
      if (json) await print(JSON.stringify(values, undefined, 2));
      else
        for (const { name, value, from } of values)
          await print(`${name.padEnd(Math.max(...values.map((one) => one.name.length)))}  ${value ?? '-'}  (${from})`);
      for (const line of [...loaded.notices, ...loaded.ignored]) tell(`Note: ${line}`);
    });
