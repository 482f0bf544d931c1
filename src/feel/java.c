// java.c: the external functions of kind Java (DMN 1.5, 10.3.2.13.3) that we know without Java: a small table.
//
// A model names a class and a signature. Those that models use for plain arithmetic and texts are written here anew, over decimals;
// all others are refused when the model is read. Arguments must fit the signature's types as Java's would.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "feel/feel_internal.h"

typedef feel_value java_fn(run *r, const feel_value *args, double (*real)(double));
typedef struct {
    const char *class, *method, *types;      // types: one letter a parameter; see fits()
    java_fn *call;
    double (*real)(double);                  // for functions of one real number
} java_method;

static feel_value give(run *r, double x)
{
    char text[40];
    decimal d;
    snprintf(text, sizeof text, "%.16g", x);
    if (!isfinite(x) || !decimal_parse(str_from(text), &d)) return because(r, "FEEL-JAVA", (bilingual){"结果不是数", "the result is not a number"});
    return feel_number(d);
}

static double real_of(feel_value v)
{
    char text[DECIMAL_TEXT_MAX + 1];
    text[decimal_format(v.number, text)] = 0;
    return strtod(text, NULL);
}

static feel_value java_real(run *r, const feel_value *args, double (*real)(double)) { return give(r, real(real_of(args[0]))); }

static feel_value java_pow(run *r, const feel_value *args, double (*real)(double))
{
    (void)real;
    return give(r, pow(real_of(args[0]), real_of(args[1])));
}

static feel_value java_max(run *r, const feel_value *args, double (*real)(double))
{
    (void)r, (void)real;
    return decimal_compare(args[0].number, args[1].number) >= 0 ? args[0] : args[1];
}

static feel_value java_min(run *r, const feel_value *args, double (*real)(double))
{
    (void)r, (void)real;
    return decimal_compare(args[0].number, args[1].number) <= 0 ? args[0] : args[1];
}

static feel_value java_abs(run *r, const feel_value *args, double (*real)(double))
{
    (void)real;
    return decimal_compare(args[0].number, decimal_from_int(0)) < 0 ? negate(r, args[0]) : args[0];
}

static feel_value java_same(run *r, const feel_value *args, double (*real)(double))
{
    (void)r, (void)real;
    return args[0];
}

static feel_value java_number(run *r, const feel_value *args, double (*real)(double))      // Integer.valueOf("123")
{
    (void)real;
    decimal d;
    if (!decimal_parse(args[0].string, &d)) return because(r, "FEEL-JAVA", (bilingual){"文字不是数", "the text is not a number"});
    return feel_number(d);
}

static feel_value text_of(run *r, feel_value v)
{
    buf b = {.arena = r->arena};
    if (v.kind == FEEL_STRING) return v;
    print_value(&b, v, 0);
    return feel_string(buf_str(&b));
}

static feel_value java_text(run *r, const feel_value *args, double (*real)(double))
{
    (void)real;
    return text_of(r, args[0]);
}

// String.format with %s, %d and %%: the arguments after the first, in order.
static feel_value java_format(run *r, const feel_value *args, double (*real)(double))
{
    (void)real;
    buf b = {.arena = r->arena};
    str f = args[0].string;
    ptrdiff_t next = 0;
    for (ptrdiff_t i = 0; i < f.len; i++) {
        char kind = f.data[i] == '%' && i + 1 < f.len ? f.data[i + 1] : 0;
        if (f.data[i] != '%') {
            buf_add_byte(&b, f.data[i]);
            continue;
        }
        i++;
        if (kind == '%') {
            buf_add_byte(&b, '%');
        } else if ((kind == 's' || kind == 'd') && next < args[1].list->count) {
            buf_add(&b, text_of(r, args[1].list->items[next++]).string);
        } else {
            return because(r, "FEEL-JAVA", (bilingual){"格式只支持 %%s、%%d 和 %%%%，且每个都要有参数", "the format knows %%s, %%d and %%%%, each with an argument"});
        }
    }
    return feel_string(buf_str(&b));
}

// Letters: d double, f float, i int, l long, s short, b byte, c char, S String, o Object, v Object[] (all the rest).
static const java_method methods[] = {
    {"java.lang.Math", "abs", "d", java_abs, NULL}, {"java.lang.Math", "abs", "f", java_abs, NULL}, {"java.lang.Math", "abs", "i", java_abs, NULL},
    {"java.lang.Math", "abs", "l", java_abs, NULL}, {"java.lang.Math", "max", "dd", java_max, NULL}, {"java.lang.Math", "max", "ff", java_max, NULL},
    {"java.lang.Math", "max", "ii", java_max, NULL}, {"java.lang.Math", "max", "ll", java_max, NULL}, {"java.lang.Math", "min", "dd", java_min, NULL},
    {"java.lang.Math", "min", "ff", java_min, NULL}, {"java.lang.Math", "min", "ii", java_min, NULL}, {"java.lang.Math", "min", "ll", java_min, NULL},
    {"java.lang.Math", "pow", "dd", java_pow, NULL}, {"java.lang.Math", "cos", "d", java_real, cos}, {"java.lang.Math", "sin", "d", java_real, sin},
    {"java.lang.Math", "tan", "d", java_real, tan}, {"java.lang.Math", "acos", "d", java_real, acos}, {"java.lang.Math", "asin", "d", java_real, asin},
    {"java.lang.Math", "atan", "d", java_real, atan}, {"java.lang.Math", "sqrt", "d", java_real, sqrt}, {"java.lang.Math", "exp", "d", java_real, exp},
    {"java.lang.Math", "log", "d", java_real, log}, {"java.lang.Math", "log10", "d", java_real, log10}, {"java.lang.Math", "cbrt", "d", java_real, cbrt},
    {"java.lang.Math", "ceil", "d", java_real, ceil}, {"java.lang.Math", "floor", "d", java_real, floor}, {"java.lang.Math", "rint", "d", java_real, rint},
    {"java.lang.Byte", "valueOf", "b", java_same, NULL}, {"java.lang.Short", "valueOf", "s", java_same, NULL}, {"java.lang.Integer", "valueOf", "i", java_same, NULL},
    {"java.lang.Long", "valueOf", "l", java_same, NULL}, {"java.lang.Float", "valueOf", "f", java_same, NULL}, {"java.lang.Double", "valueOf", "d", java_same, NULL},
    {"java.lang.Byte", "valueOf", "S", java_number, NULL}, {"java.lang.Short", "valueOf", "S", java_number, NULL}, {"java.lang.Integer", "valueOf", "S", java_number, NULL},
    {"java.lang.Long", "valueOf", "S", java_number, NULL}, {"java.lang.Float", "valueOf", "S", java_number, NULL}, {"java.lang.Double", "valueOf", "S", java_number, NULL},
    {"java.lang.String", "valueOf", "c", java_text, NULL}, {"java.lang.String", "valueOf", "i", java_text, NULL}, {"java.lang.String", "valueOf", "l", java_text, NULL},
    {"java.lang.String", "valueOf", "d", java_text, NULL}, {"java.lang.String", "valueOf", "o", java_text, NULL}, {"java.lang.String", "format", "Sv", java_format, NULL},
};

static char type_letter(str name)
{
    static const struct { const char *name; char letter; } types[] = {
        {"double", 'd'}, {"float", 'f'}, {"int", 'i'}, {"long", 'l'}, {"short", 's'}, {"byte", 'b'}, {"char", 'c'},
        {"java.lang.String", 'S'}, {"java.lang.Object", 'o'}, {"[Ljava.lang.Object;", 'v'},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_equal(name, str_from(types[i].name))) return types[i].letter;
    return 0;
}

// "max(double, double)" as a name and letters. False when it is not written like that or names another type.
static bool read_signature(str text, str *method, char letters[PARAMETERS_MAX + 1])
{
    str rest = text;
    int count = 0;
    *method = str_trim(str_cut(&rest, '('));
    if (!rest.data || !str_ends(str_trim(rest), STR(")"))) return false;
    rest = str_trim(rest);
    rest = str_slice(rest, 0, rest.len - 1);
    while (str_trim(rest).len) {
        char letter = type_letter(str_trim(str_cut(&rest, ',')));
        if (!letter || count == PARAMETERS_MAX) return false;
        letters[count++] = letter;
    }
    letters[count] = 0;
    return true;
}

int32_t java_find(str class, str text)
{
    str method;
    char letters[PARAMETERS_MAX + 1];
    if (!read_signature(text, &method, letters)) return -1;
    for (int32_t i = 0; i < (int32_t)(sizeof methods / sizeof *methods); i++)
        if (str_equal(class, str_from(methods[i].class)) && str_equal(method, str_from(methods[i].method)) && str_equal(str_from(letters), str_from(methods[i].types)))
            return i;
    return -1;
}

static bool whole_within(feel_value v, int64_t low, int64_t high)
{
    int64_t n;
    return v.kind == FEEL_NUMBER && decimal_to_int(v.number, &n) && n >= low && n <= high;
}

static bool fits(feel_value v, char letter)
{
    switch (letter) {
    case 'd': case 'f': return v.kind == FEEL_NUMBER;
    case 'l': return whole_within(v, INT64_MIN, INT64_MAX);
    case 'i': return whole_within(v, INT32_MIN, INT32_MAX);
    case 's': return whole_within(v, INT16_MIN, INT16_MAX);
    case 'b': return whole_within(v, INT8_MIN, INT8_MAX);
    case 'c': return v.kind == FEEL_STRING && utf8_length(v.string) == 1;
    case 'S': return v.kind == FEEL_STRING;
    default: return true;
    }
}

feel_value java_call(run *r, int32_t row, const feel_value *args, int32_t count)
{
    const java_method *m = &methods[row];
    feel_value taken[PARAMETERS_MAX];
    int32_t n = 0;
    for (; m->types[n] && m->types[n] != 'v'; n++) {
        if (n >= count || !fits(args[n], m->types[n]))
            return because(r, "FEEL-JAVA", (bilingual){"第 %d 个参数不合 %s.%s 的类型", "argument %d does not fit %s.%s"}, n + 1, m->class, m->method);
        taken[n] = args[n];
    }
    if (m->types[n] == 'v') taken[n] = feel_list_of(args + n, count - n, r->arena);
    else if (n != count) return because(r, "FEEL-JAVA", (bilingual){"%s.%s 的参数个数不符", "the number of arguments does not fit %s.%s"}, m->class, m->method);
    return m->call(r, taken, m->real);
}
