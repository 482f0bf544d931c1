// The table of routes. The first pattern that fits is taken; "*" stands for one part of the path.
#include "http/http_internal.h"

const route routes[] = {
    {"/", get_home, {"年度报告", "the annual report"}},
    {"/report", get_report, {"某年的年度报告", "the annual report of a year"}},
    {"/report/*", get_report_file, {"报告文件（pdf、docx、html、json）", "the report as a file (pdf, docx, html, json)"}},
    {"/figures", get_figures, {"全部指标", "all figures"}},
    {"/figures/*", get_figure, {"一个指标及其来源", "a figure and where it comes from"}},
    {"/procedures", get_procedures, {"流程一览", "the procedures"}},
    {"/procedures/*", get_procedure, {"一个流程及其事项", "a procedure and its cases"}},
    {"/cases/*", get_case, {"一件事项", "a case"}},
    {"/search", get_search, {"搜索", "search"}},
    {"/files", get_files, {"来源文件", "imported files"}},
    {"/log", get_log, {"存证日志", "the log"}},
    {"/due", get_due, {"期限计算", "deadlines"}},
    {"/decide", get_decide, {"一项决策及其理由", "a decision, and why"}},
    {"/checkpoint", get_checkpoint, {"最新的签名检查点", "the newest signed checkpoint"}},
    {"/style.css", get_style, {"样式", "the style sheet"}},
    {"/favicon.svg", get_icon, {"图标", "the icon"}},
    {"/health", get_health, {"运行状况", "is it well"}},
    {"/metrics", get_metrics, {"运行指标（Prometheus）", "metrics (Prometheus)"}},
    {"/api/v1/report", get_api_report, {"年度报告的数据", "the report's data"}},
    {"/api/v1/figures/*", get_api_figure, {"一个指标", "a figure"}},
    {"/api/v1/procedures", get_api_procedures, {"流程", "the procedures"}},
    {"/api/v1/due", get_api_due, {"期限推算", "a deadline"}},
    {"/api/v1/decisions", get_api_decisions, {"决策及其理由", "decisions, and why"}},
    {"/api/v1/cases/*", get_api_case, {"一件事项", "a case"}},
};
const int route_count = sizeof routes / sizeof *routes;
