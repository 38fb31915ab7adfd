import type { PasswordHasher, TokenService, UserQueries, UserRepository } from './accounts/ports.ts';
import type { Policy } from './policy.ts';
import type { Clock, KeptAnswers, NewId, RateCounts } from './requests/ports.ts';
import type { BookingQueries, EventQueries } from './selling/ports.ts';
import type { BookingRepository, EventRepository, StockQueries } from './stock/ports.ts';

/** All that the domain asks of the outside world. */
export interface Ports {
  readonly events: EventRepository;
  readonly bookings: BookingRepository;
  readonly users: UserRepository;
  readonly eventQueries: EventQueries;
  readonly bookingQueries: BookingQueries;
  readonly userQueries: UserQueries;
  readonly stockQueries: StockQueries;
  readonly keptAnswers: KeptAnswers;
  readonly rateCounts: RateCounts;
  readonly tokens: TokenService;
  readonly passwords: PasswordHasher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly policy: Policy;
}
