#include "base/diag.h"

#include <assert.h>

#include "base/utf8.h"

// What a terminal line shows of a long source line: so many code points before the column and after it.
enum { SOURCE_BEFORE = 60, SOURCE_AFTER = 40 };

// Keeps only the part of the source line that will be shown: a file may be one line of 64 MiB,
// and every mistake in it would copy that line.
static void clip_source(source_pos *at)
{
    ptrdiff_t skip = 0;
    if (at->column - at->source_skipped > SOURCE_BEFORE) skip = at->column - at->source_skipped - SOURCE_BEFORE;
    ptrdiff_t from = utf8_offset(at->source, skip);
    str rest = str_slice(at->source, from, at->source.len);
    ptrdiff_t shown = skip || at->source_skipped ? SOURCE_BEFORE + SOURCE_AFTER : at->column + SOURCE_AFTER;
    at->source = str_slice(rest, 0, utf8_offset(rest, shown));
    at->source_skipped += (int)skip;
}

static str format_text(arena *a, const char *format, va_list args)
{
    if (!format) return (str){0};
    va_list copy;
    va_copy(copy, args);
    str s = str_vprintf(a, format, copy);
    va_end(copy);
    return s;
}

// Counts it, and gives the place to keep it; NULL beyond what is kept.
static diag *append(diag_list *d, diag_severity severity, const char *code)
{
    assert(d->arena && code);
    int found = d->errors + d->warnings + d->notes;
    switch (severity) {
    case DIAG_ERROR: d->errors++; break;
    case DIAG_WARNING: d->warnings++; break;
    case DIAG_NOTE: d->notes++; break;
    }
    if (found >= DIAG_KEPT_MAX) return NULL;
    diag *g = arena_new(d->arena, 1, diag);
    g->severity = severity;
    g->code = code;
    if (d->last) d->last->next = g;
    else d->first = g;
    d->last = g;
    return g;
}

static source_pos copy_pos(source_pos at, arena *a)
{
    at.file = str_copy(at.file, a);
    at.element = str_copy(at.element, a);
    at.source = str_copy(at.source, a);
    return at;
}

void diag_vadd(diag_list *d, diag_severity severity, const char *code, source_pos at, bilingual hint, bilingual format, va_list args)
{
    diag *g = append(d, severity, code);
    if (!g) return;
    clip_source(&at);
    g->at = copy_pos(at, d->arena);
    g->message[LANG_ZH] = format_text(d->arena, format.zh, args);
    g->message[LANG_EN] = format_text(d->arena, format.en, args);
    g->hint[LANG_ZH] = str_copy(str_from(hint.zh), d->arena);
    g->hint[LANG_EN] = str_copy(str_from(hint.en), d->arena);
}

void diag_add(diag_list *d, diag_severity severity, const char *code, source_pos at, bilingual hint, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(d, severity, code, at, hint, format, args);
    va_end(args);
}

void diag_copy(diag_list *d, const diag *found)
{
    diag *g = append(d, found->severity, found->code);
    if (!g) return;
    g->at = copy_pos(found->at, d->arena);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        g->message[lang] = str_copy(found->message[lang], d->arena);
        g->hint[lang] = str_copy(found->hint[lang], d->arena);
    }
}

static const struct {
    const char *severity[3], *hint, *colon, *more;
} words[LANG_COUNT] = {
    [LANG_ZH] = {{"错误", "警告", "说明"}, "提示：", "：", "另有 %d 项未列出\n"},
    [LANG_EN] = {{"error", "warning", "note"}, "hint: ", ": ", "%d more not shown\n"},
};

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

static void add_clean(buf *out, str s)
{
    for (ptrdiff_t i = 0; i < s.len;) {
        uint32_t c = utf8_next(s, &i);
        buf_add_char(out, is_control(c) ? ' ' : c);
    }
}

static void add_source(buf *out, const source_pos *at)
{
    str before = str_slice(at->source, 0, utf8_offset(at->source, at->column - at->source_skipped - 1));
    const char *ellipsis = at->source_skipped ? "…" : "";
    ptrdiff_t start = out->len;
    buf_printf(out, "%4d | ", at->line);
    ptrdiff_t margin = out->len - start;
    buf_printf(out, "%s", ellipsis);
    add_clean(out, at->source);
    buf_add_byte(out, '\n');
    if (at->column < 1) return;
    buf_printf(out, "%*s", (int)margin - 2, "");
    buf_printf(out, "| %*s^\n", utf8_width(before) + utf8_width(str_from(ellipsis)), "");
}

void diag_print(buf *out, const diag *d, language lang)
{
    const source_pos *at = &d->at;
    if (at->file.len) {
        add_clean(out, at->file);
        buf_add_byte(out, ':');
    }
    if (at->line) buf_printf(out, "%d:", at->line);
    if (at->line && at->column) buf_printf(out, "%d:", at->column);
    if (at->file.len || at->line) buf_add_byte(out, ' ');
    buf_printf(out, "%s [%s] ", words[lang].severity[d->severity], d->code);
    if (at->element.len) {
        add_clean(out, at->element);
        buf_add(out, str_from(words[lang].colon));
    }
    add_clean(out, d->message[lang]);
    buf_add_byte(out, '\n');
    if (at->source.len && at->line) add_source(out, at);
    if (d->hint[lang].len) {
        buf_printf(out, "  %s", words[lang].hint);
        add_clean(out, d->hint[lang]);
        buf_add_byte(out, '\n');
    }
}

void diag_print_all(buf *out, const diag_list *d, language lang)
{
    int shown = 0;
    for (const diag *g = d->first; g; g = g->next, shown++) diag_print(out, g, lang);
    int more = d->errors + d->warnings + d->notes - shown;
    if (more) buf_printf(out, words[lang].more, more);
}
