// The table of subcommands: dispatch, help and usage come from here.
#include "cli/cli.h"

const cli_command cli_commands[] = {
    {"init", cli_init, "init DIR [--district NAME]", {"建立数据目录", "make a data directory"}, {0}},
    {"sample", cli_sample, "sample NAME --out DIR", {"写出演示区的台账（合成数据，每次相同）", "write the demonstration district's ledgers (synthetic, deterministic)"}, {0}},
    {"simulate", cli_simulate, "simulate NAME --year Y --out DIR", {"让演示区按真实流程走完一年", "play a year of the demonstration district through the real procedures"}, {0}},
    {"import", cli_import, "import DIR FILE... [--procedure ID] [--mapping FILE] [--strict]", {"导入台账（.xlsx、.csv）", "import ledgers (.xlsx, .csv)"},
     {"  --procedure ID   指明流程，否则由表头识别\n  --mapping FILE   表头与字段的对应关系（import.json 的格式）\n  --strict         有一行不能导入，整个文件就不导入",
      "  --procedure ID   name the procedure instead of recognizing it by its headings\n  --mapping FILE   which heading is which field (the format of import.json)\n  --strict         one bad row refuses the file"}},
    {"report", cli_report_command, "report DIR --year Y [--format json|html|docx|pdf] [-o FILE]", {"生成年度报告", "make the annual report"}, {0}},
    {"trace", cli_trace, "trace DIR FIGURE --year Y [--format text|json]", {"一个数字从何而来", "where a figure comes from"}, {0}},
    {"verify", cli_verify, "verify DIR [--bytes]", {"重算并核对全部记录、状态、记账和余额", "recompute and check log, states, entries, balances"},
     {"  --bytes   只核对字节：页、记录和文件的哈希、日志树和检查点", "  --bytes   only the bytes: pages, hashes of records and files, tree and checkpoints"}},
    {"account", cli_account,
     "account DIR add LOGIN --name NAME [--unit UNIT] | grant|revoke LOGIN PROCEDURE ROLE | disable|enable|password LOGIN | token LOGIN --name NAME [--days D] | certificate LOGIN NO | away LOGIN STAND_IN [--from DAY] --to DAY | back LOGIN | list [--format json]",
     {"账户和角色：谁可以在网站上做什么", "accounts and roles: who may do what on the site"},
     {"  password           从标准输入读密码\n  grant … PROCEDURE  流程及其角色；“*” administrator 为全区管理员\n  token              为程序做一个令牌，只显示一次；默认 90 天有效",
      "  password           reads the password from standard input\n  grant … PROCEDURE  a procedure and a role of it; \"*\" administrator is the district's administrator\n  token              makes a token for a program, shown once; good for 90 days by default"}},
    {"adopt", cli_adopt, "adopt DIR PATH... [--format text|json]", {"采用流程的新版本，或一年的放假安排", "adopt a new version of a procedure, or a year's holiday arrangement"},
     {"  PATH   流程文件夹，或 {\"year\", \"papers\", \"days\"} 格式的放假安排；采用后重新计算全部在办期限", "  PATH   a procedure's folder, or an arrangement {\"year\", \"papers\", \"days\"}, by which all open time limits are computed anew"}},
    {"serve", cli_serve, "serve DIR [--listen HOST:PORT]", {"开启网站（默认 127.0.0.1:8080）", "serve the site (127.0.0.1:8080 by default)"}, {0}},
    {"lint", cli_lint, "lint PATH...", {"检查流程文件夹和决策模型（.dmn）", "check procedure folders and decision models (.dmn)"}, {0}},
    {"test", cli_test, "test [--unshown] PATH...", {"运行流程的情景（scenarios/*.json）", "run the scenarios of procedures (scenarios/*.json)"},
     {"  --unshown   列出没有情景说明的顺序流、期限届满和拒绝情形", "  --unshown   list the ways, expiries and refusals that no scenario shows"}},
    {"feel", cli_feel, "feel EXPR [--input FILE.json]", {"计算一个 FEEL 表达式", "evaluate a FEEL expression"}, {0}},
    {"decide", cli_decide, "decide FILE.dmn [IMPORTED.dmn...] [--decision|--service|--bkm NAME] [--input FILE.json]",
     {"按 DMN 模型作出决定（JSON）", "evaluate a decision of a DMN model (JSON)"}, {0}},
    {"explain", cli_explain, "explain FILE.dmn [IMPORTED.dmn...] [--decision|--service|--bkm NAME] [--input FILE.json]",
     {"同上，并说明理由：哪些规则符合，输入为何值，依据哪一条", "the same, and why: which rules matched, the inputs, the articles"}, {0}},
    {"due", cli_due, "due PROCEDURE [CLOCK] --start DATE[THH:MM] [--suspend FROM..TO]... [--restart DATE] [--extend[=LENGTH]]... [--on DATE] [--format text|json]",
     {"何时到期，为什么", "when does it fall due, and why"},
     {"  不写期限名，列出该流程的全部期限\n"
      "  --suspend FROM..TO  中止，首尾两日都不计入；可以多次\n"
      "  --restart DATE      中断，自该日起重新计算\n"
      "  --extend[=LENGTH]   依法延长；不写长度，取法律允许的最长\n"
      "  --on DATE           按该日施行的法律版本；默认为起算日",
      "  without a clock, lists those of the procedure\n"
      "  --suspend FROM..TO  suspended, both days included; may be repeated\n"
      "  --restart DATE      interrupted: begins anew after that day\n"
      "  --extend[=LENGTH]   extended as the law allows; the longest allowed without a length\n"
      "  --on DATE           by the law in force on that day; the start is the default"}},
    {"document", cli_document, "document PROCEDURE DOCUMENT --input FILE.json --date DATE [--number N] [--format html|docx|pdf] [-o FILE]",
     {"按模板制作文书", "make a document from its template"},
     {"  --input FILE.json  {\"data\": {字段: 值}, \"case\": {…}, \"office\": {\"name\", \"code\"}}\n  --number N         文号中的序号；不写则为未编号的草稿\n  --date DATE        成文日期",
      "  --input FILE.json  {\"data\": {field: value}, \"case\": {…}, \"office\": {\"name\", \"code\"}}\n  --number N         the number in its series; without it a draft\n  --date DATE        the day it is made"}},
};
const int cli_command_count = sizeof cli_commands / sizeof *cli_commands;
