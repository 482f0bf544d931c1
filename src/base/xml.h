// xml.h: an XML document (read by expat) as a tree in an arena, for models drawn elsewhere: DMN, BPMN and their tests.
//
// Only what such models need: elements, attributes, character data, namespaces, and where everything stands. Comments and processing
// instructions are dropped. A document type declaration is refused: it can name files and multiply entities. Encodings: UTF-8, UTF-16,
// ISO-8859-1 and windows-1252; all texts in the tree are UTF-8.
// Nothing of the file is lost by reading: whoever keeps the model keeps its text.
#ifndef FADU_BASE_XML_H
#define FADU_BASE_XML_H

#include "base/diag.h"

enum { XML_NESTING_MAX = 256 };                     // deeper than any diagram; everything that walks a tree may recurse
#define XML_TEXT_MAX ((ptrdiff_t)64 << 20)

typedef struct { str space, name, value; } xml_attribute;

typedef struct { str file, text; bool is_utf8; } xml_source;      // both live as long as the tree; other encodings are shown without the line

typedef struct xml xml;
struct xml {
    str space, name;                 // namespace address ("" when none) and local name
    const xml_attribute *attributes;
    ptrdiff_t attribute_count;
    str text;                        // the character data directly inside, in one piece; "" when it is only space between elements
    xml *parent, *first, *last, *next;
    const xml_source *source;
    // Byte offsets of the element and of the first of its text that is not space (-1 when there is none), with line and column.
    ptrdiff_t at, text_at;
    int line, column, text_line, text_column;
};

// The document's root. NULL and an XML-… diagnostic when it is not well-formed or too large or deep.
xml *xml_parse(str text, str file, arena *a, diag_list *d);

// The value of an attribute without namespace; "" when absent. `element` may be NULL.
str xml_get(const xml *element, str name);
bool xml_has(const xml *element, str name);
str xml_get_in(const xml *element, str space, str name);
// The first child of that local name; NULL when absent. `element` may be NULL.
xml *xml_child(const xml *element, str name);
xml *xml_next(const xml *child, str name);          // the next sibling of that local name
ptrdiff_t xml_count(const xml *element, str name);  // children of that local name
bool xml_is(const xml *element, str name);
source_pos xml_pos(const xml *element);             // `element` of the result is the id, else the name, of it or of what it stands in
source_pos xml_text_pos(const xml *element);        // of its text

#endif
