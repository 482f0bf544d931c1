// Clocks: time limits with their articles.
#include "procedure/procedure_internal.h"

void load_clock(loader *l, const json *declared, procedure_clock *out)
{
    only_members(l, declared, STR("clocks"), (const char *const[]){"id", "form", "name", "when", "start", "stop", "period", "due", "basis", "article",
                                                                   "verified", "expiry", "in_force", "note", NULL});
    out->id = need_id(l, declared, STR("clocks"));
    out->name = need_label(l, declared, "name", out->id);
    out->expiry = want_label(l, declared, "expiry", out->id);
    out->article = need_string(l, declared, "article", out->id);      // a time limit without its article is a bug
    out->verified = json_bool(declared, STR("verified"), false);
    out->in_force = want_span(l, declared, out->id);
    str basis = need_string(l, declared, "basis", out->id);
    out->basis = basis_index(l->p, basis);
    if (basis.len && out->basis < 0)
        loader_error(l, declared, out->id, "CLOCK-BASIS", (bilingual){0}, (bilingual){"没有依据“%.*s”", "there is no basis \"%.*s\""}, STR_ARG(basis));
    str form = need_string(l, declared, "form", out->id);
    out->form = procedure_form_index(l->p, form);
    if (out->form < 0) {
        if (form.len) loader_error(l, declared, out->id, "CLOCK-FORM", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(form));
        return;
    }
    str length = want_string(l, declared, "period", out->id);
    out->has_period = length.len && period_parse(length, &out->period);
    if (length.len && !out->has_period)
        loader_error(l, declared, out->id, "CLOCK-PERIOD", (bilingual){"例如 5 wd、60 d、3 mo、24 h、-7 d", "for example 5 wd, 60 d, 3 mo, 24 h, -7 d"},
                     (bilingual){"看不懂的期限“%.*s”", "\"%.*s\" is not a period"}, STR_ARG(length));
    if (!length.len == !json_get(declared, STR("due")))
        loader_error(l, declared, out->id, "CLOCK-PERIOD", (bilingual){0}, (bilingual){"期限 period 与到期日 due 须有且只有一个", "exactly one of period and due is needed"});
    // The scope of a clock is the form's fields without `clock`: a clock cannot wait for itself.
    feel_scope scope = l->p->forms[out->form].scope;
    scope.count--;
    out->when = read_feel(l, declared, "when", scope, false, out->id);
    out->start = read_feel(l, declared, "start", scope, true, out->id);
    out->stop = read_feel(l, declared, "stop", scope, true, out->id);
    out->due = read_feel(l, declared, "due", scope, false, out->id);
}
