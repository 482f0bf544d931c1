// Accounts: names, roles, passwords, the wait after failures, how long sessions and tokens last, and that verify sees what no record says.
#include <time.h>

#include "mini.h"
#include "service/access.h"
#include "service/verify.h"
#include "store/sqlite/sqlite_internal.h"
#include "tap.h"

static const timestamp noon = 1720000000000;      // 2024-07-03
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
static const timestamp DAY = 24 * (timestamp)HOUR;
static const char password[] = "correct horse battery";
static arena a;
static diag_list d = {.arena = &a};
static char dir[4200];
static district x;
static writer w;

static void begin(timestamp now)
{
    d = (diag_list){.arena = &a};
    if (district_open(dir, true, &x, &d) != EXIT_DONE || writer_begin(&w, &x, now) != STORE_OK) printf("Bail out! cannot write\n"), exit(1);
}

static bool end(void)
{
    bool kept = writer_commit(&w, &a) == STORE_OK;
    district_close(&x);
    return kept;
}

static void drop(void)
{
    writer_rollback(&w);
    district_close(&x);
}

static str first_code(void) { return d.first ? str_from(d.first->code) : STR("none"); }

// The code of the first thing verify finds; "none" when all agrees.
static str verified(void)
{
    diag_list found = {.arena = &a};
    verify_result r;
    district_verify(dir, VERIFY_ALL, NULL, &r, &a, &found);
    return found.first ? str_from(found.first->code) : STR("none");
}

static str filled(char c, int n)
{
    char *text = arena_new(&a, n, char);
    memset(text, c, (size_t)n);
    return (str){text, n};
}

// ---- names and roles ---------------------------------------------------------------------------------------

static void test_names(void)
{
    static const struct { const char *login; bool good; const char *why; } rows[] = {
        {"wang.fang", true, "letters and a dot"}, {"w2", true, "two characters"}, {"w", false, "one"}, {"2w", false, "a digit first"}, {"Wang", false, "a capital"},
        {"王芳", false, "Han"}, {"", false, "nothing"}, {"wang fang", false, "a blank"}, {"import", false, "the system's own actor"}, {"console", false, "another"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(noon);
        bool good = access_add(&w, ACCESS_CONSOLE, str_from(rows[i].login), STR("王芳"), STR(""), &a, &d);
        tap_ok(good == rows[i].good && str_equal(first_code(), good ? STR("none") : STR("ACCESS-LOGIN")), "login name: %s", rows[i].why);
        drop();
    }
    begin(noon);
    tap_ok(access_add(&w, ACCESS_CONSOLE, filled('a', ACCESS_LOGIN_MAX), filled('n', ACCESS_NAME_MAX), STR(""), &a, &d), "names as long as may be");
    tap_ok(!access_add(&w, ACCESS_CONSOLE, filled('b', ACCESS_LOGIN_MAX + 1), STR("n"), STR(""), &a, &d), "a longer login name");
    tap_ok(!access_add(&w, ACCESS_CONSOLE, STR("bb"), filled('n', ACCESS_NAME_MAX + 1), STR(""), &a, &d), "a longer name");
    tap_ok(!access_add(&w, ACCESS_CONSOLE, STR("bb"), STR("a\nb"), STR(""), &a, &d), "a name of two lines");
    tap_ok(!access_add(&w, ACCESS_CONSOLE, STR("bb"), STR("\xff"), STR(""), &a, &d), "a name that is not UTF-8");
    static const char *const units[] = {"justice", "司法局", "明远街道", ""};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        tap_ok(access_add(&w, ACCESS_CONSOLE, str_printf(&a, "unit%zu", i), STR("王芳"), str_from(units[i]), &a, &d), "a unit of the district: %s", units[i]);
    store_account x0 = {0};
    store_get_account(x.store, STR("unit0"), &x0, &a);
    tap_is_str(x0.unit, "司法局", "is kept by its name");
    d = (diag_list){.arena = &a};
    tap_ok(!access_add(&w, ACCESS_CONSOLE, STR("bb"), STR("王芳"), STR("宣传部门"), &a, &d), "another is refused");
    tap_is_str(first_code(), "ACCESS-UNIT", "and the district's are named");
    drop();
}

static void test_roles(void)
{
    store_grant grants[] = {{STR("wang"), STR("hotline"), STR("handler"), 1}, {STR("wang"), STR("*"), STR("administrator"), 2}};
    access_actor wang = {.account = STR("wang"), .grants = grants, .grant_count = 2};
    tap_ok(access_has_role(&wang, STR("hotline"), STR("handler")), "a role that was granted");
    tap_ok(!access_has_role(&wang, STR("hotline"), STR("reviewer")), "no other of that procedure");
    tap_ok(!access_has_role(&wang, STR("mediation"), STR("handler")), "nor the same of another");
    tap_ok(access_is_administrator(&wang) && !access_has_any_role(&wang, STR("penalty")), "an administrator has no role in a procedure");
    tap_ok(!access_has_role(NULL, STR("hotline"), STR("handler")) && !access_has_any_role(NULL, STR("hotline")) && !access_is_administrator(NULL), "anybody may do nothing");
}

// ---- passwords and attempts --------------------------------------------------------------------------------

static bool hashes(str text)
{
    str hash;
    diag_list found = {.arena = &a};
    return access_hash_password(text, &hash, &a, &found);
}

static sign_in attempt(access_guard *g, const char *login, const char *pass, timestamp now, int *wait_s)
{
    store *s;
    if (store_open(dir, false, &s) != STORE_OK) printf("Bail out! cannot read\n"), exit(1);
    sign_in result = access_sign_in(g, s, str_from(login), str_from(pass), now, wait_s, &a);
    store_close(s);
    return result;
}

static double attempt_seconds(access_guard *g, const char *login)
{
    int wait_s;
    clock_t from = clock();
    attempt(g, login, "a wrong password", noon, &wait_s);
    return (double)(clock() - from) / CLOCKS_PER_SEC;
}

static void test_passwords(void)
{
    tap_ok(!hashes(filled('p', ACCESS_PASSWORD_MIN - 1)) && hashes(filled('p', ACCESS_PASSWORD_MIN)), "a password of ten characters is long enough");
    tap_ok(hashes(filled('p', ACCESS_PASSWORD_MAX)) && !hashes(filled('p', ACCESS_PASSWORD_MAX + 1)), "one of 200 is not too long");
    tap_ok(hashes(STR("门前大桥下游过一群")) == false && hashes(STR("门前大桥下游过一群鸭")), "Han characters count as one each");
    str hash;
    access_hash_password(str_from(password), &hash, &a, &d);
    tap_ok(str_starts(hash, STR("$argon2id$v=19$m=65536,t=3,p=1$")), "Argon2id with 64 MiB and 3 passes");

    begin(noon);
    access_add(&w, ACCESS_CONSOLE, STR("wang"), STR("王芳"), STR("justice"), &a, &d);
    access_grant(&w, ACCESS_CONSOLE, STR("wang"), STR("hotline"), STR("handler"), &a, &d);
    access_set_password(&w, ACCESS_CONSOLE, STR("wang"), hash, &a, &d);
    tap_ok(end(), "an account with a role and a password");
    tap_is_str(verified(), "none", "verify agrees");

    int wait_s;
    access_guard *g = access_guard_open();
    tap_ok(attempt(g, "wang", password, noon, &wait_s) == SIGN_IN_GOOD, "the right password");
    double known = attempt_seconds(g, "wang"), unknown = attempt_seconds(g, "nobody");
    tap_ok(unknown > known / 3 && known > unknown / 3, "who is not there takes as long (%.2f s, %.2f s)", known, unknown);
    static const struct { const char *login, *what; } rows[] = {{"wang", "of an account"}, {"nobody2", "of nobody: no telling them apart"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        access_guard_close(g);
        g = access_guard_open();
        for (int n = 0; n < ACCESS_FREE_FAILURES; n++) attempt(g, rows[i].login, "a wrong password", noon, &wait_s);
        tap_ok(attempt(g, rows[i].login, password, noon, &wait_s) == SIGN_IN_WAIT && wait_s == 2, "after five failures %s, two seconds", rows[i].what);
        tap_ok(attempt(g, rows[i].login, "a wrong password", noon + 2 * SECOND, &wait_s) == SIGN_IN_WRONG, "then one attempt");
        tap_ok(attempt(g, rows[i].login, password, noon + 2 * SECOND, &wait_s) == SIGN_IN_WAIT && wait_s == 4, "then twice as long");
    }
    timestamp now = noon;
    for (int n = 0; n < 12; n++) {
        while (attempt(g, "wang", "a wrong password", now, &wait_s) == SIGN_IN_WAIT) now += wait_s * (timestamp)SECOND;
    }
    tap_ok(attempt(g, "wang", password, now, &wait_s) == SIGN_IN_WAIT && wait_s == 256, "it doubles: 2 s after the fifth failure, 256 s after the twelfth");
    for (int n = 0; n < 3; n++)
        while (attempt(g, "wang", "a wrong password", now, &wait_s) == SIGN_IN_WAIT) now += wait_s * (timestamp)SECOND;
    tap_ok(attempt(g, "wang", password, now, &wait_s) == SIGN_IN_WAIT && wait_s == ACCESS_WAIT_MAX_S, "and stays at a quarter of an hour");
    tap_ok(attempt(g, "wang", password, now + ACCESS_WAIT_MAX_S * (timestamp)SECOND, &wait_s) == SIGN_IN_GOOD, "after which the right password is good");
    tap_ok(attempt(g, "wang", password, now, &wait_s) == SIGN_IN_GOOD, "and all is forgotten");
    access_guard_close(g);
}

// ---- sessions and tokens -----------------------------------------------------------------------------------

typedef struct { access_guard *guard; str session, token; } held;

static bool session_good(held *h, timestamp now)
{
    store *s;
    access_actor who;
    store_open(dir, false, &s);
    bool good = access_by_session(h->guard, s, h->session, now, &who, &a);
    store_close(s);
    return good;
}

static bool token_good(held *h, timestamp now)
{
    store *s;
    access_actor who;
    store_open(dir, false, &s);
    bool good = access_by_token(s, h->token, now, &who, &a);
    store_close(s);
    return good && str_equal(who.account, STR("wang")) && access_has_role(&who, STR("hotline"), STR("handler"));
}

static void new_session(held *h)
{
    begin(noon);
    h->session = access_make_session(&w, STR("wang"), &a);
    end();
}

static void test_sessions(void)
{
    held h = {.guard = access_guard_open()};
    new_session(&h);
    tap_ok(h.session.len == ACCESS_SECRET_DIGITS && session_good(&h, noon), "a session");
    tap_ok(session_good(&h, noon + 30 * MINUTE), "used after half an hour it goes on");
    tap_ok(!session_good(&h, noon + 60 * MINUTE + 1), "not used for longer it is over");
    new_session(&h);
    bool good = true;
    for (timestamp t = noon; t < noon + 12 * HOUR; t += 20 * MINUTE) good = good && session_good(&h, t);
    tap_ok(good, "always in use it lasts");
    tap_ok(!session_good(&h, noon + 12 * (timestamp)HOUR), "twelve hours");
    held other = {h.guard, STR("0000000000000000000000000000000000000000000000000000000000000000"), STR("")};
    tap_ok(!session_good(&other, noon), "what was never given is none");

    new_session(&h);
    begin(noon);
    access_end_session(&w, h.session);
    end();
    tap_ok(!session_good(&h, noon), "signed out");
    new_session(&h);
    begin(noon);
    access_set_active(&w, ACCESS_CONSOLE, STR("wang"), false, &a, &d);
    end();
    begin(noon);
    access_set_active(&w, ACCESS_CONSOLE, STR("wang"), true, &a, &d);
    end();
    tap_ok(!session_good(&h, noon), "disabled and enabled again it does not come back");
    access_guard_close(h.guard);
}

static void test_tokens(void)
{
    held h = {0};
    begin(noon);
    h.token = access_make_token(&w, STR("wang"), STR("wang"), STR("platform"), 90, &a, &d);
    tap_ok(access_make_token(&w, STR("wang"), STR("wang"), STR("platform"), 90, &a, &d).len == 0, "two tokens of one name are refused");
    tap_ok(access_make_token(&w, STR("wang"), STR("wang"), STR("long"), ACCESS_TOKEN_DAYS_MAX + 1, &a, &d).len == 0, "one for more than a year too");
    for (int i = 1; i < ACCESS_TOKENS_MAX; i++) access_make_token(&w, STR("wang"), STR("wang"), str_printf(&a, "%d", i), ACCESS_TOKEN_DAYS_MAX, &a, &d);
    tap_ok(access_make_token(&w, STR("wang"), STR("wang"), STR("more"), 1, &a, &d).len == 0, "and a twenty-first");
    end();
    tap_ok(str_starts(h.token, STR("fadu_")) && token_good(&h, noon), "a token may do what its account may");
    tap_ok(token_good(&h, noon + 90 * DAY - 1) && !token_good(&h, noon + 90 * DAY), "for as long as was said");
    begin(noon);
    tap_ok(access_revoke_token(&w, STR("wang"), STR("wang"), STR("platform"), &a, &d) && !access_revoke_token(&w, STR("wang"), STR("wang"), STR("platform"), &a, &d), "it is revoked once");
    end();
    tap_ok(!token_good(&h, noon), "and then is nobody");
    tap_ok(access_same_secret(STR("abc"), STR("abc")) && !access_same_secret(STR("abc"), STR("abd")) && !access_same_secret(STR(""), STR("")), "secrets are the same, or not; nothing is no secret");
}

// ---- what no record says -----------------------------------------------------------------------------------

static void test_verify(void)
{
    tap_is_str(verified(), "none", "all that was done so far agrees with the records");
    store_grant g = {STR("wang"), ACCESS_DISTRICT, ACCESS_ADMINISTRATOR, 1};
    begin(noon);
    store_put_grant(x.store, &g);
    end();
    tap_is_str(verified(), "VERIFY-ACCESS", "a role that nobody granted is found");
    begin(noon);
    store_drop_grant(x.store, &g);
    end();
    tap_is_str(verified(), "none", "taken back, all is well");

    begin(noon);
    store_account there, changed;
    store_get_account(x.store, STR("wang"), &there, &a);
    changed = there;
    changed.name = STR("赵六");
    store_put_account(x.store, &changed);
    end();
    tap_is_str(verified(), "VERIFY-ACCESS", "so is another name");
    begin(noon);
    store_put_account(x.store, &there);
    store_put_account(x.store, &(store_account){.id = STR("ghost"), .name = STR("无"), .active = true, .record = 1});
    end();
    tap_is_str(verified(), "VERIFY-ACCESS", "and an account that nobody made");
}

// ---- directories of before ---------------------------------------------------------------------------------

static bool run_sql(const char *sql)
{
    char path[4300];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/fadu.db", dir);
    if (checksum_vfs_register() != SQLITE_OK || sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "fadu") != SQLITE_OK || tokenizer_register(db) != SQLITE_OK) return false;
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return rc == SQLITE_OK;
}

static void test_migration(void)
{
    store *s;
    store_account *list;
    store_account none;
    ptrdiff_t count = -1;
    tap_ok(run_sql("DROP TABLE account; DROP TABLE role_grant; DROP TABLE session; DROP TABLE token; DROP TABLE task; DROP TABLE clock; DROP TABLE alarm; DROP TABLE command; DROP TABLE counter; PRAGMA user_version=1"), "a directory as the first version left it");
    tap_ok(store_open(dir, false, &s) == STORE_OK, "opens for reading");
    tap_ok(store_accounts(s, &list, &count, &a) == STORE_OK && count == 0 && store_get_account(s, STR("wang"), &none, &a) == STORE_NOT_FOUND, "and has no accounts");
    begin(noon);
    tap_ok(access_add(&w, ACCESS_CONSOLE, STR("wang"), STR("王芳"), STR(""), &a, &d) && end(), "opened for writing it takes one");
    tap_ok(store_get_account(s, STR("wang"), &none, &a) == STORE_OK, "which the reader of before sees");
    store_close(s);
    tap_is_str(verified(), "none", "and verify agrees");
}

// ---- the n-th write fails ----------------------------------------------------------------------------------

static void test_faults(void)
{
    bool whole = true, kept = false;
    long n = 1;
    for (; n < 100 && !kept; n++) {
        begin(noon);
        store_fail_after(n);
        bool done = access_add(&w, ACCESS_CONSOLE, STR("zhao"), STR("赵"), STR(""), &a, &d) && access_grant(&w, ACCESS_CONSOLE, STR("zhao"), STR("hotline"), STR("handler"), &a, &d);
        if (done) kept = end();
        else drop();
        store_fail_after(0);
        store *s;
        store_account there;
        store_open(dir, false, &s);
        whole = whole && (store_get_account(s, STR("zhao"), &there, &a) == STORE_OK) == kept;
        store_close(s);
    }
    tap_ok(n > 4 && kept && whole, "an account and a role are kept together or not at all, whichever of %ld writes fails", n - 2);
    tap_is_str(verified(), "none", "and verify agrees");
}

int main(void)
{
    const char *base = test_directory();
    snprintf(dir, sizeof dir, "%s/data", base);
    tap_ok(district_init(dir, STR("yangshan"), noon, &d) == EXIT_DONE, "a data directory");
    test_names();
    test_roles();
    test_passwords();
    test_sessions();
    test_tokens();
    test_verify();
    test_directory_remove(dir);
    tap_ok(district_init(dir, STR("yangshan"), noon, &d) == EXIT_DONE, "another");
    test_migration();
    test_faults();
    test_directory_remove(base);
    arena_free(&a);
    return tap_done();
}
