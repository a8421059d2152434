// The peer of P10: how soon libpq alone has a job in hand that another process enqueued. The producer inserts and notifies in
// one statement; the consumer waits in poll(), is woken by NOTIFY and claims one job, prepared, in one statement of its own.
//
//     notify_peer JOBS GAP_MICROSECONDS          (database by the PG* variables; prints one line of JSON, milliseconds)
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *CREATE =
    "set client_min_messages = error; drop table if exists public.bench_latency; "
    "create table public.bench_latency (job_id bigint generated always as identity primary key, "
    "  state text not null default 'ready', sent text not null); "
    "create index on public.bench_latency (job_id) where state = 'ready'";
static const char *ENQUEUE =
    "with new as (insert into public.bench_latency (sent) values ($1)) select pg_notify('bench_latency', '')";
static const char *CLAIM =
    "update public.bench_latency set state = 'running' where job_id = (select job_id from public.bench_latency "
    "where state = 'ready' order by job_id limit 1 for update skip locked) returning sent";

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static PGresult *checked(PGconn *connection, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    fprintf(stderr, "notify_peer: %s", PQerrorMessage(connection));
    exit(1);
}

static PGconn *connected(void) {
    PGconn *connection = PQconnectdb("");
    if (PQstatus(connection) == CONNECTION_OK) return connection;
    fprintf(stderr, "notify_peer: %s", PQerrorMessage(connection));
    exit(1);
}

static void produce(int jobs, int gap) {
    PGconn *connection = connected();
    PQclear(checked(connection, PQprepare(connection, "enqueue", ENQUEUE, 1, NULL)));
    for (int job = 0; job < jobs; job++) {
        usleep(gap);
        char text[32];
        snprintf(text, sizeof text, "%lld", now());
        const char *values[] = {text};
        PQclear(checked(connection, PQexecPrepared(connection, "enqueue", 1, values, NULL, NULL, 0)));
    }
    _exit(0);
}

// Every ready job; returns how many of them there are by now.
static int claim(PGconn *connection, long long *times, int done, int jobs) {
    while (done < jobs) {
        PGresult *result = checked(connection, PQexecPrepared(connection, "claim", 0, NULL, NULL, NULL, 0));
        int found = PQntuples(result);
        if (found) times[done++] = now() - atoll(PQgetvalue(result, 0, 0));
        PQclear(result);
        if (!found) break;
    }
    return done;
}

static void consume(PGconn *connection, long long *times, int jobs) {
    for (int done = 0; done < jobs;) {
        struct pollfd descriptor = {PQsocket(connection), POLLIN, 0};
        poll(&descriptor, 1, -1);
        if (!PQconsumeInput(connection)) checked(connection, NULL);
        int woken = 0;
        for (PGnotify *notify; (notify = PQnotifies(connection)); PQfreemem(notify)) woken = 1;
        if (woken) done = claim(connection, times, done, jobs);
    }
}

static int ascending(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return a < b ? -1 : a > b;
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: notify_peer JOBS GAP_MICROSECONDS\n"), 1;
    int jobs = atoi(arguments[1]);
    PGconn *connection = connected();
    PQclear(checked(connection, PQexec(connection, CREATE)));
    PQclear(checked(connection, PQexec(connection, "listen bench_latency")));
    PQclear(checked(connection, PQprepare(connection, "claim", CLAIM, 0, NULL)));
    long long *times = calloc(jobs, sizeof *times);
    if (fork() == 0) produce(jobs, atoi(arguments[2]));
    consume(connection, times, jobs);
    wait(NULL);
    qsort(times, jobs, sizeof *times, ascending);
    printf("{\"jobs\": %d, \"p50\": %.4f, \"p99\": %.4f}\n", jobs, times[jobs / 2] / 1e6, times[jobs * 99 / 100] / 1e6);
}
