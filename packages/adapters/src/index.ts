/** The domain's ports on real technology, and their wiring. */
export { type Config, loadConfig } from './config.ts';
export { readEnvironment } from './config-environment.ts';
export { type InForce, valuesInForce } from './config-in-force.ts';
export type { RawEnvironment } from './config-names.ts';
export { createContainer, type SellingConfig, TOKENS } from './container.ts';
export { renewKeptSecret } from './kept-secret.ts';
export { type Gauge, type Measures, RETRY_CLASSES, WRITES_REFUSED, type WritesRefused } from './measures.ts';
export { backUp, restore } from './persistence/copies.ts';
export type { DatabaseConfig } from './persistence/dialects/config.ts';
export type { ByOtherTools } from './persistence/dialects/dialect.ts';
export { createPlatform, createPlatformWithoutAccounts, type Platform, type PlatformWithoutAccounts } from './platform.ts';
export { type Policies, PROFILES, type Profile } from './profiles.ts';
export { PROGRAM_VERSION } from './program-version.ts';
export { StartFault, wordsOf } from './start-fault.ts';
export type { TrustedProxies } from './trusted-proxies.ts';
export { everyUseCase, type UseCases } from './use-cases.ts';
