// Made from the OpenAPI document by `npm run reference`: as many lines as the document needs. Do not edit it.
/** Every schema of the OpenAPI document: `Schemas['Booking']`. */
export type Schemas = Components["schemas"];

export interface Components {
    schemas: {
        /**
         * @description Every code of a failure. A new one may come.
         * @example not_found
         * @enum {string}
         */
        readonly FailureCode: "invalid_input" | "current_password_needed" | "password_is_personal" | "email_taken" | "insufficient_tickets" | "too_many_for_a_booking" | "too_many_for_a_user" | "total_below_held" | "event_is_over" | "event_has_active_bookings" | "user_has_active_bookings" | "user_organises_events" | "last_admin" | "invalid_json" | "bad_request" | "unauthenticated" | "wrong_credentials" | "forbidden" | "not_found" | "no_such_route" | "method_not_allowed" | "request_timeout" | "idempotency_key_in_progress" | "body_too_large" | "unsupported_media_type" | "expectation_failed" | "version_changed" | "idempotency_key_reused" | "too_many_failed_logins" | "too_many_registrations" | "too_many_passwords" | "too_many_booking_changes" | "headers_too_large" | "internal_error" | "not_ready" | "unavailable" | "outcome_unknown";
        /**
         * @description The request is not valid HTTP.
         * @example {
         *       "success": false,
         *       "code": "bad_request",
         *       "message": "Permintaan tidak valid",
         *       "errors": null
         *     }
         */
        readonly BadRequest: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "bad_request";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The token is missing, invalid, expired or ended by a logout.
         * @example {
         *       "success": false,
         *       "code": "unauthenticated",
         *       "message": "Token tidak valid atau expired",
         *       "errors": null
         *     }
         */
        readonly Unauthenticated: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "unauthenticated";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The e-mail or the password is wrong.
         * @example {
         *       "success": false,
         *       "code": "wrong_credentials",
         *       "message": "Email atau password salah",
         *       "errors": null
         *     }
         */
        readonly WrongCredentials: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "wrong_credentials";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The token is valid, but its user may not do this.
         * @example {
         *       "success": false,
         *       "code": "forbidden",
         *       "message": "Akses ditolak. Hanya admin yang dapat melakukan aksi ini",
         *       "errors": null
         *     }
         */
        readonly Forbidden: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "forbidden";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description There is no such user, event or booking.
         * @example {
         *       "success": false,
         *       "code": "not_found",
         *       "message": "Event tidak ditemukan",
         *       "errors": null
         *     }
         */
        readonly NotFound: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "not_found";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The request arrived too slowly.
         * @example {
         *       "success": false,
         *       "code": "request_timeout",
         *       "message": "Permintaan terlalu lama",
         *       "errors": null
         *     }
         */
        readonly RequestTimeout: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "request_timeout";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The first request with this Idempotency-Key still runs.
         * @example {
         *       "success": false,
         *       "code": "idempotency_key_in_progress",
         *       "message": "Permintaan dengan Idempotency-Key ini masih diproses",
         *       "errors": null
         *     }
         */
        readonly IdempotencyKeyInProgress: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "idempotency_key_in_progress";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The row has another version than those that `If-Match` names. Nothing was changed.
         * @example {
         *       "success": false,
         *       "code": "version_changed",
         *       "message": "Data sudah berubah, baca kembali sebelum mencoba lagi",
         *       "errors": null
         *     }
         */
        readonly VersionChanged: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "version_changed";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The body is larger than 16 KiB, or 64 KiB for an event.
         * @example {
         *       "success": false,
         *       "code": "body_too_large",
         *       "message": "Ukuran body terlalu besar",
         *       "errors": null
         *     }
         */
        readonly BodyTooLarge: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "body_too_large";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The Content-Type is not application/json in UTF-8.
         * @example {
         *       "success": false,
         *       "code": "unsupported_media_type",
         *       "message": "Content-Type harus application/json",
         *       "errors": null
         *     }
         */
        readonly UnsupportedMediaType: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "unsupported_media_type";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The Idempotency-Key was used for another request.
         * @example {
         *       "success": false,
         *       "code": "idempotency_key_reused",
         *       "message": "Idempotency-Key sudah dipakai untuk permintaan lain",
         *       "errors": null
         *     }
         */
        readonly IdempotencyKeyReused: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "idempotency_key_reused";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description Too many passwords are being checked at once. Try again after `Retry-After`.
         * @example {
         *       "success": false,
         *       "code": "too_many_passwords",
         *       "message": "Terlalu banyak permintaan",
         *       "errors": null
         *     }
         */
        readonly TooManyPasswords: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "too_many_passwords";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The user changed bookings of this event too often within an hour. Try again after `Retry-After`.
         * @example {
         *       "success": false,
         *       "code": "too_many_booking_changes",
         *       "message": "Terlalu banyak perubahan booking untuk event ini",
         *       "errors": {
         *         "maximum": 100
         *       }
         *     }
         */
        readonly TooManyBookingChanges: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "too_many_booking_changes";
            /** @description Words for a person. */
            readonly message: string;
            /** @description The numbers that decided it. */
            readonly errors: {
                /** @description The limit. */
                readonly maximum: number;
            };
        };
        /**
         * @description The header Expect asks for something other than 100-continue.
         * @example {
         *       "success": false,
         *       "code": "expectation_failed",
         *       "message": "Permintaan tidak valid",
         *       "errors": null
         *     }
         */
        readonly ExpectationFailed: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "expectation_failed";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The headers are too large.
         * @example {
         *       "success": false,
         *       "code": "headers_too_large",
         *       "message": "Ukuran header terlalu besar",
         *       "errors": null
         *     }
         */
        readonly HeadersTooLarge: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "headers_too_large";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The server has a bug. Name the `X-Request-Id` when you report it.
         * @example {
         *       "success": false,
         *       "code": "internal_error",
         *       "message": "Terjadi kesalahan pada server",
         *       "errors": null
         *     }
         */
        readonly InternalError: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "internal_error";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description Nothing was stored. Send the request again after `Retry-After`.
         * @example {
         *       "success": false,
         *       "code": "unavailable",
         *       "message": "Layanan sementara tidak tersedia",
         *       "errors": null
         *     }
         */
        readonly Unavailable: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "unavailable";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The path does not exist.
         * @example {
         *       "success": false,
         *       "code": "no_such_route",
         *       "message": "Endpoint tidak ditemukan",
         *       "errors": null
         *     }
         */
        readonly NoSuchRoute: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "no_such_route";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The path exists, the method does not. `Allow` names those that do.
         * @example {
         *       "success": false,
         *       "code": "method_not_allowed",
         *       "message": "Metode tidak diizinkan",
         *       "errors": null
         *     }
         */
        readonly MethodNotAllowed: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "method_not_allowed";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The database cannot be reached, or the server is stopping.
         * @example {
         *       "success": false,
         *       "code": "not_ready",
         *       "message": "Database belum dapat dihubungi",
         *       "errors": null
         *     }
         */
        readonly NotReady: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "not_ready";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description An account.
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
            /**
             * Format: uuid
             * @description The id of the user.
             */
            readonly id: string;
            /** @description The name of the user. */
            readonly name: string;
            /** @description The e-mail with which the user logs in, in lower case. */
            readonly email: string;
            /**
             * @description What the user may do.
             * @enum {string}
             */
            readonly role: "user" | "admin";
            /**
             * Format: date-time
             * @description When the account was created. In UTC.
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When the account was last changed. In UTC.
             */
            readonly updatedAt: string;
        };
        /**
         * @description An account and its new token.
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
            /** @description The token to send as `Authorization: Bearer <token>`. */
            readonly token: string;
        };
        /**
         * @description What is wrong with one field.
         * @example {
         *       "field": "quantity",
         *       "message": "Wajib diisi"
         *     }
         */
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
        /**
         * @description A field of the body, the id in the path, a query parameter, the Idempotency-Key or If-Match is invalid. `errors` lists every fault.
         * @example {
         *       "success": false,
         *       "code": "invalid_input",
         *       "message": "Validasi gagal",
         *       "errors": [
         *         {
         *           "field": "quantity",
         *           "message": "Harus bilangan bulat 1 sampai 900000"
         *         }
         *       ]
         *     }
         */
        readonly InvalidInput: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "invalid_input";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Every fault that was found. */
            readonly errors: readonly Components["schemas"]["Fault"][];
        };
        /**
         * @description The new password is the own name or e-mail of the user, or a part of them.
         * @example {
         *       "success": false,
         *       "code": "password_is_personal",
         *       "message": "Validasi gagal",
         *       "errors": [
         *         {
         *           "field": "password",
         *           "message": "Password tidak boleh berupa nama atau email sendiri"
         *         }
         *       ]
         *     }
         */
        readonly PasswordIsPersonal: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "password_is_personal";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Every fault that was found. */
            readonly errors: readonly Components["schemas"]["Fault"][];
        };
        /**
         * @description Another user has the e-mail.
         * @example {
         *       "success": false,
         *       "code": "email_taken",
         *       "message": "Email sudah terdaftar",
         *       "errors": null
         *     }
         */
        readonly EmailTaken: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "email_taken";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The body is not JSON, or has too many values.
         * @example {
         *       "success": false,
         *       "code": "invalid_json",
         *       "message": "JSON tidak valid",
         *       "errors": null
         *     }
         */
        readonly InvalidJson: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "invalid_json";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description Too many accounts were registered from one network. Try again after `Retry-After`.
         * @example {
         *       "success": false,
         *       "code": "too_many_registrations",
         *       "message": "Terlalu banyak permintaan",
         *       "errors": null
         *     }
         */
        readonly TooManyRegistrations: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "too_many_registrations";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The server does not know whether the request was stored. Read your data before you send it again, unless it has an Idempotency-Key.
         * @example {
         *       "success": false,
         *       "code": "outcome_unknown",
         *       "message": "Hasil tidak diketahui, periksa kembali sebelum mencoba lagi",
         *       "errors": null
         *     }
         */
        readonly OutcomeUnknown: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "outcome_unknown";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description An account to create.
         * @example {
         *       "name": "John Doe",
         *       "email": "john@example.com",
         *       "password": "password123",
         *       "role": "user"
         *     }
         */
        readonly NewUser: {
            /** @description The name of the user. */
            readonly name: string;
            /**
             * Format: email
             * @description The e-mail with which the user logs in. Case does not matter.
             */
            readonly email: string;
            /**
             * Format: password
             * @description A new password, of at most 72 bytes in UTF-8.
             */
            readonly password: string;
            /**
             * @description What the user may do. A new account is `user` if left out.
             * @enum {string}
             */
            readonly role?: "user" | "admin";
        };
        /**
         * @description Too many logins failed. Try again after `Retry-After`.
         * @example {
         *       "success": false,
         *       "code": "too_many_failed_logins",
         *       "message": "Terlalu banyak permintaan",
         *       "errors": null
         *     }
         */
        readonly TooManyFailedLogins: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "too_many_failed_logins";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description What proves whose account it is.
         * @example {
         *       "email": "john@example.com",
         *       "password": "password123"
         *     }
         */
        readonly Credentials: {
            /** @description The e-mail of the account. */
            readonly email: string;
            /**
             * Format: password
             * @description The password of the account as it is now.
             */
            readonly password: string;
        };
        /**
         * @description Your own password or e-mail changes only with `current_password`.
         * @example {
         *       "success": false,
         *       "code": "current_password_needed",
         *       "message": "Validasi gagal",
         *       "errors": [
         *         {
         *           "field": "current_password",
         *           "message": "Wajib diisi"
         *         }
         *       ]
         *     }
         */
        readonly CurrentPasswordNeeded: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "current_password_needed";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Every fault that was found. */
            readonly errors: readonly Components["schemas"]["Fault"][];
        };
        /**
         * @description No admin would be left.
         * @example {
         *       "success": false,
         *       "code": "last_admin",
         *       "message": "Minimal harus ada satu admin",
         *       "errors": null
         *     }
         */
        readonly LastAdmin: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "last_admin";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The fields of an account that change.
         * @example {
         *       "name": "Jane Doe",
         *       "role": "user"
         *     }
         */
        readonly UserChanges: {
            /** @description The name of the user. */
            readonly name?: string;
            /**
             * Format: email
             * @description The e-mail with which the user logs in. Case does not matter.
             */
            readonly email?: string;
            /**
             * Format: password
             * @description A new password, of at most 72 bytes in UTF-8.
             */
            readonly password?: string;
            /**
             * @description What the user may do. A new account is `user` if left out.
             * @enum {string}
             */
            readonly role?: "user" | "admin";
        };
        /**
         * @description The user still has pending or confirmed bookings.
         * @example {
         *       "success": false,
         *       "code": "user_has_active_bookings",
         *       "message": "User masih memiliki booking aktif",
         *       "errors": null
         *     }
         */
        readonly UserHasActiveBookings: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "user_has_active_bookings";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description The user still organises an event.
         * @example {
         *       "success": false,
         *       "code": "user_organises_events",
         *       "message": "User masih menjadi organizer event",
         *       "errors": null
         *     }
         */
        readonly UserOrganisesEvents: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "user_organises_events";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description An event with its organizer.
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
            /**
             * Format: uuid
             * @description The id of the event.
             */
            readonly id: string;
            /**
             * Format: uuid
             * @description The id of the user who organises the event.
             */
            readonly organizer_id: string;
            /** @description The name of the event. */
            readonly name: string;
            /** @description What the event is about. null if nothing was written. */
            readonly description: string | null;
            /** @description Where the event takes place. */
            readonly location: string;
            /**
             * Format: date-time
             * @description When the event begins. In UTC.
             */
            readonly event_date: string;
            /** @description The price of one ticket. With two decimals. */
            readonly ticket_price: string;
            /** @description All tickets of the event, sold or not. */
            readonly total_tickets: number;
            /** @description The tickets that can still be booked. */
            readonly available_tickets: number;
            /**
             * Format: date-time
             * @description When the event was created. In UTC.
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When the event was last edited. Sales are no edits. In UTC.
             */
            readonly updatedAt: string;
            /** @description The user who organises the event. */
            readonly organizer: {
                /**
                 * Format: uuid
                 * @description The id of the organizer.
                 */
                readonly id: string;
                /** @description The name of the organizer. */
                readonly name: string;
                /** @description The e-mail of the organizer. null if the server does not show it. */
                readonly email: string | null;
            };
        };
        /**
         * @description A booking with its user and its event.
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
            /**
             * Format: uuid
             * @description The id of the booking.
             */
            readonly id: string;
            /**
             * Format: uuid
             * @description The id of the user who holds the tickets.
             */
            readonly user_id: string;
            /**
             * Format: uuid
             * @description The id of the event.
             */
            readonly event_id: string;
            /** @description The number of tickets. */
            readonly quantity: number;
            /** @description The price of all tickets of the booking, at the price when they were booked. With two decimals. */
            readonly total_price: string;
            /**
             * @description A cancelled booking holds no tickets.
             * @enum {string}
             */
            readonly status: "pending" | "confirmed" | "cancelled";
            /**
             * Format: date-time
             * @description When the booking was made. In UTC.
             */
            readonly booking_date: string;
            /** @description The user who holds the tickets. */
            readonly user: {
                /**
                 * Format: uuid
                 * @description The id of the user.
                 */
                readonly id: string;
                /** @description The name of the user. */
                readonly name: string;
                /** @description The e-mail of the user. */
                readonly email: string;
            };
            /** @description The event of the tickets. */
            readonly event: {
                /**
                 * Format: uuid
                 * @description The id of the event.
                 */
                readonly id: string;
                /** @description The name of the event. */
                readonly name: string;
                /** @description Where the event takes place. */
                readonly location: string;
                /**
                 * Format: date-time
                 * @description When the event begins. In UTC.
                 */
                readonly event_date: string;
            };
        };
        /**
         * @description An event.
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
            /**
             * Format: uuid
             * @description The id of the event.
             */
            readonly id: string;
            /**
             * Format: uuid
             * @description The id of the user who organises the event.
             */
            readonly organizer_id: string;
            /** @description The name of the event. */
            readonly name: string;
            /** @description What the event is about. null if nothing was written. */
            readonly description: string | null;
            /** @description Where the event takes place. */
            readonly location: string;
            /**
             * Format: date-time
             * @description When the event begins. In UTC.
             */
            readonly event_date: string;
            /** @description The price of one ticket. With two decimals. */
            readonly ticket_price: string;
            /** @description All tickets of the event, sold or not. */
            readonly total_tickets: number;
            /** @description The tickets that can still be booked. */
            readonly available_tickets: number;
            /**
             * Format: date-time
             * @description When the event was created. In UTC.
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When the event was last edited. Sales are no edits. In UTC.
             */
            readonly updatedAt: string;
        };
        /**
         * @description The event is in the past, and the server does not sell past events.
         * @example {
         *       "success": false,
         *       "code": "event_is_over",
         *       "message": "Event sudah berakhir",
         *       "errors": null
         *     }
         */
        readonly EventIsOver: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "event_is_over";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description An event to create.
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
            /** @description The name of the event. */
            readonly name: string;
            /** @description What the event is about. null for nothing. */
            readonly description?: string | null;
            /** @description Where the event takes place. */
            readonly location: string;
            /**
             * Format: date-time
             * @description When the event begins, in ISO 8601 with a time zone. Stored and shown in UTC.
             */
            readonly event_date: string;
            /** @description The price of one ticket. Later bookings pay it. */
            readonly ticket_price: number | string;
            /** @description All tickets of the event, sold or not. */
            readonly total_tickets: number;
        };
        /**
         * @description The new total is smaller than the number of booked tickets.
         * @example {
         *       "success": false,
         *       "code": "total_below_held",
         *       "message": "Total tiket kurang dari tiket yang sudah dipesan",
         *       "errors": {
         *         "sold": 15,
         *         "requested": 10
         *       }
         *     }
         */
        readonly TotalBelowHeld: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "total_below_held";
            /** @description Words for a person. */
            readonly message: string;
            /** @description The numbers that decided it. */
            readonly errors: {
                /** @description Tickets that bookings hold. */
                readonly sold: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /**
         * @description The fields of an event that change.
         * @example {
         *       "name": "GDGoC Tech Talk 2025",
         *       "ticket_price": 75000
         *     }
         */
        readonly EventChanges: {
            /** @description The name of the event. */
            readonly name?: string;
            /** @description What the event is about. null for nothing. */
            readonly description?: string | null;
            /** @description Where the event takes place. */
            readonly location?: string;
            /**
             * Format: date-time
             * @description When the event begins, in ISO 8601 with a time zone. Stored and shown in UTC.
             */
            readonly event_date?: string;
            /** @description The price of one ticket. Later bookings pay it. */
            readonly ticket_price?: number | string;
            /** @description All tickets of the event, sold or not. */
            readonly total_tickets?: number;
        };
        /**
         * @description The event still has pending or confirmed bookings.
         * @example {
         *       "success": false,
         *       "code": "event_has_active_bookings",
         *       "message": "Event masih memiliki booking aktif",
         *       "errors": null
         *     }
         */
        readonly EventHasActiveBookings: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "event_has_active_bookings";
            /** @description Words for a person. */
            readonly message: string;
            /** @description Always null for this code. */
            readonly errors: null;
        };
        /**
         * @description A booking.
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
            /**
             * Format: uuid
             * @description The id of the booking.
             */
            readonly id: string;
            /**
             * Format: uuid
             * @description The id of the user who holds the tickets.
             */
            readonly user_id: string;
            /**
             * Format: uuid
             * @description The id of the event.
             */
            readonly event_id: string;
            /** @description The number of tickets. */
            readonly quantity: number;
            /** @description The price of all tickets of the booking, at the price when they were booked. With two decimals. */
            readonly total_price: string;
            /**
             * @description A cancelled booking holds no tickets.
             * @enum {string}
             */
            readonly status: "pending" | "confirmed" | "cancelled";
            /**
             * Format: date-time
             * @description When the booking was made. In UTC.
             */
            readonly booking_date: string;
        };
        /**
         * @description Fewer tickets are left than were asked for.
         * @example {
         *       "success": false,
         *       "code": "insufficient_tickets",
         *       "message": "Stok tiket tidak mencukupi",
         *       "errors": {
         *         "available": 1,
         *         "requested": 2
         *       }
         *     }
         */
        readonly InsufficientTickets: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "insufficient_tickets";
            /** @description Words for a person. */
            readonly message: string;
            /** @description The numbers that decided it. */
            readonly errors: {
                /** @description Tickets that were left when the request was decided. */
                readonly available: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /**
         * @description The server limits the tickets of a booking.
         * @example {
         *       "success": false,
         *       "code": "too_many_for_a_booking",
         *       "message": "Jumlah tiket melebihi batas per booking",
         *       "errors": {
         *         "maximum": 10,
         *         "requested": 11
         *       }
         *     }
         */
        readonly TooManyForABooking: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "too_many_for_a_booking";
            /** @description Words for a person. */
            readonly message: string;
            /** @description The numbers that decided it. */
            readonly errors: {
                /** @description The limit. */
                readonly maximum: number;
                /** @description What the request asked for. */
                readonly requested: number;
            };
        };
        /**
         * @description The server limits the tickets of a user for an event.
         * @example {
         *       "success": false,
         *       "code": "too_many_for_a_user",
         *       "message": "Jumlah tiket melebihi batas per user untuk event ini",
         *       "errors": {
         *         "maximum": 10,
         *         "held": 9,
         *         "requested": 2
         *       }
         *     }
         */
        readonly TooManyForAUser: {
            /**
             * @description false: the request was refused or failed.
             * @constant
             */
            readonly success: false;
            /**
             * @description Which failure it is, for programs.
             * @constant
             */
            readonly code: "too_many_for_a_user";
            /** @description Words for a person. */
            readonly message: string;
            /** @description The numbers that decided it. */
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
         * @description A booking to make.
         * @example {
         *       "event_id": "770e8400-e29b-41d4-a716-446655440000",
         *       "quantity": 2
         *     }
         */
        readonly NewBooking: {
            /**
             * Format: uuid
             * @description The id of the event.
             */
            readonly event_id: string;
            /** @description How many tickets to book. */
            readonly quantity: number;
        };
        /**
         * @description A change of the status of a booking.
         * @example {
         *       "status": "cancelled"
         *     }
         */
        readonly StatusChange: {
            /**
             * @description The status that the booking gets.
             * @enum {string}
             */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Ticket Platform API berjalan
                         */
                        readonly message: string;
                        /**
                         * @description The server and where its API is described.
                         * @example {
                         *       "name": "Ticket Platform API",
                         *       "version": "0.1.0",
                         *       "status": "up",
                         *       "openapi": "/openapi.json",
                         *       "docs": "/docs"
                         *     }
                         */
                        readonly data: {
                            /** @description The name of the API. */
                            readonly name: string;
                            /** @description The version of the server. */
                            readonly version: string;
                            /**
                             * @description The server runs.
                             * @constant
                             */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Server berjalan
                         */
                        readonly message: string;
                        /**
                         * @description The state of the process.
                         * @example {
                         *       "status": "live"
                         *     }
                         */
                        readonly data: {
                            /**
                             * @description The process runs.
                             * @constant
                             */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Server siap
                         */
                        readonly message: string;
                        /**
                         * @description The state of the server.
                         * @example {
                         *       "status": "ready",
                         *       "orders": "ok"
                         *     }
                         */
                        readonly data: {
                            /**
                             * @description Requests are served.
                             * @constant
                             */
                            readonly status: "ready";
                            /**
                             * @description Whether changes can be stored.
                             * @enum {string}
                             */
                            readonly orders: "ok" | "refused";
                            /**
                             * @description Why changes cannot be stored.
                             * @enum {string}
                             */
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
                /** @description A name that the client gives to this request, such as a new UUID. If you repeat the request with the same key within 24 hours, nothing is created twice. A placeholder such as `<string>` is refused. */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                /** @description Words. Each is the beginning of a word of the name or the e-mail. Case and accents do not matter. A page may have fewer rows than `limit` although others follow: go on with `next` of the `Link` header. */
                readonly q?: string;
                /** @description Users with this role. */
                readonly role?: "user" | "admin";
                /** @description Users that were edited at this time or later, in the order of their last edits. Without other filters. A logout is no edit. */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data users
                         */
                        readonly message: string;
                        /**
                         * @description The rows.
                         * @example [
                         *       {
                         *         "id": "550e8400-e29b-41d4-a716-446655440000",
                         *         "name": "John Doe",
                         *         "email": "john@example.com",
                         *         "role": "user",
                         *         "createdAt": "2025-01-01T00:00:00.000Z",
                         *         "updatedAt": "2025-01-01T00:00:00.000Z"
                         *       }
                         *     ]
                         */
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
                /** @description A name that the client gives to this request, such as a new UUID. If you repeat the request with the same key within 24 hours, nothing is created twice. A placeholder such as `<string>` is refused. */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data events
                         */
                        readonly message: string;
                        /**
                         * @description The rows.
                         * @example [
                         *       {
                         *         "id": "770e8400-e29b-41d4-a716-446655440000",
                         *         "name": "GDGoC Tech Talk 2025",
                         *         "location": "UNSRI Palembang",
                         *         "event_date": "2025-02-15T14:00:00.000Z",
                         *         "organizer_id": "550e8400-e29b-41d4-a716-446655440000",
                         *         "description": "Workshop backend development",
                         *         "ticket_price": "50000.00",
                         *         "total_tickets": 100,
                         *         "available_tickets": 85,
                         *         "createdAt": "2025-01-01T00:00:00.000Z",
                         *         "updatedAt": "2025-01-01T00:00:00.000Z",
                         *         "organizer": {
                         *           "id": "550e8400-e29b-41d4-a716-446655440000",
                         *           "name": "John Doe",
                         *           "email": "john@example.com"
                         *         }
                         *       }
                         *     ]
                         */
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
                /** @description A name that the client gives to this request, such as a new UUID. If you repeat the request with the same key within 24 hours, nothing is created twice. A placeholder such as `<string>` is refused. */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data bookings
                         */
                        readonly message: string;
                        /**
                         * @description The rows.
                         * @example [
                         *       {
                         *         "id": "880e8400-e29b-41d4-a716-446655440000",
                         *         "user_id": "550e8400-e29b-41d4-a716-446655440000",
                         *         "event_id": "770e8400-e29b-41d4-a716-446655440000",
                         *         "quantity": 2,
                         *         "total_price": "100000.00",
                         *         "status": "confirmed",
                         *         "booking_date": "2025-01-15T08:30:00.000Z",
                         *         "user": {
                         *           "id": "550e8400-e29b-41d4-a716-446655440000",
                         *           "name": "John Doe",
                         *           "email": "john@example.com"
                         *         },
                         *         "event": {
                         *           "id": "770e8400-e29b-41d4-a716-446655440000",
                         *           "name": "GDGoC Tech Talk 2025",
                         *           "location": "UNSRI Palembang",
                         *           "event_date": "2025-02-15T14:00:00.000Z"
                         *         }
                         *       }
                         *     ]
                         */
                        readonly data: readonly Components["schemas"]["BookingView"][];
                    };
                    /**
                     * @example id,user_id,user_name,user_email,quantity,total_price,status,booking_date
                     *     880e8400-e29b-41d4-a716-446655440000,550e8400-e29b-41d4-a716-446655440000,John Doe,john@example.com,2,100000.00,confirmed,2025-01-15T08:30:00.000Z
                     */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
                        readonly success: true;
                        /**
                         * @description Words for a person.
                         * @example Berhasil mengambil data bookings
                         */
                        readonly message: string;
                        /**
                         * @description The rows.
                         * @example [
                         *       {
                         *         "id": "880e8400-e29b-41d4-a716-446655440000",
                         *         "user_id": "550e8400-e29b-41d4-a716-446655440000",
                         *         "event_id": "770e8400-e29b-41d4-a716-446655440000",
                         *         "quantity": 2,
                         *         "total_price": "100000.00",
                         *         "status": "confirmed",
                         *         "booking_date": "2025-01-15T08:30:00.000Z",
                         *         "user": {
                         *           "id": "550e8400-e29b-41d4-a716-446655440000",
                         *           "name": "John Doe",
                         *           "email": "john@example.com"
                         *         },
                         *         "event": {
                         *           "id": "770e8400-e29b-41d4-a716-446655440000",
                         *           "name": "GDGoC Tech Talk 2025",
                         *           "location": "UNSRI Palembang",
                         *           "event_date": "2025-02-15T14:00:00.000Z"
                         *         }
                         *       }
                         *     ]
                         */
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
                /** @description A name that the client gives to this request, such as a new UUID. If you repeat the request with the same key within 24 hours, nothing is created twice. A placeholder such as `<string>` is refused. */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
                        /**
                         * @description true: the request was done.
                         * @constant
                         */
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
