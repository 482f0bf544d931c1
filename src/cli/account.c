// account.c: fadu account: who may use this data directory's site, and as what.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"
#include "service/access.h"

typedef struct {
    const char *name, *unit, *format, *from, *to;
    int days;
    str words[3];                 // after the action: login, procedure, role
    str secret;                   // password: the hash, made before the transaction; token: what was made
} account_options;

typedef bool (*account_change)(writer *w, account_options *o, arena *a, diag_list *d);

static bool add_account(writer *w, account_options *o, arena *a, diag_list *d) { return access_add(w, ACCESS_CONSOLE, o->words[0], str_from(o->name), str_from(o->unit), a, d); }
static bool grant_role(writer *w, account_options *o, arena *a, diag_list *d) { return access_grant(w, ACCESS_CONSOLE, o->words[0], o->words[1], o->words[2], a, d); }
static bool revoke_role(writer *w, account_options *o, arena *a, diag_list *d) { return access_revoke(w, ACCESS_CONSOLE, o->words[0], o->words[1], o->words[2], a, d); }
static bool disable_account(writer *w, account_options *o, arena *a, diag_list *d) { return access_set_active(w, ACCESS_CONSOLE, o->words[0], false, a, d); }
static bool enable_account(writer *w, account_options *o, arena *a, diag_list *d) { return access_set_active(w, ACCESS_CONSOLE, o->words[0], true, a, d); }
static bool set_password(writer *w, account_options *o, arena *a, diag_list *d) { return access_set_password(w, ACCESS_CONSOLE, o->words[0], o->secret, a, d); }
static bool set_certificate(writer *w, account_options *o, arena *a, diag_list *d) { return access_set_certificate(w, ACCESS_CONSOLE, o->words[0], o->words[1], a, d); }
static bool come_back(writer *w, account_options *o, arena *a, diag_list *d) { return access_set_away(w, ACCESS_CONSOLE, o->words[0], (str){0}, (date){0}, (date){0}, a, d); }
static bool go_away(writer *w, account_options *o, arena *a, diag_list *d)
{
    date first = timestamp_date(w->now, CHINA_OFFSET_MINUTES), last;
    if (!date_parse(str_from(o->to), &last) || (o->from && !date_parse(str_from(o->from), &first))) {
        diag_add(d, DIAG_ERROR, "ACCESS-AWAY", (source_pos){0}, (bilingual){"例如 --from 2026-03-02 --to 2026-03-13", "for example --from 2026-03-02 --to 2026-03-13"},
                 (bilingual){"离岗起止日期不是日期", "--from and --to are not days"});
        return false;
    }
    return access_set_away(w, ACCESS_CONSOLE, o->words[0], o->words[1], first, last, a, d);
}
static bool make_token(writer *w, account_options *o, arena *a, diag_list *d)
{
    o->secret = access_make_token(w, ACCESS_CONSOLE, o->words[0], str_from(o->name), o->days, a, d);
    return o->secret.len > 0;
}

static const struct account_action {
    const char *name;
    int words;
    bool needs_name;
    account_change change;        // NULL: list
} actions[] = {
    {"add", 1, true, add_account}, {"grant", 3, false, grant_role}, {"revoke", 3, false, revoke_role}, {"disable", 1, false, disable_account}, {"enable", 1, false, enable_account},
    {"password", 1, false, set_password}, {"token", 1, true, make_token},
    {"certificate", 2, false, set_certificate}, {"away", 2, false, go_away}, {"back", 1, false, come_back}, {"list", 0, false, NULL}};

static const struct account_action *find_action(const char *name)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0) return &actions[i];
    return NULL;
}

// The action, or NULL for wrong usage. argv[optind] is then the directory.
static const struct account_action *read_options(int argc, char **argv, account_options *o)
{
    static const struct option options[] = {{"name", required_argument, NULL, 'n'}, {"unit", required_argument, NULL, 'u'}, {"days", required_argument, NULL, 'd'},
                                            {"format", required_argument, NULL, 'f'}, {"from", required_argument, NULL, 'F'}, {"to", required_argument, NULL, 'T'}, {0}};
    *o = (account_options){.format = "text", .days = ACCESS_TOKEN_DAYS};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        char *end = NULL;
        long days;
        switch (c) {
        case 'n': o->name = optarg; break;
        case 'u': o->unit = optarg; break;
        case 'f': o->format = optarg; break;
        case 'F': o->from = optarg; break;
        case 'T': o->to = optarg; break;
        case 'd':
            days = strtol(optarg, &end, 10);
            if (*end || !*optarg) return NULL;
            o->days = days < 0 ? 0 : days > ACCESS_TOKEN_DAYS_MAX ? ACCESS_TOKEN_DAYS_MAX + 1 : (int)days;      // refused there, with the reason
            break;
        default: return NULL;
        }
    }
    const struct account_action *action = argc - optind >= 2 ? find_action(argv[optind + 1]) : NULL;
    if (!action || argc - optind != 2 + action->words || (action->needs_name && !o->name)) return NULL;
    if (action->change == go_away && !o->to) return NULL;
    if (strcmp(o->format, "text") != 0 && strcmp(o->format, "json") != 0) return NULL;
    for (int i = 0; i < action->words; i++) o->words[i] = str_from(argv[optind + 2 + i]);
    return action;
}

// One line of standard input; at a terminal it is not shown. Never from argv, which every process of the machine may read.
static str read_password(arena *a)
{
    struct termios before, silent;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        fprintf(stderr, cli_text((bilingual){"密码（%d 至 %d 个字）：", "password (%d to %d characters): "}), ACCESS_PASSWORD_MIN, ACCESS_PASSWORD_MAX);
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    char line[ACCESS_PASSWORD_MAX * 4 + 2];
    bool good = fgets(line, sizeof line, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    if (!good) line[0] = 0;
    line[strcspn(line, "\r\n")] = 0;
    return str_copy(str_from(line), a);
}

static exit_status run_change(const char *dir, account_change change, account_options *o, arena *a, diag_list *d)
{
    district x;
    exit_status status = district_open(dir, true, &x, d);
    if (status != EXIT_DONE) return status;
    writer w;
    store_result r = writer_begin(&w, &x, machine_now());
    bool good = r == STORE_OK && change(&w, o, a, d);
    if (good) r = writer_commit(&w, a);
    else if (r == STORE_OK) writer_rollback(&w);
    status = r != STORE_OK ? district_trouble(dir, x.store, r, d) : good ? EXIT_DONE : EXIT_INPUT;
    district_close(&x);
    return status;
}

// ---- list ------------------------------------------------------------------------------------------------

static json *grants_json(const store_grant *grants, ptrdiff_t count, str account, arena *a)
{
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < count; i++) {
        if (!str_equal(grants[i].account, account)) continue;
        json *o = json_new_object(a);
        json_set(o, STR("procedure"), json_new_string(grants[i].procedure, a));
        json_set(o, STR("role"), json_new_string(grants[i].role, a));
        json_push(list, o);
    }
    return list;
}

static void print_json(const store_account *accounts, ptrdiff_t count, const store_grant *grants, ptrdiff_t grant_count, arena *a)
{
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < count; i++) {
        json *o = json_new_object(a);
        json_set(o, STR("account"), json_new_string(accounts[i].id, a));
        json_set(o, STR("name"), json_new_string(accounts[i].name, a));
        json_set(o, STR("unit"), json_new_string(accounts[i].unit, a));
        json_set(o, STR("active"), json_new_bool(accounts[i].active, a));
        if (accounts[i].certificate.len) json_set(o, STR("certificate"), json_new_string(accounts[i].certificate, a));
        if (accounts[i].stand_in.len) {
            json_set(o, STR("stand_in"), json_new_string(accounts[i].stand_in, a));
            json_set(o, STR("away_from"), json_new_string(date_text(date_from_days(accounts[i].away_first), a), a));
            json_set(o, STR("away_to"), json_new_string(date_text(date_from_days(accounts[i].away_last), a), a));
        }
        json_set(o, STR("password"), json_new_bool(accounts[i].password.len > 0, a));
        json_set(o, STR("roles"), grants_json(grants, grant_count, accounts[i].id, a));
        json_push(list, o);
    }
    buf text = {.arena = a};
    json_write_pretty(&text, list);
    printf("%.*s\n", STR_ARG(buf_str(&text)));
}

static void print_text(const store_account *accounts, ptrdiff_t count, const store_grant *grants, ptrdiff_t grant_count)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        printf("%-20.*s %.*s  %.*s%s%s\n", STR_ARG(accounts[i].id), STR_ARG(accounts[i].name), STR_ARG(accounts[i].unit),
               accounts[i].active ? "" : cli_text((bilingual){"（已停用）", " (disabled)"}), accounts[i].password.len ? "" : cli_text((bilingual){"（未设密码）", " (no password)"}));
        for (ptrdiff_t k = 0; k < grant_count; k++)
            if (str_equal(grants[k].account, accounts[i].id)) printf("  %.*s  %.*s\n", STR_ARG(grants[k].procedure), STR_ARG(grants[k].role));
    }
}

static exit_status list_accounts(const char *dir, const account_options *o, arena *a, diag_list *d)
{
    store *s;
    store_account *accounts;
    store_grant *grants;
    ptrdiff_t count, grant_count;
    store_result r = store_open(dir, false, &s);
    if (r != STORE_OK) return district_trouble(dir, NULL, r, d);
    r = store_accounts(s, &accounts, &count, a);
    if (r == STORE_OK) r = store_grants(s, STR(""), &grants, &grant_count, a);
    exit_status status = r == STORE_OK ? EXIT_DONE : district_trouble(dir, s, r, d);
    if (r == STORE_OK && strcmp(o->format, "json") == 0) print_json(accounts, count, grants, grant_count, a);
    else if (r == STORE_OK) print_text(accounts, count, grants, grant_count);
    store_close(s);
    return status;
}

int cli_account(int argc, char **argv)
{
    account_options o;
    const struct account_action *action = read_options(argc, argv, &o);
    if (!action) return cli_usage("account");
    const char *dir = argv[optind];
    arena a = {0};
    diag_list d = {.arena = &a};
    exit_status status;
    if (!action->change) status = list_accounts(dir, &o, &a, &d);
    else if (action->change == set_password && !access_hash_password(read_password(&a), &o.secret, &a, &d)) status = EXIT_INPUT;
    else status = run_change(dir, action->change, &o, &a, &d);
    cli_report(&d);
    if (status == EXIT_DONE && action->change == make_token) {
        fprintf(stderr, "%s\n", cli_text((bilingual){"令牌只显示这一次：", "the token is shown this once:"}));
        printf("%.*s\n", STR_ARG(o.secret));
    }
    arena_free(&a);
    return status;
}
