// report_sample.h: one small document with every kind of block, for the tests of the renderings.
#ifndef FADU_TESTS_REPORT_SAMPLE_H
#define FADU_TESTS_REPORT_SAMPLE_H

#include <stdlib.h>

#include "report/report.h"
#include "tap.h"

// The leak sanitizer cannot follow fontconfig's packed pointers (our one configuration), and Cairo 1.16 loses 24 bytes for each
// font that it embeds as CFF. Both were measured not to grow otherwise.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfontconfig\nleak:libcairo\n"; }

static inline report_span *sample_span(arena *a, const char *text, const char *figure, report_span *next)
{
    report_span *s = arena_new(a, 1, report_span);
    *s = (report_span){.text = str_from(text), .figure = str_from(figure), .next = next};
    return s;
}

static inline report_block *sample_block(arena *a, report_block_kind kind, const char *text, report_block *next)
{
    report_block *b = arena_new(a, 1, report_block);
    *b = (report_block){.kind = kind, .spans = text ? sample_span(a, text, "", NULL) : NULL, .next = next};
    return b;
}

static inline report_block *sample_row(arena *a, bool header, const char *left, const char *right, report_block *next)
{
    report_block *row = sample_block(a, BLOCK_TABLE_ROW, NULL, next);
    row->header = header;
    row->cells = sample_block(a, BLOCK_PARAGRAPH, left, sample_block(a, BLOCK_PARAGRAPH, right, NULL));
    return row;
}

static inline report_document sample_document(arena *a)
{
    report_block *figures = sample_block(a, BLOCK_PARAGRAPH, NULL, NULL);
    figures->spans = sample_span(a, "全年排查化解矛盾纠纷", "", sample_span(a, "712件", "disputes_mediated",
                     sample_span(a, "，“12345”热线办结率", "", sample_span(a, "100%", "hotline_completion_rate", sample_span(a, "。", "", NULL)))));
    figures->next = sample_block(a, BLOCK_HEADING3, "1. 分单位情况 <A & B>",
                    sample_row(a, true, "单位", "件数", sample_row(a, false, "城市管理局", "15",
                    sample_row(a, false, "前进街道办事处", "697", NULL))));
    return (report_document){
        .mark = STR("羊山新区管理委员会文件"), .number = STR("羊管〔2025〕3号"),
        .title = STR("关于2024年度矛盾纠纷化解情况的报告"), .recipients = STR("市委、市人民政府"),
        .blocks = sample_block(a, BLOCK_HEADING1, "一、基本情况", sample_block(a, BLOCK_HEADING2, "（一）总体情况", figures)),
        .organ = STR("羊山新区管理委员会"), .date = STR("2025年2月28日"),
        .copies = STR("市委办公室，市政府办公室"), .printed_by = STR("羊山新区管理委员会办公室"), .printed_on = STR("2025年2月28日"),
        .note = STR("演示数据，非真实情况"), .language = STR("zh-CN"),
    };
}

// `repeat` paragraphs of ten sentences each: a document of many pages.
static inline report_document long_document(arena *a, int repeat)
{
    report_document doc = sample_document(a);
    report_block **end = &doc.blocks;
    for (int i = 0; i < repeat; i++, end = &(*end)->next)
        *end = sample_block(a, BLOCK_PARAGRAPH,
                            "坚持和发展新时代“枫桥经验”，把矛盾纠纷化解在基层、化解在萌芽状态，全年累计处理热线承办单15447件，"
                            "办结率100%；推进部门联合“双随机、一公开”监管（含专项），2024—2026年持续开展，惠及群众2.5万余人。", NULL);
    return doc;
}

static inline str read_whole(const char *path, arena *a)
{
    FILE *f = fopen(path, "rb");
    if (!f) return (str){0};
    buf b = {.arena = a};
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) buf_add(&b, (str){chunk, (ptrdiff_t)n});
    fclose(f);
    return buf_str(&b);
}

// Compares with a file under tests/golden; FADU_GOLDEN=write makes the file instead, for a reviewer to diff.
static inline void tap_is_golden(str got, const char *path, const char *name, arena *a)
{
    const char *mode = getenv("FADU_GOLDEN");
    FILE *f = mode && strcmp(mode, "write") == 0 ? fopen(path, "wb") : NULL;
    if (f) {
        fwrite(got.data, 1, (size_t)got.len, f);
        fclose(f);
    }
    str expected = read_whole(path, a);
    bool same = str_equal(got, expected);
    if (tap_ok(same, "%s", name)) return;
    ptrdiff_t at = 0;
    while (at < got.len && at < expected.len && got.data[at] == expected.data[at]) at++;
    printf("# %s differs at byte %td: ...%.*s\n", path, at, STR_ARG(str_slice(got, at - 20, at + 60)));
}

#endif
