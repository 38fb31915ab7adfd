CREATE TABLE events (
  "id" text PRIMARY KEY, "organizerId" text NOT NULL, "name" text NOT NULL, "description" text, "location" text NOT NULL,
  "eventDate" timestamptz NOT NULL, "ticketPriceCents" bigint NOT NULL, "totalTickets" int NOT NULL, "availableTickets" int NOT NULL,
  "stockVersion" int NOT NULL, "version" int NOT NULL, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,
  CHECK ("availableTickets" BETWEEN 0 AND "totalTickets")
);
CREATE TABLE bookings (
  "id" text PRIMARY KEY, "userId" text NOT NULL, "eventId" text NOT NULL REFERENCES events ON DELETE CASCADE,
  "quantity" int NOT NULL, "totalPriceCents" bigint NOT NULL, "status" text NOT NULL, "bookingDate" timestamptz NOT NULL, "version" int NOT NULL
);
CREATE INDEX ON bookings ("eventId", "userId");
-- One line for each version of an event: a second one for the same version is refused.
CREATE TABLE movements (
  "eventId" text, "stockVersion" int, "bookingId" text, "delta" int NOT NULL, "availableAfter" int NOT NULL, "reason" text NOT NULL,
  "at" timestamptz NOT NULL, PRIMARY KEY ("eventId", "stockVersion")
);
-- A row for each transaction. It shows later whether the transaction was stored. `refusedBy` is for faults alone.
CREATE TABLE marks ("id" text PRIMARY KEY, "refusedBy" text REFERENCES marks DEFERRABLE INITIALLY DEFERRED);
