"""A member of etcd, PostgreSQL under Patroni, and the three machines that hold them: two with a server, one that only votes."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

# The shortest that Patroni allows: a primary is given up after `ttl`.
TIMES = {"ttl": 20, "loop_wait": 5, "retry_timeout": 5}
SIZE = "640m"
# The package of Tests/Availability/requirements.txt: Debian 12's Patroni 3.0.2 lets a primary that wakes up take the lock back.
# By the system's Python, because a server's user need not reach the one that .venv was made with.
PACKAGES = next(iter((pathlib.Path(__file__).resolve().parents[2] / ".venv/lib").glob("python3*/site-packages")), None)
PYTHON = ["env", f"PYTHONPATH={PACKAGES}", "/usr/bin/python3", "-S"]  # its own packages stay out
PATRONI, PATRONICTL = [*PYTHON, "-m", "patroni"], [*PYTHON, "-c", "from patroni.ctl import ctl; ctl()"]


class NotInTime(Exception):
    pass


def until(what, limit, condition):
    """Asks until the answer is true, and returns it."""
    deadline = time.monotonic() + limit
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {limit} s")
        time.sleep(0.1)
    return answer


def tree(pid):
    """A process and all below it, it first."""
    found = [pid]
    for place in found:
        try:
            tasks = pathlib.Path(f"/proc/{place}/task").iterdir()
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue  # it has ended
    return found


def tell(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass  # it has ended


class Machine:
    """One namespace with its member of etcd, and a folder on a file system of its own, which can be full."""

    def __init__(self, name, network, folder, programs):
        self.name, self.network, self.programs = name, network, programs
        self.address, self.folder = network.addresses[name], folder / name
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", self.folder], check=True)
        shutil.chown(self.folder, "postgres")
        (self.folder / "clock").write_text("+0\n")
        self.log = open(folder / f"{name}.log", "ab")  # pylint: disable=consider-using-with
        self.etcd = self.patroni = None

    def start(self, *words):
        """As the server's user; it ends with this program."""
        return subprocess.Popen(
            [*self.network.inside(self.name), "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
             "--pdeathsig=KILL", *map(str, words)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/",
            env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.folder), "LANG": "C.UTF-8"})

    def start_etcd(self, members):
        peers = ",".join(f"{member.name}=http://{member.address}:2380" for member in members)
        client, peer = f"http://{self.address}:2379", f"http://{self.address}:2380"
        self.etcd = self.start(
            "etcd", "--name", self.name, "--data-dir", self.folder / "etcd", "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", peers, "--initial-cluster-state", "new", "--heartbeat-interval", "250",
            "--election-timeout", "2500", "--log-level", "error", "--unsafe-no-fsync")

    def start_patroni(self, members, clock):
        """`clock`: the library that may step this machine's clock, or nothing."""
        if clock:
            self.programs = self.stepping(clock)
        settings = self.folder / "patroni.json"
        settings.write_text(json.dumps(self.settings(members), indent=1))
        self.patroni = self.start(*PATRONI, settings)

    def stepping(self, clock):
        """A folder of the server's programs whose clock is what `step_clock` says. Patroni keeps the real one: Python's sleep fails under
        the library."""
        folder = self.folder / "programs"
        folder.mkdir()
        for program in self.programs.iterdir():
            (folder / program.name).symlink_to(program)
        (folder / "postgres").unlink()
        (folder / "postgres").write_text(
            "#!/bin/sh\n"
            f"export LD_PRELOAD={clock} FAKETIME_TIMESTAMP_FILE={self.folder}/clock FAKETIME_CACHE_DURATION=1\n"
            "export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1\n"
            f'exec {self.programs}/postgres "$@"\n')
        (folder / "postgres").chmod(0o755)
        return folder

    def settings(self, members):
        everybody = "0.0.0.0/0"
        return {
            "scope": "catalog", "name": self.name,
            "log": {"level": "INFO"},
            "restapi": {"listen": f"{self.address}:8008", "connect_address": f"{self.address}:8008"},
            "etcd3": {"hosts": [f"{member.address}:2379" for member in members]},
            "watchdog": {"mode": "off"},
            "bootstrap": {
                "dcs": {**TIMES, "synchronous_mode": True, "postgresql": {
                    "use_pg_rewind": True, "use_slots": True,
                    "parameters": {"max_connections": 200, "wal_keep_size": "64MB", "max_wal_size": "96MB", "min_wal_size": "32MB"}}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, {"auth": "trust"}]},
            "postgresql": {
                "listen": f"{self.address}:5432", "connect_address": f"{self.address}:5432",
                "data_dir": str(self.folder / "data"), "bin_dir": str(self.programs), "pgpass": str(self.folder / "pgpass"),
                "parameters": {"unix_socket_directories": str(self.folder), "shared_buffers": "64MB"},
                "pg_hba": ["local all all trust", f"host all all {everybody} trust", f"host replication all {everybody} trust"],
                "authentication": {name: {"username": user, "password": "unused"} for name, user in
                                   [("superuser", "postgres"), ("replication", "replicator"), ("rewind", "rewinder")]}},
        }

    def rest(self, path):
        """What its Patroni answers: a status and an object. 0 where there is no answer."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:8008{path}", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (OSError, ValueError):
            return 0, {}

    def is_primary(self):
        return self.rest("/primary")[0] == 200

    def postmaster(self):
        """Its process, or nothing where it does not run."""
        try:
            pid = int((self.folder / "data/postmaster.pid").read_text().split("\n")[0])
            return pid if b"postgres" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() else None
        except (OSError, ValueError):
            return None

    def ask(self, sql, database="catalog", limit=10):
        """Lines of an answer; nothing where there is none."""
        words = [self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-d", database, "-c", sql]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=limit)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.splitlines() if done.returncode == 0 else None

    def processes(self):
        """All of the machine that are ours."""
        roots = [process.pid for process in (self.etcd, self.patroni) if process] + [self.postmaster()]
        return [pid for root in roots if root for pid in tree(root)]

    def freeze(self):
        self.frozen = self.processes()
        tell(self.frozen, signal.SIGSTOP)

    def thaw(self):
        tell(self.frozen, signal.SIGCONT)

    def step_clock(self, seconds):
        (self.folder / "clock").write_text(f"{seconds:+d}\n")

    def fill_disk(self):
        """Not a byte is left, whatever others free meanwhile."""
        with open(self.folder / "ballast", "wb") as ballast:
            try:
                while True:
                    ballast.write(bytes(65536))
                    ballast.flush()
            except OSError:
                pass

    def free_disk(self):
        (self.folder / "ballast").unlink()

    def end(self):
        pids = self.processes()
        tell(pids, signal.SIGCONT)
        tell(pids, signal.SIGKILL)
        for process in (self.patroni, self.etcd):
            if process:
                process.wait()
        self.log.close()
        until("the file system is given back", 30, lambda: subprocess.run(["umount", self.folder], capture_output=True, check=False).returncode == 0)


class Machines:
    """Two servers and a third member of etcd. Use as a context manager."""

    def __init__(self, network, folder, programs, clock):
        self.network, self.clock, self.all = network, clock, []
        self.folder, self.programs = folder, programs

    def __enter__(self):
        try:
            for name in ("db1", "db2", "witness"):
                self.all.append(Machine(name, self.network, self.folder, self.programs))
            for machine in self.all:
                machine.start_etcd(self.all)
            for machine in self.servers:
                machine.start_patroni(self.all, self.clock)
            self.wait_until_whole(300)
            self.primary().ask("create database catalog", database="postgres")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for machine in self.all:
            machine.end()

    @property
    def servers(self):
        return self.all[:2]

    @property
    def url(self):
        hosts = ",".join(f"{machine.address}:5432" for machine in self.servers)
        return f"postgres://postgres@{hosts}/catalog?target_session_attrs=read-write"

    def primary(self, limit=120):
        return until("a primary", limit, lambda: next((machine for machine in self.servers if machine.is_primary()), None))

    def other(self, machine):
        return next(other for other in self.servers if other is not machine)

    def is_whole(self):
        primaries = [machine for machine in self.servers if machine.is_primary()]
        if len(primaries) != 1:
            return False
        if primaries[0].ask("select 1 from pg_stat_replication where sync_state = 'sync'", "postgres", 5) != ["1"]:
            return False
        # Patroni learns of it one round after PostgreSQL, and promotes no standby before.
        return self.other(primaries[0]).rest("/synchronous")[0] == 200

    def wait_until_whole(self, limit=180):
        """One primary and one synchronous standby, as before."""
        until("a primary with a synchronous standby", limit, self.is_whole)

    def wait_for_primary(self, machine, limit=120):
        until(f"{machine.name} becomes the primary", limit, machine.is_primary)
