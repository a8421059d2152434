/* The protocol of the queue in jobs.jobs: what Sources/Jobs does, statement by statement. ../queue-protocol.md explains it.
 *
 * Every statement that is a transaction of its own is one atomic step; a claim is two, because others may commit between its
 * choice and its update. Time is left out: a lease may end at any moment, which covers clocks that are slow, wrong or stepped,
 * and a worker may be arbitrarily slow between two steps. What faults may do is counted, so that the graph of the states has
 * no cycle unless the protocol itself has one: then every run ends, and "every job ends" can be asked of the last state.
 *
 * Each -DNAME of the second group breaks the protocol in one place, and must be found wrong.
 */

/* How much of each fault. */
#ifndef SERVER_CRASHES
#define SERVER_CRASHES 1   /* of PostgreSQL, or a failover */
#endif
#ifndef WORKER_CRASHES
#define WORKER_CRASHES 1
#endif
#ifndef RENEWALS
#define RENEWALS 1         /* heartbeats that find their claim; the ones that do not are not counted */
#endif
#ifndef LOST_ACKS
#define LOST_ACKS 1        /* commits whose answer never arrives */
#endif
#ifndef FAILURES
#define FAILURES 1         /* attempts that throw */
#endif
#ifndef POSTPONED
#define POSTPONED 0        /* attempts that are too early, or given back because the worker stops */
#endif
#ifndef STALLS
#define STALLS 0           /* handlers that were given up as hung, and still go on */
#endif
#ifndef CANCELS
#define CANCELS 0          /* live jobs that somebody takes away */
#endif
#ifndef RETRIES
#define RETRIES 0          /* catalog jobs retry */
#endif
#ifndef PAUSES
#define PAUSES 0           /* catalog jobs pause, and resume */
#endif
#ifndef MAX_ATTEMPTS
#define MAX_ATTEMPTS 2
#endif

#define JOBS 2
#define WORKERS 2
#ifndef SLOTS
#define SLOTS 1            /* jobs at once, of one worker: 1 or 2 */
#endif
#define TASKS (WORKERS * SLOTS)
#define NOBODY 7

#ifdef FREE_JOBS
#define RIVAL(j) (NOBODY)          /* no serial key */
#else
#define RIVAL(j) (1 - (j))         /* both jobs have one serial key */
#endif

/* jobs.jobs.state; GONE is a deleted row. */
#define READY 0
#define RUN 1
#define PARKED 2               /* behind a running job of its serial key: no claim sees it */
#define DEAD 3
#define GONE 4

/* What came of the job's subject: catalog.upload_history.status, which handlers compare before they write. */
#define OPEN 0
#define DONE 1
#define GIVEN_UP 2
#define CANCELLED 3

/* A row of jobs.jobs, and what its handler wrote in the same database. */
typedef Row {
    unsigned state : 3;
    unsigned attempt : 3;
    unsigned limit : 3;        /* max_attempts */
    bit over;                  /* lease_until < clock_timestamp() */
#ifdef NO_RAISE
    unsigned claim : 3;        /* how many claims there were: only asserted on */
#endif
    unsigned outcome : 2;
    unsigned effects : 2;      /* commits of the work: only asserted on */
}
Row row[JOBS];
/* What a crash leaves: all commits up to some moment, since the log is written in order. */
Row disk[JOBS];

/* The row lock of a claim under way, and with it the lock of the serial key: the worker, or NOBODY. */
byte lock[JOBS];
#ifdef ONE_HOLDER
byte claimsEver[JOBS];     /* never rolled back */
#endif

/* An execution of a job by a worker: task w * SLOTS + slot. */
typedef Task {
    bit runs;                  /* its handler has not returned */
    bit held;                  /* its entry stands in JobLedger.held */
    unsigned end : 3;          /* the outcome that waits to be recorded */
    unsigned job : 1;
    unsigned attempt : 3;
    bit last;                  /* Job.isLastAttempt, as it was claimed */
#ifdef NO_RAISE
    unsigned claim : 3;
#endif
#ifdef ONE_HOLDER
    byte ever;
#endif
}
Task task[TASKS];
#define NONE 0
#define FINISHED 1
#define FAILED 2
#define POSTPONE 3             /* postponed or released: the same statement but for the time */

byte running[WORKERS]; /* JobLedger.Queue.running */
/* One bit for each job: it lies before the low-water mark of the worker's claims. */
byte behind[WORKERS];
/* Jobs that a claim made dead and whose handler is to be told. */
byte bury[WORKERS];

bit paused = 0;
byte serverCrashes = 0, workerCrashes = 0, renewals = 0, lostAcks = 0, failures = 0, postponed = 0, stalls = 0, cancels = 0,
    retries = 0, pauses = 0, looks = 0;

#define BIT(j) (1 << (j))
#define holds(x) (row[task[x].job].state == RUN && fence(x))
#ifdef NO_FENCE
#define fence(x) true
#else
#define fence(x) (row[task[x].job].attempt == task[x].attempt)
#endif
#define unlocked(j) (lock[j] == NOBODY)
#define serialRuns(j) (RIVAL(j) != NOBODY && row[RIVAL(j)].state == RUN)
#if SLOTS == 2
#define hasSlot(w) (running[w] < SLOTS && !paused && (isFree(w * SLOTS) || isFree(w * SLOTS + 1)))
#else
#define hasSlot(w) (running[w] < SLOTS && !paused && isFree(w))
#endif
/* The lock of the serial key, which a claim tries before it locks a row, and whoever ends or takes away a job waits for first. */
#define keyFree(j) (RIVAL(j) == NOBODY || unlocked(1 - (j)))
#ifdef OLD_SNAPSHOTS
/* Whether the key's other job runs is what the claim's snapshot says; whether this one is ready is looked at anew when its row is locked. */
#define keyRuns(j) (!(idle & BIT(j)))
#else
#define keyRuns(j) serialRuns(j)
#endif
#define mayTake(w, j) (row[j].state == READY && unlocked(j) && keyFree(j) && !keyRuns(j) && !(behind[w] & BIT(j)))
#define isFree(x) (!task[x].runs && task[x].end == NONE)

inline copy(to, from) {
    to.state = from.state; to.attempt = from.attempt; to.limit = from.limit; to.over = from.over;
    to.outcome = from.outcome; to.effects = from.effects;
#ifdef NO_RAISE
    to.claim = from.claim;
#endif
    skip
}

#define erase(r) r.state = 0; r.attempt = 0; r.limit = 0; r.over = 0; r.outcome = 0; r.effects = 0

/* All commits so far are on disk. Once no crash can come, nobody asks any more. */
inline written() {
    if
    :: serverCrashes < SERVER_CRASHES -> copy(disk[0], row[0]); copy(disk[1], row[1])
    :: else
    fi
}

/* A commit that is waited for on disk takes all before it with it. A failover to an asynchronous standby may lose it all the same. */
inline synced() {
#ifdef ASYNC_FAILOVER
    if
    :: written()
    :: true
    fi
#else
    written()
#endif
}

inline forget(x) {
    task[x].runs = 0; task[x].held = 0; task[x].end = NONE; task[x].job = 0; task[x].attempt = 0; task[x].last = 0
#ifdef NO_RAISE
    ; task[x].claim = 0
#endif
#ifdef ONE_HOLDER
    ; task[x].ever = 0
#endif
}

#define sameClaim(x, y) (task[y].held && task[y].job == task[x].job && task[y].attempt == task[x].attempt)

/* JobLedger.leave: the entry that the key finds. The key is the claim; by job and attempt it would find another claim's. */
inline leave(x, how) {
#ifdef LEDGER_BY_ATTEMPT
    leaves = (sameClaim(x, x ^ 1) -> x ^ 1 : (task[x].held -> x : TASKS));
#else
    leaves = (task[x].held -> x : TASKS);
#endif
    if
    :: leaves < TASKS ->
        task[leaves].held = 0;
        running[x / SLOTS] = running[x / SLOTS] - 1;
        task[x].end = how;
        /* freeSerialKey: its successor was passed over while it ran. */
        behind[x / SLOTS] = (how == NONE -> 0 : behind[x / SLOTS])
    :: else
    fi
}

/* The handler returns. */
inline ends(x, how) {
    leave(x, how);
    task[x].runs = 0;
    if
    :: task[x].end == NONE -> forget(x)
    :: else
    fi
}

/* A job that becomes ready now is not before anybody's mark: marks are some seconds old. */
#define readyNow(j) row[j].state = READY; row[j].over = 0; \
    behind[0] = behind[0] & ~BIT(j); behind[1] = behind[1] & ~BIT(j)

/* jobs.unpark, by the triggers of jobs.jobs: in the transaction that ends a job of the key, or takes away one that was ready. What is put back
 * may be before anybody's mark, since it was ready long ago. */
#ifdef NO_UNPARK
#define unpark(j) skip
#else
#define unpark(j) \
    if \
    :: RIVAL(j) != NOBODY && row[1 - (j)].state == PARKED -> row[1 - (j)].state = READY; \
        behind[0] = behind[0] | BIT(1 - (j)); behind[1] = behind[1] | BIT(1 - (j)) \
    :: else \
    fi
#endif

/* JobParker: holds the row of the running job until it commits, so that its end comes after. Not waited for on disk. */
#define mayPark(j) (RIVAL(j) != NOBODY && row[j].state == READY && unlocked(j) && row[1 - (j)].state == RUN && unlocked(1 - (j)))
inline park(j) {
    row[j].state = PARKED;
    if
    :: written()
    :: serverCrashes < SERVER_CRASHES
    fi
}

/* JobHandler.giveUp: the subject's status decides. */
#ifdef NO_STATUS
#define giveUp(j) assert(row[j].effects == 0); row[j].outcome = GIVEN_UP
#else
#define giveUp(j) row[j].outcome = (row[j].outcome == OPEN -> GIVEN_UP : row[j].outcome)
#endif

/* The invariants that one state shows. */
inline check() {
    assert(row[0].effects <= 1 && row[1].effects <= 1);
#ifndef FREE_JOBS
    assert(!(row[0].state == RUN && row[1].state == RUN));
#endif
    assert(row[0].state != GONE || row[0].outcome != OPEN);
    assert(row[1].state != GONE || row[1].outcome != OPEN)
}

/* ---- A claim: Job.claim ---- */

proctype Claimer(byte w) {
    byte j = NOBODY, x;
    bit expired;
#ifdef OLD_SNAPSHOTS
    byte idle = 0;  /* jobs whose key was free when the snapshot was taken */
#endif
end:
    do
#ifdef OLD_SNAPSHOTS
    :: atomic { hasSlot(w) && idle == 0 && !(serialRuns(0) && serialRuns(1)) ->
        idle = (serialRuns(0) -> 0 : BIT(0)) | (serialRuns(1) -> 0 : BIT(1)) }
    /* It found nothing. */
    :: atomic { idle != 0 -> idle = 0 }
    /* The choice, with its row lock: for update skip locked. */
#else
    /* The choice, with its snapshot and its row lock: for update skip locked. */
#endif
    :: atomic { hasSlot(w) && mayTake(w, 0) -> j = 0; lock[0] = w; goto update }
    :: atomic { hasSlot(w) && mayTake(w, 1) -> j = 1; lock[1] = w; goto update }
#ifndef NO_EXPIRED
    :: atomic { hasSlot(w) && row[0].state == RUN && row[0].over && unlocked(0) && keyFree(0) -> j = 0; expired = 1; lock[0] = w; goto update }
    :: atomic { hasSlot(w) && row[1].state == RUN && row[1].over && unlocked(1) && keyFree(1) -> j = 1; expired = 1; lock[1] = w; goto update }
#endif
    /* A claim that finds nothing learns, too: what another worker's serial key or lock kept from it lies before its mark now. */
    :: atomic { looks < 2 && row[0].state == READY && (serialRuns(0) || !unlocked(0) || !keyFree(0)) && !(behind[w] & BIT(0)) ->
        looks++; behind[w] = behind[w] | BIT(0) }
    :: atomic { looks < 2 && row[1].state == READY && (serialRuns(1) || !unlocked(1) || !keyFree(1)) && !(behind[w] & BIT(1)) ->
        looks++; behind[w] = behind[w] | BIT(1) }
#ifndef NO_RESCAN
    /* Every five seconds it looks from the beginning. */
    :: atomic { (behind[w] & BIT(0)) && row[0].state == READY && !serialRuns(0) && unlocked(0) -> behind[w] = 0 }
    :: atomic { (behind[w] & BIT(1)) && row[1].state == READY && !serialRuns(1) && unlocked(1) -> behind[w] = 0 }
#endif
    od;

update:
    /* The update, and its commit: not waited for on disk. */
    atomic {
#ifdef OLD_SNAPSHOTS
      idle = 0;
#endif
      if
      /* The server crashed meanwhile: the claim fails, and the next look begins anew. */
      :: lock[j] != w
#ifndef NO_SERIAL_INDEX
      /* jobs_serial_key_runs_once refuses a claim whose snapshot was too old; it claims anew. */
      :: lock[j] == w && !expired && serialRuns(j) -> lock[j] = NOBODY
      :: lock[j] == w && (expired || !serialRuns(j)) ->
#else
      :: lock[j] == w ->
#endif
          lock[j] = NOBODY;
          if
          :: expired && row[j].attempt >= row[j].limit ->
              row[j].state = DEAD; row[j].over = 0; bury[w] = bury[w] | BIT(j); unpark(j)
          :: else ->
#ifndef NO_RAISE
              row[j].attempt = row[j].attempt + 1;
#endif
              row[j].state = RUN; row[j].over = 0;
#if SLOTS == 2
              x = (isFree(w * SLOTS) -> w * SLOTS : w * SLOTS + 1);
#else
              x = w;
#endif
#ifdef NO_RAISE
              row[j].claim = row[j].claim + 1; task[x].claim = row[j].claim;
#endif
#ifdef ONE_HOLDER
              claimsEver[j] = claimsEver[j] + 1; task[x].ever = claimsEver[j];
#endif
              running[w] = running[w] + 1;
              task[x].runs = 1; task[x].held = 1; task[x].job = j; task[x].attempt = row[j].attempt;
              task[x].last = (row[j].attempt >= row[j].limit);
#ifdef LEDGER_BY_ATTEMPT
              /* An entry of the same job and attempt is replaced. */
              task[x ^ 1].held = task[x ^ 1].held && !sameClaim(x, x ^ 1);
#endif
              /* LowWaterMarks.learn: what is ready and was passed over lies before the mark now. */
              if
              :: RIVAL(j) != NOBODY && row[1 - j].state == READY -> behind[w] = behind[w] | BIT(1 - j)
              :: else
              fi
          fi
      fi;
      /* Not waited for: a crash of the server may lose it, unless somebody's later commit was. */
      if
      :: written()
      :: serverCrashes < SERVER_CRASHES
      fi;
      check();
      j = NOBODY; x = 0; expired = 0;
        goto end
    }
}

/* ---- A task of a worker: the handler, and the agents that see to it ---- */

inline effect(x) {
    assert(task[x].attempt == row[task[x].job].attempt);
#ifdef NO_RAISE
    assert(task[x].claim == row[task[x].job].claim);
#endif
#ifdef ONE_HOLDER
    assert(task[x].ever == claimsEver[task[x].job]);
#endif
    row[task[x].job].outcome = DONE;
    row[task[x].job].effects = row[task[x].job].effects + 1
}

proctype Worker(byte x) {
    byte leaves;
end:
    do
    /* The transaction of the work, with Session.finish in it. LeaseLost rolls it back. */
    :: atomic { task[x].runs && unlocked(task[x].job) && keyFree(task[x].job) ->
#ifdef FINISH_APART
        /* The work commits first; the worker finishes the job afterwards. */
        row[task[x].job].outcome = DONE; row[task[x].job].effects = row[task[x].job].effects + 1; synced(); ends(x, FINISHED);
#else
        if
#ifdef IGNORE_LEASE_LOST
        :: !holds(x) -> row[task[x].job].outcome = DONE; row[task[x].job].effects = row[task[x].job].effects + 1; synced();
            ends(x, NONE)
#else
        :: !holds(x) -> ends(x, NONE)
#endif
        /* The subject has ended: a late repetition. The worker finishes the job. */
        :: holds(x) && row[task[x].job].outcome != OPEN -> ends(x, FINISHED)
        :: holds(x) && row[task[x].job].outcome == OPEN ->
            effect(x); row[task[x].job].state = GONE; row[task[x].job].over = 0; unpark(task[x].job); synced();
            if
            :: ends(x, NONE)
            /* The answer is lost: for the worker its handler failed. */
            :: lostAcks < LOST_ACKS -> lostAcks++; ends(x, FAILED)
            fi
        fi;
#endif
        check(); leaves = 0 }
    :: atomic { task[x].runs && task[x].held && failures < FAILURES -> failures++; ends(x, FAILED); leaves = 0 }
    :: atomic { task[x].runs && task[x].held && postponed < POSTPONED -> postponed++; ends(x, POSTPONE); leaves = 0 }
    /* StallGuard.abandon: the job fails without its handler, which goes on. */
    :: atomic { task[x].runs && task[x].held && stalls < STALLS -> stalls++; leave(x, FAILED); leaves = 0 }
    /* Heartbeat: Job.renew. Whose claim is gone is cancelled; so is whoever could not renew it in time. */
    :: atomic { task[x].runs && task[x].held && holds(x) && row[task[x].job].over && unlocked(task[x].job) && renewals < RENEWALS ->
        renewals++; row[task[x].job].over = 0; synced() }
    :: atomic { task[x].runs && !holds(x) -> ends(x, NONE); leaves = 0 }
    :: atomic { task[x].runs && task[x].held && serverCrashes > 0 -> ends(x, NONE); leaves = 0 }
    /* OutcomeRecorder: Job.finish, Job.fail, Job.postpone, Job.release. */
    :: atomic { task[x].end != NONE && unlocked(task[x].job) && keyFree(task[x].job) ->
        if
        :: !holds(x)
        :: holds(x) ->
            if
#ifdef FINISH_APART
            :: task[x].end == FINISHED -> row[task[x].job].state = GONE; row[task[x].job].over = 0
#else
            :: task[x].end == FINISHED -> assert(row[task[x].job].outcome != OPEN); row[task[x].job].state = GONE;
                row[task[x].job].over = 0
#endif
            :: task[x].end == FAILED && task[x].last -> row[task[x].job].state = DEAD; row[task[x].job].over = 0;
                giveUp(task[x].job)
            :: task[x].end == FAILED && !task[x].last -> readyNow(task[x].job)
            :: task[x].end == POSTPONE -> readyNow(task[x].job); row[task[x].job].limit = row[task[x].job].limit + 1
            fi;
            unpark(task[x].job);
            synced()
        fi;
        check();
        if
        :: true -> task[x].end = NONE; behind[x / SLOTS] = 0;
            if
            :: !task[x].runs -> forget(x)
            :: else
            fi
        /* The answer is lost: the outcome is recorded again. */
        :: lostAcks < LOST_ACKS -> lostAcks++
        fi }
    od
}

/* ---- The world ---- */

inline restart(w) {
    forget(w * SLOTS);
#if SLOTS == 2
    forget(w * SLOTS + 1);
#endif
    running[w] = 0; behind[w] = 0; bury[w] = 0;
    if
    :: lock[0] == w -> lock[0] = NOBODY
    :: else
    fi;
    if
    :: lock[1] == w -> lock[1] = NOBODY
    :: else
    fi
}

proctype World() {
end:
    do
    /* Time passes: JobRescuer ends leases early, clocks make it earlier still. */
    :: atomic { row[0].state == RUN && !row[0].over && unlocked(0) -> row[0].over = 1 }
    :: atomic { row[1].state == RUN && !row[1].over && unlocked(1) -> row[1].over = 1 }
    /* The server crashes, or another takes its place. Jobs whose claim is lost are ready since long ago. */
    :: atomic { serverCrashes < SERVER_CRASHES ->
        serverCrashes++;
        copy(row[0], disk[0]); copy(row[1], disk[1]);
        lock[0] = NOBODY; lock[1] = NOBODY;
        if
        :: serverCrashes == SERVER_CRASHES -> erase(disk[0]); erase(disk[1])
        :: else
        fi;
        behind[0] = BIT(0) | BIT(1); behind[1] = BIT(0) | BIT(1);
        check() }
    /* A worker dies, and is started again with nothing in its memory. */
    :: atomic { workerCrashes < WORKER_CRASHES -> workerCrashes++; restart(0) }
    :: atomic { workerCrashes < WORKER_CRASHES -> workerCrashes++; restart(1) }
    /* JobExecutor.recordDeath: a transaction after the claim's own. */
    :: atomic { (bury[0] & BIT(0)) -> bury[0] = bury[0] & ~BIT(0); giveUp(0); synced(); check() }
    :: atomic { (bury[0] & BIT(1)) -> bury[0] = bury[0] & ~BIT(1); giveUp(1); synced(); check() }
    :: atomic { (bury[1] & BIT(0)) -> bury[1] = bury[1] & ~BIT(0); giveUp(0); synced(); check() }
    :: atomic { (bury[1] & BIT(1)) -> bury[1] = bury[1] & ~BIT(1); giveUp(1); synced(); check() }
#ifndef NO_UPKEEP
    /* Upload.giveUpOrphans: what has no live job is given up. */
    :: atomic { row[0].state >= DEAD && row[0].outcome == OPEN && unlocked(0) -> row[0].outcome = GIVEN_UP; synced() }
    :: atomic { row[1].state >= DEAD && row[1].outcome == OPEN && unlocked(1) -> row[1].outcome = GIVEN_UP; synced() }
#endif
    /* catalog jobs retry; an upload that was given up is put back with it, as the HTTP interface does. */
    :: atomic { retries < RETRIES && row[0].state == DEAD ->
        retries++; readyNow(0); row[0].limit = row[0].attempt + 1;
        if
        :: row[0].outcome == GIVEN_UP -> row[0].outcome = OPEN
        :: true
        fi;
        synced() }
    /* cancelUploadAndJob: one transaction. */
    :: atomic { cancels < CANCELS && row[0].state < DEAD && row[0].outcome == OPEN && unlocked(0) && keyFree(0) ->
        cancels++; row[0].outcome = CANCELLED;
        if
        :: row[0].state == PARKED
        :: row[0].state != PARKED -> unpark(0)
        fi;
        row[0].state = GONE; row[0].over = 0; synced(); check() }
#ifndef PARK_UNLOCKED
    :: atomic { mayPark(0) -> park(0); check() }
    :: atomic { mayPark(1) -> park(1); check() }
#endif
    :: atomic { pauses < PAUSES && !paused -> pauses++; paused = 1 }
    :: atomic { paused -> paused = 0 }
    od
}

#ifdef PARK_UNLOCKED
/* Looks first, and parks without holding the running job's row. */
proctype Parker() {
    byte j = NOBODY;
end:
    do
    :: atomic { j == NOBODY && mayPark(0) -> j = 0 }
    :: atomic { j == NOBODY && mayPark(1) -> j = 1 }
    :: atomic { j != NOBODY ->
        if
        :: row[j].state == READY && unlocked(j) -> park(j); check()
        :: else
        fi;
        j = NOBODY }
    od
}
#endif

/* Nobody can move any more: then every job has ended, and every slot is free. */
proctype Judge() {
    timeout ->
        assert(row[0].state >= DEAD && row[1].state >= DEAD);
        assert(row[0].outcome != OPEN && row[1].outcome != OPEN);
        assert(running[0] == 0 && running[1] == 0)
}

init {
    atomic {
        lock[0] = NOBODY; lock[1] = NOBODY;
        row[0].limit = MAX_ATTEMPTS; row[1].limit = MAX_ATTEMPTS;
        copy(disk[0], row[0]); copy(disk[1], row[1]);
        run Claimer(0); run Claimer(1);
        run Worker(0); run Worker(1);
#if SLOTS == 2
        run Worker(2); run Worker(3);
#endif
#ifdef PARK_UNLOCKED
        run Parker();
#endif
        run World(); run Judge()
    }
}
