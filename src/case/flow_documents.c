// Documents of a running case: drafted, issued, served. What they say is made outside, by document/, and comes with the command.
#include <string.h>

#include "case/flow_internal.h"

static const procedure_document *template_of(deciding *x)
{
    const procedure *p = x->s->procedure;
    for (ptrdiff_t i = 0; i < p->template_count; i++)
        if (str_equal(p->templates[i].id, x->c->document) && p->templates[i].form == p->process->form) return &p->templates[i];
    flow_refuse(x, "FLOW-NO-DOCUMENT", (bilingual){0}, (bilingual){"这类事项没有文书“%.*s”", "such a case has no document \"%.*s\""}, STR_ARG(x->c->document));
    return NULL;
}

// The last document of that template; NULL: none was made.
static const flow_document *last_of(const flow_state *s, const procedure_document *t)
{
    for (int i = s->document_count - 1; i >= 0; i--)
        if (s->documents[i].document == t) return &s->documents[i];
    return NULL;
}

// Puts it in the place of `old`, or at the end.
static decision put(deciding *x, const flow_document *old, flow_document new)
{
    flow_state *s = x->s;
    if (!old && s->document_count == FLOW_DOCUMENTS_MAX)
        return flow_refuse(x, "FLOW-DOCUMENTS", (bilingual){0}, (bilingual){"一件事项的文书超过 %d 份", "a case has more than %d documents"}, FLOW_DOCUMENTS_MAX);
    flow_document *list = arena_new(x->arena, s->document_count + 1, flow_document);
    if (s->document_count) memcpy(list, s->documents, (size_t)s->document_count * sizeof *list);
    list[old ? old - s->documents : s->document_count++] = new;
    s->documents = list;
    return DECIDED;
}

static digest content_digest(const deciding *x)
{
    buf text = {.arena = x->arena};
    json_write(&text, json_get(x->c->content, STR("says")));
    return digest_of(buf_str(&text));
}

decision flow_draft(deciding *x)
{
    const procedure_document *t = template_of(x);
    if (!t) return REFUSED;
    const flow_document *last = last_of(x->s, t), *draft = last && date_is_none(last->issued) ? last : NULL;
    return put(x, draft, (flow_document){.document = t, .version = draft ? draft->version + 1 : 1, .content = content_digest(x)});
}

decision flow_issue(deciding *x)
{
    const procedure_document *t = template_of(x);
    if (!t) return REFUSED;
    const flow_document *draft = last_of(x->s, t);
    if (!draft || !date_is_none(draft->issued))
        return flow_refuse(x, "FLOW-NO-DRAFT", (bilingual){"先拟制", "draft it first"}, (bilingual){"没有待签发的“%s%.0s”", "there is no draft of %.0s\"%s\" to issue"}, str_cstr(t->name.text[LANG_ZH], x->arena), str_cstr(t->name.text[LANG_EN], x->arena));
    flow_document issued = *draft;
    issued.content = content_digest(x);
    issued.number = x->c->number;
    issued.issued = timestamp_date(x->c->at, x->c->offset_minutes);
    return put(x, draft, issued);
}

decision flow_serve(deciding *x)
{
    const procedure_document *t = template_of(x);
    if (!t) return REFUSED;
    const flow_document *issued = last_of(x->s, t);
    date today = timestamp_date(x->c->at, x->c->offset_minutes), on = date_is_none(x->c->on) ? today : x->c->on;
    if (!issued || date_is_none(issued->issued))
        return flow_refuse(x, "FLOW-NOT-ISSUED", (bilingual){"先签发", "issue it first"}, (bilingual){"“%s%.0s”尚未签发，不能送达", "%.0s\"%s\" has not been issued and cannot be served"}, str_cstr(t->name.text[LANG_ZH], x->arena), str_cstr(t->name.text[LANG_EN], x->arena));
    if (!date_is_none(issued->served))
        return flow_refuse(x, "FLOW-SERVED", (bilingual){0}, (bilingual){"这份文书已于 %s 送达", "it was served on %s already"}, str_cstr(date_text(issued->served, x->arena), x->arena));
    if (date_compare(on, issued->issued) < 0 || date_compare(on, today) > 0)
        return flow_refuse(x, "FLOW-SERVED-ON", (bilingual){0}, (bilingual){"送达日期须在签发之后、今天之前（含当日）", "it is served between the day of issue and today"});
    if (!str_trim(x->c->way).len || !str_trim(x->c->to).len)
        return flow_refuse(x, "FLOW-SERVED-HOW", (bilingual){"例如：直接送达", "for example: 直接送达 (in person)"}, (bilingual){"须写明送达方式和受送达人", "it must be said how it was served, and on whom"});
    feel_value *data = flow_copy_data(x);
    if (t->served_on >= 0) data[t->served_on] = feel_date(on);
    if (t->served_way >= 0) data[t->served_way] = feel_string(x->c->way);
    if (!form_check(x->form, data, x->c->from, x->diags)) return REFUSED;
    if (t->served_on >= 0 || t->served_way >= 0) x->s->data = data;
    flow_document served = *issued;
    served.served = on, served.way = x->c->way, served.receiver = x->c->to;
    return put(x, issued, served);
}
