// document.h: what does a document (文书) of a case say?
//
// A procedure declares its documents (procedure_document, docs/formats/document.md). Here one is filled with the data of a
// case and becomes a report_document, which report/ renders. Placeholders see the form's fields; `clock.ID` with `length`,
// `article` and, once it runs, `due`: time limits are told from the law as it is declared, never typed; `case`, `office`
// and `document` (`number`, `date`). Numbers are given by the caller (series.h). Pure.
#ifndef FADU_DOCUMENT_DOCUMENT_H
#define FADU_DOCUMENT_DOCUMENT_H

#include "case/clock.h"
#include "report/report.h"

typedef struct {
    const feel_value *data;        // one value per field of the form
    feel_value case_file, office;  // contexts; office.code (机关代字) stands for {office} in the series
    int number;                    // in its series and the year of `day`; 0 = a draft, printed without a number
    date day;                      // 成文日期
} document_values;

const procedure_document *document_find(const procedure *p, str id);      // NULL: it has no text
// The pattern of its numbers (series.h) with the organ's short form in it; "" = not numbered.
str document_series(const procedure_document *t, str office, arena *a);
// Compiles head and body. NULL and TEMPLATE-…, FEEL-… or DOCUMENT-… diagnostics on trouble.
report_template *document_load(const procedure_document *t, arena *a, diag_list *d);
// NULL and diagnostics when something that the document needs or prints is not known.
report_document *document_fill(const procedure *p, const procedure_document *t, const document_values *v, const calendar *cal, arena *a, diag_list *d);

#endif
