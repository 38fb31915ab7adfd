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
  Ports,
  RateLimitStore,
  SellingPolicy,
  StockQueries,
} from '@ticket/domain';
import type { PasswordHasher, TokenService, UserQueries, UserRepository } from '@ticket/domain/accounts';
import { Container, type ServiceIdentifier } from 'inversify';
import type { Config } from './config.ts';
import { harmless, type Measures, NO_MEASURES } from './measures.ts';
import { newIds } from './new-ids.ts';
import { Database } from './persistence/database.ts';
import type { DatabaseConfig } from './persistence/dialects/config.ts';
import { TypeOrmIdempotencyRecords } from './persistence/idempotency-records.ts';
import type { Accounts } from './persistence/schemas.ts';
import { createStockQueue, type StockQueue } from './persistence/stock-queue.ts';
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

/** The tokens of everything in the container, by port. */
export const TOKENS = {
  config: token<Config>('Config'),
  measures: token<Measures>('Measures'),
  policies: token<Policies>('Policies'),
  sellingPolicy: token<SellingPolicy>('SellingPolicy'),
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

/** The part of the configuration that selling needs: the place of the data, and the limits of sales. */
export interface SellingConfig {
  readonly database: DatabaseConfig;
  readonly policies: { readonly selling: SellingPolicy };
}

/**
 * Builds the part that sells, which is everything on a platform without accounts. It does not open the database, which answers
 * `Unavailable` until it is connected. The caller ends the container with `unbindAllAsync()`, which closes the database.
 */
export function createSellingContainer(
  { database: config, policies: { selling: policy } }: SellingConfig,
  measures = NO_MEASURES,
  accounts: Accounts = 'none',
): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(TOKENS.sellingPolicy).toConstantValue(policy);
  container.bind(TOKENS.measures).toConstantValue(harmless(measures));
  container.bind(TOKENS.clock).toConstantValue(() => new Date());
  container.bind(TOKENS.newId).toConstantValue(newIds());

  container
    .bind(TOKENS.database)
    .toResolvedValue((measures, newId) => new Database(config, measures, newId, accounts), [TOKENS.measures, TOKENS.newId])
    .onDeactivation((database) => database.close());
  container
    .bind(TOKENS.stockQueue)
    .toResolvedValue(
      (database, clock, policy, measures) => createStockQueue({ database, clock, policy, measures }),
      [TOKENS.database, TOKENS.clock, TOKENS.sellingPolicy, TOKENS.measures],
    );
  container.bind(TOKENS.events).toResolvedValue((queue) => new TypeOrmEventRepository(queue), [TOKENS.stockQueue]);
  container
    .bind(TOKENS.bookings)
    .toResolvedValue((database, queue) => new TypeOrmBookingRepository(database, queue), [TOKENS.database, TOKENS.stockQueue]);
  container.bind(TOKENS.eventQueries).toResolvedValue((database) => new TypeOrmEventQueries(database), [TOKENS.database]);
  container.bind(TOKENS.bookingQueries).toResolvedValue((database) => new TypeOrmBookingQueries(database), [TOKENS.database]);
  container.bind(TOKENS.stockQueries).toResolvedValue((database) => new TypeOrmStockQueries(database), [TOKENS.database]);
  container.bind(TOKENS.idempotencyRecords).toResolvedValue((database) => new TypeOrmIdempotencyRecords(database), [TOKENS.database]);
  container.bind(TOKENS.rateLimitStore).toResolvedValue((database) => new TypeOrmRateLimitStore(database), [TOKENS.database]);
  return container;
}

/** Builds the whole platform: the part that sells, and accounts. */
export function createContainer(config: Config, measures = NO_MEASURES): Container {
  const container = createSellingContainer(config, measures, 'ours');
  container.bind(TOKENS.config).toConstantValue(config);
  container.bind(TOKENS.policies).toConstantValue(config.policies);
  container.bind(TOKENS.users).toResolvedValue((database) => new TypeOrmUserRepository(database), [TOKENS.database]);
  container.bind(TOKENS.userQueries).toResolvedValue((database) => new TypeOrmUserQueries(database), [TOKENS.database]);
  container.bind(TOKENS.tokens).toResolvedValue(({ jwt }) => new JoseTokenService(jwt), [TOKENS.config]);
  container.bind(TOKENS.fingerprint).toResolvedValue(({ jwt }) => createFingerprint(jwt.secret), [TOKENS.config]);
  container.bind(TOKENS.earlierFingerprints).toResolvedValue(({ jwt }) => (jwt.previousSecrets ?? []).map(createFingerprint), [TOKENS.config]);
  container
    .bind(TOKENS.passwords)
    .toResolvedValue(({ bcryptCost: cost }, measures) => new BcryptPasswordHasher({ cost }, measures), [TOKENS.config, TOKENS.measures]);

  container.bind(TOKENS.useCases).toDynamicValue(({ get }) =>
    everyUseCase({
      ...sellingPorts(container),
      users: get(TOKENS.users),
      userQueries: get(TOKENS.userQueries),
      tokens: get(TOKENS.tokens),
      passwords: get(TOKENS.passwords),
      accountPolicy: get(TOKENS.policies).accounts,
    }),
  );
  return container;
}

/** Every port of the core, except for the users. */
export const sellingPorts = (container: Pick<Container, 'get'>): Omit<Ports, 'users'> => ({
  events: container.get(TOKENS.events),
  bookings: container.get(TOKENS.bookings),
  eventQueries: container.get(TOKENS.eventQueries),
  bookingQueries: container.get(TOKENS.bookingQueries),
  stockQueries: container.get(TOKENS.stockQueries),
  idempotencyRecords: container.get(TOKENS.idempotencyRecords),
  rateLimitStore: container.get(TOKENS.rateLimitStore),
  clock: container.get(TOKENS.clock),
  newId: container.get(TOKENS.newId),
  policy: container.get(TOKENS.sellingPolicy),
});
