// json.h: JSON (RFC 8259) read into a tree in an arena, and written.
//
// Numbers are kept as their text: no double ever touches them. Duplicate member names are refused, and so
// are invalid UTF-8, lone surrogates, and nesting deeper than JSON_DEPTH_MAX. Every value knows its place.
#ifndef FADU_BASE_JSON_H
#define FADU_BASE_JSON_H

#include "base/decimal.h"
#include "base/diag.h"

typedef enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind;

typedef struct json json;
struct json {
    json_kind kind;
    int line, column;     // 1-based, columns in code points; 0 in values made by json_new_*
    str text;             // JSON_NUMBER: its lexical form; JSON_STRING: the decoded text
    str name;             // when this is a member of an object: its name
    json *first, *last;   // JSON_ARRAY, JSON_OBJECT: children in document order
    json *next;           // next sibling
    ptrdiff_t count;      // children
};

enum { JSON_DEPTH_MAX = 200 };            // deeper than any file a person writes, shallow enough for any stack
#define JSON_SIZE_MAX ((ptrdiff_t)64 << 20)

// The whole text must be one value. On trouble adds JSON-… diagnostics and returns NULL.
// Strings without escapes point into `text`, which must live as long as the tree.
json *json_parse(str text, str file, arena *a, diag_list *d);

// Lookups: NULL (or the fallback) when absent or of another kind. `object` may be NULL.
json *json_get(const json *object, str name);
str json_string(const json *object, str name);                         // "" when absent
bool json_bool(const json *object, str name, bool fallback);
int64_t json_int(const json *object, str name, int64_t fallback);
source_pos json_pos(const json *value, str file);

// Making trees, for what is then written.
json *json_new_object(arena *a);
json *json_new_array(arena *a);
json *json_new_string(str s, arena *a);
json *json_new_number(str lexical, arena *a);                           // the text must be a JSON number
json *json_new_int(int64_t n, arena *a);
json *json_new_decimal(decimal x, arena *a);
json *json_new_bool(bool b, arena *a);
json *json_new_null(arena *a);
json *json_again(const json *value, arena *a);                          // the same value for another place; what is in it is shared
void json_set(json *object, str name, json *value);                     // replaces a member of that name
void json_push(json *array, json *value);

// Canonical form (RFC 8785 member order: UTF-16 code units; no white space; shortest escapes). Numbers are
// written as they stand in `text`, which is how we define them (docs/formats/record.md).
void json_write(buf *out, const json *value);
void json_write_pretty(buf *out, const json *value);                    // two spaces an indent, members in given order
void json_write_string(buf *out, str s);                                // one quoted string

#endif
