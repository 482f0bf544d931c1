// http.h: the site: pages for people, JSON for programs.
//
// One table of routes (routes.c) from which dispatch and the page of addresses are made. Threads of the server share the
// definitions and have a store connection each. Everything shown is escaped; personal data is masked; the
// content security policy allows nothing but our own style sheet.
//
// Who asks is known by a session's cookie or by a token (`Authorization: Bearer`). A change needs one of them and, with a cookie, the
// session's CSRF token: in the form, or in the header X-CSRF-Token.
#ifndef FADU_HTTP_HTTP_H
#define FADU_HTTP_HTTP_H

#include "service/district.h"

// Serves until *stop is set (by a signal). `listen` is HOST:PORT ("[::1]:8080", "127.0.0.1:0" = any free port, which is
// printed). EXIT_DONE when stopped, EXIT_INPUT for an address that makes no sense, EXIT_SYSTEM when it cannot be had.
exit_status http_serve(const char *dir, const char *listen, const volatile int *stop, diag_list *d);

// Limits; each has a test.
enum {
    HTTP_CONNECTIONS_MAX = 1024, HTTP_CONNECTIONS_PER_ADDRESS_MAX = 256,
    HTTP_TIMEOUT_S = 30,
    HTTP_LISTENERS_MAX = 64,         // that wait for events: each has a thread
    HTTP_BODY_MAX = 1 << 20,         // of a request (413): forms and commands; ledgers are imported by `fadu import`
    HTTP_URL_MAX = 2000,             // longer addresses are refused (414)
    HTTP_QUERY_MAX = 200,            // characters of a search
    HTTP_API_ROWS_MAX = 500, HTTP_COMMANDS_MAX = 500,    // of a page, of a bulk
    HTTP_COMMAND_ID_MAX = 100,       // bytes of a command's id
    HTTP_PAGE_ROWS = 50, HTTP_TRACE_ROWS = 200
};

#endif
