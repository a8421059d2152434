"""A private PostgreSQL with default settings (fsync and synchronous_commit on), reached through a socket of its own."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import psycopg


def binaries():
    """The newest installation of version 15 or later."""
    folders = [pathlib.Path(p) for p in os.environ.get("PATH", "").split(":") if p]
    folders += sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name))
    for folder in folders:
        if (folder / "initdb").exists():
            # A link to one program says where the others are.
            folder = (folder / "initdb").resolve().parent
            version = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
            if int(re.search(r"\d+", version)[0]) >= 15:
                return folder
    raise SystemExit("PostgreSQL 15 or later is not installed: apt-get install postgresql")


def times(process):
    """Ticks of the processor: user and system, of the process and of its ended children."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return [int(field) for field in fields[11:15]]


class Cluster:
    """Use as a context manager: it is gone afterwards, data and all."""

    def __init__(self, folder, *settings):
        """Settings as `name=value`, beyond the default ones."""
        # Data and socket stay apart from the benchmark files, so that user postgres needs no access to those.
        self.folder, self.bin = pathlib.Path(folder), binaries()
        self.data, self.socket = self.folder / "data", self.folder / "socket"
        self.settings = settings
        self.conninfo = f"postgresql://bench@/bench?host={self.socket}"

    def run(self, program, *arguments):
        # PostgreSQL refuses to run as root.
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*user, self.bin / program, *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, cwd="/")

    def __enter__(self):
        self.socket.mkdir(parents=True)
        self.folder.chmod(0o755)
        self.data.mkdir()
        if os.getuid() == 0:
            for path in (self.data, self.socket):
                shutil.chown(path, "postgres")
        self.run("initdb", "-D", self.data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = " ".join([f"-k {self.socket} -c listen_addresses=''", *(f"-c {setting}" for setting in self.settings)])
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.socket / "log", "-o", settings, "start")
        try:
            self.query("create database bench", database="postgres")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")
        shutil.rmtree(self.folder)

    def query(self, *statements, database="bench"):
        """The rows of the last statement, if it has any."""
        with psycopg.connect(self.conninfo, dbname=database, autocommit=True) as connection:
            for statement in statements:
                result = connection.execute(statement)
            return result.fetchall() if result.description else None

    def processor_seconds(self):
        """Of all its processes since it began, those that have ended among them."""
        server = (self.data / "postmaster.pid").read_text().split()[0]
        children = pathlib.Path(f"/proc/{server}/task/{server}/children")
        while True:
            running = children.read_text()
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                ticks = sum(sum(times(child)[:2]) for child in running.split()) + sum(times(server))
                # What ended meanwhile would be counted twice.
                if children.read_text() == running:
                    return ticks / os.sysconf("SC_CLK_TCK")

    def environment(self):
        return {"PGHOST": str(self.socket), "PGUSER": "bench", "PGDATABASE": "bench", "CATALOG_DATABASE_URL": self.conninfo}

    def empty(self):
        """The catalogue as after migration, vendors and categories kept, and nothing left for a checkpoint to write."""
        tables = self.query("""
            select string_agg(format('%I.%I', n.nspname, c.relname), ', ')
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'catalog' and c.relkind in ('r', 'p') and not c.relispartition
              and c.relname not in ('vendors', 'product_categories', 'version_formats', 'sealed_tables')""")[0][0]
        # History refuses truncation by triggers; a replica session skips them.
        self.query(
            "set session_replication_role = replica",
            # The history begins with a tick and a change of the migrations.
            "create temporary table first_tick as select * from catalog.ticks where tick_id = 0",
            "create temporary table first_change as select * from catalog.changes where change_id = 0",
            f"truncate {tables} restart identity cascade",
            "insert into catalog.ticks select * from first_tick",
            "insert into catalog.changes overriding system value select * from first_change",
            "checkpoint")
