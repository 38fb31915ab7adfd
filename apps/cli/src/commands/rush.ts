import { SingleBar } from 'cli-progress';
import { Option } from 'commander';
import { AnsweredNo } from '../answered-no.ts';
import { arrivalsMs, CURVES, type Curve } from '../arrivals.ts';
import { parsed, wholeNumber } from '../options.ts';
import { type Configure, examples } from '../program.ts';
import { barsOf, percentile } from '../rush-report.ts';
import type { Tally } from '../sale.ts';
import { Unfinished } from '../unfinished.ts';
import { untilSignal } from '../until-signal.ts';

interface Options {
  readonly buyers: number;
  readonly tickets: number;
  readonly curve: Curve;
  readonly scale: number;
  readonly here?: boolean;
}

const OPENINGS: Readonly<Record<Curve, string>> = {
  burst: 'press the button at the same moment',
  flat: 'come evenly over 10 seconds',
  camp: 'come as to a real sale, over 17 seconds',
};

/** ticketctl rush: exits with 0 if every ticket was sold once and the books agree, otherwise prints what is wrong and exits with 1. */
export const rush: Configure = (command, { terminal }) =>
  command
    .option('--buyers <n>', 'buyers, each of whom orders one ticket', parsed(wholeNumber(1, 100_000)), 500)
    .option('--tickets <n>', 'tickets for sale', parsed(wholeNumber(1, 100_000)), 100)
    .addOption(new Option('--curve <name>', 'how the buyers come').choices(CURVES).default('burst'))
    .option('--scale <n>', 'so many times as many buyers and tickets', parsed(wholeNumber(1, 1000)), 1)
    .option('--here', 'on the configured database: a scratch event is sold and deleted; its ledger stays')
    .addHelpText('after', examples('ticketctl rush', 'ticketctl rush --buyers 5000 --tickets 1000 --curve camp'))
    .action(async ({ buyers: oneBuyers, tickets: oneTickets, curve, scale, here = false }: Options, self) => {
      const [buyers, tickets] = [oneBuyers * scale, oneTickets * scale];
      if (Math.max(buyers, tickets) > 100_000) self.error('error: with --scale there are more than 100000 buyers or tickets');
      // Loaded only now, so that the help appears at once.
      const [{ inTemporaryFolder, onScratchEvent }, { differencesOf, emptyTally, hold }] = await Promise.all([
        import('../scratch-sale.ts'),
        import('../sale.ts'),
      ]);
      const tally = emptyTally(buyers);
      const differences = await untilSignal(async (signal) => {
        const sale = here ? await onScratchEvent(tickets, terminal) : await inTemporaryFolder(tickets);
        const sold = (async () => {
          await terminal.print(`${counted(buyers, 'buyer')} ${OPENINGS[curve]}, for ${counted(tickets, 'ticket')}, in ${sale.where}`);
          const stopShowing = show(tally, tickets);
          await hold(sale.useCases, { ...sale, arrivalsMs: arrivalsMs(curve, buyers) }, tally, signal).finally(stopShowing);
          signal.throwIfAborted();
          return differencesOf(sale.useCases, sale.eventId, tally);
        })();
        await Promise.allSettled([sold]);
        await sale.end().catch((error: unknown) => {
          throw new Unfinished(sale.leftovers, error);
        });
        return sold.catch((error: unknown) => {
          throw signal.aborted ? signal.reason : new Unfinished('What the sale made was deleted.', error);
        });
      });
      await terminal.print(reportOf(tally, terminal.columns));
      for (const difference of differences) await terminal.print(difference);
      if (differences.length > 0) throw new AnsweredNo();
      const { sold, unknown } = tally;
      const audited = unknown === 0 ? 'sold, once each' : `sold, once each; ${unknown} buyers do not know whether they have one`;
      await terminal.print(`Audit: ${sold.length} of ${counted(tickets, 'ticket')} ${audited}; the books agree.`);
      if (here) await terminal.print('The scratch event, its bookings and its user are deleted. The ledger of the event stays.');
    });

const counted = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

/** Shows the sale while it runs, if standard error is a terminal. */
function show(tally: Tally, tickets: number): () => void {
  if (!process.stderr.isTTY) return () => {};
  const bar = new SingleBar({
    format: '{bar} {answered} of {total} answered | {sold} sold, {refused} refused | p50 {p50}, p99 {p99}',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  const facts = () => ({
    answered: tally.answeredMs.length,
    sold: `${tally.sold.length}/${tickets}`,
    refused: tally.refused,
    p50: timeOf(percentile(tally.answeredMs, 0.5)),
    p99: timeOf(percentile(tally.answeredMs, 0.99)),
  });
  bar.start(tally.buyers, 0, facts());
  const timer = setInterval(() => bar.update(tally.answeredMs.length, facts()), 100);
  return () => {
    clearInterval(timer);
    bar.stop();
  };
}

function reportOf(tally: Tally, columns: number | undefined): string {
  const { sold, refused, unknown, turnedAway, repeated, answeredMs } = tally;
  const lines = [
    `  sold     ${sold.length}`,
    `  refused  ${refused}${refused === 0 ? '' : '   no ticket was left'}`,
    ...(unknown === 0 ? [] : [`  unknown  ${unknown}   the database did not say whether the order was stored`]),
    ...(turnedAway === 0 ? [] : [`  gave up  ${turnedAway}   the server was too busy each time they came`]),
    ...(repeated === 0 ? [] : [`  repeats  ${repeated}   buyers who were told to come again, and did`]),
    `  answers  half of them within ${timeOf(percentile(answeredMs, 0.5))}, 99 % within ${timeOf(percentile(answeredMs, 0.99))}`,
  ];
  return [...lines, '  tickets sold:', ...barsOf(tally.soldAtMs, columns ?? 80)].join('\n');
}

const timeOf = (ms: number | undefined): string => (ms === undefined ? '-' : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);
