import type { JWTPayload } from 'jose';

export type Token = JWTPayload;
