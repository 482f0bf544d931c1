// XML by example: names and namespaces, encodings, where things stand, and what is refused.
#include "base/xml.h"
#include "tap.h"

static arena a;

static const xml *parse(str text)
{
    diag_list d = {.arena = &a};
    return xml_parse(text, STR("m.dmn"), &a, &d);
}

// "CODE at line:column of element", of what is wrong with the text; "" when nothing is.
static str trouble(str text)
{
    diag_list d = {.arena = &a};
    const xml *root = xml_parse(text, STR("m.dmn"), &a, &d);
    if (root || !d.first) return root && !d.first ? (str){0} : STR("a tree and a diagnostic, or neither");
    return str_printf(&a, "%s at %d:%d", d.first->code, d.first->at.line, d.first->at.column);
}

static void trees(void)
{
    const xml *root = parse(STR("<d:definitions xmlns:d='urn:dmn' xmlns='urn:other' xmlns:v='urn:vendor' name='m' v:name='theirs'>\n"
                                "  <d:decision id='one'><!-- a comment --><text>1 &lt; 2<?pi?> and <![CDATA[3 > 2]]></text></d:decision>\n"
                                "  <d:decision id='two'/><plain xmlns=''/></d:definitions>"));
    tap_is_str(root->space, "urn:dmn", "the namespace of a prefix");
    tap_is_str(root->name, "definitions", "  and the name without it");
    tap_is_str(xml_get(root, STR("name")), "m", "an attribute without prefix has no namespace");
    tap_is_str(xml_get_in(root, STR("urn:vendor"), STR("name")), "theirs", "  one of that name with a prefix is another");
    tap_ok(xml_has(root, STR("name")) && !xml_has(root, STR("id")), "attributes that are there and are not");
    const xml *one = xml_child(root, STR("decision")), *two = xml_next(one, STR("decision"));
    tap_is_str(xml_get(two, STR("id")), "two", "children by name");
    tap_ok(!xml_next(two, STR("decision")) && !xml_child(two, STR("text")) && !xml_child(NULL, STR("x")) && !xml_get(NULL, STR("x")).len, "what there is not");
    tap_is_str(xml_child(one, STR("text"))->text, "1 < 2 and 3 > 2", "text in one piece: entities, a processing instruction, CDATA");
    tap_is_str(xml_child(one, STR("text"))->space, "urn:other", "the default namespace");
    tap_is_str(root->last->space, "", "  which can be taken back");
    tap_is_str(root->text, "", "space between elements is no text");
    tap_is_str(parse(STR("<a> <b/>x</a>"))->text, " x", "  but beside text it is");
    tap_is_str(parse(STR("<a>  </a>"))->text, "  ", "  and in an element that has nothing else");
    tap_is_str(xml_get(parse(STR("<a n='&#x6CD5;&amp;&quot;'/>")), STR("n")), "法&\"", "characters by number and by name");
}

static void places(void)
{
    const xml *root = parse(STR("<m name='模型'>\n <decision id='d1'>\n  <title>一</title><text>\n    甲 + 1</text></decision></m>"));
    const xml *text = xml_child(root->first, STR("text"));
    source_pos at = xml_pos(text), inside = xml_text_pos(text);
    tap_is_int(at.line, 3, "the line of an element");
    tap_is_int(at.column, 19, "  and its column, in characters");
    tap_is_int(inside.line, 4, "its text begins where it is not space");
    tap_is_int(inside.column, 5, "  with its column");
    tap_is_str(inside.source, "    甲 + 1</text></decision></m>", "  and the line to show");
    tap_is_str(at.element, "d1", "it belongs to the nearest element that has an id");
    tap_is_str(xml_pos(root).element, "模型", "  or a name");
    tap_is_str(xml_pos(parse(STR("<nameless/>"))).element, "nameless", "  or else is called by what it is");
    tap_ok(xml_text_pos(parse(STR("<e/>"))).column == 1, "an element without text stands for it");

    buf line = {.arena = &a};              // exported models may be one line
    buf_add(&line, STR("<m>"));
    for (int i = 0; i < 1000; i++) buf_add(&line, STR("<法/>"));
    buf_add(&line, STR("<here/></m>"));
    at = xml_pos(parse(buf_str(&line))->last);
    tap_is_int(at.column, 3 + 1000 * 4 + 1, "in a long line the column is right");
    tap_ok(at.source.len < 500 && at.column - 1 - at.source_skipped > 0 && str_find(at.source, STR("<here/>")) > 0, "  of which the part around it is shown");
}

// UTF-8 text of plain characters (up to U+00FF) with two bytes each.
static str utf16(const char *ascii, bool big)
{
    buf b = {.arena = &a};
    buf_add(&b, big ? (str){"\xFE\xFF", 2} : (str){"\xFF\xFE", 2});
    for (; *ascii; ascii++) buf_add(&b, big ? (str){(char[]){0, *ascii}, 2} : (str){(char[]){*ascii, 0}, 2});
    return buf_str(&b);
}

static void encodings(void)
{
    tap_is_str(parse(STR("\xEF\xBB\xBF<a>法</a>"))->text, "法", "UTF-8 with a byte order mark");
    tap_is_str(parse(utf16("<?xml version='1.0' encoding='UTF-16'?><a>law</a>", false))->text, "law", "UTF-16, little end first");
    tap_is_str(parse(utf16("<a>law</a>", true))->text, "law", "UTF-16, big end first");
    tap_is_str(parse(STR("<?xml version='1.0' encoding='ISO-8859-1'?><a>Stra\xDF" "e</a>"))->text, "Straße", "ISO-8859-1");
    tap_is_str(parse(STR("<?xml version='1.0' encoding='Windows-1252'?><a>5 \x80 \x93x\x94</a>"))->text, "5 € “x”", "windows-1252");
    tap_is_str(trouble(STR("<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>")), "XML-SYNTAX at 1:49", "  in which five bytes mean nothing");
    tap_is_str(trouble(STR("<?xml version='1.0' encoding='GB2312'?><a/>")), "XML-SYNTAX at 1:31", "other encodings are refused");
    tap_is_str(trouble(STR("<a>\xFF</a>")), "XML-SYNTAX at 1:4", "bytes that are not UTF-8");
    const xml *latin = parse(STR("<?xml version='1.0' encoding='ISO-8859-1'?>\n<a>\xDF</a>"));
    tap_ok(!xml_pos(latin).source.len && xml_pos(latin).line == 2, "a line of another encoding is not shown");
}

static str nested(int depth)
{
    buf b = {.arena = &a};
    for (int i = 0; i < depth; i++) buf_add(&b, STR("<a>"));
    for (int i = 0; i < depth; i++) buf_add(&b, STR("</a>"));
    return buf_str(&b);
}

static void refusals(void)
{
    tap_is_str(trouble(STR("<a><b></a>")), "XML-SYNTAX at 1:9", "elements that do not close");
    tap_is_str(trouble(STR("")), "XML-SYNTAX at 1:1", "nothing at all");
    tap_is_str(trouble(STR("<a/><b/>")), "XML-SYNTAX at 1:5", "two roots");
    tap_is_str(trouble(STR("<p:a/>")), "XML-SYNTAX at 1:1", "a prefix that nobody declared");
    tap_is_str(trouble(STR("<a>&nbsp;</a>")), "XML-SYNTAX at 1:4", "an entity that XML does not know");
    tap_is_str(trouble(STR("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")), "XML-DOCTYPE at 1:13", "a document type could name files");
    tap_is_str(trouble(STR("\n<!DOCTYPE a>\n<a/>")), "XML-DOCTYPE at 2:12", "  and is refused however harmless");
    tap_is_str(trouble(nested(XML_NESTING_MAX)), "", "nested as deep as may be");
    tap_is_str(trouble(nested(XML_NESTING_MAX + 1)), "XML-DEPTH at 1:769", "one level more");
    // Nothing behind the length is looked at: it is refused before it is read.
    tap_is_str(trouble((str){"<a/>", XML_TEXT_MAX + 1}), "XML-TOO-LARGE at 0:0", "larger than any model");
}

// Memory that runs out in the middle of a file: expat's own is given back on the way (the sanitizers look).
static void out_of_memory(void)
{
    arena small = {.limit = 16 << 10};
    jmp_buf env;
    volatile bool escaped = true;
    if (!ARENA_GUARD(&small, env)) {
        diag_list d = {.arena = &small};
        buf b = {.arena = &a};
        buf_add(&b, STR("<m>"));
        for (int i = 0; i < 1000; i++) buf_add(&b, STR("<item name='x'/>"));
        buf_add(&b, STR("</m>"));
        xml_parse(buf_str(&b), STR("m.dmn"), &small, &d);
        escaped = false;
    }
    arena_free(&small);
    tap_ok(escaped, "memory that runs out ends the reading");
}

int main(void)
{
    trees();
    places();
    encodings();
    refusals();
    out_of_memory();
    arena_free(&a);
    return tap_done();
}
