/** The domain's ports on real technology, and their wiring. */
export { type Config, loadConfig, readEnvironment } from './config.ts';
export { createContainer, TOKENS } from './container.ts';
export { type Gauge, type Measures, RETRY_CLASSES } from './measures.ts';
export { type ByOtherTools, backUp } from './persistence/backup.ts';
export { restore } from './persistence/restore.ts';
export { renewKeptSecret } from './security/kept-secret.ts';
export { StartFault } from './start-fault.ts';
