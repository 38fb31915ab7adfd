/** The largest body of the specification has 6 values. */
const JSON_VALUES_MAX = 100;

const [QUOTE, COMMA, OPEN_ARRAY, BACKSLASH, OPEN_OBJECT] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];

/**
 * Whether a JSON text has at most JSON_VALUES_MAX values, nested ones included. Parsing time grows with the number of keys and levels:
 * thousands take milliseconds, and a long string of the same size takes much less. The function counts commas and brackets, because a comma
 * separates two values and a bracket begins one.
 */
export function hasFewValues(bytes: Uint8Array): boolean {
  let values = 0;
  let isInText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) isInText = !isInText;
    else if (isInText) {
      if (byte === BACKSLASH) index += 1;
    } else if (byte === COMMA || byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      values += 1;
      if (values > JSON_VALUES_MAX) return false;
    }
  }
  return true;
}
