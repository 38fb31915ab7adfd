/** Every port in memory, with every promise kept: for tests of an app that imports the domain, and to try it out. */
export { BookingTable } from './booking-table.ts';
export { type InMemoryPorts, inMemoryPorts, inMemoryPortsWithoutAccounts } from './in-memory-ports.ts';
export { emptyMemory, type Memory } from './memory.ts';
export { fakePasswords, fakeTokens } from './tokens-and-passwords.ts';
