/**
 * Remembers what `make` gave for the keys that were asked for last, up to a number of them. It is for keys that clients choose, of which
 * there is no end.
 */
export function lastUsed<Made>(most: number, make: (key: string) => Made): (key: string) => Made {
  const made = new Map<string, Made>(); // in the order of use
  return (key) => {
    const value = made.has(key) ? (made.get(key) as Made) : make(key);
    made.delete(key);
    made.set(key, value);
    const [oldest] = made.keys();
    if (made.size > most && oldest !== undefined) made.delete(oldest);
    return value;
  };
}
