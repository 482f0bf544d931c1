// queue.h: the one writer of a running system: changes from many threads, decided one after another, on disk together.
//
// Durable commits are the scarce thing, so whatever waits when the writer is free becomes one transaction; each submitter is told when that is
// on disk, or that nothing of it was kept. While one group is being committed the next is decided on top of it (docs/adr/0014). Between changes the queue lets go of the directory after a moment, so that the command line can
// write too; a change that finds the directory taken is told so.
//
// The queue also keeps the time: it sleeps until the earliest alarm of the store (store.h) and then lets time pass for the cases
// whose hour has come. A million running clocks are a million rows of an index, and cost nothing while they run.
#ifndef FADU_SERVICE_QUEUE_H
#define FADU_SERVICE_QUEUE_H

#include "service/district.h"

enum {
    QUEUE_GROUP_MAX = 256,           // changes in one transaction: enough that the commit costs little each, few enough that nobody waits long
    QUEUE_GATHER_US = 200,           // how long a group waits for as many as the one before had: less than a commit takes
    QUEUE_IDLE_MS = 2000,            // without a change; then the directory is let go of
    QUEUE_COPY_MS = 1000,            // between copies of the log's head to DIR/checkpoint
    QUEUE_LOOK_MS = 60000,           // how long another process may have put an alarm before it is noticed
    QUEUE_RETRY_MS = 3600000         // when a case refuses to let time pass (too many timers at once), until it is tried again
};

// Decides within the writer's transaction. False: it was refused; then it has written nothing. It may be called again, when what it was
// together with could not be kept.
typedef bool (*queue_change)(writer *w, void *ctx, arena *a, diag_list *d);
typedef enum { QUEUE_DONE, QUEUE_REFUSED, QUEUE_BUSY /* another process writes */, QUEUE_FAILED } queue_result;

typedef struct write_queue write_queue;
// `clock` is asked for the time (machine_now, or a test's). NULL: no memory, or no thread to be had.
write_queue *queue_open(const char *dir, timestamp (*clock)(void));
void queue_close(write_queue *q);                        // after everything submitted is done
// Waits until the change is on disk or refused. `a` and `d` are the submitter's, lent to the writer meanwhile.
queue_result queue_submit(write_queue *q, queue_change change, void *ctx, arena *a, diag_list *d);
// The records that are on disk, as far as this queue wrote them; 0 before its first. Grows when something has happened.
int64_t queue_written(write_queue *q);
// Waits until it is more than `seen`, or that long. False: the queue is being closed.
bool queue_wait(write_queue *q, int64_t seen, int ms);

#endif
