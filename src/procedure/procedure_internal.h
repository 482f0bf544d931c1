// What the loader's parts share: reading members with their checks.
#ifndef FADU_PROCEDURE_INTERNAL_H
#define FADU_PROCEDURE_INTERNAL_H

#include "procedure/procedure.h"

typedef struct {
    procedure *p;
    const procedure_source *source;
    str file;                    // the file being read: "hotline/procedure.json"
    arena *arena;
    diag_list *diags;
} loader;

source_pos loader_pos(const loader *l, const json *at, str element);
void loader_error(loader *l, const json *at, str element, const char *code, bilingual hint, bilingual format, ...);

// Members of `object`. Those that are missing or of the wrong kind are PROC-MEMBER errors (need_*), or their empty value (want_*).
str need_string(loader *l, const json *object, const char *name, str element);
str need_id(loader *l, const json *object, str element);            // lower-case ASCII, digits and _
str want_string(loader *l, const json *object, const char *name, str element);
const json *want_array(loader *l, const json *object, const char *name, str element);
label need_label(loader *l, const json *object, const char *name, str element);
label want_label(loader *l, const json *object, const char *name, str element);
span want_span(loader *l, const json *object, str element);         // member "in_force"
// Compiles the FEEL of a member; NULL when absent (an error if `needed`) or wrong.
feel_program *read_feel(loader *l, const json *object, const char *name, feel_scope scope, bool needed, str element);
// Every member must be one of the names (NULL-terminated); others are PROC-MEMBER-UNKNOWN: a misspelt member must not be ignored.
void only_members(loader *l, const json *object, str element, const char *const *names);
const procedure_file *loader_file(const loader *l, str name);
// Two things of one kind with one id would make every reference ambiguous: PROC-TWICE.
void check_unique(loader *l, const json *array, str what);
// Strings of an array member, as they stand.
void read_strings(loader *l, const json *array, str element, const str **out, ptrdiff_t *count);

void load_form(loader *l, const json *declared, procedure_form *out);
void load_form_expressions(loader *l, const json *declared, procedure_form *out);
void load_clock(loader *l, const json *declared, procedure_clock *out);
void check_clocks(loader *l, const json *array);                    // what needs all clocks: versions
void load_figure(loader *l, const json *declared, procedure_figure *out);
void load_decisions(loader *l);
void load_process(loader *l, const json *declared);
void check_referrals(procedure *const *all, ptrdiff_t count, diag_list *d);
void load_documents(loader *l, const json *root);
bool load_mapping(loader *l, const json *root, import_mapping *out);
int basis_index(const procedure *p, str id);

#endif
