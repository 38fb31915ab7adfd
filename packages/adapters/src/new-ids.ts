import type { NewId } from '@ticket/domain';
import { V7Generator } from 'uuidv7';

/**
 * Makes ids that sort by their creation time. It draws many random numbers at once. The library draws eight at a time, and then drawing
 * takes half of an id's time.
 */
export function newIds(): NewId {
  const numbers = new Uint32Array(512);
  let next = numbers.length;
  const generator = new V7Generator({
    nextUint32() {
      if (next === numbers.length) {
        crypto.getRandomValues(numbers);
        next = 0;
      }
      return numbers[next++] ?? 0;
    },
  });
  return () => generator.generate().toString();
}
