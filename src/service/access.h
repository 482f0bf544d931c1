// access.h: who may do what, and how we know who it is.
//
// An account is a person's: a login name, a name, a unit. What it may do are its grants: a role of a procedure (procedure.json,
// `roles`), or the district's one role "administrator". Nothing follows from anything else: who has no grant may do nothing,
// and an administrator has no role in any procedure until one is granted, on record.
//
// Whatever changes who may do what is a record of the log (docs/formats/record.md): account, granted, revoked, password_set,
// token_made, token_revoked. Secrets are in the store alone, as hashes: passwords by Argon2id, sessions and tokens (32 random
// bytes) by SHA-256. Functions that take a writer write inside its transaction; the caller commits.
#ifndef FADU_SERVICE_ACCESS_H
#define FADU_SERVICE_ACCESS_H

#include "service/district.h"

enum {
    ACCESS_LOGIN_MIN = 2, ACCESS_LOGIN_MAX = 32,         // a letter, then letters, digits and .-_, all lower case
    ACCESS_NAME_MAX = 100,                               // characters of a person's name, of a token's
    ACCESS_PASSWORD_MIN = 10, ACCESS_PASSWORD_MAX = 200, // characters; longer is no stronger, and must be hashed
    ACCESS_REASON_MIN = 2, ACCESS_REASON_MAX = 200,      // characters of the reason for reading a field
    ACCESS_TOKENS_MAX = 20,                              // of one account
    ACCESS_TOKEN_DAYS = 90, ACCESS_TOKEN_DAYS_MAX = 366,
    ACCESS_SESSION_HOURS = 12, ACCESS_IDLE_MINUTES = 30,
    ACCESS_FREE_FAILURES = 5,                            // of one login name; then each failure doubles the wait
    ACCESS_WAIT_MAX_S = 900                              // so that nobody can lock another out for longer
};
#define ACCESS_DISTRICT STR("*")                         // the "procedure" of a grant for the whole district
#define ACCESS_ADMINISTRATOR STR("administrator")
#define ACCESS_CONSOLE STR("console")                    // the actor of the command line: whoever may write the directory

// ---- who asks --------------------------------------------------------------------------------------------
typedef struct {
    str account, name, unit;
    const store_grant *grants;       // of this account, then of those for whom it stands in today
    ptrdiff_t grant_count;
    str csrf;                        // of the session; "" when known by a token
} access_actor;

// All three are false for NULL, which is anybody.
bool access_has_role(const access_actor *who, str procedure_id, str role);
bool access_has_any_role(const access_actor *who, str procedure_id);        // in that procedure itself: "*" does not count
bool access_is_administrator(const access_actor *who);

// ---- changing accounts and grants ------------------------------------------------------------------------
// False, with ACCESS-… diagnostics, when refused; the store's trouble comes back from writer_commit. `by` is the record's actor.
// `unit` is one of the district's (district.json: `units`, `streets`) by id, name or short name, or "".
bool access_add(writer *w, str by, str login, str name, str unit, arena *a, diag_list *d);
bool access_set_active(writer *w, str by, str login, bool active, arena *a, diag_list *d);     // disabling ends its sessions
// Its case in the register by which a qualification is shown (procedure.json, `register`), by key; "" = none.
bool access_set_certificate(writer *w, str by, str login, str certificate, arena *a, diag_list *d);
// Who does what it has claimed while it is away, from `first` to `last`, both included: it has their roles too on those days. "" ends it.
bool access_set_away(writer *w, str by, str login, str stand_in, date first, date last, arena *a, diag_list *d);
// Has that account, on that day, the qualification: a case in a register that is valid? No account: false.
store_result access_qualifies(store *s, const definitions *defs, str login, str qualification, date day, bool *out, arena *a, diag_list *d);
// The role must be one of the procedure's, in force now; for ACCESS_DISTRICT it is ACCESS_ADMINISTRATOR.
bool access_grant(writer *w, str by, str login, str procedure_id, str role, arena *a, diag_list *d);
bool access_revoke(writer *w, str by, str login, str procedure_id, str role, arena *a, diag_list *d);

// ---- passwords -------------------------------------------------------------------------------------------
// The hash that is stored. Takes a tenth of a second and 64 MiB: done before a transaction, not in it. False, with a diagnostic,
// for a password that is too short or long, or not UTF-8.
bool access_hash_password(str password, str *hash, arena *a, diag_list *d);
bool access_set_password(writer *w, str by, str login, str hash, arena *a, diag_list *d);      // ends the account's sessions

// ---- signing in ------------------------------------------------------------------------------------------
// What the server remembers of attempts and of sessions' last use, while it runs. Threads may share it.
typedef struct access_guard access_guard;
access_guard *access_guard_open(void);                   // NULL: out of memory
void access_guard_close(access_guard *g);

typedef enum {
    SIGN_IN_GOOD,
    SIGN_IN_WRONG,               // name or password, or disabled: not said which, and found out in the same time
    SIGN_IN_WAIT,                // too many failures: *wait_s seconds to go; the password was not looked at
    SIGN_IN_BUSY                 // as many passwords as the machine has room for are being looked at
} sign_in;
sign_in access_sign_in(access_guard *g, store *s, str login, str password, timestamp now, int *wait_s, arena *a);

// What the browser is given: 64 hexadecimal digits. It is good for ACCESS_SESSION_HOURS, and for ACCESS_IDLE_MINUTES without
// use; a server that was restarted counts from the next use.
str access_make_session(writer *w, str login, arena *a);
void access_end_session(writer *w, str session);
bool access_by_session(access_guard *g, store *s, str session, timestamp now, access_actor *out, arena *a);

// Somebody who is known already, as they are now. False: disabled since, or not there.
bool access_by_login(store *s, str login, timestamp now, access_actor *out, arena *a);

// ---- tokens, for programs --------------------------------------------------------------------------------
// "fadu_" and 64 hexadecimal digits, shown this once; a token may do what its account may. {0} when refused.
str access_make_token(writer *w, str by, str login, str name, int days, arena *a, diag_list *d);
bool access_revoke_token(writer *w, str by, str login, str name, arena *a, diag_list *d);
bool access_by_token(store *s, str token, timestamp now, access_actor *out, arena *a);

// 32 random bytes as hexadecimal digits; and whether two such are the same, in a time that depends on the lengths only. "" is never.
enum { ACCESS_SECRET_DIGITS = 64 };
str access_new_secret(arena *a);
bool access_same_secret(str x, str y);

// ---- sensitive fields ------------------------------------------------------------------------------------
// Records that `who` read a field of a case in full, and gives its value. Refused, with a diagnostic, without a role in the
// case's procedure, without a reason, or when the field is not there. Commit before showing it.
bool access_reveal(writer *w, const access_actor *who, int64_t case_id, str field, str reason, feel_value *out, arena *a, diag_list *d);

// The same for the n-th document (1 …) of a running case: what it says (district_document).
bool access_read_document(writer *w, const access_actor *who, int64_t case_id, int number, str reason, const json **out, arena *a, diag_list *d);

// ---- replay ----------------------------------------------------------------------------------------------
// Accounts and grants as the records say; what is in the store must equal it (fadu verify). Zero it but for the arena.
typedef struct {
    arena *arena;
    store_account *accounts;     // without passwords
    ptrdiff_t account_count;
    store_grant *grants;
    ptrdiff_t grant_count;
} access_fold;
bool access_is_record(str kind);
bool access_replay(access_fold *f, const json *record);          // false: the record makes no sense at its place
// The login name of the first account that differs, "" when none does. False: the store cannot be read.
bool access_compare(const access_fold *f, store *s, str *differs, arena *a);

#endif
