import type { Policies } from './profiles.ts';
import { everyUseCase, type UseCases } from './use-cases.ts';
import 'reflect-metadata';
import type {
  BookingQueries,
  BookingRepository,
  Clock,
  EventQueries,
  EventRepository,
  IdempotencyRecords,
  NewId,
  RateLimitStore,
  StockQueries,
} from '@ticket/domain';
import type { PasswordHasher, TokenService, UserQueries, UserRepository } from '@ticket/domain/accounts';
import { Container, type ServiceIdentifier } from 'inversify';
import type { Config } from './config.ts';
import { harmless, type Measures, NO_MEASURES } from './measures.ts';
import { newIds } from './new-ids.ts';
import { Database } from './persistence/database.ts';
import { TypeOrmIdempotencyRecords } from './persistence/idempotency-records.ts';
import { createStockQueue, type StockQueue } from './persistence/stock-transaction.ts';
import { TypeOrmBookingRepository } from './persistence/typeorm-booking-repository.ts';
import { TypeOrmEventRepository } from './persistence/typeorm-event-repository.ts';
import { TypeOrmBookingQueries, TypeOrmEventQueries, TypeOrmUserQueries } from './persistence/typeorm-queries.ts';
import { TypeOrmRateLimitStore } from './persistence/typeorm-rate-limit-store.ts';
import { TypeOrmStockQueries } from './persistence/typeorm-stock-queries.ts';
import { TypeOrmUserRepository } from './persistence/typeorm-user-repository.ts';
import { BcryptPasswordHasher } from './security/bcrypt-password-hasher.ts';
import { createFingerprint, type Fingerprint } from './security/fingerprint.ts';
import { JoseTokenService } from './security/jose-token-service.ts';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol(name);

/** Everything that is wired, by its port. */
export const TOKENS = {
  config: token<Config>('Config'),
  measures: token<Measures>('Measures'),
  policies: token<Policies>('Policies'),
  clock: token<Clock>('Clock'),
  newId: token<NewId>('NewId'),
  database: token<Database>('Database'),
  stockQueue: token<StockQueue>('StockQueue'),
  events: token<EventRepository>('EventRepository'),
  bookings: token<BookingRepository>('BookingRepository'),
  users: token<UserRepository>('UserRepository'),
  eventQueries: token<EventQueries>('EventQueries'),
  bookingQueries: token<BookingQueries>('BookingQueries'),
  userQueries: token<UserQueries>('UserQueries'),
  stockQueries: token<StockQueries>('StockQueries'),
  idempotencyRecords: token<IdempotencyRecords>('IdempotencyRecords'),
  rateLimitStore: token<RateLimitStore>('RateLimitStore'),
  tokens: token<TokenService>('TokenService'),
  passwords: token<PasswordHasher>('PasswordHasher'),
  fingerprint: token<Fingerprint>('Fingerprint'),
  earlierFingerprints: token<readonly Fingerprint[]>('EarlierFingerprints'),
  useCases: token<UseCases>('UseCases'),
};

/**
 * Wires the platform. Nothing is opened yet: the database answers `Unavailable` until it is connected. Whoever makes the
 * container ends it with `unbindAllAsync()`, which closes the database.
 */
export function createContainer(config: Config, measures = NO_MEASURES): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(TOKENS.config).toConstantValue(config);
  container.bind(TOKENS.measures).toConstantValue(harmless(measures));
  container.bind(TOKENS.policies).toConstantValue(config.policies);
  container.bind(TOKENS.clock).toConstantValue(() => new Date());
  container.bind(TOKENS.newId).toConstantValue(newIds());

  container
    .bind(TOKENS.database)
    .toResolvedValue(({ database }, measures, newId) => new Database(database, measures, newId), [TOKENS.config, TOKENS.measures, TOKENS.newId])
    .onDeactivation((database) => database.close());
  container
    .bind(TOKENS.stockQueue)
    .toResolvedValue(
      (database, clock, { selling }, measures) => createStockQueue(database, clock, selling, measures),
      [TOKENS.database, TOKENS.clock, TOKENS.policies, TOKENS.measures],
    );
  container.bind(TOKENS.events).toResolvedValue((queue) => new TypeOrmEventRepository(queue), [TOKENS.stockQueue]);
  container
    .bind(TOKENS.bookings)
    .toResolvedValue((database, queue) => new TypeOrmBookingRepository(database, queue), [TOKENS.database, TOKENS.stockQueue]);
  container.bind(TOKENS.users).toResolvedValue((database) => new TypeOrmUserRepository(database), [TOKENS.database]);
  container.bind(TOKENS.eventQueries).toResolvedValue((database) => new TypeOrmEventQueries(database), [TOKENS.database]);
  container.bind(TOKENS.bookingQueries).toResolvedValue((database) => new TypeOrmBookingQueries(database), [TOKENS.database]);
  container.bind(TOKENS.userQueries).toResolvedValue((database) => new TypeOrmUserQueries(database), [TOKENS.database]);

  container.bind(TOKENS.stockQueries).toResolvedValue((database) => new TypeOrmStockQueries(database), [TOKENS.database]);
  container.bind(TOKENS.idempotencyRecords).toResolvedValue((database) => new TypeOrmIdempotencyRecords(database), [TOKENS.database]);
  container.bind(TOKENS.rateLimitStore).toResolvedValue((database) => new TypeOrmRateLimitStore(database), [TOKENS.database]);
  container.bind(TOKENS.tokens).toResolvedValue(({ jwt }) => new JoseTokenService(jwt), [TOKENS.config]);
  container.bind(TOKENS.fingerprint).toResolvedValue(({ jwt }) => createFingerprint(jwt.secret), [TOKENS.config]);
  container.bind(TOKENS.earlierFingerprints).toResolvedValue(({ jwt }) => (jwt.previousSecrets ?? []).map(createFingerprint), [TOKENS.config]);
  container
    .bind(TOKENS.passwords)
    .toResolvedValue(({ bcryptCost: cost }, measures) => new BcryptPasswordHasher({ cost }, measures), [TOKENS.config, TOKENS.measures]);

  container.bind(TOKENS.useCases).toDynamicValue(({ get }) =>
    everyUseCase({
      events: get(TOKENS.events),
      bookings: get(TOKENS.bookings),
      users: get(TOKENS.users),
      eventQueries: get(TOKENS.eventQueries),
      bookingQueries: get(TOKENS.bookingQueries),
      userQueries: get(TOKENS.userQueries),
      stockQueries: get(TOKENS.stockQueries),
      idempotencyRecords: get(TOKENS.idempotencyRecords),
      rateLimitStore: get(TOKENS.rateLimitStore),
      tokens: get(TOKENS.tokens),
      passwords: get(TOKENS.passwords),
      clock: get(TOKENS.clock),
      newId: get(TOKENS.newId),
      policy: get(TOKENS.policies).selling,
      accountPolicy: get(TOKENS.policies).accounts,
    }),
  );
  return container;
}
