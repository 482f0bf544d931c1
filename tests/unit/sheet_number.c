// Numbers as offices write them, and text made comparable.
#include "sheet_files.h"

static arena a;

static str shown(cell_kind kind, const char *text)
{
    decimal x;
    return sheet_read_number((cell){.kind = kind, .text = str_from(text)}, &x) ? decimal_text(x, &a) : STR("-");
}

static const struct { const char *text, *number; } texts[] = {
    {"1234.5", "1234.5"}, {"1,234.5", "1234.5"}, {"12,345,678", "12345678"}, {"１２３", "123"}, {"１，２３４．５", "1234.5"}, {"007", "7"},
    {"-3", "-3"}, {"－3", "-3"}, {"−3", "-3"}, {"+3", "3"}, {"（3）", "-3"}, {"(1,200.00)", "-1200.00"}, {"1.2E+3", "1200"},
    {"12%", "0.12"}, {"12.5％", "0.125"}, {"3‰", "0.003"}, {"5.7万", "57000"}, {"3亿", "300000000"}, {"1.5千万", "15000000"}, {"2万亿", "2000000000000"}, {"5 万", "50000"},
    {"￥1,200.00", "1200.00"}, {"¥-5", "-5"}, {"-$5", "-5"}, {"人民币3万元", "30000"},
    {"15件", "15"}, {"3个工作日", "3"}, {"20万元", "200000"}, {"100 元", "100"}, {"2.50", "2.50"},
    // Neither these nor anything else is guessed at.
    {"", "-"}, {"-", "-"}, {"件", "-"}, {"1,23", "-"}, {"1234,567", "-"}, {"1,234,56", "-"}, {",123", "-"}, {"1.", "-"}, {"1.2.3", "-"}, {"3万5千", "-"},
    {"5千克", "-"}, {"5kg", "-"}, {"1e", "-"}, {"(-3)", "-"}, {"--3", "-"}, {"约3", "-"}, {"2024年3月5日", "-"}, {"3件左右2", "-"}, {"12345678901234567890123456789012345", "-"},
};

static const struct { const char *text, *number; } doubles[] = {
    {"1234.5599999999999", "1234.56"}, {"0.10000000000000001", "0.1"}, {"0.30000000000000004", "0.3"}, {"-2.2999999999999998", "-2.3"},
    {"1.2345678901234501E+16", "12345678901234500"}, {"1.0000000000000001E-5", "0.00001"}, {"1E+3", "1000"}, {"9007199254740991", "9007199254740991"},
    {"1.50", "1.50"}, {"abc", "-"}, {"", "-"},
};

static const struct { const char *text, *folded; } folds[] = {
    {"　受理\n日期 （元）", "受理 日期 (元)"}, {"ＡＢ－１２", "AB-12"}, {"a \t\r\n b", "a b"}, {"", ""}, {"甲\xC2\xA0乙", "甲 乙"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) tap_is_str(shown(CELL_TEXT, texts[i].text), texts[i].number, texts[i].text);
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        tap_is_str(shown(CELL_NUMBER, doubles[i].text), doubles[i].number, str_cstr(str_printf(&a, "the double %s", doubles[i].text), &a));
    tap_is_str(shown(CELL_BOOLEAN, "true"), "-", "a boolean is no number");
    tap_is_str(shown(CELL_ERROR, "#N/A"), "-", "nor an error");
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) tap_is_str(sheet_fold(str_from(folds[i].text), &a), folds[i].folded, "folded");
    arena_free(&a);
    return tap_done();
}
