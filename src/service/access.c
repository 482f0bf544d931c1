// Accounts, grants, sign-in, sessions, tokens.
#include "service/access.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static const source_pos nowhere = {0};

// ---- who asks --------------------------------------------------------------------------------------------

bool access_has_role(const access_actor *who, str procedure_id, str role)
{
    for (ptrdiff_t i = 0; who && i < who->grant_count; i++)
        if (str_equal(who->grants[i].procedure, procedure_id) && str_equal(who->grants[i].role, role)) return true;
    return false;
}

bool access_has_any_role(const access_actor *who, str procedure_id)
{
    for (ptrdiff_t i = 0; who && i < who->grant_count; i++)
        if (str_equal(who->grants[i].procedure, procedure_id)) return true;
    return false;
}

bool access_is_administrator(const access_actor *who) { return access_has_role(who, ACCESS_DISTRICT, ACCESS_ADMINISTRATOR); }

// ---- what is a good name ---------------------------------------------------------------------------------

static bool good_login(str s)
{
    if (s.len < ACCESS_LOGIN_MIN || s.len > ACCESS_LOGIN_MAX || s.data[0] < 'a' || s.data[0] > 'z') return false;
    for (ptrdiff_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_')) return false;
    }
    // Actors that are not people.
    static const char *const taken[] = {"console", "import", "init"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (str_equal(s, str_from(taken[i]))) return false;
    return true;
}

static bool good_text(str s, ptrdiff_t min, ptrdiff_t max)
{
    if (utf8_invalid_at(s) >= 0 || utf8_length(s) < min || utf8_length(s) > max || str_trim(s).len != s.len) return false;
    for (ptrdiff_t i = 0; i < s.len; i++)
        if ((unsigned char)s.data[i] < ' ' || s.data[i] == 0x7f) return false;
    return true;
}

// Is it one of the district's list under that name (`units`, `streets`), by id, name or short name? Its name, else "".
static str unit_in(const json *config, str list_name, str given)
{
    const json *list = json_get(config, list_name);
    for (const json *u = list && list->kind == JSON_ARRAY ? list->first : NULL; u; u = u->next) {
        str name = json_string(json_get(u, STR("name")), STR("zh"));
        if (str_equal(given, name) || str_equal(given, json_string(u, STR("id"))) || str_equal(given, json_string(u, STR("short")))) return name;
    }
    return (str){0};
}

static bool find_unit(const definitions *defs, str given, str *out, diag_list *d)
{
    *out = unit_in(defs->config, STR("units"), given);
    if (!out->len) *out = unit_in(defs->config, STR("streets"), given);
    if (!given.len || out->len) return true;
    buf known = {.arena = d->arena};
    const json *units = json_get(defs->config, STR("units"));
    for (const json *u = units ? units->first : NULL; u; u = u->next) {
        str id = json_string(u, STR("id"));
        buf_printf(&known, "%s%.*s", known.len ? ", " : "", STR_ARG(id));
    }
    diag_add(d, DIAG_ERROR, "ACCESS-UNIT", nowhere, (bilingual){"写标识、名称或简称；街道和镇写名称", "give its id, name or short name; of a subdistrict or town the name"},
             (bilingual){"本区没有单位“%.*s”；现有：%.*s", "the district has no unit \"%.*s\"; there is: %.*s"}, STR_ARG(given), STR_ARG(buf_str(&known)));
    return false;
}

// ---- changing --------------------------------------------------------------------------------------------

// False adds nothing: *found says whether the account is there.
static store_account find_account(writer *w, str login, bool *found, arena *a)
{
    store_account x = {0};
    writer_settle(w);
    store_result r = store_get_account(w->district->store, login, &x, a);
    if (r != STORE_OK && r != STORE_NOT_FOUND && w->trouble == STORE_OK) w->trouble = r;
    *found = r == STORE_OK;
    return x;
}

static bool need_account(writer *w, str login, store_account *out, arena *a, diag_list *d)
{
    bool found;
    *out = find_account(w, login, &found, a);
    if (!found)
        diag_add(d, DIAG_ERROR, "ACCESS-UNKNOWN", nowhere, (bilingual){"用 fadu account DIR list 查看", "see fadu account DIR list"},
                 (bilingual){"没有账户“%.*s”", "there is no account \"%.*s\""}, STR_ARG(login));
    return found;
}

static json *record_of(const char *kind, str by, str account, arena *a)
{
    json *body = json_new_object(a);
    json_set(body, STR("account"), json_new_string(account, a));
    json_set(body, STR("actor"), json_new_string(by, a));
    json_set(body, STR("kind"), json_new_string(str_from(kind), a));
    return body;
}

// Writes the account with the record that says what it now is.
static void put_account(writer *w, str by, store_account *x, arena *a)
{
    json *body = record_of("account", by, x->id, a);
    json_set(body, STR("active"), json_new_bool(x->active, a));
    json_set(body, STR("name"), json_new_string(x->name, a));
    json_set(body, STR("unit"), json_new_string(x->unit, a));
    if (x->certificate.len) json_set(body, STR("certificate"), json_new_string(x->certificate, a));
    if (x->stand_in.len) {
        json *away = json_new_object(a);
        json_set(away, STR("from"), json_new_string(date_text(date_from_days(x->away_first), a), a));
        json_set(away, STR("stand_in"), json_new_string(x->stand_in, a));
        json_set(away, STR("to"), json_new_string(date_text(date_from_days(x->away_last), a), a));
        json_set(body, STR("away"), away);
    }
    x->record = writer_record(w, body, a);
    store_put_account(w->district->store, x);
}

bool access_add(writer *w, str by, str login, str name, str unit, arena *a, diag_list *d)
{
    int errors = d->errors;
    bool found = false;
    if (!good_login(login))
        diag_add(d, DIAG_ERROR, "ACCESS-LOGIN", nowhere, (bilingual){"例如 wang.fang", "for example wang.fang"},
                 (bilingual){"登录名“%.*s”应为 2 至 32 个小写字母、数字和 .-_，以字母开头，且不是 console、import、init",
                             "the login name \"%.*s\" must be 2 to 32 lower-case letters, digits and .-_, begin with a letter, and not be console, import or init"}, STR_ARG(login));
    else find_account(w, login, &found, a);
    if (found)
        diag_add(d, DIAG_ERROR, "ACCESS-EXISTS", nowhere, (bilingual){"换一个登录名", "choose another login name"},
                 (bilingual){"已有账户“%.*s”", "there is an account \"%.*s\" already"}, STR_ARG(login));
    if (!good_text(name, 1, ACCESS_NAME_MAX))
        diag_add(d, DIAG_ERROR, "ACCESS-NAME", nowhere, (bilingual){0}, (bilingual){"姓名应为 1 至 %d 个字，首尾不留空格", "the name must be 1 to %d characters, without blanks at the ends"}, ACCESS_NAME_MAX);
    store_account x = {.id = login, .name = name, .active = true};
    if (!find_unit(w->district->definitions, unit, &x.unit, d) || d->errors != errors) return false;
    put_account(w, by, &x, a);
    return true;
}

static bool unchanged(diag_list *d)
{
    diag_add(d, DIAG_ERROR, "ACCESS-UNCHANGED", nowhere, (bilingual){0}, (bilingual){"已经如此，没有可改的", "that is so already; nothing was changed"});
    return false;
}

bool access_set_active(writer *w, str by, str login, bool active, arena *a, diag_list *d)
{
    store_account x;
    if (!need_account(w, login, &x, a, d)) return false;
    if (x.active == active) return unchanged(d);
    x.active = active;
    put_account(w, by, &x, a);
    if (!active) store_drop_sessions(w->district->store, login, w->now);
    return true;
}

bool access_set_certificate(writer *w, str by, str login, str certificate, arena *a, diag_list *d)
{
    store_account x;
    if (!need_account(w, login, &x, a, d)) return false;
    if (str_equal(x.certificate, certificate)) return unchanged(d);
    if (certificate.len && !good_text(certificate, 1, ACCESS_NAME_MAX)) {
        diag_add(d, DIAG_ERROR, "ACCESS-CERTIFICATE", nowhere, (bilingual){"写人员在名册中的编号", "give the person's number in the register"}, (bilingual){"编号应为 1 至 %d 个字，首尾不留空格", "the number must be 1 to %d characters, without blanks at the ends"}, ACCESS_NAME_MAX);
        return false;
    }
    x.certificate = certificate;
    put_account(w, by, &x, a);
    return true;
}

bool access_set_away(writer *w, str by, str login, str stand_in, date first, date last, arena *a, diag_list *d)
{
    store_account x, other;
    if (!need_account(w, login, &x, a, d) || (stand_in.len && !need_account(w, stand_in, &other, a, d))) return false;
    if (stand_in.len && (str_equal(login, stand_in) || date_compare(first, last) > 0)) {
        diag_add(d, DIAG_ERROR, "ACCESS-AWAY", nowhere, (bilingual){0}, (bilingual){"代办人应为他人，起止日期应有先后", "somebody else stands in, and the first day is not after the last"});
        return false;
    }
    if (!stand_in.len && !x.stand_in.len) return unchanged(d);
    x.stand_in = stand_in;
    x.away_first = stand_in.len ? date_to_days(first) : 0;
    x.away_last = stand_in.len ? date_to_days(last) : 0;
    put_account(w, by, &x, a);
    return true;
}

store_result access_qualifies(store *s, const definitions *defs, str login, str qualification, date day, bool *out, arena *a, diag_list *d)
{
    store_account x;
    *out = false;
    store_result r = store_get_account(s, login, &x, a);
    for (ptrdiff_t i = 0; i < defs->procedure_count && r == STORE_OK && x.certificate.len && !*out; i++) {
        const procedure_register *held_in = defs->procedures[i]->registers;
        store_case row;
        case_state held;
        if (!held_in || !str_equal(held_in->qualification, qualification)) continue;
        r = store_find_case(s, defs->family[defs->numbers[i]], held_in->form, x.certificate, &row, a);
        if (r == STORE_OK) r = district_case_state(s, defs, &row, &held, a, d);
        if (r == STORE_OK) *out = row.status != CASE_WITHDRAWN && row.status != CASE_CANCELLED && case_is_registered(&held.last, day, a);
    }
    return r == STORE_NOT_FOUND ? STORE_OK : r;
}

static bool role_exists(const definitions *defs, str procedure_id, str role, diag_list *d)
{
    if (str_equal(procedure_id, ACCESS_DISTRICT)) {
        if (str_equal(role, ACCESS_ADMINISTRATOR)) return true;
        diag_add(d, DIAG_ERROR, "ACCESS-ROLE", nowhere, (bilingual){0}, (bilingual){"全区只有角色 administrator，没有“%.*s”", "the district has only the role administrator, no \"%.*s\""}, STR_ARG(role));
        return false;
    }
    const procedure *p = definitions_procedure(defs, procedure_id, NULL);
    if (!p) {
        diag_add(d, DIAG_ERROR, "ACCESS-PROCEDURE", nowhere, (bilingual){"全区用“*”", "the district is \"*\""}, (bilingual){"没有流程“%.*s”", "there is no procedure \"%.*s\""}, STR_ARG(procedure_id));
        return false;
    }
    buf known = {.arena = d->arena};
    for (ptrdiff_t i = 0; i < p->role_count; i++) {
        if (str_equal(p->roles[i].id, role)) return true;
        buf_printf(&known, "%s%.*s", i ? ", " : "", STR_ARG(p->roles[i].id));
    }
    diag_add(d, DIAG_ERROR, "ACCESS-ROLE", nowhere, (bilingual){0}, (bilingual){"流程 %.*s 没有角色“%.*s”；现有：%.*s", "the procedure %.*s has no role \"%.*s\"; there is: %.*s"},
             STR_ARG(procedure_id), STR_ARG(role), STR_ARG(buf_str(&known)));
    return false;
}

static bool find_grant(writer *w, const store_grant *wanted, arena *a)
{
    store_grant *list;
    ptrdiff_t count;
    writer_settle(w);
    store_result r = store_grants(w->district->store, wanted->account, &list, &count, a);
    if (r != STORE_OK && w->trouble == STORE_OK) w->trouble = r;
    for (ptrdiff_t i = 0; r == STORE_OK && i < count; i++)
        if (str_equal(list[i].procedure, wanted->procedure) && str_equal(list[i].role, wanted->role)) return true;
    return false;
}

static int64_t grant_record(writer *w, const char *kind, str by, const store_grant *g, arena *a)
{
    json *body = record_of(kind, by, g->account, a);
    json_set(body, STR("procedure"), json_new_string(g->procedure, a));
    json_set(body, STR("role"), json_new_string(g->role, a));
    return writer_record(w, body, a);
}

bool access_grant(writer *w, str by, str login, str procedure_id, str role, arena *a, diag_list *d)
{
    store_account x;
    store_grant g = {.account = login, .procedure = procedure_id, .role = role};
    if (!need_account(w, login, &x, a, d) || !role_exists(w->district->definitions, procedure_id, role, d)) return false;
    if (find_grant(w, &g, a)) return unchanged(d);
    g.record = grant_record(w, "granted", by, &g, a);
    store_put_grant(w->district->store, &g);
    return true;
}

// The role need not exist any more: a procedure's new version may have dropped it.
bool access_revoke(writer *w, str by, str login, str procedure_id, str role, arena *a, diag_list *d)
{
    store_account x;
    store_grant g = {.account = login, .procedure = procedure_id, .role = role};
    if (!need_account(w, login, &x, a, d)) return false;
    if (!find_grant(w, &g, a)) {
        diag_add(d, DIAG_ERROR, "ACCESS-NOT-GRANTED", nowhere, (bilingual){"用 fadu account DIR list 查看", "see fadu account DIR list"},
                 (bilingual){"账户 %.*s 在 %.*s 没有角色“%.*s”", "the account %.*s, in the procedure %.*s, does not have the role \"%.*s\""}, STR_ARG(login), STR_ARG(procedure_id), STR_ARG(role));
        return false;
    }
    grant_record(w, "revoked", by, &g, a);
    store_drop_grant(w->district->store, &g);
    return true;
}

// ---- passwords -------------------------------------------------------------------------------------------

// RFC 9106, section 4, second recommended option: 64 MiB and 3 passes (one lane, which is what libsodium has). libsodium's MODERATE
// would be 256 MiB and most of a second for each attempt that anybody makes, on a thread that serves others too.
enum { HASH_PASSES = 3, HASH_BYTES = 64 << 20 };

static bool good_password(str s) { return utf8_invalid_at(s) < 0 && utf8_length(s) >= ACCESS_PASSWORD_MIN && utf8_length(s) <= ACCESS_PASSWORD_MAX; }

bool access_hash_password(str password, str *hash, arena *a, diag_list *d)
{
    char text[crypto_pwhash_STRBYTES];
    if (!good_password(password)) {
        diag_add(d, DIAG_ERROR, "ACCESS-PASSWORD", nowhere, (bilingual){"用几个不相干的词连成一句", "join a few words that have nothing to do with each other"},
                 (bilingual){"密码应为 %d 至 %d 个字", "the password must be %d to %d characters"}, ACCESS_PASSWORD_MIN, ACCESS_PASSWORD_MAX);
        return false;
    }
    if (sodium_init() < 0 || crypto_pwhash_str(text, password.data, (unsigned long long)password.len, HASH_PASSES, HASH_BYTES) != 0) {
        diag_add(d, DIAG_ERROR, "ACCESS-MEMORY", nowhere, (bilingual){"腾出 64 MB 内存后重试", "free 64 MB of memory and try again"}, (bilingual){"内存不足，密码没有改动", "out of memory; the password was not changed"});
        return false;
    }
    *hash = str_copy(str_from(text), a);
    return true;
}

bool access_set_password(writer *w, str by, str login, str hash, arena *a, diag_list *d)
{
    store_account x;
    if (!need_account(w, login, &x, a, d)) return false;
    writer_record(w, record_of("password_set", by, login, a), a);
    x.password = hash;
    store_put_account(w->district->store, &x);
    store_drop_sessions(w->district->store, login, w->now);
    return true;
}

// ---- what the server remembers ---------------------------------------------------------------------------

// Of a login name: failures and the last of them. Of a session: its last use. Keyed by SHA-256; of eight in a bucket that is full, the one
// with the fewest failures goes, then the oldest: many attempts at other names do not make us forget those at one.
typedef struct { digest key; timestamp at; int failures; } memory;
enum { BUCKETS = 1024, WAYS = 8 };
enum { HASHING_MAX = 2 };            // at a time: of the server's four threads two are free for readers, and 128 MiB are enough
static const timestamp FAILURES_KEPT_MS = 24 * 3600 * (timestamp)1000;

struct access_guard {
    pthread_mutex_t lock;
    int hashing;
    memory attempts[BUCKETS][WAYS], uses[BUCKETS][WAYS];
};

access_guard *access_guard_open(void)
{
    access_guard *g = sodium_init() < 0 ? NULL : mem_alloc(sizeof *g);
    if (g) pthread_mutex_init(&g->lock, NULL);
    return g;
}

void access_guard_close(access_guard *g)
{
    if (!g) return;
    pthread_mutex_destroy(&g->lock);
    mem_release(g);
}

// The memory of this key; `at` is 0 in a new one.
static memory *remember(memory table[BUCKETS][WAYS], digest key)
{
    memory *bucket = table[(key.bytes[0] << 8 | key.bytes[1]) % BUCKETS], *least = bucket;
    for (memory *m = bucket; m < bucket + WAYS; m++) {
        if (m->at && digest_equal(m->key, key)) return m;
        if (m->failures < least->failures || (m->failures == least->failures && m->at < least->at)) least = m;
    }
    *least = (memory){.key = key};
    return least;
}

// How long the next attempt has to wait, counted from the last failure: 2 s after the fifth, then twice as long each time.
static timestamp wait_after(int failures)
{
    timestamp seconds = 0;
    for (int n = ACCESS_FREE_FAILURES; n <= failures && seconds < ACCESS_WAIT_MAX_S; n++) seconds = seconds ? seconds * 2 : 2;
    return (seconds < ACCESS_WAIT_MAX_S ? seconds : ACCESS_WAIT_MAX_S) * 1000;
}

// ---- signing in ------------------------------------------------------------------------------------------

// SIGN_IN_GOOD: go on and look at the password; end_attempt must follow.
static sign_in begin_attempt(access_guard *g, digest name, timestamp now, int *wait_s)
{
    sign_in result = SIGN_IN_GOOD;
    pthread_mutex_lock(&g->lock);
    memory *m = remember(g->attempts, name);
    if (m->at && now - m->at > FAILURES_KEPT_MS) m->failures = 0;
    timestamp wait = wait_after(m->failures), left = m->at + wait - now;
    if (left > wait) left = wait;      // the machine's clock was set back
    *wait_s = left > 0 ? (int)((left + 999) / 1000) : 0;
    if (*wait_s) result = SIGN_IN_WAIT;
    else if (g->hashing == HASHING_MAX) result = SIGN_IN_BUSY;
    else g->hashing++;
    pthread_mutex_unlock(&g->lock);
    return result;
}

static void end_attempt(access_guard *g, digest name, bool good, timestamp now)
{
    pthread_mutex_lock(&g->lock);
    memory *m = remember(g->attempts, name);
    m->failures = good ? 0 : m->failures + 1;
    m->at = now;
    g->hashing--;
    pthread_mutex_unlock(&g->lock);
}

sign_in access_sign_in(access_guard *g, store *s, str login, str password, timestamp now, int *wait_s, arena *a)
{
    // What is compared with when there is no such account: the same work as a real one's. No password has this hash.
    static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    digest name = digest_of(login);
    sign_in may = begin_attempt(g, name, now, wait_s);
    if (may != SIGN_IN_GOOD) return may;
    store_account x = {0};
    bool known = store_get_account(s, login, &x, a) == STORE_OK && x.active && x.password.len && good_password(password);
    char hash[crypto_pwhash_STRBYTES];
    snprintf(hash, sizeof hash, "%.*s", STR_ARG(known ? x.password : STR(nobody)));
    bool right = crypto_pwhash_str_verify(hash, password.data ? password.data : "", (unsigned long long)password.len) == 0;
    end_attempt(g, name, known && right, now);
    return known && right ? SIGN_IN_GOOD : SIGN_IN_WRONG;
}

str access_new_secret(arena *a)
{
    digest random;
    bool good = machine_random(random.bytes, sizeof random.bytes);
    assert(good && sizeof random.bytes * 2 == ACCESS_SECRET_DIGITS);      // getrandom on a running Linux system does not fail
    (void)good;
    return digest_hex(random, a);
}

str access_make_session(writer *w, str login, arena *a)
{
    str secret = access_new_secret(a);
    store_session x = {digest_of(secret), login, access_new_secret(a), w->now, w->now + ACCESS_SESSION_HOURS * 3600 * (timestamp)1000};
    writer_settle(w);
    store_drop_sessions(w->district->store, STR(""), w->now);      // of everybody: those that ran out
    store_put_session(w->district->store, &x);
    return secret;
}

void access_end_session(writer *w, str session)
{
    writer_settle(w);
    store_drop_session(w->district->store, digest_of(session));
}

// The roles of those for whom it stands in today, but what they may do to the whole district.
static bool add_covered(store *s, str login, date today, access_actor *out, arena *a)
{
    str *covered;
    ptrdiff_t count;
    if (store_covered(s, login, date_to_days(today), &covered, &count, a) != STORE_OK) return false;
    for (ptrdiff_t i = 0; i < count; i++) {
        store_grant *theirs;
        ptrdiff_t n;
        if (store_grants(s, covered[i], &theirs, &n, a) != STORE_OK) return false;
        store_grant *all = arena_new(a, out->grant_count + n, store_grant);
        if (out->grant_count) memcpy(all, out->grants, (size_t)out->grant_count * sizeof *all);
        for (ptrdiff_t k = 0; k < n; k++)
            if (!str_equal(theirs[k].procedure, ACCESS_DISTRICT)) all[out->grant_count++] = theirs[k];
        out->grants = all;
    }
    return true;
}

bool access_by_login(store *s, str login, timestamp now, access_actor *out, arena *a)
{
    store_account x;
    store_grant *grants;
    if (store_get_account(s, login, &x, a) != STORE_OK || !x.active) return false;
    *out = (access_actor){.account = x.id, .name = x.name, .unit = x.unit};
    if (store_grants(s, login, &grants, &out->grant_count, a) != STORE_OK) return false;
    out->grants = grants;
    return add_covered(s, login, timestamp_date(now, CHINA_OFFSET_MINUTES), out, a);
}

static bool still_used(access_guard *g, digest key, timestamp now)
{
    pthread_mutex_lock(&g->lock);
    memory *m = remember(g->uses, key);
    bool good = !m->at || now - m->at <= ACCESS_IDLE_MINUTES * 60 * (timestamp)1000;
    if (good) m->at = now;
    pthread_mutex_unlock(&g->lock);
    return good;
}

bool access_by_session(access_guard *g, store *s, str session, timestamp now, access_actor *out, arena *a)
{
    store_session x;
    if (session.len != ACCESS_SECRET_DIGITS) return false;
    digest key = digest_of(session);
    if (store_get_session(s, key, &x, a) != STORE_OK || now >= x.expires || !access_by_login(s, x.account, now, out, a) || !still_used(g, key, now)) return false;
    out->csrf = x.csrf;
    return true;
}

// ---- tokens ----------------------------------------------------------------------------------------------

#define TOKEN_PREFIX STR("fadu_")

static void token_record(writer *w, const char *kind, str by, str login, str name, arena *a)
{
    json *body = record_of(kind, by, login, a);
    json_set(body, STR("name"), json_new_string(name, a));
    writer_record(w, body, a);
}

// How many tokens the account has, and whether one of them has that name.
static ptrdiff_t count_tokens(writer *w, str login, str name, bool *found, arena *a)
{
    store_token *list;
    ptrdiff_t count;
    writer_settle(w);
    store_result r = store_tokens(w->district->store, login, &list, &count, a);
    if (r != STORE_OK && w->trouble == STORE_OK) w->trouble = r;
    *found = false;
    for (ptrdiff_t i = 0; r == STORE_OK && i < count; i++) *found |= str_equal(list[i].name, name);
    return count;
}

str access_make_token(writer *w, str by, str login, str name, int days, arena *a, diag_list *d)
{
    int errors = d->errors;
    store_account x;
    bool found;
    if (!need_account(w, login, &x, a, d)) return (str){0};
    ptrdiff_t count = count_tokens(w, login, name, &found, a);
    if (!good_text(name, 1, ACCESS_NAME_MAX))
        diag_add(d, DIAG_ERROR, "ACCESS-TOKEN-NAME", nowhere, (bilingual){"写明用在哪里", "say where it is used"}, (bilingual){"令牌名应为 1 至 %d 个字", "the token's name must be 1 to %d characters"}, ACCESS_NAME_MAX);
    if (found)
        diag_add(d, DIAG_ERROR, "ACCESS-TOKEN-NAME", nowhere, (bilingual){"换一个名称，或先撤销它", "choose another name, or revoke it first"}, (bilingual){"已有令牌“%.*s”", "there is a token \"%.*s\" already"}, STR_ARG(name));
    if (count >= ACCESS_TOKENS_MAX)
        diag_add(d, DIAG_ERROR, "ACCESS-TOKENS", nowhere, (bilingual){"先撤销不用的", "revoke those no longer used"}, (bilingual){"一个账户至多 %d 个令牌", "an account has at most %d tokens"}, ACCESS_TOKENS_MAX);
    if (days < 1 || days > ACCESS_TOKEN_DAYS_MAX)
        diag_add(d, DIAG_ERROR, "ACCESS-DAYS", nowhere, (bilingual){0}, (bilingual){"有效期应为 1 至 %d 天", "it must be good for 1 to %d days"}, ACCESS_TOKEN_DAYS_MAX);
    if (d->errors != errors) return (str){0};
    str token = str_concat(TOKEN_PREFIX, access_new_secret(a), a);
    token_record(w, "token_made", by, login, name, a);
    store_put_token(w->district->store, &(store_token){digest_of(token), login, name, w->now, w->now + days * 86400 * (timestamp)1000});
    return token;
}

bool access_revoke_token(writer *w, str by, str login, str name, arena *a, diag_list *d)
{
    bool found;
    count_tokens(w, login, name, &found, a);
    if (!found) {
        diag_add(d, DIAG_ERROR, "ACCESS-TOKEN-UNKNOWN", nowhere, (bilingual){0}, (bilingual){"账户 %.*s 没有令牌“%.*s”", "the account %.*s has no token \"%.*s\""}, STR_ARG(login), STR_ARG(name));
        return false;
    }
    token_record(w, "token_revoked", by, login, name, a);
    store_drop_token(w->district->store, login, name);
    return true;
}

bool access_by_token(store *s, str token, timestamp now, access_actor *out, arena *a)
{
    store_token x;
    return token.len == TOKEN_PREFIX.len + ACCESS_SECRET_DIGITS && str_starts(token, TOKEN_PREFIX) && store_get_token(s, digest_of(token), &x, a) == STORE_OK && now < x.expires &&
           access_by_login(s, x.account, now, out, a);
}

bool access_same_secret(str x, str y) { return x.len == y.len && x.len && sodium_memcmp(x.data, y.data, (size_t)x.len) == 0; }

// ---- sensitive fields ------------------------------------------------------------------------------------

// The case, when the actor may read in it what is masked, for that reason.
static bool may_read(writer *w, const access_actor *who, int64_t case_id, str reason, case_state *s, arena *a, diag_list *d)
{
    store_case c;
    writer_settle(w);
    store_result r = store_get_case(w->district->store, case_id, &c, a);
    if (r == STORE_OK) r = district_case_state(w->district->store, w->district->definitions, &c, s, a, d);
    if (r != STORE_OK) {
        if (r != STORE_NOT_FOUND && w->trouble == STORE_OK) w->trouble = r;
        diag_add(d, DIAG_ERROR, "ACCESS-CASE", nowhere, (bilingual){0}, (bilingual){"没有这件事项", "there is no such case"});
        return false;
    }
    if (!access_has_any_role(who, s->last.procedure->id)) {
        diag_add(d, DIAG_ERROR, "ACCESS-DENIED", nowhere, (bilingual){"请管理员授予角色", "ask an administrator for a role"},
                 (bilingual){"在本流程中没有角色，不能查看全文", "without a role in this procedure it cannot be read in full"});
        return false;
    }
    if (!good_text(reason, ACCESS_REASON_MIN, ACCESS_REASON_MAX)) {
        diag_add(d, DIAG_ERROR, "ACCESS-REASON", nowhere, (bilingual){"例如：电话核实办理结果", "for example: to call about the result"},
                 (bilingual){"写明查看的理由，%d 至 %d 个字", "give the reason for reading it, %d to %d characters"}, ACCESS_REASON_MIN, ACCESS_REASON_MAX);
        return false;
    }
    return true;
}

// `what`: member that says which part of the case was read.
static void record_viewed(writer *w, const access_actor *who, const case_state *s, const char *what, json *which, str reason, arena *a)
{
    json *body = json_new_object(a);
    json_set(body, STR("actor"), json_new_string(who->account, a));
    json_set(body, STR("case"), json_new_string(case_id_text(s->last.case_id, a), a));
    json_set(body, str_from(what), which);
    json_set(body, STR("kind"), json_new_string(STR("viewed"), a));
    json_set(body, STR("reason"), json_new_string(reason, a));
    json_set(body, STR("record"), json_new_int(s->record, a));
    writer_record(w, body, a);
}

bool access_reveal(writer *w, const access_actor *who, int64_t case_id, str field, str reason, feel_value *out, arena *a, diag_list *d)
{
    case_state s;
    if (!may_read(w, who, case_id, reason, &s, a, d)) return false;
    const procedure_form *f = &s.last.procedure->forms[s.last.form];
    int at = form_field_index(f, field);
    if (at < 0 || !f->fields[at].sensitive.len || s.last.data[at].kind == FEEL_NULL) {
        diag_add(d, DIAG_ERROR, "ACCESS-FIELD", nowhere, (bilingual){0}, (bilingual){"本案没有遮盖的字段“%.*s”", "this case has no masked field \"%.*s\""}, STR_ARG(field));
        return false;
    }
    record_viewed(w, who, &s, "field", json_new_string(field, a), reason, a);
    *out = s.last.data[at];
    return true;
}

bool access_read_document(writer *w, const access_actor *who, int64_t case_id, int number, str reason, const json **out, arena *a, diag_list *d)
{
    case_state s;
    if (!may_read(w, who, case_id, reason, &s, a, d)) return false;
    store_result r = district_document(w->district->store, &s, number, out, a, d);
    if (r != STORE_OK) {
        if (r != STORE_NOT_FOUND && w->trouble == STORE_OK) w->trouble = r;
        diag_add(d, DIAG_ERROR, "ACCESS-DOCUMENT", nowhere, (bilingual){0}, (bilingual){"这件事项没有第 %d 份文书", "the case has no document %d"}, number);
        return false;
    }
    record_viewed(w, who, &s, "document", json_new_int(number, a), reason, a);
    return true;
}

// ---- replay ----------------------------------------------------------------------------------------------

static store_account *fold_account(const access_fold *f, str id)
{
    for (ptrdiff_t i = 0; i < f->account_count; i++)
        if (str_equal(f->accounts[i].id, id)) return &f->accounts[i];
    return NULL;
}

static store_grant *fold_grant(const access_fold *f, const store_grant *g)
{
    for (ptrdiff_t i = 0; i < f->grant_count; i++)
        if (str_equal(f->grants[i].account, g->account) && str_equal(f->grants[i].procedure, g->procedure) && str_equal(f->grants[i].role, g->role)) return &f->grants[i];
    return NULL;
}

// Room for one more: doubles at powers of two.
static void *room_for(void *items, ptrdiff_t count, ptrdiff_t size, arena *a)
{
    if (count & (count - 1)) return items;
    void *more = arena_alloc(a, count ? count * 2 : 1, size, 16);
    if (count) memcpy(more, items, (size_t)(count * size));
    return more;
}

static bool replay_account(access_fold *f, const json *record)
{
    store_account x = {.id = json_string(record, STR("account")), .name = str_copy(json_string(record, STR("name")), f->arena),
                       .unit = str_copy(json_string(record, STR("unit")), f->arena), .active = json_bool(record, STR("active"), false), .certificate = str_copy(json_string(record, STR("certificate")), f->arena),
                       .record = json_int(record, STR("seq"), 0)};
    const json *away = json_get(record, STR("away"));
    date first, last;
    if (away) {
        if (!date_parse(json_string(away, STR("from")), &first) || !date_parse(json_string(away, STR("to")), &last)) return false;
        x.stand_in = str_copy(json_string(away, STR("stand_in")), f->arena), x.away_first = date_to_days(first), x.away_last = date_to_days(last);
    }
    if (!good_login(x.id)) return false;
    store_account *there = fold_account(f, x.id);
    if (there) x.id = there->id;
    else {
        f->accounts = room_for(f->accounts, f->account_count, (ptrdiff_t)sizeof *f->accounts, f->arena);
        there = &f->accounts[f->account_count++];
        x.id = str_copy(x.id, f->arena);
    }
    *there = x;
    return true;
}

static store_grant read_grant(const json *record)
{
    return (store_grant){json_string(record, STR("account")), json_string(record, STR("procedure")), json_string(record, STR("role")), json_int(record, STR("seq"), 0)};
}

static bool replay_granted(access_fold *f, const json *record)
{
    store_grant g = read_grant(record);
    if (!fold_account(f, g.account) || fold_grant(f, &g)) return false;
    f->grants = room_for(f->grants, f->grant_count, (ptrdiff_t)sizeof *f->grants, f->arena);
    f->grants[f->grant_count++] = (store_grant){str_copy(g.account, f->arena), str_copy(g.procedure, f->arena), str_copy(g.role, f->arena), g.record};
    return true;
}

static bool replay_revoked(access_fold *f, const json *record)
{
    store_grant g = read_grant(record), *there = fold_grant(f, &g);
    if (there) *there = f->grants[--f->grant_count];
    return there != NULL;
}

// What follows from these is only in the store: password hashes and tokens.
static bool replay_secret(access_fold *f, const json *record) { return fold_account(f, json_string(record, STR("account"))) != NULL; }

static bool replay_viewed(access_fold *f, const json *record)
{
    int64_t id;
    return case_id_parse(json_string(record, STR("case")), &id) && fold_account(f, json_string(record, STR("actor")));
}

static const struct { const char *kind; bool (*replay)(access_fold *f, const json *record); } kinds[] = {
    {"account", replay_account}, {"granted", replay_granted}, {"revoked", replay_revoked}, {"password_set", replay_secret},
    {"token_made", replay_secret}, {"token_revoked", replay_secret}, {"viewed", replay_viewed}};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static int kind_index(str kind)
{
    int i = 0;
    while (i < KIND_COUNT && !str_equal(kind, str_from(kinds[i].kind))) i++;
    return i;
}

bool access_is_record(str kind) { return kind_index(kind) < KIND_COUNT; }

bool access_replay(access_fold *f, const json *record)
{
    int i = kind_index(json_string(record, STR("kind")));
    return i < KIND_COUNT && kinds[i].replay(f, record);
}

bool access_compare(const access_fold *f, store *s, str *differs, arena *a)
{
    store_account *accounts;
    store_grant *grants;
    ptrdiff_t account_count, grant_count;
    *differs = (str){0};
    if (store_accounts(s, &accounts, &account_count, a) != STORE_OK || store_grants(s, STR(""), &grants, &grant_count, a) != STORE_OK) return false;
    for (ptrdiff_t i = 0; i < account_count && !differs->len; i++) {
        const store_account *x = &accounts[i], *said = fold_account(f, x->id);
        if (!said || !str_equal(x->name, said->name) || !str_equal(x->unit, said->unit) || x->active != said->active || x->record != said->record || !str_equal(x->certificate, said->certificate) ||
            !str_equal(x->stand_in, said->stand_in) || x->away_first != said->away_first || x->away_last != said->away_last) *differs = x->id;
    }
    for (ptrdiff_t i = 0; i < grant_count && !differs->len; i++) {
        const store_grant *said = fold_grant(f, &grants[i]);
        if (!said || said->record != grants[i].record) *differs = grants[i].account;
    }
    // All that is there is right; so what is missing shows in the numbers.
    if (!differs->len && (account_count != f->account_count || grant_count != f->grant_count)) *differs = STR("-");
    return true;
}
