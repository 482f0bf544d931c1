// Dates and times as offices write them.
#include "sheet_files.h"

static arena a;

static str shown(cell c, bool month_first, bool epoch_1904)
{
    sheet_moment m;
    if (!sheet_read_moment(c, month_first, epoch_1904, &m)) return STR("-");
    str day = date_text(m.day, &a);
    if (!m.has_time) return day;
    return str_printf(&a, "%.*s %02d:%02d:%02d", STR_ARG(day), m.second_of_day / 3600, m.second_of_day / 60 % 60, m.second_of_day % 60);
}

static const struct { const char *text, *moment; } texts[] = {
    {"2024年3月5日", "2024-03-05"}, {"2024.3.5", "2024-03-05"}, {"2024/3/5", "2024-03-05"}, {"2024-03-05", "2024-03-05"},
    {"20240305", "2024-03-05"}, {"2024年3月5号", "2024-03-05"}, {" 2024 年 3 月 5 日 ", "2024-03-05"},
    {"２０２４－０３－０５", "2024-03-05"}, {"２０２４年３月５日", "2024-03-05"}, {"2024．3．5", "2024-03-05"},
    {"二〇二四年三月五日", "2024-03-05"}, {"二○二四年十二月三十一日", "2024-12-31"}, {"二零二四年十月十日", "2024-10-10"},
    {"二〇二四年十一月廿三日", "2024-11-23"}, {"二〇二四年二月二十九日", "2024-02-29"}, {"2024年十月5日", "2024-10-05"},
    {"2024年3月5日8时30分", "2024-03-05 08:30:00"}, {"2024年3月5日 8时", "2024-03-05 08:00:00"}, {"2024年3月5日8点30分15秒", "2024-03-05 08:30:15"},
    {"2024年3月5日上午8时30分", "2024-03-05 08:30:00"}, {"2024年3月5日下午3:05", "2024-03-05 15:05:00"}, {"2024年3月5日下午15时", "2024-03-05 15:00:00"},
    {"2024/3/5 8:30:00", "2024-03-05 08:30:00"}, {"2024-3-5 8:30", "2024-03-05 08:30:00"}, {"2024-03-05T08:30:00", "2024-03-05 08:30:00"},
    {"2024-03-05 08:30:00.123", "2024-03-05 08:30:00"}, {"2024-03-05T00:00:00", "2024-03-05 00:00:00"}, {"20240305 08:30", "2024-03-05 08:30:00"},
    {"2024/3/5 12:05 AM", "2024-03-05 00:05:00"}, {"2024/3/5 12:05 PM", "2024-03-05 12:05:00"}, {"1905-07-16", "1905-07-16"},

    // A guess would be worse than an error.
    {"24年3月5日", "-"}, {"24-03-05", "-"}, {"5/3/2024", "-"}, {"2024-3/5", "-"}, {"2024年3月", "-"}, {"2024", "-"}, {"3月5日", "-"},
    {"2024-02-30", "-"}, {"2023年2月29日", "-"}, {"2024-13-01", "-"}, {"2024-00-10", "-"}, {"0000-01-01", "-"}, {"20241301", "-"},
    {"2024-03-05 24:00", "-"}, {"2024-03-05 08:60", "-"}, {"2024-03-05T08:30:00Z", "-"}, {"2024-03-05T08:30:00+08:00", "-"},
    {"2024/3/5 13:00 AM", "-"}, {"二十〇四年三月五日", "-"}, {"二〇二四年三十二月五日", "-"}, {"二〇二四年十十月五日", "-"}, {"昨天", "-"}, {"", "-"},
    {"2024-03-05 x", "-"}, {"2024-03-050", "-"}, {"45356", "-"}, {"08:30", "-"},
};

static const struct { const char *text, *moment; } american[] = {
    {"3/5/2024", "2024-03-05"}, {"03/05/2024 11:11:26 AM", "2024-03-05 11:11:26"}, {"3/5/2024 1:02 pm", "2024-03-05 13:02:00"},
    {"12/31/2024", "2024-12-31"}, {"31/12/2024", "-"}, {"2024/3/5", "2024-03-05"}, {"3/5/24", "-"},
};

static const struct { const char *serial; bool epoch_1904; const char *moment, *why; } serials[] = {
    {"45356", false, "2024-03-05", "a whole day"},
    {"45356.354166666664", false, "2024-03-05 08:30:00", "the nearest second, not the last one before"},
    {"45356.35416666667", false, "2024-03-05 08:30:00", "from the other side too"},
    {"45356.999999", false, "2024-03-06", "midnight belongs to the next day"},
    {"45355.99999999999", false, "2024-03-05", "also from a rounding error"},
    {"43894", true, "2024-03-05", "the epoch of 1904"},
    {"4.5356E4", false, "2024-03-05", "with an exponent"},
    {"20240305", false, "2024-03-05", "eight digits are the date itself"},
    {"2024", false, "-", "a year is no serial"},
    {"0.5", false, "-", "nor is a time of day a day"},
    {"-45356", false, "-", "nor a negative number"},
    {"2958465", false, "9999-12-31", "the last day"},
    {"2958466", false, "-", "is the last"},
    {"1E400", false, "-", "numbers beyond all bounds"},
};

static const struct { const char *serial; number_format format; bool epoch_1904; const char *text; } shown_serials[] = {
    {"1", FORMAT_DATE, false, "1900-01-01"}, {"59", FORMAT_DATE, false, "1900-02-28"}, {"61", FORMAT_DATE, false, "1900-03-01"},
    {"60", FORMAT_DATE, false, "-"}, {"0", FORMAT_DATE, false, "-"}, {"0", FORMAT_TIME, false, "00:00:00"}, {"0", FORMAT_DATE, true, "1904-01-01"},
    {"0.25", FORMAT_TIME, true, "06:00:00"}, {"0.25", FORMAT_DATE_TIME, true, "1904-01-01T06:00:00"}, {"0.5", FORMAT_DATE_TIME, false, "12:00:00"},
    {"45356", FORMAT_DATE_TIME, false, "2024-03-05T00:00:00"}, {"45356.5", FORMAT_DATE, false, "2024-03-05T12:00:00"}, {"27", FORMAT_ELAPSED, false, "-"},
};

static const struct { const char *code; number_format format; } formats[] = {
    {"General", FORMAT_NUMBER}, {"G/通用格式", FORMAT_NUMBER}, {"G/通用格式\"天\"", FORMAT_NUMBER}, {"0.00E+00", FORMAT_NUMBER}, {"#,##0.00_);[Red](#,##0.00)", FORMAT_NUMBER},
    {"@", FORMAT_NUMBER}, {"0\"day\"", FORMAT_NUMBER}, {"0\\d", FORMAT_NUMBER}, {"[$¥-804]#,##0.00", FORMAT_NUMBER}, {"", FORMAT_NUMBER}, {"[Red]0", FORMAT_NUMBER},
    {"yyyy-mm-dd", FORMAT_DATE}, {"yyyy\"年\"m\"月\"d\"日\"", FORMAT_DATE}, {"yyyy年m月d日", FORMAT_DATE}, {"[$-804]yyyy\"年\"m\"月\"d\"日\";@", FORMAT_DATE},
    {"[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", FORMAT_DATE}, {"m\"月\"", FORMAT_DATE}, {"e\"年\"", FORMAT_DATE}, {"YYYY/MM/DD", FORMAT_DATE},
    {"h:mm", FORMAT_TIME}, {"[$-804]上午/下午h\"时\"mm\"分\"", FORMAT_TIME}, {"mm:ss.0", FORMAT_TIME}, {"yyyy/m/d h:mm", FORMAT_DATE_TIME},
    {"[h]:mm", FORMAT_ELAPSED}, {"[mm]:ss", FORMAT_ELAPSED}, {"\"unclosed yyyy", FORMAT_NUMBER}, {"[unclosed yyyy", FORMAT_NUMBER}, {"0.00;yyyy", FORMAT_NUMBER},
};

int main(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        tap_is_str(shown((cell){.kind = CELL_TEXT, .text = str_from(texts[i].text)}, false, false), texts[i].moment, texts[i].text);
    for (size_t i = 0; i < sizeof american / sizeof *american; i++)
        tap_is_str(shown((cell){.kind = CELL_TEXT, .text = str_from(american[i].text)}, true, false), american[i].moment, american[i].text);
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++)
        tap_is_str(shown((cell){.kind = CELL_NUMBER, .text = str_from(serials[i].serial)}, false, serials[i].epoch_1904), serials[i].moment, serials[i].why);
    for (size_t i = 0; i < sizeof shown_serials / sizeof *shown_serials; i++) {
        char text[MOMENT_TEXT_MAX];
        int len = 0;
        bool moment = serial_text(str_from(shown_serials[i].serial), shown_serials[i].format, shown_serials[i].epoch_1904, text, &len);
        tap_is_str(moment ? (str){text, len} : STR("-"), shown_serials[i].text, shown_serials[i].serial);
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        tap_is_int(format_custom(str_from(formats[i].code)), formats[i].format, formats[i].code);

    // Every second of a day comes back from the double nearest to it, as a spreadsheet program writes it.
    int wrong = 0;
    for (int second = 0; second < 86400; second++) {
        char number[40], text[MOMENT_TEXT_MAX], expected[40];
        int len = 0;
        snprintf(number, sizeof number, "%.17g", 45356 + second / 86400.0);
        snprintf(expected, sizeof expected, "2024-03-05T%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
        if (!serial_text(str_from(number), FORMAT_DATE_TIME, false, text, &len) || !str_equal((str){text, len}, str_from(expected))) wrong++;
    }
    tap_is_int(wrong, 0, "all seconds of a day are exact");
    tap_is_str(shown((cell){.kind = CELL_MOMENT, .text = STR("2024-03-05T08:30:00")}, false, false), "2024-03-05 08:30:00", "a date cell of a workbook");
    tap_is_str(shown((cell){.kind = CELL_MOMENT, .text = STR("08:30:00")}, false, false), "-", "a time of day has no day");
    tap_is_str(shown((cell){.kind = CELL_BOOLEAN, .text = STR("true")}, false, false), "-", "a boolean is no date");
    arena_free(&a);
    return tap_done();
}
