import { parsed, wholeNumber } from '../options.ts';
import { type Configure, examples } from '../program.ts';
import { endWithParent, isTuned, runTuned } from '../tuned.ts';

/** ticketctl serve [--port <n>]: the same server as `npm start`, with the same settings of V8 and libuv. */
export const serve: Configure = (command) =>
  command
    .option('--port <n>', 'the port; instead of PORT', parsed(wholeNumber(0, 65_535)))
    .addHelpText('after', examples('ticketctl serve', 'ticketctl serve --port 8080'))
    .action(async ({ port }: { readonly port?: number }) => {
      if (port !== undefined) process.env['PORT'] = String(port);
      if (!isTuned()) process.exit(await runTuned());
      endWithParent();
      await (await import('@ticket/http')).serve({ exitCode: 3 });
    });
