"""The peer of P8: pgqueuer drains no-op jobs in batches, one process, one worker, as its documentation has it for throughput
(asyncpg, uvloop, drain mode, autovacuum tuned by its own command). One JSON line.

    queue_peer.py --jobs N --batch N          (database by the PG* variables)
"""
import argparse
import asyncio
import json
import logging
import time

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode


async def prepare(jobs):
    """The table filled, as its own benchmark does it; a failed earlier run may have left its schema."""
    connection = await asyncpg.connect()
    queries = Queries(AsyncpgDriver(connection))
    if await queries.schema_is_installed():
        await queries.uninstall()
    await queries.install()
    await queries.optimize_autovacuum()
    for begin in range(0, jobs, 1000):
        count = min(1000, jobs - begin)
        await queries.enqueue(["noop"] * count, [b"x"] * count, [0] * count)
    await connection.execute("vacuum analyze pgqueuer")
    await connection.execute("checkpoint")
    return connection, queries


async def drain(batch):
    done = 0
    worker = PgQueuer(AsyncpgDriver(await asyncpg.connect()))

    @worker.entrypoint("noop")
    async def noop(_):
        nonlocal done
        done += 1

    await worker.run(batch_size=batch, mode=QueueExecutionMode.drain)
    return done


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=1000)
    options = parser.parse_args()
    logging.disable(logging.INFO)
    connection, queries = await prepare(options.jobs)
    start = time.perf_counter()
    done = await drain(options.batch)
    seconds = time.perf_counter() - start
    left = await connection.fetchval("select count(*) from pgqueuer")
    await queries.uninstall()
    print(json.dumps({"seconds": seconds, "jobs": done, "left": left}))


if __name__ == "__main__":
    uvloop.run(main())
