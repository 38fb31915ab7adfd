/** Every port in memory. Each keeps all promises of its port. They are for tests of apps that import the domain, and for trying it out. */
export { BookingTable } from './booking-table.ts';
export { type InMemoryPorts, inMemoryPorts, inMemoryPortsWithoutAccounts } from './in-memory-ports.ts';
export { emptyMemory, type Memory } from './memory.ts';
export { fakePasswords, fakeTokens } from './tokens-and-passwords.ts';
