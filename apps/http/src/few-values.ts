/** The largest body of the contract has 6. */
const JSON_VALUES_MAX = 100;

const [QUOTE, COMMA, OPEN_ARRAY, BACKSLASH, OPEN_OBJECT] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];

/**
 * Whether the bytes of a JSON text hold no more values than a body needs, nested ones too. Parsing takes the longer the more keys and levels there
 * are: thousands of them take milliseconds, a long text of the same size takes a fraction of one. A comma parts two values and a bracket begins one.
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
