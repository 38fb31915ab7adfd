import { frozen } from './testing/frozen.ts';

export const clock = frozen;
