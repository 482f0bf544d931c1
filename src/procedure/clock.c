// Clocks: time limits with their articles.
#include "procedure/procedure_internal.h"

bool span_covers(span s, date day)
{
    return (date_is_none(s.from) || date_compare(s.from, day) <= 0) && (date_is_none(s.to) || date_compare(day, s.to) <= 0);
}

str procedure_clock_family(const procedure_clock *c) { return c->version_of.len ? c->version_of : c->id; }

bool procedure_clock_named(const procedure_clock *c, bool promise, str name)
{
    static const str suffix = {".promise", 8};
    bool asks_promise = str_ends(name, suffix);
    if (asks_promise != promise) return false;
    if (asks_promise) name = str_slice(name, 0, name.len - suffix.len);
    return str_equal(name, c->id) || str_equal(name, procedure_clock_family(c));
}

const procedure_clock *procedure_clock_on(const procedure *p, str id, date day)
{
    str family = id;
    for (ptrdiff_t i = 0; i < p->clock_count; i++)
        if (str_equal(p->clocks[i].id, id)) family = procedure_clock_family(&p->clocks[i]);
    for (ptrdiff_t i = 0; i < p->clock_count; i++)
        if (str_equal(procedure_clock_family(&p->clocks[i]), family) && span_covers(p->clocks[i].in_force, day)) return &p->clocks[i];
    return NULL;
}

static bool read_period(loader *l, const json *object, const char *name, str element, period *out)
{
    str text = want_string(l, object, name, element);
    if (text.len == 0) return false;
    if (period_parse(text, out)) return true;
    loader_error(l, object, element, "CLOCK-PERIOD", (bilingual){"例如 5 wd、60 d、3 mo、24 h、-7 d", "for example 5 wd, 60 d, 3 mo, 24 h, -7 d"},
                 (bilingual){"看不懂的期限“%.*s”", "\"%.*s\" is not a period"}, STR_ARG(text));
    return false;
}

// "01-31" or "before 03-01"
static void read_year_day(loader *l, const json *declared, procedure_clock *out)
{
    str text = want_string(l, declared, "by", out->id), day = text;
    if (text.len == 0) return;
    out->by.before = str_starts(text, STR("before "));
    if (out->by.before) day = str_slice(text, 7, text.len);
    date d;
    // A leap year's: 02-29 is a day of the year, though not of every year.
    if (date_parse(str_printf(l->arena, "2024-%.*s", STR_ARG(day)), &d)) out->by = (year_day){d.month, d.day, out->by.before};
    else
        loader_error(l, declared, out->id, "CLOCK-BY", (bilingual){"例如 01-31、before 03-01", "for example 01-31, before 03-01"},
                     (bilingual){"看不懂的日期“%.*s”", "\"%.*s\" is not a day of the year"}, STR_ARG(text));
}

static bool same_unit(loader *l, const json *at, const procedure_clock *c, period p)
{
    if (c->has_period && p.unit == c->period.unit && !p.backward && !c->period.backward) return true;
    loader_error(l, at, c->id, "CLOCK-UNIT", (bilingual){0},
                 (bilingual){"延长、承诺和预警须与期限的单位相同，且期限须向后计算", "an extension, a promise or a warning needs the unit of the period, and a period that runs forward"});
    return false;
}

static void read_interrupts(loader *l, const json *declared, procedure_clock *out)
{
    static const struct { const char *word; clock_interrupt_kind kind; } kinds[] = {{"suspends", CLOCK_SUSPENDS}, {"restarts", CLOCK_RESTARTS}};
    const json *array = want_array(l, declared, "interrupts", out->id);
    if (!array) return;
    out->interrupts = arena_new(l->arena, array->count, clock_interrupt);
    for (const json *j = array->first; j; j = j->next) {
        only_members(l, j, out->id, (const char *const[]){"kind", "event", "article", NULL});
        clock_interrupt *i = &out->interrupts[out->interrupt_count++];
        str word = need_string(l, j, "kind", out->id);
        bool known = false;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (str_equal(word, str_from(kinds[k].word))) i->kind = kinds[k].kind, known = true;
        if (word.len && !known)
            loader_error(l, j, out->id, "CLOCK-INTERRUPT", (bilingual){"中止写 suspends，中断写 restarts", "write suspends or restarts"},
                         (bilingual){"不认识的中止、中断类型“%.*s”", "\"%.*s\" is no kind of interruption"}, STR_ARG(word));
        i->event = need_label(l, j, "event", out->id);
        i->article = need_string(l, j, "article", out->id);
    }
}

static void read_extension(loader *l, const json *declared, procedure_clock *out)
{
    const json *j = json_get(declared, STR("extension"));
    if (!j) return;
    only_members(l, j, out->id, (const char *const[]){"length", "times", "by", "article", NULL});
    clock_extension *e = &out->extension;
    period length = {0};
    if (read_period(l, j, "length", out->id, &length) && same_unit(l, j, out, length)) e->length = length.length;
    e->times = (int)json_int(j, STR("times"), 1);
    if (e->times < 1 || e->times > 100)
        loader_error(l, j, out->id, "CLOCK-EXTENSION", (bilingual){0}, (bilingual){"延长次数须为 1 至 100", "the number of extensions must be 1 to 100"});
    e->by = need_label(l, j, "by", out->id);
    e->article = need_string(l, j, "article", out->id);
}

// The scope of a clock is the form's fields without `clock`: a clock cannot wait for itself.
static feel_scope clock_scope(const loader *l, const procedure_clock *c)
{
    feel_scope scope = l->p->forms[c->form].scope;
    scope.count--;
    return scope;
}

static void read_promise(loader *l, const json *declared, procedure_clock *out)
{
    const json *j = json_get(declared, STR("promise"));
    if (!j) return;
    only_members(l, j, out->id, (const char *const[]){"period", "when", "article", NULL});
    need_string(l, j, "period", out->id);
    out->promise_article = need_string(l, j, "article", out->id);
    out->promise_id = str_printf(l->arena, "%.*s.promise", STR_ARG(out->id));
    if (out->form >= 0) out->promise_when = read_feel(l, j, "when", clock_scope(l, out), false, out->id);
    out->has_promise = read_period(l, j, "period", out->id, &out->promise) && same_unit(l, j, out, out->promise);
    if (out->has_promise && out->promise.length > out->period.length)
        loader_error(l, j, out->id, "CLOCK-PROMISE", (bilingual){"承诺时限只能短于或者等于法定期限", "an office may only promise to be faster"},
                     (bilingual){"承诺时限长于法定期限（%.*s）", "the promise is longer than the law allows (%.*s)"}, STR_ARG(out->article));
}

static void read_effect(loader *l, const json *declared, procedure_clock *out)
{
    static const struct { const char *word; clock_effect effect; } effects[] = {
        {"late", EXPIRY_LATE}, {"escalated", EXPIRY_ESCALATED}, {"deemed_accepted", EXPIRY_DEEMED_ACCEPTED}, {"forfeited", EXPIRY_FORFEITED}, {"terminated", EXPIRY_TERMINATED}};
    str word = want_string(l, declared, "effect", out->id);
    for (size_t i = 0; word.len && i < sizeof effects / sizeof *effects; i++)
        if (str_equal(word, str_from(effects[i].word))) {
            out->effect = effects[i].effect;
            return;
        }
    if (word.len)
        loader_error(l, declared, out->id, "CLOCK-EFFECT", (bilingual){"late、escalated、deemed_accepted、forfeited、terminated 之一", "one of late, escalated, deemed_accepted, forfeited, terminated"},
                     (bilingual){"不认识的届满后果“%.*s”", "\"%.*s\" is no effect of expiry"}, STR_ARG(word));
}

// A moment that is a field needs no other name than the field's.
static label moment_name(loader *l, const json *declared, const char *words, const char *feel, const procedure_clock *c)
{
    label given = want_label(l, declared, words, c->id);
    if (given.text[LANG_ZH].len || c->form < 0) return given;
    const procedure_form *f = &l->p->forms[c->form];
    int field = form_field_index(f, json_string(declared, str_from(feel)));
    return field < 0 ? given : f->fields[field].name;
}

static void read_programs(loader *l, const json *declared, procedure_clock *out)
{
    str form = want_string(l, declared, "form", out->id);
    out->form = form.len ? procedure_form_index(l->p, form) : -1;
    if (form.len && out->form < 0) {
        loader_error(l, declared, out->id, "CLOCK-FORM", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(form));
        return;
    }
    if (out->form < 0) {
        for (const char *const *name = (const char *const[]){"when", "start", "stop", "due", NULL}; *name; name++)
            if (json_get(declared, str_from(*name)))
                loader_error(l, declared, out->id, "CLOCK-FORM", (bilingual){"写明表单 form，或者改用 starts、ends", "name the form, or use starts and ends"},
                             (bilingual){"没有表单就没有“%s”可以引用的字段", "without a form, \"%s\" has no fields to refer to"}, *name);
        need_label(l, declared, "starts", out->id);
        need_label(l, declared, "ends", out->id);
        return;
    }
    feel_scope scope = clock_scope(l, out);
    out->when = read_feel(l, declared, "when", scope, false, out->id);
    out->start = read_feel(l, declared, "start", scope, true, out->id);
    out->stop = read_feel(l, declared, "stop", scope, true, out->id);
    out->due = read_feel(l, declared, "due", scope, false, out->id);
}

void load_clock(loader *l, const json *declared, procedure_clock *out)
{
    only_members(l, declared, STR("clocks"), (const char *const[]){"id", "version_of", "form", "name", "starts", "ends", "when", "start", "stop", "period", "by", "due",
                                                                   "hours", "promise", "warning", "interrupts", "extension", "effect", "basis", "article", "verified",
                                                                   "expiry", "in_force", "note", NULL});
    out->id = need_id(l, declared, STR("clocks"));
    out->version_of = want_string(l, declared, "version_of", out->id);
    out->name = need_label(l, declared, "name", out->id);
    out->expiry = want_label(l, declared, "expiry", out->id);
    out->note = want_label(l, declared, "note", out->id);
    out->article = need_string(l, declared, "article", out->id);      // a time limit without its article is a bug
    out->verified = json_bool(declared, STR("verified"), false);
    out->in_force = want_span(l, declared, out->id);
    str basis = need_string(l, declared, "basis", out->id);
    out->basis = basis_index(l->p, basis);
    if (basis.len && out->basis < 0)
        loader_error(l, declared, out->id, "CLOCK-BASIS", (bilingual){0}, (bilingual){"没有依据“%.*s”", "there is no basis \"%.*s\""}, STR_ARG(basis));
    read_programs(l, declared, out);
    out->starts = moment_name(l, declared, "starts", "start", out);
    out->ends = moment_name(l, declared, "ends", "stop", out);
    out->has_period = read_period(l, declared, "period", out->id, &out->period);
    read_year_day(l, declared, out);
    // A day of the year needs the year: a form's record computes it in `due`.
    bool period_there = json_get(declared, STR("period")), due_there = json_get(declared, STR("due")), by_there = json_get(declared, STR("by"));
    if (period_there == (due_there || by_there) || (by_there && out->form >= 0 && !due_there))
        loader_error(l, declared, out->id, "CLOCK-PERIOD", (bilingual){0},
                     (bilingual){"期限 period 与到期日 due 须有且只有一个；有表单时，每年的日期 by 须与 due 同用", "exactly one of period and due is needed; with a form, \"by\" goes with due"});
    str hours = want_string(l, declared, "hours", out->id);
    out->working_days_only = str_equal(hours, STR("working days"));
    if (hours.len && (!out->working_days_only || !out->has_period || out->period.unit != UNIT_HOURS))
        loader_error(l, declared, out->id, "CLOCK-HOURS", (bilingual){0}, (bilingual){"hours 只能写 working days，且只用于按小时的期限", "\"hours\" can only be \"working days\", for a period in hours"});
    period warning = {0};
    if (read_period(l, declared, "warning", out->id, &warning) && same_unit(l, declared, out, warning)) out->warning = warning.length;
    read_interrupts(l, declared, out);
    read_extension(l, declared, out);
    read_promise(l, declared, out);
    read_effect(l, declared, out);
}

static bool spans_meet(span a, span b)
{
    bool a_first = date_is_none(a.from) || date_is_none(b.to) || date_compare(a.from, b.to) <= 0;
    bool b_first = date_is_none(b.from) || date_is_none(a.to) || date_compare(b.from, a.to) <= 0;
    return a_first && b_first;
}

// Versions of one clock must not be in force on one day: which of them is the law then?
void check_clocks(loader *l, const json *array)
{
    const procedure *p = l->p;
    const json *j = array ? array->first : NULL;
    for (ptrdiff_t i = 0; i < p->clock_count; i++, j = j->next) {
        const procedure_clock *c = &p->clocks[i];
        bool found = c->version_of.len == 0;
        for (ptrdiff_t k = 0; k < p->clock_count; k++) {
            const procedure_clock *other = &p->clocks[k];
            if (str_equal(other->id, c->version_of) && other->version_of.len == 0 && other != c) found = true;
            if (k < i && str_equal(procedure_clock_family(other), procedure_clock_family(c)) && spans_meet(other->in_force, c->in_force))
                loader_error(l, j, c->id, "CLOCK-VERSIONS", (bilingual){"用 in_force 写明各版本施行的起止日期", "say with in_force from when to when each version applies"},
                             (bilingual){"与“%.*s”是同一期限，施行期间重叠", "is a version of the same clock as \"%.*s\", and both are in force on the same day"}, STR_ARG(other->id));
        }
        if (!found)
            loader_error(l, j, c->id, "CLOCK-VERSION-OF", (bilingual){0}, (bilingual){"没有期限“%.*s”，或者它自己就是某期限的版本", "there is no clock \"%.*s\", or it is a version itself"}, STR_ARG(c->version_of));
    }
}
