// Making rows: every value from a generator seeded with the place where it stands.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample/sample_internal.h"

// ---- random numbers --------------------------------------------------------------------------------------

// splitmix64 (Steele, Lea, Flood 2014): enough for made-up data, and the same on every machine.
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static int64_t below(uint64_t *state, int64_t n) { return n > 0 ? (int64_t)(next_random(state) % (uint64_t)n) : 0; }
static int64_t between(uint64_t *state, int64_t low, int64_t high) { return low + below(state, high - low + 1); }

static uint64_t hash_text(uint64_t h, str s)
{
    // FNV-1a: stable between releases, unlike str_hash.
    for (ptrdiff_t i = 0; i < s.len; i++) h = (h ^ (uint8_t)s.data[i]) * 0x100000001B3u;
    return h;
}

// ---- made-up names ---------------------------------------------------------------------------------------

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗",
                                       "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡"};
static const char *const given_names[] = {"安", "柏", "晨", "德", "恩", "芳", "广", "浩", "嘉", "可", "乐", "明", "宁", "培", "清", "瑞", "思", "桐", "文", "熙",
                                    "妍", "泽", "兰", "峰", "华", "静", "凯", "琳", "敏", "鹏", "倩", "荣", "涛", "伟", "欣", "艳", "志", "梓", "雨", "昊"};
static const char *const company_first[] = {"申羊", "泰禾岭", "青淮", "云栈", "百川渡", "明河", "广陵桥", "瑞麦", "翠屏", "和畅", "中沃", "启岳", "星洲里", "宏淮", "雅集"};
static const char *const company_trade[] = {"商贸", "餐饮管理", "建筑工程", "物业服务", "食品", "物流", "机械制造", "新材料", "教育咨询", "医药", "能源", "环保科技", "置业", "农业发展", "文化传媒"};
static const char *const company_kind[] = {"有限公司", "有限公司", "有限责任公司", "股份有限公司", "经营部"};
static const char *const roads[] = {"新七大道", "淮河路", "百花街", "羊山北路", "知行路", "茶韵街", "楚风路", "新五大道", "明珠路", "体育馆街"};
#define PICK_FROM(table, state) table[below((state), (int64_t)(sizeof table / sizeof *table))]

static str person(uint64_t *state, bool masked, arena *a)
{
    const char *surname = PICK_FROM(surnames, state);
    if (masked) return str_printf(a, "%s某%s", surname, below(state, 3) ? "某" : "");
    const char *first = PICK_FROM(given_names, state), *second = PICK_FROM(given_names, state);
    return below(state, 4) ? str_printf(a, "%s%s%s", surname, first, second) : str_printf(a, "%s%s", surname, first);
}

// ---- one row ---------------------------------------------------------------------------------------------

typedef struct {
    const sample_spec *spec;
    const sample_sheet *sheet;
    const sample_block *block;
    const calendar *calendar;
    int year, month, n, row, i;      // i: 1-based within the block
    const json *item;
    uint64_t random;                 // of the column being made
    feel_value *values;              // of the scope: columns, then n, year, month, item, i
    arena *arena;
} making;

static const json *find_list(const sample_spec *s, str name)
{
    const json *list = json_get(s->lists, name);
    return list ? list : json_get(s->shared, name);
}

static const json *item_at(const json *list, int64_t index)
{
    const json *item = list->first;
    while (item && index-- > 0) item = item->next;
    return item;
}

static str item_text(const json *item, str member)
{
    if (!item) return STR("");
    if (item->kind != JSON_OBJECT) return item->text;
    const json *m = json_get(item, member.len ? member : STR("name"));
    return m ? m->text : STR("");
}

static str value_text(feel_value v, arena *a)
{
    buf out = {.arena = a};
    switch (v.kind) {
    case FEEL_NULL: return STR("");
    case FEEL_STRING: return v.string;
    case FEEL_NUMBER: return decimal_text(v.number, a);
    case FEEL_DATE: return date_text(v.moment.date, a);
    case FEEL_DATE_TIME:
        return str_printf(a, "%.*s %d:%02d", STR_ARG(date_text(v.moment.date, a)), v.moment.time.second_of_day / 3600, v.moment.time.second_of_day / 60 % 60);
    case FEEL_BOOLEAN: return v.boolean ? STR("是") : STR("否");
    case FEEL_LIST:
        for (ptrdiff_t i = 0; i < v.list->count; i++) {
            if (i) buf_add(&out, STR("、"));
            buf_add(&out, value_text(v.list->items[i], a));
        }
        return buf_str(&out);
    default: feel_print(&out, v); return buf_str(&out);
    }
}

static str placeholder(making *m, str name)
{
    str width = name;
    str base = str_cut(&width, ':');
    int number = str_equal(base, STR("year")) ? m->year : str_equal(base, STR("month")) ? m->month : str_equal(base, STR("n")) ? m->n
                 : str_equal(base, STR("row")) ? m->row : str_equal(base, STR("i")) ? m->i : -1;
    if (number >= 0) {
        int digits = width.len == 1 ? width.data[0] - '0' : 0;
        return str_printf(m->arena, "%0*d", digits, number);
    }
    if (str_starts(name, STR("item."))) return item_text(m->item, str_slice(name, 5, name.len));
    if (str_equal(name, STR("item"))) return item_text(m->item, STR(""));
    for (ptrdiff_t c = 0; c < m->sheet->column_count; c++)
        if (str_equal(m->sheet->columns[c].field, name)) return value_text(m->values[c], m->arena);
    const json *list = find_list(m->spec, name);
    if (list && list->count) return item_text(item_at(list, below(&m->random, list->count)), STR(""));
    return str_printf(m->arena, "{%.*s}", STR_ARG(name));
}

static str fill_text(making *m, str text)
{
    buf out = {.arena = m->arena};
    for (;;) {
        ptrdiff_t open = str_find_byte(text, '{');
        if (open < 0) break;
        ptrdiff_t close = str_find_byte(str_slice(text, open, text.len), '}');
        if (close < 0) break;
        buf_add(&out, str_slice(text, 0, open));
        buf_add(&out, placeholder(m, str_slice(text, open + 1, open + close)));
        text = str_slice(text, open + close + 1, text.len);
    }
    buf_add(&out, text);
    return buf_str(&out);
}

static feel_value moment_value(date day, bool has_time, int second)
{
    if (!has_time) return feel_date(day);
    feel_value v = {.kind = FEEL_DATE_TIME};
    v.moment.date = day;
    v.moment.time = (feel_time){.second_of_day = second, .offset = FEEL_NO_OFFSET};
    return v;
}

static int time_of_day(making *m, int low, int high)
{
    int span = (high - low) * 60;
    return (low * 60 + (int)below(&m->random, span > 0 ? span : 1)) * 60;
}

static feel_value make_date(making *m, const sample_maker *k)
{
    if (!m->year) return feel_null();
    int month = m->month ? m->month : (int)between(&m->random, 1, 12);
    int last = date_days_in_month(m->year, month);
    int low = k->day_low ? k->day_low : 1, high = k->day_high ? k->day_high : last;
    if (high > last) high = last;
    date day = {0};
    // A weekend day is taken one time in three; a day that is not worked, where working days are asked for, never.
    for (int tries = 0; tries < 200; tries++) {
        day = (date){m->year, (uint8_t)month, (uint8_t)between(&m->random, low, high)};
        bool working = calendar_is_working(m->calendar, day);
        if (working || (!k->working && below(&m->random, 3) == 0)) break;
    }
    return moment_value(day, k->has_time, k->has_time ? time_of_day(m, k->hour_low, k->hour_high) : 0);
}

// More often early in the span than late: the smaller of two draws.
static int64_t span_length(making *m, const sample_maker *k)
{
    int64_t x = between(&m->random, k->low, k->high), y = between(&m->random, k->low, k->high);
    return x < y ? x : y;
}

static feel_value make_span(making *m, const sample_maker *k)
{
    feel_value from = m->values[k->of];
    if (from.kind != FEEL_DATE && from.kind != FEEL_DATE_TIME) return feel_null();
    int64_t length = span_length(m, k), sign = k->kind == MAKE_BEFORE ? -1 : 1;
    bool has_time = from.kind == FEEL_DATE_TIME;
    int64_t day = date_to_days(from.moment.date), second = has_time ? from.moment.time.second_of_day : 0;
    if (k->unit == SPAN_WORKING_DAYS) {
        while (length > 0) {
            day += sign;
            length -= calendar_is_working(m->calendar, date_from_days(day));
        }
    } else if (k->unit == SPAN_DAYS) day += sign * length;
    else {
        has_time = true;
        second += sign * length * (k->unit == SPAN_HOURS ? 3600 : 60) + sign * below(&m->random, 60) * 60 * (k->unit == SPAN_HOURS);
        int64_t days = second >= 0 ? second / 86400 : -((86399 - second) / 86400);
        day += days;
        second -= days * 86400;
    }
    if (k->has_time) {
        has_time = true;
        int made = time_of_day(m, k->hour_low, k->hour_high);
        // Within the same day later must stay later.
        bool same_day = day == date_to_days(from.moment.date) && from.kind == FEEL_DATE_TIME;
        if (!same_day || (made - from.moment.time.second_of_day) * sign > 0) second = made;
    }
    return moment_value(date_from_days(day), has_time, (int)second);
}

static feel_value make_number(making *m, const sample_maker *k)
{
    int64_t n = k->low + below(&m->random, (k->high - k->low) / k->step + 1) * k->step;
    decimal x = decimal_from_int(n), scale;
    if (k->decimals == 0) return feel_number(x);
    if (!decimal_pow(decimal_from_int(10), decimal_from_int(k->decimals), &scale)) return feel_number(x);
    int64_t power = 1;
    decimal_to_int(scale, &power);
    decimal fraction;
    decimal_div(decimal_from_int(n == k->high ? 0 : below(&m->random, power)), scale, &fraction);
    decimal_add(x, fraction, &x);
    decimal_round(x, k->decimals, DECIMAL_HALF_UP, &x);
    return feel_number(x);
}

static feel_value make_value(making *m, const sample_maker *k);

static feel_value make_feel(making *m, const sample_maker *k)
{
    m->values[m->sheet->column_count] = feel_int(m->n);
    m->values[m->sheet->column_count + 1] = feel_int(m->year);
    m->values[m->sheet->column_count + 2] = feel_int(m->month);
    m->values[m->sheet->column_count + 3] = m->item ? feel_from_json(m->item, m->arena) : feel_null();
    m->values[m->sheet->column_count + 4] = feel_int(m->i);
    feel_evaluation e = {.arena = m->arena};
    return k->program ? feel_evaluate(k->program, m->values, &e) : feel_null();
}

static feel_value make_pick(making *m, const sample_maker *k)
{
    int64_t at = below(&m->random, k->weight_sum);
    for (ptrdiff_t i = 0; i < k->count; i++) {
        int64_t weight = k->weights ? k->weights[i] : 1;
        if (at < weight) return k->values[i].kind == FEEL_STRING ? feel_string(fill_text(m, k->values[i].string)) : k->values[i];
        at -= weight;
    }
    return feel_null();
}

static feel_value make_value(making *m, const sample_maker *k)
{
    uint64_t *r = &m->random;
    arena *a = m->arena;
    switch (k->kind) {
    case MAKE_ROW: return feel_int(m->row);
    case MAKE_CONST: return k->values[0];
    case MAKE_TEXT: {
        str text = fill_text(m, k->texts[below(r, k->count)]);
        return text.len ? feel_string(text) : feel_null();
    }
    case MAKE_PICK: return make_pick(m, k);
    case MAKE_LIST: {
        feel_value v = k->values[(m->i - 1) % k->count];
        return v.kind == FEEL_STRING ? feel_string(fill_text(m, v.string)) : v;
    }
    case MAKE_FROM: {
        const json *list = find_list(m->spec, k->texts[0]);
        if (!list || !list->count) return feel_null();
        str text = item_text(item_at(list, k->in_turn ? (m->i - 1) % list->count : below(r, list->count)), k->texts[1]);
        return text.len ? feel_string(text) : feel_null();
    }
    case MAKE_DATE: return make_date(m, k);
    case MAKE_AFTER: case MAKE_BEFORE: return make_span(m, k);
    case MAKE_NUMBER: return make_number(m, k);
    case MAKE_PERSON: return feel_string(person(r, k->masked, a));
    case MAKE_COMPANY: return feel_string(str_printf(a, "%s%s%s", PICK_FROM(company_first, r), PICK_FROM(company_trade, r), PICK_FROM(company_kind, r)));
    case MAKE_PHONE: return feel_string(str_printf(a, "1%d****%04d", (int)between(r, 30, 99), (int)below(r, 10000)));
    case MAKE_ADDRESS: return feel_string(str_printf(a, "%s%d号", PICK_FROM(roads, r), (int)between(r, 1, 299)));
    case MAKE_CREDIT_CODE: return feel_string(str_printf(a, "9141%04d%08dX", (int)between(r, 1500, 1599), (int)below(r, 100000000)));
    case MAKE_ID_NUMBER: return feel_string(str_printf(a, "4115**********%02d**", (int)below(r, 100)));
    case MAKE_FEEL: return make_feel(m, k);
    case MAKE_MAYBE: return below(r, 10000) < k->blank_percent_times_100 ? feel_null() : make_value(m, k->then);
    case MAKE_WHEN: return feel_is_true(make_feel(m, k)) ? make_value(m, k->then) : k->otherwise ? make_value(m, k->otherwise) : feel_null();
    }
    return feel_null();
}

// A text given for a column of dates is a date.
static feel_value explicit_value(const json *given, arena *a)
{
    feel_value v = feel_from_json(given, a), moment;
    if (v.kind != FEEL_STRING) return v;
    if (v.string.len == 0) return feel_null();
    if (feel_parse_temporal(v.string, FEEL_DATE, NULL, &moment) || feel_parse_temporal(v.string, FEEL_DATE_TIME, NULL, &moment)) return moment;
    return v;
}

static void make_row(making *m, const json *given, const int *order, uint64_t seed)
{
    const sample_sheet *s = m->sheet;
    m->values = arena_new(m->arena, s->scope.count, feel_value);
    for (ptrdiff_t i = 0; i < s->scope.count; i++) m->values[i] = feel_null();
    for (ptrdiff_t i = 0; i < s->column_count; i++) {
        int c = order[i];
        const json *explicit_text = given && s->columns[c].field.len ? json_get(given, s->columns[c].field) : NULL;
        m->random = seed + (uint64_t)c * 0xA0761D6478BD642Fu;
        m->values[c] = explicit_text ? explicit_value(explicit_text, m->arena) : make_value(m, m->block->set[c] ? m->block->set[c] : s->columns[c].make);
    }
}

// ---- all rows of a sheet ---------------------------------------------------------------------------------

typedef struct {
    int year, month, i;
    const sample_block *block;
    const json *item, *given;
    uint64_t seed;
    int64_t sort_day;
    int64_t sort_second;
    ptrdiff_t position;
} plan;

static int compare_plans(const void *x, const void *y)
{
    const plan *a = x, *b = y;
    if (a->sort_day != b->sort_day) return a->sort_day < b->sort_day ? -1 : 1;
    if (a->sort_second != b->sort_second) return a->sort_second < b->sort_second ? -1 : 1;
    return a->position < b->position ? -1 : a->position > b->position;
}

static ptrdiff_t block_rows(const sample_block *b)
{
    if (b->each) return b->each->count;
    if (b->explicit_rows) return b->explicit_rows->count;
    ptrdiff_t total = b->count;
    for (int i = 0; i < 12; i++) total += b->counts[i];
    return total;
}

static plan *plan_rows(const sample_spec *spec, const sample_sheet *s, ptrdiff_t *count, arena *a)
{
    ptrdiff_t total = 0;
    for (ptrdiff_t b = 0; b < s->block_count; b++) total += block_rows(&s->blocks[b]);
    plan *plans = arena_new(a, total, plan);
    uint64_t sheet_seed = hash_text(hash_text(0xCBF29CE484222325u, spec->procedure), s->name);
    *count = 0;
    for (ptrdiff_t b = 0; b < s->block_count; b++) {
        const sample_block *block = &s->blocks[b];
        const json *item = block->each ? block->each->first : NULL, *given = block->explicit_rows ? block->explicit_rows->first : NULL;
        ptrdiff_t rows = block_rows(block);
        int month = 1, left = block->counts[0];
        for (ptrdiff_t i = 0; i < rows; i++) {
            plan *p = &plans[*count];
            *p = (plan){.year = block->year, .i = (int)i + 1, .block = block, .item = item, .given = given, .position = *count};
            if (block->count) p->month = 1 + (int)(i * 12 / rows);
            else if (!block->each && !block->explicit_rows) {
                while (left == 0) left = block->counts[month++];
                left--;
                p->month = month;
            }
            p->seed = sheet_seed ^ ((uint64_t)(b + 1) << 48) ^ (uint64_t)(i + 1) * 0xE7037ED1A0B428DBu;
            item = item ? item->next : NULL;
            given = given ? given->next : NULL;
            ++*count;
        }
    }
    return plans;
}

static int *make_order(const sample_sheet *s, arena *a)
{
    int *order = arena_new(a, s->column_count, int);
    for (int i = 0; i < s->column_count; i++) {
        int at = i;
        while (at > 0 && s->columns[order[at - 1]].order > s->columns[i].order) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return order;
}

static void make_planned(const sample_spec *spec, const sample_sheet *s, const calendar *cal, const plan *p, const int *order, int n, int row, sample_row *out, arena *a)
{
    making m = {.spec = spec, .sheet = s, .block = p->block, .calendar = cal, .year = p->year, .month = p->month, .n = n, .row = row, .i = p->i, .item = p->item, .arena = a};
    make_row(&m, p->given, order, p->seed);
    *out = (sample_row){p->year, p->month, n, row, m.values};
}

sample_row *sample_rows(const sample_spec *spec, const sample_sheet *s, const calendar *cal, ptrdiff_t *count, arena *a, diag_list *d)
{
    (void)d;
    plan *plans = plan_rows(spec, s, count, a);
    int *order = make_order(s, a);
    sample_row *rows = arena_new(a, *count, sample_row);
    if (s->sorted) {
        // The dates do not depend on the numbers, so a first pass finds the order and the second one numbers by it.
        for (ptrdiff_t i = 0; i < *count; i++) {
            arena_position mark = arena_mark(a);
            sample_row row;
            make_planned(spec, s, cal, &plans[i], order, 1, 1, &row, a);
            plans[i].sort_day = plans[i].year ? date_to_days((date){plans[i].year, 1, 1}) : 0;
            for (ptrdiff_t c = 0; c < s->column_count; c++) {
                feel_value v = row.values[c];
                if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) continue;
                plans[i].sort_day = date_to_days(v.moment.date);
                plans[i].sort_second = v.kind == FEEL_DATE_TIME ? v.moment.time.second_of_day : 0;
                break;
            }
            arena_rewind(a, mark);
        }
        qsort(plans, (size_t)*count, sizeof *plans, compare_plans);
    }
    int numbers[3000] = {0};          // by year
    for (ptrdiff_t i = 0; i < *count; i++) {
        int year = plans[i].year >= 0 && plans[i].year < 3000 ? plans[i].year : 0;
        make_planned(spec, s, cal, &plans[i], order, ++numbers[year], (int)i + 1, &rows[i], a);
    }
    return rows;
}
