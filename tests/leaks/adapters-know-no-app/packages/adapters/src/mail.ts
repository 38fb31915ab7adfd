import { messages } from '../../../apps/http/src/messages.ts';

export const text = messages;
