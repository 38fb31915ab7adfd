export const ENGINES = ['sqlite', 'mysql', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];
/** Engines that run as a server of their own. */
export type ServedEngine = Exclude<Engine, 'sqlite'>;

/** The engines of a run: all, or those in TEST_ENGINES (`TEST_ENGINES=postgres,sqlite npm test`). No other server is started. */
export function askedEngines(named = process.env['TEST_ENGINES'] ?? ''): readonly Engine[] {
  const names = named.split(/[\s,]+/).filter((name) => name !== '');
  const unknown = names.filter((name) => !ENGINES.some((engine) => engine === name));
  if (unknown.length > 0) throw new Error(`TEST_ENGINES names ${unknown.join(', ')}; the engines are ${ENGINES.join(', ')}`);
  return names.length === 0 ? ENGINES : ENGINES.filter((engine) => names.includes(engine));
}
