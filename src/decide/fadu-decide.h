// fadu-decide.h: DMN decisions for other programs: load a model, decide, free.
//
// The whole interface is here and is kept: nothing else of the library is visible. Texts are UTF-8; inputs and results are JSON.
// A loaded model never changes, so any number of threads may decide by it at once. Nothing aborts: what is wrong comes
// back as text. Link with: cc program.c $(pkg-config --cflags --libs fadu-decide)
//
//     char *said;
//     fadu_model *m = fadu_model_load_file("fees.dmn", &said);      // said: what is wrong with it, or NULL
//     char *result = fadu_decide(m, "Fee", "{\"age\": 17}", &said); // "100"; said: why it is null, or NULL
//     fadu_free(result);
//     fadu_free(said);
//     fadu_model_free(m);
#ifndef FADU_DECIDE_H
#define FADU_DECIDE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fadu_model fadu_model;

// One file of a model: its name (for messages; the namespace is in the text) and its text.
typedef struct { const char *name, *text; size_t length; } fadu_source;

// The first source is the model, the others are what it imports; the texts are copied. NULL when there is nothing to work with.
// *said (if `said` is not NULL) gets diagnostics, one after another, or NULL when there are none; free it with fadu_free.
// A model with mistakes in some decisions loads: those decisions are null, and *said tells where.
fadu_model *fadu_model_load(const fadu_source *sources, int count, char **said);
// The same from a file, with imports from further files in the same call: paths[0] is the model.
fadu_model *fadu_model_load_files(const char *const *paths, int count, char **said);
fadu_model *fadu_model_load_file(const char *path, char **said);
void fadu_model_free(fadu_model *m);                     // NULL is allowed

// Decides: the name of a decision, decision service or business knowledge model, looked for in that order, and a JSON object
// with its inputs (NULL: none). Returns the result as JSON; NULL when there is no such name, the input is not a JSON object, or
// memory ran out, and then *said tells. A decision without a value is the text "null", and *said tells why.
char *fadu_decide(const fadu_model *m, const char *name, const char *input, char **said);
// The same as {"result": …, "steps": […], "reasons": ["…"]}: which rules matched, the inputs, the annotations of the rules.
char *fadu_explain(const fadu_model *m, const char *name, const char *input, char **said);
// What the model offers: [{"kind": "decision"|"service"|"bkm", "name": "…", "inputs": [{"name": "…", "type": "…"}]}].
char *fadu_model_list(const fadu_model *m);

void fadu_free(char *text);                              // NULL is allowed
const char *fadu_decide_version(void);

#ifdef __cplusplus
}
#endif

#endif
