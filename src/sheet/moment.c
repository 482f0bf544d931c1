// moment.c: dates and times as offices write them.
//
// The text becomes a pattern in which every number is '#' and every word one letter ("2024年3月5日 8:30" is "#y#m#d#:#"),
// and the pattern is looked up. Whatever has no pattern is no date: nothing is guessed.
#include "base/utf8.h"
#include "sheet/sheet_internal.h"

#define WORD(lit) {(lit), (ptrdiff_t)sizeof(lit) - 1}

static const struct { str word; char letter; } words[] = {
    {WORD("年"), 'y'}, {WORD("月"), 'm'}, {WORD("日"), 'd'}, {WORD("号"), 'd'},
    {WORD("时"), 'h'}, {WORD("点"), 'h'}, {WORD("分"), 'n'}, {WORD("秒"), 's'},
    {WORD("上午"), 'A'}, {WORD("下午"), 'P'}, {WORD("AM"), 'A'}, {WORD("PM"), 'P'}, {WORD("am"), 'A'}, {WORD("pm"), 'P'},
    {WORD("T"), ' '}, {WORD("-"), '-'}, {WORD("/"), '/'}, {WORD("."), '.'}, {WORD(":"), ':'},
};

enum { ROLE_NONE, ROLE_YEAR, ROLE_MONTH, ROLE_DAY, ROLE_WHOLE_DATE };

// Which number is what. The year always has four digits: the century of "24" would be a guess.
static const struct { const char *pattern; bool month_first; int roles[3]; } date_patterns[] = {
    {"#y#m#d", false, {ROLE_YEAR, ROLE_MONTH, ROLE_DAY}},
    {"#-#-#", false, {ROLE_YEAR, ROLE_MONTH, ROLE_DAY}},
    {"#/#/#", false, {ROLE_YEAR, ROLE_MONTH, ROLE_DAY}},
    {"#.#.#", false, {ROLE_YEAR, ROLE_MONTH, ROLE_DAY}},
    {"#/#/#", true, {ROLE_MONTH, ROLE_DAY, ROLE_YEAR}},
    {"#", false, {ROLE_WHOLE_DATE}},
};

// The numbers are hour, minute, second and a fraction, which is left out.
static const char *const time_patterns[] = {"#:#", "#:#:#", "#:#:#.#", "#h", "#h#n", "#h#n#s"};

enum { MOMENT_BYTES_MAX = 128, NUMBERS_MAX = 7, DIGITS_MAX = 9 };

typedef struct {
    char pattern[MOMENT_BYTES_MAX];
    int length;
    struct { int32_t value, digits; } numbers[NUMBERS_MAX];
    int count;
} tokens;

// ---- text to pattern -----------------------------------------------------------------------------------

static int han_digit(uint32_t c)
{
    static const uint32_t digits[] = {0x3007 /* 〇 */, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};
    if (c == 0x96F6 /* 零 */ || c == 0x25CB /* ○ */) return 0;
    for (int i = 0; i < 10; i++)
        if (digits[i] == c) return i;
    return -1;
}

static int han_tens(uint32_t c)
{
    return c == 0x5341 /* 十 */ ? 1 : c == 0x5EFF /* 廿 */ ? 2 : c == 0x5345 /* 卅 */ ? 3 : 0;
}

// 二〇二四 digit by digit; 十, 十一, 二十, 二十三, 廿三 with a ten in it. False when the digits make no such number.
static bool take_han_number(str s, ptrdiff_t *at, int32_t *value, int32_t *digits)
{
    bool ten = false, ones = false;
    *value = *digits = 0;
    while (*at < s.len) {
        ptrdiff_t next = *at;
        uint32_t c = utf8_next(s, &next);
        int digit = han_digit(c), tens = han_tens(c);
        if (digit < 0 && !tens) break;
        *at = next;
        if (tens) {
            if (ten || *digits > 1 || (tens > 1 && *digits)) return false;
            *value = (*digits ? *value : tens) * 10;
            ten = true;
            *digits = 2;
        } else if (ten) {
            if (ones || digit == 0) return false;
            ones = true;
            *value += digit;
        } else {
            if (++*digits > DIGITS_MAX) return false;
            *value = *value * 10 + digit;
        }
    }
    return true;
}

static bool take_number(str s, ptrdiff_t *at, int32_t *value, int32_t *digits)
{
    *value = *digits = 0;
    for (; *at < s.len && s.data[*at] >= '0' && s.data[*at] <= '9'; ++*at) {
        if (++*digits > DIGITS_MAX) return false;
        *value = *value * 10 + (s.data[*at] - '0');
    }
    return true;
}

static bool take_word(str s, ptrdiff_t *at, char *letter)
{
    str rest = str_slice(s, *at, s.len);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_starts(rest, words[i].word)) continue;
        *at += words[i].word.len;
        *letter = words[i].letter;
        return true;
    }
    return false;
}

// A blank counts only between two numbers: elsewhere people put it or leave it out.
static void drop_blanks(tokens *t)
{
    int n = 0;
    for (int i = 0; i < t->length; i++) {
        bool between = n > 0 && t->pattern[n - 1] == '#' && i + 1 < t->length && t->pattern[i + 1] == '#';
        if (t->pattern[i] != ' ' || between) t->pattern[n++] = t->pattern[i];
    }
    t->length = n;
    t->pattern[n] = 0;
}

static bool tokenize(str text, tokens *t)
{
    char space[MOMENT_BYTES_MAX];
    str s = {space, 0};
    if (text.len > MOMENT_BYTES_MAX - 4) return false;
    for (ptrdiff_t i = 0; i < text.len;) {
        uint32_t c = utf8_next(text, &i);
        if (c == UTF8_INVALID) return false;                     // three bytes for one: the only one that grows
        s.len += utf8_encode(utf8_narrow(c), space + s.len);
    }
    t->length = t->count = 0;
    for (ptrdiff_t i = 0; i < s.len;) {
        ptrdiff_t peek = i;
        uint32_t c = utf8_next(s, &peek);
        bool ascii_digit = c >= '0' && c <= '9', han = han_digit(c) >= 0 || han_tens(c);
        char letter;
        if (ascii_digit || han) {
            if (t->count == NUMBERS_MAX) return false;
            int32_t *value = &t->numbers[t->count].value, *digits = &t->numbers[t->count].digits;
            if (!(han ? take_han_number(s, &i, value, digits) : take_number(s, &i, value, digits))) return false;
            t->count++;
            letter = '#';
        } else if (c == ' ' || c == '\t' || c == '\n' || c == 0xA0) {
            i = peek;
            letter = ' ';
            if (t->length && t->pattern[t->length - 1] == ' ') continue;
        } else if (!take_word(s, &i, &letter)) {
            return false;
        }
        t->pattern[t->length++] = letter;
    }
    drop_blanks(t);
    return true;
}

// ---- pattern to moment ---------------------------------------------------------------------------------

static bool assign_date(const tokens *t, size_t pattern, date *out)
{
    int32_t year = 0, month = 0, day = 0;
    for (int i = 0; i < 3; i++) {
        int32_t value = t->numbers[i].value, digits = t->numbers[i].digits;
        switch (date_patterns[pattern].roles[i]) {
        case ROLE_YEAR:
            if (digits != 4) return false;
            year = value;
            break;
        case ROLE_MONTH: case ROLE_DAY:
            if (digits > 2) return false;
            *(date_patterns[pattern].roles[i] == ROLE_MONTH ? &month : &day) = value;
            break;
        case ROLE_WHOLE_DATE:
            if (digits != 8) return false;
            year = value / 10000;
            month = value / 100 % 100;
            day = value % 100;
            break;
        default: break;
        }
    }
    if (year == 0 || !date_valid(year, month, day)) return false;
    *out = (date){year, (uint8_t)month, (uint8_t)day};
    return true;
}

static bool assign_time(const tokens *t, str pattern, int first, int32_t *second_of_day)
{
    char half = 0;   // 'A' or 'P', before or behind
    if (pattern.len && pattern.data[0] == ' ') pattern = str_slice(pattern, 1, pattern.len);
    if (pattern.len && (pattern.data[0] == 'A' || pattern.data[0] == 'P')) {
        half = pattern.data[0];
        pattern = str_slice(pattern, 1, pattern.len);
    } else if (pattern.len && (pattern.data[pattern.len - 1] == 'A' || pattern.data[pattern.len - 1] == 'P')) {
        half = pattern.data[pattern.len - 1];
        pattern.len--;
    }
    bool known = false;
    for (size_t i = 0; i < sizeof time_patterns / sizeof *time_patterns && !known; i++)
        known = str_equal(pattern, str_from(time_patterns[i]));
    if (!known) return false;
    int32_t parts[3] = {0};
    for (int i = 0; i < 3 && first + i < t->count; i++) {
        if (t->numbers[first + i].digits > 2) return false;
        parts[i] = t->numbers[first + i].value;
    }
    if (half && (parts[0] < 1 || (half == 'A' && parts[0] > 12))) return false;
    if (half == 'P' && parts[0] < 12) parts[0] += 12;   // 下午3时; 下午15时 is also written
    if (half == 'A' && parts[0] == 12) parts[0] = 0;    // 12:05 AM is five past midnight
    if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return false;
    *second_of_day = parts[0] * 3600 + parts[1] * 60 + parts[2];
    return true;
}

static bool read_text(str text, bool month_first, sheet_moment *out)
{
    tokens t;
    if (!tokenize(text, &t)) return false;
    str whole = {t.pattern, t.length};
    for (size_t i = 0; i < sizeof date_patterns / sizeof *date_patterns; i++) {
        str pattern = str_from(date_patterns[i].pattern);
        sheet_moment m = {0};
        if (!str_starts(whole, pattern) || (date_patterns[i].month_first && !month_first)) continue;
        if (!assign_date(&t, i, &m.day)) continue;
        str rest = str_slice(whole, pattern.len, whole.len);
        int used = date_patterns[i].roles[0] == ROLE_WHOLE_DATE ? 1 : 3;
        m.has_time = rest.len > 0;
        if (m.has_time && !assign_time(&t, rest, used, &m.second_of_day)) continue;
        *out = m;
        return true;
    }
    return false;
}

// ---- numbers -------------------------------------------------------------------------------------------

// 1910-01-01. What is smaller in a cell without a date format is a year or a count.
enum { PLAIN_SERIAL_MIN = 3654 };

static bool read_serial(str text, bool epoch_1904, sheet_moment *out)
{
    int64_t day_number, second;
    sheet_moment m = {0};
    if (!serial_split(text, epoch_1904, &day_number, &second) || day_number < PLAIN_SERIAL_MIN) return false;
    if (!serial_date(day_number, epoch_1904, &m.day)) return false;
    m.second_of_day = (int32_t)second;
    m.has_time = second > 0;
    *out = m;
    return true;
}

bool sheet_read_moment(cell c, bool month_first, bool epoch_1904, sheet_moment *out)
{
    switch (c.kind) {
    case CELL_TEXT: case CELL_MOMENT: return read_text(c.text, month_first, out);
    case CELL_NUMBER:   // 20240305 typed as a number is far beyond the last serial
        return read_text(c.text, false, out) || read_serial(c.text, epoch_1904, out);
    default: return false;
    }
}
