/** When buyers press the button, from the opening of the sale. */
export const CURVES = ['burst', 'flat', 'camp'] as const;
/** `burst`: all at once. `flat`: evenly over ten seconds. `camp`: as in a real sale of places in a camp, over 17 seconds. */
export type Curve = (typeof CURVES)[number];

const FLAT_SECONDS = 10;
/** Tickets sold in each second of a real camp's sale, from its opening. */
export const CAMP_TICKETS_BY_SECOND: readonly number[] = [7, 18, 52, 72, 131, 134, 108, 120, 125, 100, 39, 8, 14, 10, 17, 4, 8];

/** The milliseconds from the opening at which each buyer arrives, the first ones first. */
export function arrivalsMs(curve: Curve, buyers: number): readonly number[] {
  const nth = Array.from({ length: buyers }, (_, index) => index);
  if (curve === 'burst') return nth.map(() => 0);
  if (curve === 'flat') return nth.map((index) => (index / buyers) * FLAT_SECONDS * 1000);
  const all = CAMP_TICKETS_BY_SECOND.reduce((sum, sold) => sum + sold, 0);
  let [second, before] = [0, 0];
  return nth.map((index) => {
    const place = (index / buyers) * all;
    for (; place >= before + (CAMP_TICKETS_BY_SECOND[second] ?? all); second += 1) before += CAMP_TICKETS_BY_SECOND[second] ?? all;
    return (second + (place - before) / (CAMP_TICKETS_BY_SECOND[second] ?? all)) * 1000;
  });
}
