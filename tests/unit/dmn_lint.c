// What the linter says of decision tables, each time with an input to try.
#include "dmn/dmn.h"
#include "tap.h"

static arena a;

#define MODEL(table) \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'>" \
    "<itemDefinition name='tGrade'><typeRef>string</typeRef><allowedValues><text>\"A\", \"B\", \"C\"</text></allowedValues></itemDefinition>" \
    "<inputData id='n' name='n'><variable name='n' typeRef='number'/></inputData><inputData id='g' name='g'><variable name='g' typeRef='tGrade'/></inputData>" \
    "<inputData id='t' name='t'><variable name='t' typeRef='date'/></inputData>" \
    "<decision id='d' name='d'><variable name='d'/><informationRequirement><requiredInput href='#n'/></informationRequirement>" \
    "<informationRequirement><requiredInput href='#g'/></informationRequirement><informationRequirement><requiredInput href='#t'/></informationRequirement>" table "</decision></definitions>"
#define IN(text, type) "<input><inputExpression typeRef='" type "'><text>" text "</text></inputExpression></input>"
#define RULE1(x, out) "<rule><inputEntry><text>" x "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
#define RULE2(x, y, out) "<rule><inputEntry><text>" x "</text></inputEntry><inputEntry><text>" y "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
#define TABLE(policy, columns, rules) "<decisionTable hitPolicy='" policy "'>" columns "<output/>" rules "</decisionTable>"

// All that is said, a line each: "CODE sentence".
static str said(const char *model)
{
    diag_list d = {.arena = &a};
    dmn_source source = {STR("m.dmn"), str_from(model)};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    dmn_lint(m, &d);
    buf b = {.arena = &a};
    for (const diag *x = d.first; x; x = x->next) buf_printf(&b, "%s%s %.*s", b.len ? "\n" : "", x->code, STR_ARG(x->message[LANG_EN]));
    return buf_str(&b);
}

#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define GAP TABLE("UNIQUE", IN("n", "number"), RULE1("&lt; 10", "1"))
// A table is looked at wherever it stands.
static void places(void)
{
    static const char *const around[][2] = {
        {"<context><contextEntry>", "</contextEntry></context>"}, {"<list>", "</list>"}, {"<relation><column name='c'/><row>", "</row></relation>"}, {"<functionDefinition>", "</functionDefinition>"},
        {"<conditional><if>" LITERAL("true") "</if><then>", "</then><else>" LITERAL("1") "</else></conditional>"}, {"<conditional><if>" LITERAL("true") "</if><then>" LITERAL("1") "</then><else>", "</else></conditional>"},
        {"<invocation>" LITERAL("abs") "<binding><parameter name='n'/>", "</binding></invocation>"}, {"<for iteratorVariable='i'><in>" LITERAL("[1]") "</in><return>", "</return></for>"},
        {"<filter><in>", "</in><match>" LITERAL("true") "</match></filter>"}, {"<some iteratorVariable='i'><in>" LITERAL("[1]") "</in><satisfies>", "</satisfies></some>"},
    };
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        tap_is_str(said(str_cstr(str_printf(&a, MODEL("%s" GAP "%s"), around[i][0], around[i][1]), &a)), "DMN-GAP no rule takes, for example, n = 10", around[i][0]);
}

// Tables of many columns: where rules ask nothing more they are not tried; where they ask much the linter gives up, and says so.
static void large(void)
{
    enum { COLUMNS = 24 };
    for (int dashes = 0; dashes < 2; dashes++) {
        buf b = {.arena = &a};
        for (int c = 0; c < COLUMNS; c++) buf_add(&b, STR(IN("n &gt; 1", "boolean")));
        buf_add(&b, STR("<output/>"));
        for (int r = 0; r <= COLUMNS; r++) {                 // the first column that is true decides; none is: the last
            buf_add(&b, STR("<rule>"));
            for (int c = 0; c < COLUMNS; c++) buf_printf(&b, "<inputEntry><text>%s</text></inputEntry>", r == COLUMNS ? "false" : c == r ? "true" : dashes ? "-" : "true, false");
            buf_add(&b, STR("<outputEntry><text>1</text></outputEntry></rule>"));
        }
        const char *model = str_cstr(str_printf(&a, MODEL("<decisionTable hitPolicy='FIRST'>%.*s</decisionTable>"), STR_ARG(buf_str(&b))), &a);
        tap_is_str(said(model), dashes ? "" : "DMN-NOT-CHECKED the table is too large to look for gaps", "a table of 24 columns");
    }
}

int main(void)
{
    places();
    large();
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("g", "string"), RULE1("&lt; \"m\"", "1") RULE1("&gt;= \"m\"", "2")))),
               "DMN-NOT-CHECKED the conditions do more than compare with constants: gaps and overlaps were not looked for", "of the order of texts it does not speak");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("t", "date"), RULE1("&lt; @\"2024-03-01T12:00:00\"", "1") RULE1("&gt;= @\"2024-03-01T12:00:00\"", "2")))),
               "DMN-NOT-CHECKED the conditions do more than compare with constants: gaps and overlaps were not looked for", "  nor of dates among moments");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("g", "string"), RULE1("\"其他\"", "1")))), "DMN-GAP no rule takes, for example, g = \"其他…\"", "the other text is one that is not there");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("n", "number"), RULE1("&lt; -(2 + 3)", "1") RULE1("? between -5 and abs(-7)", "2") RULE1("? in (8, &gt; 8)", "3")))), "DMN-GAP no rule takes, for example, n = 7.5",
               "constants may be computed, comparisons written out");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("t", "date"), RULE1("&lt; today()", "1")))), "DMN-NOT-CHECKED the conditions do more than compare with constants: gaps and overlaps were not looked for",
               "  but today is no constant");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("n", "number"), RULE1("&lt; 10", "1") RULE1("&gt;= 10", "2")))), "", "nothing to say of a table that is whole");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("n", "number"), RULE1("&lt; 10", "1") RULE1("[10..20]", "2") RULE1("&gt; 20", "3") RULE1("[5..6]", "4")))),
               "DMN-OVERLAP rules 1 and 4 both match, for example n = 5", "two rules for one number");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("n", "number"), RULE1("&lt; 10", "1") RULE1("&gt; 10", "2")))), "DMN-GAP no rule takes, for example, n = 10", "the limit itself was forgotten");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("t", "date"), RULE1("&lt; date(\"2024-03-01\")", "1") RULE1("&gt; date(\"2024-03-01\")", "2")))),
               "DMN-GAP no rule takes, for example, t = date(\"2024-03-01\")", "over dates");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("t", "date"), RULE1("&lt;= date(\"2024-03-01\")", "1") RULE1("&gt;= date(\"2024-03-02\")", "2")))), "", "there is no day between two neighbouring days");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("g", "tGrade"), RULE1("\"A\"", "1") RULE1("\"B\", \"C\"", "2")))), "", "the allowed values of the type are all there are");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("g", "string"), RULE1("\"A\"", "1") RULE1("\"B\", \"C\"", "2")))), "DMN-GAP no rule takes, for example, g = \"其他\"", "of a plain text there are always others");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("n", "number") IN("g", "tGrade"), RULE2("&lt; 10", "-", "1") RULE2("&gt;= 10", "\"A\"", "2") RULE2("&gt;= 10", "not(\"A\", \"B\")", "3")))),
               "DMN-GAP no rule takes, for example, n = 10, g = \"B\"", "over two columns");
    tap_is_str(said(MODEL(TABLE("FIRST", IN("n", "number"), RULE1("&lt; 10", "1") RULE1("[3..5]", "2") RULE1("-", "3")))), "DMN-UNREACHABLE rule 2 never decides: rules before it take all its inputs",
               "a rule behind one that takes all");
    tap_is_str(said(MODEL(TABLE("FIRST", IN("n", "number"), RULE1("&gt; 5 and ? &lt; 3", "1") RULE1("-", "3")))), "FEEL-UNEXPECTED expected an operator or the end of the text, found \"and\"", "mistakes of the model come first");
    tap_is_str(said(MODEL(TABLE("FIRST", IN("n", "number"), RULE1("? &gt; 5 and ? &lt; 3", "1") RULE1("-", "3")))), "DMN-UNREACHABLE rule 1 takes no input that can be", "a condition that never holds");
    tap_is_str(said(MODEL(TABLE("ANY", IN("n", "number"), RULE1("&lt; 10", "1") RULE1("&gt; 3", "1")))), "", "any: rules with one output may overlap");
    tap_is_str(said(MODEL(TABLE("ANY", IN("n", "number"), RULE1("&lt; 10", "1") RULE1("&gt; 3", "2")))), "DMN-OVERLAP rules 1 and 2 both match, for example n = 6.5", "any: with two outputs they may not");
    tap_is_str(said(MODEL(TABLE("COLLECT", IN("n", "number"), RULE1("&lt; 10", "1")))), "", "collect: an empty list is an answer");
    tap_is_str(said(MODEL(TABLE("UNIQUE", IN("n", "number"), RULE1("modulo(?, 2) = 0", "1")))),
               "DMN-NOT-CHECKED the conditions do more than compare with constants: gaps and overlaps were not looked for", "what it cannot know it does not say");
    tap_is_str(said(MODEL(TABLE("UNIQUE", "<input><inputExpression typeRef='number'><text>n</text></inputExpression><inputValues><text>[0..9]</text></inputValues></input>", RULE1("[0..9]", "1")))), "",
               "the column's own allowed values bound it");
    tap_is_str(said(MODEL("<literalExpression><text>n + \"x\"</text></literalExpression>")), "FEEL-TYPE a number and a string cannot be used with +: the result is always null", "types that do not go together");
    tap_is_str(said(MODEL("<literalExpression><text>n + 1 &gt; t</text></literalExpression>")), "FEEL-TYPE a number and a date cannot be used with >: the result is always null", "also of what is computed");
    tap_is_str(said(MODEL("<literalExpression><text>if n then 1 else 2</text></literalExpression>")), "FEEL-TYPE if wants a boolean, and this is a number", "a condition that is none");
    tap_is_str(said(MODEL("<literalExpression><text>upper case(n)</text></literalExpression>")), "FEEL-TYPE the argument of upper case \"string\" cannot be a number", "an argument of the wrong kind");
    tap_is_str(said(MODEL("<literalExpression><text>{a: 1}.b</text></literalExpression>")), "FEEL-TYPE the type has no member \"b\"", "a member that there is not");
    tap_is_str(said(MODEL(TABLE("COLLECT", IN("n", "number"), RULE1("\"x\"", "1")))), "FEEL-TYPE what is tested is a number: comparing it with a string never holds\nDMN-UNREACHABLE rule 1 takes no input that can be", "a cell of another type than its column");
    tap_is_str(said(MODEL("<literalExpression><text>[1, 2][item &gt; 1] + n * 2 + count([t])</text></literalExpression>")), "", "nothing is said of what may be right");
    arena_free(&a);
    return tap_done();
}
