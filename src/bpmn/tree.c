// tree.c: the XML of a BPMN file with what this module asks of it at every turn: kinds of namespaces, ids, document order.
#include <stdlib.h>

#include "bpmn/bpmn_internal.h"

static tree_namespace namespace_of(str uri)
{
    static const struct { const char *uri; tree_namespace ns; } namespaces[] = {
        {"", NS_NONE}, {"http://www.omg.org/spec/BPMN/20100524/MODEL", NS_BPMN}, {"http://www.omg.org/spec/BPMN/20100524/DI", NS_DI},
        {"http://www.omg.org/spec/DD/20100524/DC", NS_DI}, {"http://www.omg.org/spec/DD/20100524/DI", NS_DI},
        {"http://camunda.org/schema/zeebe/1.0", NS_ZEEBE}, {"urn:fadu:bpmn", NS_FADU}, {"http://www.w3.org/2001/XMLSchema-instance", NS_XSI},
    };
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        if (str_equal(uri, str_from(namespaces[i].uri))) return namespaces[i].ns;
    return NS_OTHER;
}

source_pos tree_pos(const tree_node *n)
{
    while (n && n->id.len == 0 && n->parent && n->parent->parent) n = n->parent;    // the author knows elements by their id
    if (!n) return (source_pos){0};
    source_pos at = xml_pos(n->xml);
    at.element = n->id;
    return at;
}

typedef struct { arena *arena; diag_list *diags; int order; } reader;

static tree_node *read_node(reader *r, const xml *x, tree_node *parent, int depth)
{
    if (depth > BPMN_DEPTH_MAX) {
        diag_add(r->diags, DIAG_ERROR, "BPMN-DEPTH", xml_pos(x), (bilingual){0}, (bilingual){"元素嵌套超过%d层", "elements are nested deeper than %d"}, BPMN_DEPTH_MAX);
        return NULL;
    }
    tree_node *n = arena_new(r->arena, 1, tree_node);
    *n = (tree_node){.ns = namespace_of(x->space), .name = x->name, .text = str_trim(x->text), .xml = x, .order = r->order++, .parent = parent,
                     .id = str_trim(xml_get(x, STR("id"))), .attributes_count = (int)x->attribute_count, .attributes = arena_new(r->arena, x->attribute_count, tree_attribute)};
    for (int i = 0; i < n->attributes_count; i++)
        n->attributes[i] = (tree_attribute){namespace_of(x->attributes[i].space), x->attributes[i].name, x->attributes[i].value};
    for (const xml *child = x->first; child; child = child->next) {
        tree_node *c = read_node(r, child, n, depth + 1);
        if (!c) return NULL;
        if (n->last) n->last = n->last->next = c;
        else n->first = n->last = c;
    }
    return n;
}

tree_node *tree_read(str text, str file, arena *a, diag_list *d)
{
    if (text.len > BPMN_SIZE_MAX) {
        diag_add(d, DIAG_ERROR, "BPMN-SIZE", (source_pos){.file = file}, (bilingual){0}, (bilingual){"文件超过%d字节", "the file is larger than %d bytes"}, (int)BPMN_SIZE_MAX);
        return NULL;
    }
    const xml *root = xml_parse(text, file, a, d);
    reader r = {a, d, 0};
    return root ? read_node(&r, root, NULL, 1) : NULL;
}

str tree_get(const tree_node *n, const char *name)
{
    for (int i = 0; n && i < n->attributes_count; i++)
        if (n->attributes[i].ns == NS_NONE && str_equal(n->attributes[i].name, str_from(name))) return str_trim(n->attributes[i].value);
    return (str){0};
}

bool tree_has(const tree_node *n, const char *name)
{
    for (int i = 0; n && i < n->attributes_count; i++)
        if (n->attributes[i].ns == NS_NONE && str_equal(n->attributes[i].name, str_from(name))) return true;
    return false;
}

bool tree_flag(const tree_node *n, const char *name, bool fallback)
{
    str v = tree_get(n, name);
    return v.len == 0 ? fallback : str_equal(v, STR("true")) || str_equal(v, STR("1"));
}

bool tree_is(const tree_node *n, const char *name) { return n->ns == NS_BPMN && str_equal(n->name, str_from(name)); }

const tree_node *tree_child(const tree_node *n, const char *name)
{
    for (const tree_node *c = n ? n->first : NULL; c; c = c->next)
        if (tree_is(c, name)) return c;
    return NULL;
}

const tree_node *tree_extension(const tree_node *n, const char *name)
{
    const tree_node *extensions = tree_child(n, "extensionElements");
    for (const tree_node *c = extensions ? extensions->first : NULL; c; c = c->next)
        if (c->ns == NS_ZEEBE && str_equal(c->name, str_from(name))) return c;
    return NULL;
}

const tree_node *tree_next(const tree_node *n)
{
    if (n->first) return n->first;
    while (n && !n->next) n = n->parent;
    return n ? n->next : NULL;
}

static int by_id(const void *x, const void *y)
{
    const tree_node *a = *(const tree_node *const *)x, *b = *(const tree_node *const *)y;
    int c = str_compare(a->id, b->id);
    return c ? c : (a->order > b->order) - (a->order < b->order);
}

tree_index tree_index_of(const tree_node *root, arena *a)
{
    tree_index x = {0};
    ptrdiff_t count = 0;
    for (const tree_node *n = root; n; n = tree_next(n)) count += n->id.len > 0 && n->ns == NS_BPMN;
    x.ids = arena_new(a, count, const tree_node *);
    for (const tree_node *n = root; n; n = tree_next(n))
        if (n->id.len > 0 && n->ns == NS_BPMN) x.ids[x.count++] = n;
    if (x.count) qsort(x.ids, (size_t)x.count, sizeof *x.ids, by_id);
    return x;
}

const tree_node *tree_find(const tree_index *x, str id)
{
    for (;;) {
        ptrdiff_t low = 0, high = x->count;
        while (low < high) {
            ptrdiff_t middle = low + (high - low) / 2;
            if (str_compare(x->ids[middle]->id, id) < 0) low = middle + 1;
            else high = middle;
        }
        if (low < x->count && str_equal(x->ids[low]->id, id)) return x->ids[low];
        ptrdiff_t colon = str_find_byte(id, ':');
        if (colon < 0) return NULL;
        id = str_slice(id, colon + 1, id.len);
    }
}
