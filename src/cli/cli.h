// cli.h: `fadu SUBCOMMAND …`. One file a subcommand; one table (commands.c) from which dispatch and help are made.
//
// A subcommand gets argv with its own name first. It returns the exit status: 0 done, 1 the input is bad (diagnostics on standard
// error), 2 wrong usage, 3 the system failed.
#ifndef FADU_CLI_CLI_H
#define FADU_CLI_CLI_H

#include "base/diag.h"
#include "service/district.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;            // without "fadu "
    bilingual summary;
    bilingual detail;             // options, one a line; may be NULL
} cli_command;
extern const cli_command cli_commands[];
extern const int cli_command_count;

// Chinese, unless FADU_LANG, LC_ALL, LC_MESSAGES or LANG says a language other than Chinese.
language cli_language(void);
// The text in that language.
const char *cli_text(bilingual t);
// "usage: fadu …" of that subcommand on standard error; returns EXIT_USAGE.
int cli_usage(const char *name);
// Prints what was found to standard error; of a long list only the first.
enum { CLI_REPORTED_MAX = 40 };
void cli_report(const diag_list *d);
bool cli_year(const char *text, int *out);                // 1949..2200, else a message on standard error
// Writes to a file ("-" or NULL: standard output). False, with a message, when it could not be written.
bool cli_write(const char *path, str text);

// Adds the path itself when it is a procedure's folder, else the procedures' folders right below it, by name.
enum { CLI_FOLDERS_MAX = 500 };
void cli_procedure_folders(const char *path, char **folders, int *count, arena *a);

int cli_feel(int argc, char **argv);
int cli_decide(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_init(int argc, char **argv);
int cli_sample(int argc, char **argv);
int cli_simulate(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_report_command(int argc, char **argv);
int cli_trace(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_account(int argc, char **argv);
int cli_adopt(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_lint(int argc, char **argv);
int cli_test(int argc, char **argv);
int cli_due(int argc, char **argv);
int cli_document(int argc, char **argv);

#endif
