import { bookingRepositoryContract } from './booking-repository.contract.ts';
import { conservationProperty } from './conservation.contract.ts';
import { eventRepositoryContract } from './event-repository.contract.ts';
import { fakePasswords, fakeTokens, inMemoryStore } from './in-memory-ports.ts';
import { passwordHasherContract } from './password-hasher.contract.ts';
import { queriesContract } from './queries.contract.ts';
import { stockQueriesContract } from './stock-queries.contract.ts';
import { tokenServiceContract } from './token-service.contract.ts';
import { userRepositoryContract } from './user-repository.contract.ts';

eventRepositoryContract('memory', inMemoryStore);
bookingRepositoryContract('memory', inMemoryStore);
userRepositoryContract('memory', inMemoryStore);
queriesContract('memory', inMemoryStore);
stockQueriesContract('memory', inMemoryStore);
tokenServiceContract('the fake', async () => ({ tokens: fakeTokens(), stranger: fakeTokens() }));
passwordHasherContract('the fake', async () => fakePasswords());
conservationProperty('memory', inMemoryStore, { runs: 100 });
