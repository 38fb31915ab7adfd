import { laws } from '../../kit/src/laws.ts';

export const proof = laws;
