// Made from the OpenAPI document by `npm run reference`: as many lines as the document needs. Do not edit it.
/** Every schema of the OpenAPI document: `Schemas['Booking']`. */
export type Schemas = Components["schemas"];

export interface Components {
    schemas: {
        /**
         * @description Every code of a failure. A new one may come.
         * @enum {string}
         */
        readonly FailureCode: "invalid_input" | "current_password_needed" | "password_is_personal" | "email_taken" | "insufficient_tickets" | "too_many_for_a_booking" | "too_many_for_a_user" | "total_below_held" | "event_is_over" | "event_has_active_bookings" | "user_has_active_bookings" | "user_organises_events" | "last_admin" | "invalid_json" | "bad_request" | "unauthenticated" | "wrong_credentials" | "forbidden" | "not_found" | "no_such_route" | "method_not_allowed" | "request_timeout" | "idempotency_key_in_progress" | "body_too_large" | "unsupported_media_type" | "expectation_failed" | "version_changed" | "idempotency_key_reused" | "too_many_failed_logins" | "too_many_registrations" | "too_many_passwords" | "too_many_booking_changes" | "headers_too_large" | "internal_error" | "not_ready" | "unavailable" | "outcome_unknown";
        /** @description The request is not valid HTTP. */
        readonly BadRequest: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "bad_request";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The token is missing, invalid, expired or ended by a logout. */
        readonly Unauthenticated: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "unauthenticated";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The e-mail or the password is wrong. */
        readonly WrongCredentials: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "wrong_credentials";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The token is valid, but its user may not do this. */
        readonly Forbidden: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "forbidden";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description There is no such user, event or booking. */
        readonly NotFound: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "not_found";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The request arrived too slowly. */
        readonly RequestTimeout: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "request_timeout";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The first request with this Idempotency-Key still runs. */
        readonly IdempotencyKeyInProgress: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "idempotency_key_in_progress";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The row has another version than those that `If-Match` names. Nothing was changed. */
        readonly VersionChanged: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "version_changed";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The body is larger than 16 KiB, or 64 KiB for an event. */
        readonly BodyTooLarge: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "body_too_large";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The Content-Type is not application/json in UTF-8. */
        readonly UnsupportedMediaType: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "unsupported_media_type";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The Idempotency-Key was used for another request. */
        readonly IdempotencyKeyReused: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "idempotency_key_reused";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description Too many passwords are being checked at once. Try again after `Retry-After`. */
        readonly TooManyPasswords: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "too_many_passwords";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The user changed bookings of this event too often within an hour. Try again after `Retry-After`. */
        readonly TooManyBookingChanges: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "too_many_booking_changes";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: {
                /** @description The limit. */
                readonly maximum: number;
            };
        };
        /** @description The header Expect asks for something other than 100-continue. */
        readonly ExpectationFailed: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "expectation_failed";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The headers are too large. */
        readonly HeadersTooLarge: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "headers_too_large";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The server has a bug. Name the `X-Request-Id` when you report it. */
        readonly InternalError: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "internal_error";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description Nothing was stored. Send the request again after `Retry-After`. */
        readonly Unavailable: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "unavailable";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The database cannot be reached, or the server is stopping. */
        readonly NotReady: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "not_ready";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "id": "550e8400-e29b-41d4-a716-446655440000",
         *       "name": "John Doe",
         *       "email": "john@example.com",
         *       "role": "user",
         *       "createdAt": "2025-01-01T00:00:00.000Z",
         *       "updatedAt": "2025-01-01T00:00:00.000Z"
         *     }
         */
        readonly User: {
            /** Format: uuid */
            readonly id: string;
            readonly name: string;
            readonly email: string;
            /** @enum {string} */
            readonly role: "user" | "admin";
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly updatedAt: string;
        };
        /**
         * @example {
         *       "user": {
         *         "id": "550e8400-e29b-41d4-a716-446655440000",
         *         "name": "John Doe",
         *         "email": "john@example.com",
         *         "role": "user",
         *         "createdAt": "2025-01-01T00:00:00.000Z",
         *         "updatedAt": "2025-01-01T00:00:00.000Z"
         *       },
         *       "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.signature"
         *     }
         */
        readonly Session: {
            readonly user: Components["schemas"]["User"];
            readonly token: string;
        };
        readonly Fault: {
            /**
             * @description The name of the field, parameter or header.
             * @example quantity
             */
            readonly field: string;
            /**
             * @description What is wrong, in words for a person.
             * @example Wajib diisi
             */
            readonly message: string;
        };
        /** @description A field of the body, the id in the path, a query parameter, the Idempotency-Key or If-Match is invalid. `errors` lists every fault. */
        readonly InvalidInput: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "invalid_input";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: readonly Components["schemas"]["Fault"][];
        };
        /** @description The new password is the own name or e-mail of the user, or a part of them. */
        readonly PasswordIsPersonal: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "password_is_personal";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: readonly Components["schemas"]["Fault"][];
        };
        /** @description Another user has the e-mail. */
        readonly EmailTaken: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "email_taken";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The body is not JSON, or has too many values. */
        readonly InvalidJson: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "invalid_json";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description Too many accounts were registered from one network. Try again after `Retry-After`. */
        readonly TooManyRegistrations: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "too_many_registrations";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The server does not know whether the request was stored. Read your data before you send it again, unless it has an Idempotency-Key. */
        readonly OutcomeUnknown: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "outcome_unknown";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "name": "John Doe",
         *       "email": "john@example.com",
         *       "password": "password123",
         *       "role": "user"
         *     }
         */
        readonly NewUser: {
            readonly name: string;
            /** Format: email */
            readonly email: string;
            /** Format: password */
            readonly password: string;
            /** @enum {string} */
            readonly role?: "user" | "admin";
        };
        /** @description Too many logins failed. Try again after `Retry-After`. */
        readonly TooManyFailedLogins: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "too_many_failed_logins";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "email": "john@example.com",
         *       "password": "password123"
         *     }
         */
        readonly Credentials: {
            readonly email: string;
            /** Format: password */
            readonly password: string;
        };
        /** @description Your own password or e-mail changes only with `current_password`. */
        readonly CurrentPasswordNeeded: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "current_password_needed";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: readonly Components["schemas"]["Fault"][];
        };
        /** @description No admin would be left. */
        readonly LastAdmin: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "last_admin";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "name": "Jane Doe",
         *       "role": "user"
         *     }
         */
        readonly UserChanges: {
            readonly name?: string;
            /** Format: email */
            readonly email?: string;
            /** Format: password */
            readonly password?: string;
            /** @enum {string} */
            readonly role?: "user" | "admin";
        };
        /** @description The user still has pending or confirmed bookings. */
        readonly UserHasActiveBookings: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "user_has_active_bookings";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /** @description The user still organises an event. */
        readonly UserOrganisesEvents: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "user_organises_events";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "id": "770e8400-e29b-41d4-a716-446655440000",
         *       "name": "GDGoC Tech Talk 2025",
         *       "location": "UNSRI Palembang",
         *       "event_date": "2025-02-15T14:00:00.000Z",
         *       "organizer_id": "550e8400-e29b-41d4-a716-446655440000",
         *       "description": "Workshop backend development",
         *       "ticket_price": "50000.00",
         *       "total_tickets": 100,
         *       "available_tickets": 85,
         *       "createdAt": "2025-01-01T00:00:00.000Z",
         *       "updatedAt": "2025-01-01T00:00:00.000Z",
         *       "organizer": {
         *         "id": "550e8400-e29b-41d4-a716-446655440000",
         *         "name": "John Doe",
         *         "email": "john@example.com"
         *       }
         *     }
         */
        readonly EventView: {
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly organizer_id: string;
            readonly name: string;
            readonly description: string | null;
            readonly location: string;
            /** Format: date-time */
            readonly event_date: string;
            readonly ticket_price: string;
            readonly total_tickets: number;
            readonly available_tickets: number;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly updatedAt: string;
            readonly organizer: {
                /** Format: uuid */
                readonly id: string;
                readonly name: string;
                readonly email: string | null;
            };
        };
        /**
         * @example {
         *       "id": "880e8400-e29b-41d4-a716-446655440000",
         *       "user_id": "550e8400-e29b-41d4-a716-446655440000",
         *       "event_id": "770e8400-e29b-41d4-a716-446655440000",
         *       "quantity": 2,
         *       "total_price": "100000.00",
         *       "status": "confirmed",
         *       "booking_date": "2025-01-15T08:30:00.000Z",
         *       "user": {
         *         "id": "550e8400-e29b-41d4-a716-446655440000",
         *         "name": "John Doe",
         *         "email": "john@example.com"
         *       },
         *       "event": {
         *         "id": "770e8400-e29b-41d4-a716-446655440000",
         *         "name": "GDGoC Tech Talk 2025",
         *         "location": "UNSRI Palembang",
         *         "event_date": "2025-02-15T14:00:00.000Z"
         *       }
         *     }
         */
        readonly BookingView: {
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly user_id: string;
            /** Format: uuid */
            readonly event_id: string;
            readonly quantity: number;
            readonly total_price: string;
            /** @enum {string} */
            readonly status: "pending" | "confirmed" | "cancelled";
            /** Format: date-time */
            readonly booking_date: string;
            readonly user: {
                /** Format: uuid */
                readonly id: string;
                readonly name: string;
                readonly email: string;
            };
            readonly event: {
                /** Format: uuid */
                readonly id: string;
                readonly name: string;
                readonly location: string;
                /** Format: date-time */
                readonly event_date: string;
            };
        };
        /**
         * @example {
         *       "id": "770e8400-e29b-41d4-a716-446655440000",
         *       "name": "GDGoC Tech Talk 2025",
         *       "location": "UNSRI Palembang",
         *       "event_date": "2025-02-15T14:00:00.000Z",
         *       "organizer_id": "550e8400-e29b-41d4-a716-446655440000",
         *       "description": "Workshop backend development",
         *       "ticket_price": "50000.00",
         *       "total_tickets": 100,
         *       "available_tickets": 85,
         *       "createdAt": "2025-01-01T00:00:00.000Z",
         *       "updatedAt": "2025-01-01T00:00:00.000Z"
         *     }
         */
        readonly Event: {
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly organizer_id: string;
            readonly name: string;
            readonly description: string | null;
            readonly location: string;
            /** Format: date-time */
            readonly event_date: string;
            readonly ticket_price: string;
            readonly total_tickets: number;
            readonly available_tickets: number;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly updatedAt: string;
        };
        /** @description The event is in the past, and the server does not sell past events. */
        readonly EventIsOver: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "event_is_over";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "name": "GDGoC Tech Talk 2025",
         *       "description": "Workshop backend development",
         *       "location": "UNSRI Palembang",
         *       "event_date": "2025-02-15T14:00:00.000Z",
         *       "ticket_price": 50000,
         *       "total_tickets": 100
         *     }
         */
        readonly NewEvent: {
            readonly name: string;
            readonly description?: string | null;
            readonly location: string;
            /**
             * Format: date-time
             * @description ISO 8601 with a time zone. Stored and shown in UTC.
             */
            readonly event_date: string;
            readonly ticket_price: number | string;
            readonly total_tickets: number;
        };
        /** @description The new total is smaller than the number of booked tickets. */
        readonly TotalBelowHeld: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "total_below_held";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: {
                /** @description Tickets that bookings hold. */
                readonly sold: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /**
         * @example {
         *       "name": "GDGoC Tech Talk 2025",
         *       "ticket_price": 75000
         *     }
         */
        readonly EventChanges: {
            readonly name?: string;
            readonly description?: string | null;
            readonly location?: string;
            /**
             * Format: date-time
             * @description ISO 8601 with a time zone. Stored and shown in UTC.
             */
            readonly event_date?: string;
            readonly ticket_price?: number | string;
            readonly total_tickets?: number;
        };
        /** @description The event still has pending or confirmed bookings. */
        readonly EventHasActiveBookings: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "event_has_active_bookings";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: null;
        };
        /**
         * @example {
         *       "id": "880e8400-e29b-41d4-a716-446655440000",
         *       "user_id": "550e8400-e29b-41d4-a716-446655440000",
         *       "event_id": "770e8400-e29b-41d4-a716-446655440000",
         *       "quantity": 2,
         *       "total_price": "100000.00",
         *       "status": "confirmed",
         *       "booking_date": "2025-01-15T08:30:00.000Z"
         *     }
         */
        readonly Booking: {
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly user_id: string;
            /** Format: uuid */
            readonly event_id: string;
            readonly quantity: number;
            readonly total_price: string;
            /** @enum {string} */
            readonly status: "pending" | "confirmed" | "cancelled";
            /** Format: date-time */
            readonly booking_date: string;
        };
        /** @description Fewer tickets are left than were asked for. */
        readonly InsufficientTickets: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "insufficient_tickets";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: {
                /** @description Tickets that were left when the request was decided. */
                readonly available: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /** @description The server limits the tickets of a booking. */
        readonly TooManyForABooking: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "too_many_for_a_booking";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: {
                /** @description The limit. */
                readonly maximum: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /** @description The server limits the tickets of a user for an event. */
        readonly TooManyForAUser: {
            /** @constant */
            readonly success: false;
            /** @constant */
            readonly code: "too_many_for_a_user";
            /** @description Words for a person. */
            readonly message: string;
            readonly errors: {
                /** @description The limit. */
                readonly maximum: number;
                /** @description Tickets that the user holds of this event. */
                readonly held: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /**
         * @example {
         *       "event_id": "770e8400-e29b-41d4-a716-446655440000",
         *       "quantity": 2
         *     }
         */
        readonly NewBooking: {
            /** Format: uuid */
            readonly event_id: string;
            readonly quantity: number;
        };
        /**
         * @example {
         *       "status": "cancelled"
         *     }
         */
        readonly StatusChange: {
            /** @enum {string} */
            readonly status: "pending" | "confirmed" | "cancelled";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface Operations {
    readonly status: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Ticket Platform API berjalan
                         */
                        readonly message: string;
                        readonly data: {
                            readonly name: string;
                            readonly version: string;
                            /** @constant */
                            readonly status: "up";
                            /** @description The path of this document. */
                            readonly openapi: string;
                            /** @description The path of the reference page, if the server has one. */
                            readonly docs?: string;
                        };
                    };
                };
            };
        };
    };
    readonly live: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Server berjalan
                         */
                        readonly message: string;
                        readonly data: {
                            /** @constant */
                            readonly status: "live";
                        };
                    };
                };
            };
        };
    };
    readonly ready: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Server siap
                         */
                        readonly message: string;
                        readonly data: {
                            /** @constant */
                            readonly status: "ready";
                            /** @enum {string} */
                            readonly orders: "ok" | "refused";
                            /** @enum {string} */
                            readonly reason?: "read_only" | "no_quorum" | "no_room" | "disk_failed" | "denied" | "failed";
                        };
                    };
                };
            };
        };
    };
    readonly register: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description A name that the client gives to this request, such as a new UUID. Sent again with the same key within 24 hours, nothing is made twice. A placeholder such as `<string>` is refused. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["NewUser"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Registrasi berhasil
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["Session"];
                    };
                };
            };
        };
    };
    readonly login: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["Credentials"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Login berhasil
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["Session"];
                    };
                };
            };
        };
    };
    readonly logout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Logout berhasil
                         */
                        readonly message: string;
                    };
                };
            };
        };
    };
    readonly me: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Data user
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["User"];
                    };
                };
            };
        };
    };
    readonly listUsers: {
        readonly parameters: {
            readonly query?: {
                /** @description The most rows. All when left out. */
                readonly limit?: number;
                /** @description The place of a page, as a `Link` header gives it. It is for the same list with the same filter. Not together with `offset`. */
                readonly cursor?: string;
                /** @description Rows that are skipped. Rows that come or go meanwhile move the later ones, which does not happen with `cursor`. */
                readonly offset?: number;
                /** @description true: count all rows for the header X-Total-Count. */
                readonly total?: boolean;
            };
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data users
                         */
                        readonly message: string;
                        readonly data: readonly Components["schemas"]["User"][];
                    };
                };
            };
        };
    };
    readonly createUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description A name that the client gives to this request, such as a new UUID. Sent again with the same key within 24 hours, nothing is made twice. A placeholder such as `<string>` is refused. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["NewUser"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example User berhasil dibuat
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["User"];
                    };
                };
            };
        };
    };
    readonly readUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data user
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["User"];
                    };
                };
            };
        };
    };
    readonly changeUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of the row as you read it, or a list of up to 10. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["UserChanges"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example User berhasil diupdate
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["User"];
                    };
                };
            };
        };
    };
    readonly deleteUser: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of the row as you read it, or a list of up to 10. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example User berhasil dihapus
                         */
                        readonly message: string;
                    };
                };
            };
        };
    };
    readonly listEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description The most rows. All when left out. */
                readonly limit?: number;
                /** @description The place of a page, as a `Link` header gives it. It is for the same list with the same filter. Not together with `offset`. */
                readonly cursor?: string;
                /** @description Rows that are skipped. Rows that come or go meanwhile move the later ones, which does not happen with `cursor`. */
                readonly offset?: number;
                /** @description true: count all rows for the header X-Total-Count. */
                readonly total?: boolean;
                /** @description Events at this time or later. */
                readonly from?: string;
                /** @description Events before this time. */
                readonly to?: string;
                /** @description true: events that still have tickets. Not together with `q`. */
                readonly available?: true;
                /** @description Words. Each is the beginning of a word of the name, the location or the description. Case and accents do not matter. A page may have fewer rows than `limit` although others follow: go on with `next` of the `Link` header. */
                readonly q?: string;
                /** @description The order; with `-` the last first. By name and price without other filters. */
                readonly sort?: "event_date" | "-event_date" | "name" | "-name" | "ticket_price" | "-ticket_price";
                /** @description Events that were edited at this time or later, in the order of their last edits. Without other filters. Sales are no edits. */
                readonly modified_since?: string;
            };
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data events
                         */
                        readonly message: string;
                        readonly data: readonly Components["schemas"]["EventView"][];
                    };
                };
            };
        };
    };
    readonly createEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description A name that the client gives to this request, such as a new UUID. Sent again with the same key within 24 hours, nothing is made twice. A placeholder such as `<string>` is refused. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["NewEvent"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Event berhasil dibuat
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["Event"];
                    };
                };
            };
        };
    };
    readonly readEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data event
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["EventView"];
                    };
                };
            };
        };
    };
    readonly changeEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of the row as you read it, or a list of up to 10. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["EventChanges"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Event berhasil diupdate
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["Event"];
                    };
                };
            };
        };
    };
    readonly deleteEvent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of the row as you read it, or a list of up to 10. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Event berhasil dihapus
                         */
                        readonly message: string;
                    };
                };
            };
        };
    };
    readonly listAttendees: {
        readonly parameters: {
            readonly query?: {
                /** @description The most rows. All when left out. */
                readonly limit?: number;
                /** @description The place of a page, as a `Link` header gives it. It is for the same list with the same filter. Not together with `offset`. */
                readonly cursor?: string;
            };
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data bookings
                         */
                        readonly message: string;
                        readonly data: readonly Components["schemas"]["BookingView"][];
                    };
                    readonly "text/csv": string;
                };
            };
        };
    };
    readonly listBookings: {
        readonly parameters: {
            readonly query?: {
                /** @description The most rows. All when left out. */
                readonly limit?: number;
                /** @description The place of a page, as a `Link` header gives it. It is for the same list with the same filter. Not together with `offset`. */
                readonly cursor?: string;
                /** @description Rows that are skipped. Rows that come or go meanwhile move the later ones, which does not happen with `cursor`. */
                readonly offset?: number;
                /** @description true: count all rows for the header X-Total-Count. */
                readonly total?: boolean;
                /** @description Bookings of this event. For admins the latest sale first. Not together with `offset` and `total`. */
                readonly event_id?: string;
                /** @description Bookings of this user. For admins, and for users their own id. */
                readonly user_id?: string;
                /** @description Bookings of this status. Not together with `offset` and `total`. */
                readonly status?: "pending" | "confirmed" | "cancelled";
                /** @description Bookings made at this time or later. */
                readonly from?: string;
                /** @description Bookings made before this time. */
                readonly to?: string;
            };
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data bookings
                         */
                        readonly message: string;
                        readonly data: readonly Components["schemas"]["BookingView"][];
                    };
                };
            };
        };
    };
    readonly bookTickets: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description A name that the client gives to this request, such as a new UUID. Sent again with the same key within 24 hours, nothing is made twice. A placeholder such as `<string>` is refused. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["NewBooking"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Booking berhasil dibuat
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["Booking"];
                    };
                };
            };
        };
    };
    readonly readBooking: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of an earlier answer. If the content is still the same, the answer is 304 without a body. */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data booking
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["BookingView"];
                    };
                };
            };
        };
    };
    readonly deleteBooking: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of the row as you read it, or a list of up to 10. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Booking berhasil dihapus
                         */
                        readonly message: string;
                    };
                };
            };
        };
    };
    readonly changeBookingStatus: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The ETag of the row as you read it, or a list of up to 10. If the row was edited since, nothing is changed, and the answer is 412. Sales do not count as edits of an event. */
                readonly "If-Match"?: string;
            };
            readonly path: {
                /** @description The id, a UUID. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": Components["schemas"]["StatusChange"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Status booking berhasil diupdate
                         */
                        readonly message: string;
                        readonly data: Components["schemas"]["Booking"];
                    };
                };
            };
        };
    };
}

/** What a request of each operation is made of. */
export const OPERATIONS = {
  /** Says the name and version of the server, and where its API is described. */
  status: { method: "GET", path: "/", sendsToken: false, isKeyed: false, isList: false },
  /** Says that the process runs. */
  live: { method: "GET", path: "/health/live", sendsToken: false, isKeyed: false, isList: false },
  /** Says whether the server can serve requests. */
  ready: { method: "GET", path: "/health/ready", sendsToken: false, isKeyed: false, isList: false },
  /** Creates an account and a token. */
  register: { method: "POST", path: "/api/auth/register", sendsToken: false, isKeyed: true, isList: false },
  /** Gives a token for an e-mail and a password. */
  login: { method: "POST", path: "/api/auth/login", sendsToken: false, isKeyed: false, isList: false },
  /** Ends every token of the account. */
  logout: { method: "POST", path: "/api/auth/logout", sendsToken: true, isKeyed: false, isList: false },
  /** Shows the account of the token. */
  me: { method: "GET", path: "/api/auth/me", sendsToken: true, isKeyed: false, isList: false },
  /** Lists users, the oldest account first. */
  listUsers: { method: "GET", path: "/api/users", sendsToken: true, isKeyed: false, isList: true },
  /** Creates an account for another person. */
  createUser: { method: "POST", path: "/api/users", sendsToken: true, isKeyed: true, isList: false },
  /** Reads a user. */
  readUser: { method: "GET", path: "/api/users/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Changes a user. */
  changeUser: { method: "PUT", path: "/api/users/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Deletes a user. */
  deleteUser: { method: "DELETE", path: "/api/users/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Lists events by date, the earliest first. */
  listEvents: { method: "GET", path: "/api/events", sendsToken: true, isKeyed: false, isList: true },
  /** Creates an event. For admins. */
  createEvent: { method: "POST", path: "/api/events", sendsToken: true, isKeyed: true, isList: false },
  /** Reads an event. */
  readEvent: { method: "GET", path: "/api/events/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Changes an event. For admins. */
  changeEvent: { method: "PUT", path: "/api/events/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Deletes an event and its cancelled bookings. For admins. */
  deleteEvent: { method: "DELETE", path: "/api/events/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Lists the bookings of an event, the latest sale first. For admins. */
  listAttendees: { method: "GET", path: "/api/events/{id}/bookings", sendsToken: true, isKeyed: false, isList: true },
  /** Lists your own bookings, the newest first. An admin gets all bookings. */
  listBookings: { method: "GET", path: "/api/bookings", sendsToken: true, isKeyed: false, isList: true },
  /** Books tickets. */
  bookTickets: { method: "POST", path: "/api/bookings", sendsToken: true, isKeyed: true, isList: false },
  /** Reads a booking of your own, or any as an admin. */
  readBooking: { method: "GET", path: "/api/bookings/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Deletes a booking and gives its tickets back. */
  deleteBooking: { method: "DELETE", path: "/api/bookings/{id}", sendsToken: true, isKeyed: false, isList: false },
  /** Changes the status of a booking. */
  changeBookingStatus: { method: "PATCH", path: "/api/bookings/{id}/status", sendsToken: true, isKeyed: false, isList: false },
} as const;

/** Every code of a failure that this client knows. */
export const FAILURE_CODES = ["invalid_input","current_password_needed","password_is_personal","email_taken","insufficient_tickets","too_many_for_a_booking","too_many_for_a_user","total_below_held","event_is_over","event_has_active_bookings","user_has_active_bookings","user_organises_events","last_admin","invalid_json","bad_request","unauthenticated","wrong_credentials","forbidden","not_found","no_such_route","method_not_allowed","request_timeout","idempotency_key_in_progress","body_too_large","unsupported_media_type","expectation_failed","version_changed","idempotency_key_reused","too_many_failed_logins","too_many_registrations","too_many_passwords","too_many_booking_changes","headers_too_large","internal_error","not_ready","unavailable","outcome_unknown"] as const;
