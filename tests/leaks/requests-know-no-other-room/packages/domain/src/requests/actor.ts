import type { User } from '../accounts/user.ts';

export type Asker = User;
