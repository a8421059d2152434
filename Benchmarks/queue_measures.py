"""The measures P8, P9, P10, P12, P13 and P23: the queue."""
import json
import re
import subprocess
import sys

from measures import HERE, Group, Row, check, median

DRAINED, WRITTEN, PICKED, BEHIND = 200_000, 10_000, 1_000, 100_000
BATCHES = (100, 1000)
# Jobs that awa works on at once.
WORKERS = (200, 1000)


def prepare(bench):
    """The queue as after migration, and nothing left for a checkpoint to write."""
    bench.database.query(
        "create table if not exists public.bench_effects (job_id bigint primary key, note text not null)",
        "truncate jobs.jobs, public.bench_effects restart identity", "checkpoint")


def output(bench, *command):
    command = [str(part) for part in command]
    done = subprocess.run(command, env=bench.environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with status {done.returncode}")
    return done.stdout


def ours(bench, *arguments):
    prepare(bench)
    return timed(bench, lambda: json.loads(output(bench, bench.build / "queue-benchmark", *arguments)))


def timed(bench, function):
    """What it tells, which has the seconds that it counted itself; with the processor's clock the whole process counts."""
    begin = bench.now()
    result = function()
    return {**result, "seconds": bench.now() - begin} if bench.options.quick else result


def in_turn(runs, *functions):
    """Each function so many times, alternately; a list of results each."""
    results = [[] for _ in functions]
    for _ in range(runs):
        for function, found in zip(functions, results):
            found.append(function())
    return results


def speed(jobs, seconds):
    return f"{jobs / seconds:,.0f} jobs/s"


# P8: batched drain


def drain_ours(bench, jobs):
    result = ours(bench, "drain", "--jobs", jobs, "--batch", 1000)
    check("drain, jobs left", result["left"], 0)
    return result


def drain_peer(bench, jobs, batch):
    prepare(bench)
    result = json.loads(output(bench, sys.executable, HERE / "queue_peer.py", "--jobs", jobs, "--batch", batch))
    check("pgqueuer, jobs done and left", (result["jobs"], result["left"]), (jobs, 0))
    return result


def awa(bench, mode, jobs, *arguments):
    prepare(bench)
    result = json.loads(output(bench, sys.executable, HERE / "awa_peer.py", mode, "--jobs", jobs, *arguments))
    check("awa, jobs done", result["jobs"], jobs)
    return result


def draining(bench, figures):
    jobs = min(DRAINED, bench.options.jobs)
    peers = {f"pgqueuer, batch {batch}": lambda batch=batch: drain_peer(bench, jobs, batch) for batch in BATCHES}
    peers |= {f"awa, {count} at once": lambda count=count: awa(bench, "drain", jobs, "--workers", count) for count in WORKERS}
    mine, *found = in_turn(bench.options.runs, lambda: drain_ours(bench, jobs), *peers.values())
    figures["P8"] = {"ours": mine, **dict(zip(peers, found))}
    for system in ("pgqueuer", "awa"):
        best, name = min((median(figures["P8"][name]), name) for name in peers if name.startswith(system))
        yield Row("P8", f"drain of {jobs:,} no-op jobs ({name})", speed(jobs, median(mine)), speed(jobs, best),
                  best / median(mine), 2.5, True)


# P9: a row of its own and the completion in one transaction


def write_ours(bench, jobs):
    result = ours(bench, "transactional", "--jobs", jobs, "--batch", 8)
    check("transactional, jobs left and rows written", (result["left"], result["effects"]), (0, jobs))
    return result


def write_peer(bench, jobs):
    prepare(bench)
    # A few more than are claimed: the last claims would find all locked.
    bench.database.query(f"""
        insert into jobs.jobs (queue, kind, payload)
        select 'bench', 'bench', '{{"contact_id": 12345, "fields": ["email", "company"]}}' from generate_series(1, {jobs + 1000})
        """, "analyze jobs.jobs", "checkpoint")
    command = (bench.database.bin / "pgbench", "-n", "-M", "prepared", "-f", HERE / "transactional_peer.sql", "-c", "8", "-j", "2",
               "-t", jobs // 8)

    def run():
        return {"seconds": jobs / float(re.search(r"tps = ([0-9.]+)", output(bench, *command))[1])}

    result = timed(bench, run)
    check("pgbench, rows written", bench.database.query("select count(*) from public.bench_effects"), [(jobs // 8 * 8,)])
    return result


def writing(bench, figures):
    jobs = min(WRITTEN, bench.options.jobs)
    mine, peer = in_turn(bench.options.runs, lambda: write_ours(bench, jobs), lambda: write_peer(bench, jobs))
    figures["P9"] = {"ours": mine, "pgbench": peer}
    yield Row("P9", "jobs that commit a row and their end, 8 in flight (pgbench, same statements)",
              speed(jobs, median(mine)), speed(jobs, median(peer)), median(peer) / median(mine), 0.7, True)


# P10 and P12: an idle worker


def compiled(bench):
    program = bench.folder / "notify_peer"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpq"], stdout=subprocess.PIPE, text=True, check=True)
    subprocess.run(["cc", "-O2", "-o", program, HERE / "notify_peer.c", *flags.stdout.split()], check=True)
    return program


def picking(bench, figures):
    program, jobs = compiled(bench), min(PICKED, bench.options.jobs // 200)
    mine, peer, other = in_turn(
        bench.options.runs, lambda: ours(bench, "latency", "--jobs", jobs),
        lambda: json.loads(output(bench, program, jobs, 10_000)), lambda: awa(bench, "latency", jobs))
    figures["P10"] = {"ours": mine, "libpq": peer, "awa": other}
    for name, results, target in (("libpq in C: NOTIFY, claim", peer, 1.5), ("awa", other, 1)):
        for key in ("p50", "p99"):
            left, right = median(mine, key), median(results, key)
            yield Row("P10", f"idle pick-up, {key} of {jobs:,} ({name})", f"{left:.2f} ms", f"{right:.2f} ms",
                      left / right, target, False)


def idling(bench, figures):
    result = ours(bench, "idle", "--seconds", 30)
    figures["P12"] = {"ours": [result]}
    statements, share = result["transactions"], result["cpuSeconds"] / result["seconds"] * 100
    yield Row("P12", "idle worker, 30 s, 1 run, statements/s", f"{statements:.2f}/s", "limit 2/s", statements / 2, 1, False)
    # Rounds to 0 %.
    yield Row("P12", "idle worker, 30 s, 1 run, CPU", f"{share:.2f} %", "limit 0.5 %", share / 0.5, 1, False)


# P13: vacuum is held back


def holding(bench, figures):
    seconds = bench.options.seconds
    arguments = ("snapshot", "--seconds", seconds, "--rate", 500)
    free, held = ours(bench, *arguments), ours(bench, *arguments, "--hold")
    figures["P13"] = {"free": [free], "held": [held]}
    rates = [result["done"] / result["seconds"] for result in (held, free)]
    what = f"500 jobs/s for {seconds} s under a held snapshot (without it), 1 run"
    yield Row("P13", f"{what}, throughput", *(f"{rate:.0f} jobs/s" for rate in rates), rates[0] / rates[1], 0.8, True)
    yield Row("P13", "the same, claim p99", f"{held['p99']:.2f} ms", f"{free['p99']:.2f} ms", held["p99"] / free["p99"], 3, False)


# P23: the many jobs of one busy vendor


def passing(bench, figures):
    many = min(BEHIND, bench.options.jobs)
    found = {count: ours(bench, "behind", "--jobs", count) for count in (1, many)}
    figures["P23"] = {f"{count} behind": [result] for count, result in found.items()}
    free, busy = found[1], found[many]
    yield Row("P23", f"claim of a free job beside {many:,} that wait for one of their serial key, p50 of {busy['claims']:,} ({free['p50']:.2f} ms"
              f" beside one; set aside in {busy['seconds']:.1f} s, the longest claim until then {busy['longest']:.0f} ms)",
              f"{busy['p50']:.2f} ms", "limit 1 ms", busy["p50"], 1, False)


GROUPS = [
    Group(("P8",), draining),
    Group(("P9",), writing),
    Group(("P10",), picking),
    Group(("P12",), idling),
    Group(("P13",), holding),
    Group(("P23",), passing),
]
ALL = ("P8", "P9", "P10", "P12", "P13", "P23")
