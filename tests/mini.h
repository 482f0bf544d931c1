// mini.h: a small procedure for tests: complaints with a deadline, a register of posts, and figures of every kind.
#ifndef FADU_TESTS_MINI_H
#define FADU_TESTS_MINI_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "procedure/procedure.h"

static const char mini_procedure[] =
    "{\"id\":\"mini\",\"version\":\"1\",\"name\":{\"zh\":\"小流程\",\"en\":\"mini\"},\"summary\":{\"zh\":\"测试用\",\"en\":\"for tests\"},"
    "\"basis\":[{\"id\":\"law\",\"title\":\"某法\",\"verified\":true}],"
    "\"forms\":["
    " {\"id\":\"complaint\",\"file\":\"complaint.form\",\"name\":{\"zh\":\"投诉\",\"en\":\"complaint\"},\"key\":[\"no\"],\"title\":\"no + \\\" \\\" + subject\",\"opened\":\"received\",\"closed\":\"closed\"},"
    " {\"id\":\"post\",\"file\":\"post.form\",\"name\":{\"zh\":\"岗位\",\"en\":\"post\"},\"key\":[\"code\"],\"title\":\"code\",\"opened\":\"from\"}],"
    "\"clocks\":[{\"id\":\"answer\",\"form\":\"complaint\",\"name\":{\"zh\":\"答复\",\"en\":\"answer\"},\"start\":\"received\",\"stop\":\"closed\",\"period\":\"5 wd\",\"basis\":\"law\",\"article\":\"第一条\",\"verified\":true}],"
    "\"figures\":["
    " {\"id\":\"closed\",\"version\":\"1\",\"name\":{\"zh\":\"办结\",\"en\":\"closed\"},\"definition\":{\"zh\":\"办结数\",\"en\":\"closed\"},\"report\":true,\"section\":\"一\",\"count\":{\"form\":\"complaint\",\"date\":\"closed\"},\"print\":{\"style\":\"number\",\"unit\":\"件\"}},"
    " {\"id\":\"closed_on_time\",\"version\":\"1\",\"name\":{\"zh\":\"按时\",\"en\":\"on time\"},\"definition\":{\"zh\":\"按时办结\",\"en\":\"on time\"},\"count\":{\"form\":\"complaint\",\"when\":\"not(clock.answer.late)\",\"date\":\"closed\"},\"print\":{\"style\":\"number\",\"unit\":\"件\"}},"
    " {\"id\":\"on_time_rate\",\"version\":\"1\",\"name\":{\"zh\":\"按时率\",\"en\":\"rate\"},\"definition\":{\"zh\":\"按时率\",\"en\":\"rate\"},\"ratio\":{\"of\":\"closed_on_time\",\"to\":\"closed\"},\"print\":{\"style\":\"percent\",\"unit\":\"%\"}},"
    " {\"id\":\"on_time_change\",\"version\":\"1\",\"name\":{\"zh\":\"变化\",\"en\":\"change\"},\"definition\":{\"zh\":\"同比\",\"en\":\"change\"},\"change\":{\"of\":\"on_time_rate\",\"mode\":\"percentage_points\"},\"print\":{\"style\":\"change\",\"unit\":\"%\"}},"
    " {\"id\":\"people\",\"version\":\"1\",\"name\":{\"zh\":\"人数\",\"en\":\"people\"},\"definition\":{\"zh\":\"去重人数\",\"en\":\"people\"},\"count\":{\"form\":\"complaint\",\"date\":\"received\",\"distinct\":\"person\"},\"print\":{\"style\":\"number\",\"unit\":\"人\"}},"
    " {\"id\":\"largest\",\"version\":\"1\",\"name\":{\"zh\":\"最大\",\"en\":\"largest\"},\"definition\":{\"zh\":\"最大金额\",\"en\":\"largest\"},\"count\":{\"form\":\"complaint\",\"date\":\"received\",\"amount\":\"amount\",\"aggregate\":\"max\"},\"print\":{\"style\":\"floor\"}},"
    " {\"id\":\"middle\",\"version\":\"1\",\"name\":{\"zh\":\"中位\",\"en\":\"middle\"},\"definition\":{\"zh\":\"金额中位数\",\"en\":\"middle\"},\"count\":{\"form\":\"complaint\",\"date\":\"received\",\"amount\":\"amount\",\"aggregate\":\"median\"},\"print\":{\"style\":\"number\"}},"
    " {\"id\":\"posts\",\"version\":\"1\",\"name\":{\"zh\":\"岗位\",\"en\":\"posts\"},\"definition\":{\"zh\":\"在册岗位\",\"en\":\"posts\"},\"count\":{\"form\":\"post\",\"date\":\"from\",\"until\":\"to\"},\"print\":{\"style\":\"number\",\"unit\":\"个\"}},"
    " {\"id\":\"streets\",\"version\":\"1\",\"name\":{\"zh\":\"街道\",\"en\":\"streets\"},\"definition\":{\"zh\":\"有岗位的街道\",\"en\":\"streets\"},\"count\":{\"form\":\"post\",\"date\":\"from\",\"until\":\"to\",\"distinct\":\"street\"},\"print\":{\"style\":\"number\",\"unit\":\"个\"}}"
    "]}";

static const char mini_complaint[] =
    "{\"type\":\"default\",\"id\":\"complaint\",\"schemaVersion\":16,\"components\":["
    "{\"type\":\"textfield\",\"key\":\"no\",\"label\":\"编号\",\"validate\":{\"required\":true,\"pattern\":\"[A-Z][0-9]+\"},\"properties\":{\"en\":\"number\"}},"
    "{\"type\":\"textfield\",\"key\":\"subject\",\"label\":\"事由\",\"validate\":{\"maxLength\":20},\"properties\":{\"en\":\"subject\"}},"
    "{\"type\":\"textfield\",\"key\":\"person\",\"label\":\"投诉人\",\"properties\":{\"en\":\"person\",\"sensitive\":\"name\"}},"
    "{\"type\":\"datetime\",\"subtype\":\"date\",\"key\":\"received\",\"dateLabel\":\"受理日期\",\"validate\":{\"required\":true},\"properties\":{\"en\":\"received\"}},"
    "{\"type\":\"datetime\",\"subtype\":\"date\",\"key\":\"closed\",\"dateLabel\":\"办结日期\",\"properties\":{\"en\":\"closed\"}},"
    "{\"type\":\"select\",\"key\":\"result\",\"label\":\"结果\",\"values\":[{\"label\":\"满意\",\"value\":\"满意\"},{\"label\":\"不满意\",\"value\":\"不满意\"}],\"properties\":{\"en\":\"result\"}},"
    "{\"type\":\"number\",\"key\":\"amount\",\"label\":\"金额\",\"validate\":{\"min\":0,\"max\":1000000},\"properties\":{\"en\":\"amount\"}}]}";

static const char mini_post[] =
    "{\"type\":\"default\",\"id\":\"post\",\"schemaVersion\":16,\"components\":["
    "{\"type\":\"textfield\",\"key\":\"code\",\"label\":\"岗位号\",\"validate\":{\"required\":true},\"properties\":{\"en\":\"code\"}},"
    "{\"type\":\"textfield\",\"key\":\"street\",\"label\":\"街道\",\"properties\":{\"en\":\"street\"}},"
    "{\"type\":\"datetime\",\"subtype\":\"date\",\"key\":\"from\",\"dateLabel\":\"设立\",\"properties\":{\"en\":\"from\"}},"
    "{\"type\":\"datetime\",\"subtype\":\"date\",\"key\":\"to\",\"dateLabel\":\"撤销\",\"properties\":{\"en\":\"to\"}}]}";

static const char mini_import[] =
    "{\"sheets\":[{\"form\":\"complaint\",\"names\":[\"投诉\"],\"columns\":["
    "{\"field\":\"no\",\"headings\":[\"投诉编号\",\"编号\"],\"required\":true},{\"field\":\"subject\",\"headings\":[\"事由\"],\"required\":true},"
    "{\"field\":\"person\",\"headings\":[\"投诉人\"]},{\"field\":\"received\",\"headings\":[\"受理日期\"],\"required\":true},"
    "{\"field\":\"closed\",\"headings\":[\"办结日期\",\"办理情况/办结日期\"]},{\"field\":\"result\",\"headings\":[\"结果\"],\"values\":{\"非常满意\":\"满意\"}},"
    "{\"field\":\"amount\",\"headings\":[\"金额\"]}],\"ignore\":[\"序号\"]},"
    "{\"form\":\"post\",\"names\":[\"岗位\"],\"columns\":[{\"field\":\"code\",\"headings\":[\"岗位号\"],\"required\":true},{\"field\":\"street\",\"headings\":[\"街道\"]},"
    "{\"field\":\"from\",\"headings\":[\"设立\"],\"required\":true},{\"field\":\"to\",\"headings\":[\"撤销\"]}]}]}";

// Sorted by name, as a folder is read.
static inline procedure_source mini_source(arena *a)
{
    procedure_source s = {.id = STR("mini"), .files = arena_new(a, 4, procedure_file), .count = 4};
    s.files[0] = (procedure_file){STR("complaint.form"), str_from(mini_complaint)};
    s.files[1] = (procedure_file){STR("import.json"), str_from(mini_import)};
    s.files[2] = (procedure_file){STR("post.form"), str_from(mini_post)};
    s.files[3] = (procedure_file){STR("procedure.json"), str_from(mini_procedure)};
    return s;
}

// An empty directory of the test's own; removed by test_directory_remove.
static inline const char *test_directory(void)
{
    static char path[] = "/tmp/fadu-test-XXXXXX";
    return mkdtemp(path);
}

static inline void test_directory_remove(const char *path)
{
    char line[4200];
    snprintf(line, sizeof line, "rm -rf -- '%s'", path);
    if (system(line) != 0) fprintf(stderr, "cannot remove %s\n", path);
}

#endif
