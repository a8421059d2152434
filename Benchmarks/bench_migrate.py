"""What happens to migrations when something goes wrong: catalog beside sqitch, yoyo and alembic, each fault to each tool, in one run.

usage: bench_migrate.py [--kills N] [--only FAULT]     prints the table of the docs, as Markdown
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import psycopg

from cluster import Cluster

ROOT = pathlib.Path(__file__).resolve().parent.parent
CATALOG = os.environ.get("CATALOG_BINARY", ROOT / ".build/release/catalog")
PYTHON = pathlib.Path(sys.executable).parent


class Step:
    """One migration; `alone` cannot run in a transaction."""

    def __init__(self, name, sql, alone=False):
        self.name, self.sql, self.alone = name, sql, alone


class Tool:
    """A folder of migrations in the tool's own form, and how to apply it. Each is used as its manual says."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def up(self, database, **options):
        return subprocess.Popen(self.command(database), cwd=self.folder, env={**os.environ, **self.environment(database)},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, **options)

    def environment(self, database):
        return {}


class Catalog(Tool):
    name = "catalog"

    def write(self, steps):
        for number, step in enumerate(steps, 1):
            head = "-- catalog: no-transaction\n" if step.alone else ""
            if not step.alone and step.sql.startswith("create index"):
                head = "-- catalog: allow require-concurrent-index-creation: nobody uses the table yet\n"
            (self.folder / f"{number:04}_{step.name}.sql").write_text(head + step.sql + ";\n")

    def command(self, database):
        return [CATALOG, "migrate", "up", "--directory", self.folder]

    def environment(self, database):
        return {"CATALOG_DATABASE_URL": database}


class Sqitch(Tool):
    name = "sqitch"

    def write(self, steps):
        (self.folder / "deploy").mkdir(exist_ok=True)
        (self.folder / "sqitch.conf").write_text("[core]\n\tengine = pg\n[user]\n\tname = Bench\n\temail = bench@example.com\n")
        plan = "%syntax-version=1.0.0\n%project=bench\n\n"
        for number, step in enumerate(steps, 1):
            plan += f"{step.name} 2024-01-01T00:00:{number:02}Z Bench <bench@example.com> # {step.name}\n"
            sql = step.sql + ";\n" if step.alone else f"begin;\n{step.sql};\ncommit;\n"
            (self.folder / f"deploy/{step.name}.sql").write_text(sql)
        (self.folder / "sqitch.plan").write_text(plan)

    def command(self, database):
        return ["sqitch", "deploy", "db:" + database.replace("postgresql://", "pg://")]


class Yoyo(Tool):
    name = "yoyo"

    def write(self, steps):
        for number, step in enumerate(steps, 1):
            head = "-- transactional: false\n" if step.alone else ""
            (self.folder / f"{number:04}-{step.name}.sql").write_text(head + step.sql + ";\n")

    def command(self, database):
        return [PYTHON / "yoyo", "apply", "--batch", "--no-config-file", "--database",
                database.replace("postgresql://", "postgresql+psycopg://"), self.folder]


class Alembic(Tool):
    name = "alembic"

    def write(self, steps):
        versions = self.folder / "versions"
        versions.mkdir(exist_ok=True)
        (self.folder / "alembic.ini").write_text(f"[alembic]\nscript_location = {self.folder}\n")
        # As `alembic init` makes it, with a transaction for each migration.
        (self.folder / "env.py").write_text(
            "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine, pool\n"
            "engine = create_engine(os.environ['DATABASE'], poolclass=pool.NullPool)\n"
            "with engine.connect() as connection:\n"
            "    context.configure(connection=connection, transaction_per_migration=True)\n"
            "    with context.begin_transaction():\n        context.run_migrations()\n")
        last = None
        for number, step in enumerate(steps, 1):
            statements = "".join(f"            op.execute({part.strip()!r})\n" for part in step.sql.split(";") if part.strip())
            block = "with op.get_context().autocommit_block():" if step.alone else "if True:"
            (versions / f"{number:04}_{step.name}.py").write_text(
                f"from alembic import op\nrevision = '{number:04}'\ndown_revision = {last!r}\n"
                f"def upgrade():\n        {block}\n{statements}")
            last = f"{number:04}"

    def command(self, database):
        return [PYTHON / "alembic", "-c", self.folder / "alembic.ini", "upgrade", "head"]

    def environment(self, database):
        return {"DATABASE": database.replace("postgresql://", "postgresql+psycopg://")}


class Bench:
    def __init__(self, cluster, kills):
        self.cluster, self.kills, self.number = cluster, kills, 0

    def database(self, user="bench"):
        self.number += 1
        name = f"b{self.number}"
        with psycopg.connect(self.cluster.conninfo, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return f"postgresql://{user}@/{name}?host={self.cluster.socket}"

    def tool(self, kind, steps):
        tool = kind(tempfile.mkdtemp(prefix="bench-migrate-"))
        tool.write(steps)
        return tool

    @staticmethod
    def ask(database, question):
        with psycopg.connect(database, autocommit=True) as connection:
            return connection.execute(question).fetchone()[0]

    def run(self, tool, database):
        process = tool.up(database)
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    # Faults: each answers a few words.

    ROWS = "create table t as select i as n, md5(i::text) as x from generate_series(1, 200000) i"

    def killed_in_concurrent_build(self, kind):
        """kill -9 while `create index concurrently if not exists` runs, then the same command again, at once"""
        return self.killed(kind, Step("build_index", "create index concurrently if not exists t_x on t (x)", alone=True))

    def ended_in_concurrent_build(self, kind):
        """the session of that build is ended, as by a crash of the server or a lost network, then the same command again"""
        good, by_hand, wrong = 0, 0, 0
        for _ in range(self.kills):
            database = self.database()
            tool = self.tool(kind, [Step("make_table", self.ROWS), Step("build_index", "create index concurrently if not exists t_x on t (x)", alone=True)])
            process = tool.up(database)
            building = "from pg_stat_activity where datname = current_database() and query ~* '^create index'"
            self.wait(database, f"select count(*) {building} and exists (select from pg_class where relname = 't_x')", process)
            self.ask(database, f"select count(pg_terminate_backend(pid)) {building}")
            process.communicate()
            status, _ = self.run(tool, database)
            valid = self.ask(database, "select bool_and(indisvalid) from pg_index where indrelid = 't'::regclass")
            good, by_hand, wrong = good + (status == 0 and valid is True), by_hand + (status != 0), wrong + (status == 0 and valid is not True)
            shutil.rmtree(tool.folder)
        return f"{good} right, {by_hand} by hand, {wrong} wrong"

    def killed_in_transaction(self, kind):
        """kill -9 in the middle of an ordinary file, then the same command again, at once"""
        return self.killed(kind, Step("fill_copy", "create index t_x on t (x); create table once (n int); insert into once values (1)"))

    def killed(self, kind, step):
        good, by_hand, wrong = 0, 0, 0
        for _ in range(self.kills):
            database = self.database()
            tool = self.tool(kind, [Step("make_table", self.ROWS), step])
            process = tool.up(database)
            self.wait(database, "select count(*) from pg_stat_activity where datname = current_database() and query ~* '^create index'", process)
            time.sleep(random.uniform(0, 0.25))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            status, _ = self.run(tool, database)
            valid = self.ask(database, "select bool_and(indisvalid) from pg_index where indrelid = 't'::regclass")
            good, by_hand, wrong = good + (status == 0 and valid is True), by_hand + (status != 0), wrong + (status == 0 and valid is not True)
            shutil.rmtree(tool.folder)
        return f"{good} right, {by_hand} by hand, {wrong} wrong"

    def wait(self, database, question, process):
        """Until the answer is not 0, or the process has ended before anybody asked at the right moment."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            if self.ask(database, question) or process.poll() is not None:
                return
        raise SystemExit(f"waited in vain: {question}")

    def five_starters(self, kind):
        """five starters at once"""
        database = self.database()
        tool = self.tool(kind, [Step("make_table", "select pg_sleep(0.3); create table t (n int)"), Step("fill_table", "insert into t values (1)")])
        processes = [tool.up(database) for _ in range(5)]
        statuses = [process.communicate() and process.returncode for process in processes]
        rows = self.ask(database, "select count(*) from t")
        return f"{'once' if rows == 1 else f'{rows} times'}, {sum(s == 0 for s in statuses)} of 5 succeed"

    def leaking_settings(self, kind):
        """a file with the head of a pg_dump (`set search_path`), and the next one"""
        database = self.database()
        tool = self.tool(kind, [Step("load_dump", "select pg_catalog.set_config('search_path', '', false)"), Step("make_table", "create table t (n int)")])
        status, _ = self.run(tool, database)
        return "no leak" if status == 0 else "leaks: the next file fails"

    def role_with_limits(self, kind):
        """a role with `statement_timeout = 400ms`"""
        database = self.database(user="limited")
        with psycopg.connect(self.cluster.conninfo, autocommit=True) as connection:
            connection.execute("do $$ begin create role limited superuser login; exception when duplicate_object then null; end $$")
            connection.execute("alter role limited set statement_timeout = '400ms'")
        status, _ = self.run(self.tool(kind, [Step("take_time", "select pg_sleep(1); create table t (n int)")]), database)
        return "goes through" if status == 0 else "killed"

    def stalled_readers(self, kind):
        """how long readers stand still while a migration waits 12 s for a table"""
        database = self.database()
        tool = self.tool(kind, [Step("add_column", "alter table busy add column n int")])
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("create table busy ()")
        stalled, stop = [0.0], threading.Event()

        def read():
            with psycopg.connect(database, autocommit=True) as connection:
                while not stop.is_set():
                    start = time.monotonic()
                    connection.execute("select count(*) from busy")
                    took = time.monotonic() - start
                    stalled[0] += took if took > 0.05 else 0
                    time.sleep(0.01)

        with psycopg.connect(database) as holder:
            holder.execute("select count(*) from busy")
            process = tool.up(database)
            reader = threading.Thread(target=read)
            time.sleep(1)
            reader.start()
            time.sleep(12)
            holder.rollback()
        stop.set()
        reader.join()
        process.communicate(timeout=120)
        return f"{100 * stalled[0] / 12:.0f} % of the time, {'applied' if process.returncode == 0 else 'failed'}"

    def other_line_ends(self, kind):
        """the same files from a checkout with CR LF"""
        database = self.database()
        tool = self.tool(kind, [Step("make_table", "create table t (n int)")])
        self.run(tool, database)
        for path in tool.folder.rglob("*"):
            if path.is_file() and path.suffix in (".sql", ".py"):
                path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        status, _ = self.run(tool, database)
        return "the same" if status == 0 else "refused"

    def changed_file(self, kind):
        """a file that was changed after it was applied"""
        database = self.database()
        steps = [Step("make_table", "create table t (n int)")]
        tool = self.tool(kind, steps)
        self.run(tool, database)
        tool.write([Step("make_table", "create table t (n bigint)")])
        status, _ = self.run(tool, database)
        return "refused" if status != 0 else "not noticed"

    FAULTS = [killed_in_concurrent_build, ended_in_concurrent_build, killed_in_transaction, five_starters, leaking_settings, role_with_limits, stalled_readers,
              other_line_ends, changed_file]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", help="a part of a fault's name")
    parser.add_argument("--tools", default="catalog,sqitch,yoyo,alembic")
    arguments = parser.parse_args()
    tools = [tool for tool in (Catalog, Sqitch, Yoyo, Alembic) if tool.name in arguments.tools.split(",")]
    print("| fault | " + " | ".join(tool.name for tool in tools) + " |\n" + "|---" * (1 + len(tools)) + "|", flush=True)
    with Cluster(tempfile.mkdtemp(prefix="bench-migrate-pg-")) as cluster:
        bench = Bench(cluster, arguments.kills)
        for fault in Bench.FAULTS:
            if arguments.only and arguments.only not in fault.__name__:
                continue
            print(f"| {fault.__doc__} | " + " | ".join(fault(bench, tool) for tool in tools) + " |", flush=True)


if __name__ == "__main__":
    main()
