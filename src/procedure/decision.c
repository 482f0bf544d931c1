// The decisions of a procedure: every *.dmn file of its folder (DMN 1.5), read with the rest and kept compiled.
#include "procedure/procedure_internal.h"

void load_decisions(loader *l)
{
    procedure *p = l->p;
    for (ptrdiff_t i = 0; i < l->source->count; i++) {
        const procedure_file *file = &l->source->files[i];
        if (!str_ends(file->name, STR(".dmn"))) continue;
        dmn_source source = {str_printf(l->arena, "%.*s/%.*s", STR_ARG(l->source->id), STR_ARG(file->name)), file->text};
        const dmn_model *m = dmn_load(&source, 1, NULL, l->arena, l->diags);
        ptrdiff_t count = 0;
        const dmn_item *items = m ? dmn_items(m, &count) : NULL;
        procedure_decision *list = arena_new(l->arena, p->decision_count + count, procedure_decision);
        for (ptrdiff_t k = 0; k < p->decision_count; k++) list[k] = p->decisions[k];
        p->decisions = list;
        for (ptrdiff_t k = 0; k < count; k++) {
            if (items[k].kind != DMN_DECISION) continue;
            if (procedure_decision_find(p, items[k].name))
                diag_add(l->diags, DIAG_ERROR, "DECISION-TWICE", items[k].at, (bilingual){0}, (bilingual){"流程中已有决策“%.*s”", "the procedure has a decision \"%.*s\" already"}, STR_ARG(items[k].name));
            p->decisions[p->decision_count++] = (procedure_decision){m, &items[k]};
        }
    }
}

const procedure_decision *procedure_decision_find(const procedure *p, str name)
{
    for (ptrdiff_t i = 0; i < p->decision_count; i++)
        if (str_equal(p->decisions[i].item->name, name)) return &p->decisions[i];
    return NULL;
}
