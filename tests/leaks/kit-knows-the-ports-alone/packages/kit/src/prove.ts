import { ours } from '../../adapters/src/ours.ts';

export const prove = () => ours;
