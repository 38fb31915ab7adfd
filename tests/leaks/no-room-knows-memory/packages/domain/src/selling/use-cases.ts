import { emptyMemory } from '../memory/index.ts';

export const createUseCases = () => emptyMemory();
