// Punctuation of official Chinese: what becomes full-width, and what is protected.
#include "report/report.h"
#include "tap.h"

static const struct { const char *given, *expected, *why; } rows[] = {
    {"2024年,在市委领导下,推进工作:", "2024年，在市委领导下，推进工作：", "between Han, and after Han at the end"},
    {"办结率100%,满意率95%。", "办结率100%，满意率95%。", "one Chinese neighbour is enough"},
    {"共15,447件", "共15,447件", "a number's comma stays"},
    {"上午9:30开会", "上午9:30开会", "a time's colon stays"},
    {"84个社区(村)", "84个社区（村）", "brackets in Chinese text"},
    {"三年(2024—2026年)", "三年（2024—2026年）", "brackets around numbers and Han"},
    {"《标准》(GB/T 9704)要求", "《标准》（GB/T 9704）要求", "the closing bracket follows the opening one"},
    {"标准 GB/T 9704(2012) applies", "标准 GB/T 9704(2012) applies", "brackets without a Chinese neighbour stay"},
    {"call it A, B; or (C)?", "call it A, B; or (C)?", "English stays"},
    {"见https://example.gov.cn/a,b?c=1:2,请核对", "见https://example.gov.cn/a,b?c=1:2，请核对", "an address stays, the mark after it does not"},
    {"网址:http://x.cn/(1)", "网址：http://x.cn/(1)", "a colon before an address"},
    {"(见附件(一)第2条)", "（见附件（一）第2条）", "nested brackets in pairs"},
    {"是否办结?办结!", "是否办结？办结！", "question and exclamation marks"},
    {")多余的括号(", "）多余的括号（", "unpaired brackets change on their own"},
    {"", "", "nothing"},
};

int main(void)
{
    arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tap_is_str(report_punctuate(str_from(rows[i].given), &a), rows[i].expected, rows[i].why);
        tap_is_str(report_punctuate(str_from(rows[i].expected), &a), rows[i].expected, "  and a second time changes nothing");
    }
    arena_free(&a);
    return tap_done();
}
