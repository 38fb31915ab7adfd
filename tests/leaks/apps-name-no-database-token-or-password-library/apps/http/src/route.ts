import { jwtVerify } from 'jose';

export const verify = jwtVerify;
