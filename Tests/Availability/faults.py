"""What goes wrong, one after the other. Each function does it, and gives the words for what followed; the cluster is whole again when it returns."""

import random
import signal
import time

from fleet import ROLES
from machines import tell, tree, until


def kill_postgres(run):
    """`kill -9` of the primary's PostgreSQL"""
    primary = run.machines.primary()
    tell([primary.postmaster()], signal.SIGKILL)
    return run.watch(primary)


def restart_postgres(run):
    """PostgreSQL is restarted by Patroni, primary and standby"""
    primary = run.machines.primary()
    for machine in (run.machines.other(primary), primary):
        run.patronictl("restart", "catalog", machine.name, "--force")
    return run.watch(primary)


def switchover(run):
    """switchover"""
    primary = run.machines.primary()
    run.patronictl("switchover", "catalog", "--primary", primary.name, "--candidate", run.machines.other(primary).name, "--force")
    return run.watch(primary)


def machine_hangs(run):
    """SIGSTOP of all processes of the primary's machine, SIGCONT after the other has taken over"""
    primary = run.machines.primary()
    primary.freeze()
    try:
        run.machines.wait_for_primary(run.machines.other(primary))
        return run.watch(primary)
    finally:
        primary.thaw()


def postgres_hangs(run):
    """SIGSTOP of PostgreSQL alone for 40 s: its Patroni goes on"""
    primary = run.machines.primary()
    pids = tree(primary.postmaster())
    tell(pids, signal.SIGSTOP)
    try:
        # Some of it is ended by Patroni, or not: that is what is tried.
        time.sleep(40)
    finally:
        tell(pids, signal.SIGCONT)
    return run.watch(primary)


def service_cut_off(run):
    """packets between service and primary vanish for 20 s, in both directions"""
    primary = run.machines.primary()
    run.network.cut(primary.name, ["service"])
    try:
        time.sleep(20)
    finally:
        run.network.heal()
    return run.watch(primary)


def primary_sends_nothing(run):
    """what the primary's machine sends vanishes, until the other has taken over"""
    primary = run.machines.primary()
    for other in others(run, primary):
        run.network.lose(primary.name, other)
    return taken_over(run, primary)


def primary_hears_nothing(run):
    """what is sent to the primary's machine vanishes, until the other has taken over"""
    primary = run.machines.primary()
    for other in others(run, primary):
        run.network.lose(other, primary.name)
    return taken_over(run, primary)


def standby_cut_off(run):
    """the standby is cut off for 20 s"""
    primary = run.machines.primary()
    standby = run.machines.other(primary)
    run.network.cut(standby.name, others(run, standby))
    try:
        time.sleep(20)
    finally:
        run.network.heal()
    return run.watch(primary)


def etcd_lost(run):
    """two of three members of etcd stop for 30 s"""
    primary = run.machines.primary()
    pids = [machine.etcd.pid for machine in run.machines.all if machine is not primary]
    pids = [pid for root in pids for pid in tree(root)]
    tell(pids, signal.SIGSTOP)
    try:
        time.sleep(30)
    finally:
        tell(pids, signal.SIGCONT)
    return run.watch(primary)


def disk_full(run):
    """the primary's disk is full for 20 s"""
    primary = run.machines.primary()
    primary.fill_disk()
    try:
        time.sleep(20)
    finally:
        primary.free_disk()
    return run.watch(primary)


def clock_forward(run):
    """the clocks of both servers step a minute forward"""
    return step(run, 60)


def clock_back(run):
    """they step a minute back"""
    return step(run, 0)


def step(run, seconds):
    primary = run.machines.primary()
    for machine in run.machines.servers:
        machine.step_clock(seconds)
    # What stands still now for the minute that is lived twice is found by the oracle's patience, which is shorter.
    time.sleep(10)
    return run.watch(primary)


def kills(run):
    """random `kill -9` of processes of the service: {kills}"""
    primary, dice = run.machines.primary(), random.Random(run.options.seed)
    for _ in range(run.options.kills):
        run.fleet.kill(dice.choice(list(ROLES)))
        time.sleep(dice.uniform(0.2, 3))
    return run.watch(primary)


def burst(run):
    """{burst} uploads at once"""
    primary = run.machines.primary()
    run.load.burst(run.options.burst)
    return run.watch(primary)


def others(run, machine):
    return [name for name in run.network.addresses if name != machine.name]


def taken_over(run, primary):
    try:
        run.machines.wait_for_primary(run.machines.other(primary))
        return run.watch(primary)
    finally:
        run.network.heal()


USUAL = [kill_postgres, switchover, machine_hangs, service_cut_off, disk_full, burst]
MORE = [restart_postgres, primary_sends_nothing, primary_hears_nothing, clock_forward, clock_back, kills,
        postgres_hangs, standby_cut_off, etcd_lost]
