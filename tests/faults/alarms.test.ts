import { beforeAll, describe, expect, it } from 'vitest';
import { firing, scrape } from '../alarms.ts';
import { BoxOffice } from './box-office.ts';
import { type PrivateServer, privateServer, privateServers } from './private-server.ts';
import { startServer, until } from './programs.ts';
import { COMMIT, loseAnswer, Wire } from './wire.ts';

/** Tests of the other alarms: tests/alarms.test.ts, and failover.test.ts for OrdersRefused. */
describe.each(privateServers)('an alarm of docs/runbook.md holds when it has to, on %s', (engine) => {
  let database: PrivateServer;
  beforeAll(async () => {
    database = await privateServer(engine);
  });

  it('DatabaseUnreachable: while it is killed, and while it is frozen, and no longer', async () => {
    const server = await startServer(database.store());
    const office = await BoxOffice.open(server.url);
    const before = await scrape(server.url);
    const rings = async () => firing(before, await scrape(server.url)).includes('DatabaseUnreachable');
    const itIsOver = () => until('it is over', async () => ((await rings()) ? undefined : true));
    expect(await rings()).toBe(false);
    await database.kill();
    expect(await rings()).toBe(true);
    await database.start();
    await itIsOver();
    database.freeze();
    expect(await rings()).toBe(true);
    database.thaw();
    await itIsOver();
    expect((await office.order()).status).toBe(201);
  });

  it('OutcomeUnknown: COMMIT was sent, and nothing is heard any more; but not where it was found out', async () => {
    const wire = await Wire.lay(database);
    const server = await startServer({ ...database.store(), port: wire.port });
    const office = await BoxOffice.open(server.url);
    const found = wire.trap(COMMIT, loseAnswer);
    const calm = await scrape(server.url);
    expect((await office.order()).status).toBe(201);
    await found;
    const before = await scrape(server.url);
    expect(firing(calm, before)).not.toContain('OutcomeUnknown');
    const retries = 'tickets_retries_total{class="lost_commit"}';
    expect((before.get(retries) ?? Number.NaN) - (calm.get(retries) ?? Number.NaN)).toBe(1);

    const dark = wire.goDarkAt(COMMIT);
    const asked = office.order();
    await dark;
    expect((await asked).body.message).toContain('Hasil tidak diketahui');
    wire.goLight();
    const after = await scrape(server.url);
    expect(firing(before, after)).toContain('OutcomeUnknown');
    const rise = (series: string) => (after.get(series) ?? Number.NaN) - (before.get(series) ?? Number.NaN);
    expect(rise('tickets_unknown_outcomes_total')).toBe(1);
    expect(rise('tickets_refusals_total{reason="outcome_unknown"}')).toBe(1);
    expect(rise('tickets_connections_given_up_total')).toBeGreaterThan(0);
  });
});
