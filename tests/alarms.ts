import { readFileSync } from 'node:fs';

/** The alarms of docs/alerts.yml, and the part of PromQL that they use. Tells whether an alarm holds between two scrapes of one server. */
const text = readFileSync(new URL('../docs/alerts.yml', import.meta.url), 'utf8');

export const ALARMS: ReadonlyMap<string, string> = new Map(
  [...text.matchAll(/^ {6}- alert: (\w+)\n {8}expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(([, name = '', lines = '', line = '']) => [
    name,
    (lines + line).trim().replace(/\s+/g, ' '),
  ]),
);

/** Values by series: name and labels. */
export type Scrape = ReadonlyMap<string, number>;

/** The content of GET /metrics. */
export const scrapeOf = (page: string): Scrape =>
  new Map([...page.matchAll(/^([^#\s].*) (\S+)$/gm)].map(([, series = '', value]) => [series, Number(value)]));

export async function scrape(url: string): Promise<Scrape> {
  const answer = await fetch(`${url}/metrics`);
  if (answer.status !== 200) throw new Error(`no metrics: ${answer.status} ${await answer.text()}`);
  return scrapeOf(await answer.text());
}

/** The names of the alarms that hold. `before` counts as the scrape at the start of the range in each expression. */
export const firing = (before: Scrape, after: Scrape): string[] => [...ALARMS].filter(([, expr]) => holds(expr, before, after)).map(([name]) => name);

function holds(expr: string, before: Scrape, after: Scrape): boolean {
  return expr.split(' or ').some((condition) => {
    const [, vector = '', comparison, limit] = /^(.*) (>|==) ([\d.]+)$/.exec(condition) ?? [];
    const values = valuesOf(vector, before, after);
    return values.some((value) => (comparison === '>' ? value > Number(limit) : value === Number(limit)));
  });
}

function valuesOf(vector: string, before: Scrape, after: Scrape): number[] {
  const [minuend, subtrahend] = vector.split(' - ignoring(le) ');
  if (minuend !== undefined && subtrahend !== undefined) {
    const [less] = valuesOf(subtrahend, before, after);
    return valuesOf(minuend, before, after).map((value) => value - (less ?? Number.NaN));
  }
  const summed = /^sum without \(\w+\) \((.*)\)$/.exec(vector)?.[1];
  if (summed !== undefined) return [valuesOf(summed, before, after).reduce((sum, value) => sum + value, 0)];
  const grown = /^increase\((.*)\[5m\]\)$/.exec(vector)?.[1];
  const matching = [...after].filter(([series]) => isMatch(series, grown ?? vector));
  return matching.map(([series, value]) => (grown === undefined ? value : value - (before.get(series) ?? 0)));
}

function isMatch(series: string, selector: string): boolean {
  const [, name, label, operator, value = ''] = /^(\w+)(?:\{(\w+)(=~?)"([^"]*)"\})?$/.exec(selector) ?? [];
  if (name === undefined) throw new Error(`not understood: ${selector}`);
  if (series.split('{')[0] !== name) return false;
  if (label === undefined) return true;
  const own = new RegExp(`[{,]${label}="([^"]*)"`).exec(series)?.[1] ?? '';
  return operator === '=~' ? new RegExp(`^(?:${value})$`).test(own) : own === value;
}

/** The metrics that an expression names. */
export const metricsIn = (expr: string): string[] => [...new Set(expr.match(/\b(?:tickets|nodejs|http|process)_\w+/g))];
