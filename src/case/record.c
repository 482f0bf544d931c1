// Events to canonical JSON and back (docs/formats/record.md).
#include "case/flow_internal.h"

#include <stdio.h>

static const char *const kind_texts[] = {[EV_RECORDED] = "recorded", [EV_CORRECTED] = "corrected", [EV_CLOSED] = "closed", [EV_WITHDRAWN] = "withdrawn",
                                         [EV_ACTED] = "acted", [EV_CANCELLED] = "cancelled"};
enum { RECORD_FORMAT = 1 };

str event_kind_text(event_kind k) { return str_from(kind_texts[k]); }

static void write_name(buf *out, const char *name, bool *first)
{
    if (!*first) buf_add_byte(out, ',');
    *first = false;
    buf_add_byte(out, '"');
    buf_add(out, str_from(name));
    buf_add(out, STR("\":"));
}

static void write_int(buf *out, int64_t n)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", (long long)n);
    buf_add(out, (str){text, len});
}

static void write_day(buf *out, date d)
{
    char text[16];
    int len = snprintf(text, sizeof text, "\"%04d-%02d-%02d\"", d.year, d.month, d.day);
    buf_add(out, (str){text, len});
}

static void write_value(buf *out, feel_value v)
{
    char text[DECIMAL_TEXT_MAX];
    switch (v.kind) {
    case FEEL_STRING: json_write_string(out, v.string); break;
    case FEEL_NUMBER: buf_add(out, (str){text, decimal_format(v.number, text)}); break;
    case FEEL_BOOLEAN: buf_add(out, v.boolean ? STR("true") : STR("false")); break;
    case FEEL_DATE: write_day(out, v.moment.date); break;
    case FEEL_DATE_TIME: {
        date d = v.moment.date;
        int s = v.moment.time.second_of_day;
        int len = snprintf(text, sizeof text, "\"%04d-%02d-%02dT%02d:%02d:%02d\"", d.year, d.month, d.day, s / 3600, s / 60 % 60, s % 60);
        buf_add(out, (str){text, len});
        break;
    }
    case FEEL_LIST:
        buf_add_byte(out, '[');
        for (ptrdiff_t i = 0; i < v.list->count; i++) {
            if (i) buf_add_byte(out, ',');
            write_value(out, v.list->items[i]);
        }
        buf_add_byte(out, ']');
        break;
    default: buf_add(out, STR("null"));
    }
}

// Members in canonical order; absent instead of null.
void case_event_write(buf *out, const event *e, int64_t seq, timestamp at, str district)
{
    const procedure *p = e->procedure;
    const procedure_form *f = &p->forms[e->form];
    bool first = true;
    buf_reserve(out, 512);
    buf_add_byte(out, '{');
    write_name(out, "actor", &first), json_write_string(out, e->actor);
    write_name(out, "at", &first), json_write_string(out, timestamp_text(at, out->arena));
    write_name(out, "case", &first), json_write_string(out, case_id_text(e->case_id, out->arena));
    if (e->clock_count && !e->running) {
        write_name(out, "clocks", &first);
        buf_add_byte(out, '[');
        for (ptrdiff_t i = 0; i < e->clock_count; i++) {
            if (i) buf_add_byte(out, ',');
            buf_add(out, STR("{\"due\":"));
            write_day(out, e->clocks[i].due);
            buf_add(out, STR(",\"id\":"));
            json_write_string(out, p->clocks[e->clocks[i].clock].id);
            buf_add(out, e->clocks[i].late ? STR(",\"late\":true}") : STR(",\"late\":false}"));
        }
        buf_add_byte(out, ']');
    }
    if (!date_is_none(e->closed)) write_name(out, "closed", &first), write_day(out, e->closed);
    if (e->command) write_name(out, "command", &first), json_write(out, e->command);
    write_name(out, "data", &first);
    buf_add_byte(out, '{');
    bool first_field = true;
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        int field = f->sorted[i];
        if (e->data[field].kind == FEEL_NULL) continue;
        if (!first_field) buf_add_byte(out, ',');
        first_field = false;
        json_write_string(out, f->fields[field].key);
        buf_add_byte(out, ':');
        write_value(out, e->data[field]);
    }
    buf_add_byte(out, '}');
    write_name(out, "definition", &first), write_int(out, e->definition);
    write_name(out, "district", &first), json_write_string(out, district);
    if (e->document) write_name(out, "document", &first), json_write(out, e->document);
    write_name(out, "form", &first), json_write_string(out, f->id);
    write_name(out, "key", &first), json_write_string(out, e->key);
    write_name(out, "kind", &first), json_write_string(out, event_kind_text(e->kind));
    write_name(out, "opened", &first), write_day(out, e->opened);
    if (e->previous) write_name(out, "previous", &first), write_int(out, e->previous);
    write_name(out, "procedure", &first), json_write_string(out, p->id);
    if (e->running) write_name(out, "process", &first), json_write(out, flow_state_json(e->running, out->arena));
    write_name(out, "seq", &first), write_int(out, seq);
    if (e->source.file) {
        write_name(out, "source", &first);
        buf_add(out, STR("{\"file\":")), write_int(out, e->source.file);
        buf_add(out, STR(",\"row\":")), write_int(out, e->source.row);
        buf_add(out, STR(",\"sheet\":")), json_write_string(out, e->source.sheet);
        buf_add_byte(out, '}');
    }
    write_name(out, "v", &first), write_int(out, RECORD_FORMAT);
    write_name(out, "version", &first), write_int(out, e->version);
    buf_add_byte(out, '}');
}

// ---- reading ---------------------------------------------------------------------------------------------

bool field_from_json(field_type type, const json *j, arena *a, feel_value *out)
{
    switch (type) {
    case FIELD_STRING:
        *out = feel_string(j->text);
        return j->kind == JSON_STRING;
    case FIELD_NUMBER: {
        decimal x;
        if (j->kind != JSON_NUMBER || !decimal_parse(j->text, &x)) return false;
        *out = feel_number(x);
        return true;
    }
    case FIELD_BOOLEAN:
        *out = feel_boolean(j->kind == JSON_TRUE);
        return j->kind == JSON_TRUE || j->kind == JSON_FALSE;
    case FIELD_DATE: {
        date d;
        if (j->kind != JSON_STRING || !date_parse(j->text, &d)) return false;
        *out = feel_date(d);
        return true;
    }
    case FIELD_DATE_TIME: return j->kind == JSON_STRING && feel_parse_temporal(j->text, FEEL_DATE_TIME, NULL, out);
    case FIELD_STRINGS: {
        if (j->kind != JSON_ARRAY) return false;
        feel_value *items = arena_new(a, j->count, feel_value);
        ptrdiff_t n = 0;
        for (const json *item = j->first; item; item = item->next) {
            if (item->kind != JSON_STRING) return false;
            items[n++] = feel_string(item->text);
        }
        *out = feel_list_of(items, n, a);
        return true;
    }
    }
    return false;
}

static int clock_index(const procedure *p, str id)
{
    for (int i = 0; i < p->clock_count; i++)
        if (str_equal(p->clocks[i].id, id)) return i;
    return -1;
}

// What a document says has the hash by which the case holds it.
static bool is_attached(const flow_state *s, const json *document, arena *a)
{
    buf text = {.arena = a};
    const json *says = json_get(document, STR("says"));
    if (!says) return false;
    json_write(&text, says);
    digest content = digest_of(buf_str(&text));
    for (int i = 0; i < s->document_count; i++)
        if (digest_equal(s->documents[i].content, content)) return true;
    return false;
}

static bool read_event(const json *body, definition_source find, void *ctx, event *out, arena *a)
{
    *out = (event){.actor = json_string(body, STR("actor")), .definition = (int)json_int(body, STR("definition"), 0)};
    out->procedure = find(ctx, out->definition);
    const json *data = json_get(body, STR("data"));
    if (!out->procedure || !data || data->kind != JSON_OBJECT || json_int(body, STR("v"), 0) != RECORD_FORMAT) return false;
    const procedure *p = out->procedure;
    out->form = procedure_form_index(p, json_string(body, STR("form")));
    if (out->form < 0 || !str_equal(p->id, json_string(body, STR("procedure"))) || !case_id_parse(json_string(body, STR("case")), &out->case_id)) return false;

    const procedure_form *f = &p->forms[out->form];
    feel_value *values = arena_new(a, f->field_count, feel_value);
    for (ptrdiff_t i = 0; i < f->field_count; i++) values[i] = feel_null();
    ptrdiff_t next = 0;    // both are in canonical order, so one pass pairs them
    for (const json *m = data->first; m; m = m->next) {
        while (next < f->field_count && !str_equal(f->fields[f->sorted[next]].key, m->name)) next++;
        if (next == f->field_count) return false;
        int field = f->sorted[next++];
        if (!field_from_json(f->fields[field].type, m, a, &values[field])) return false;
    }
    out->data = values;

    bool known = false;
    str kind = json_string(body, STR("kind"));
    for (int k = EV_RECORDED; k <= EV_CANCELLED && !known; k++)
        if ((known = str_equal(kind, event_kind_text((event_kind)k)))) out->kind = (event_kind)k;
    if (!known || !date_parse(json_string(body, STR("opened")), &out->opened)) return false;
    const json *closed = json_get(body, STR("closed"));
    if (closed && !date_parse(closed->text, &out->closed)) return false;
    out->key = json_string(body, STR("key"));
    out->previous = json_int(body, STR("previous"), 0);
    out->version = (int)json_int(body, STR("version"), 0);

    const json *clocks = json_get(body, STR("clocks"));
    out->clocks = arena_new(a, clocks ? clocks->count : 0, clock_result);
    for (const json *c = clocks ? clocks->first : NULL; c; c = c->next) {
        clock_result *r = &out->clocks[out->clock_count++];
        r->clock = clock_index(p, json_string(c, STR("id")));
        r->late = json_bool(c, STR("late"), false);
        if (r->clock < 0 || !date_parse(json_string(c, STR("due")), &r->due)) return false;
    }
    const json *process = json_get(body, STR("process"));
    if (process) {
        flow_state *running = arena_new(a, 1, flow_state);
        if (!p->process || out->form != p->process->form || !flow_state_read(process, p, values, out->version, running, a)) return false;
        out->running = running;
        out->command = json_get(body, STR("command"));
        out->document = json_get(body, STR("document"));
        if (out->document && !is_attached(running, out->document, a)) return false;
        case_clock_results(running, out, a);
    }
    // The title follows from the data, so records do not repeat it.
    timestamp at;
    if (!timestamp_parse(json_string(body, STR("at")), &at)) return false;
    feel_value *scope = arena_new(a, f->field_count + 1, feel_value);
    case_scope_values(f, values, out->clocks, out->clock_count, p, scope, a);
    out->title = case_title(f, scope, out->key, at, a);
    const json *source = json_get(body, STR("source"));
    if (source)
        out->source = (provenance){(int)json_int(source, STR("file"), 0), json_string(source, STR("sheet")), (int)json_int(source, STR("row"), 0)};
    return true;
}

bool case_event_read(const json *body, definition_source find, void *ctx, event *out, arena *a, diag_list *d)
{
    if (read_event(body, find, ctx, out, a)) return true;
    diag_add(d, DIAG_ERROR, "RECORD-FORMAT", (source_pos){0}, (bilingual){"记录已损坏，或由更新的版本写成", "it is damaged, or was written by a later version"},
             (bilingual){"第 %lld 号记录读不懂", "record %lld cannot be read"}, (long long)json_int(body, STR("seq"), 0));
    return false;
}
