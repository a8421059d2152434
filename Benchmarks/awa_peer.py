"""The peer of P8 and P10: awa, as its documentation has it for throughput (its own storage, jobs by COPY, one process). One JSON line.

    awa_peer.py drain --jobs N --workers N        (database by the PG* variables)
    awa_peer.py latency --jobs N
"""
import argparse
import asyncio
import json
import logging
import os
import time
import urllib.parse
from dataclasses import dataclass

import asyncpg
import uvloop
from awa import AsyncClient

QUEUE = "bench"
PIECE = 10_000


@dataclass
class Noop:
    number: int


def url():
    """By the folder of a socket, as its driver wants it."""
    return f"postgres://{os.environ['PGUSER']}@{urllib.parse.quote(os.environ['PGHOST'], safe='')}/{os.environ['PGDATABASE']}"


async def reset(connection):
    """A failed earlier run may have left its schema."""
    for (name,) in await connection.fetch("select nspname from pg_namespace where nspname like 'awa%'"):
        await connection.execute(f'drop schema "{name}" cascade')


async def drain(client, connection, options):
    done, finished = 0, asyncio.Event()

    @client.task(Noop, queue=QUEUE)
    async def noop(_):
        nonlocal done
        done += 1
        if done == options.jobs:
            finished.set()

    for begin in range(0, options.jobs, PIECE):
        await client.enqueue_many_copy([Noop(number) for number in range(begin, min(begin + PIECE, options.jobs))], queue=QUEUE)
    await connection.execute("vacuum analyze")
    await connection.execute("checkpoint")
    start = time.perf_counter()
    await client.start([(QUEUE, options.workers)])
    await finished.wait()
    seconds = time.perf_counter() - start
    await client.shutdown()
    return {"seconds": seconds, "jobs": done}


async def latency(client, _, options):
    times, arrived = [], asyncio.Event()

    @client.task(Noop, queue=QUEUE)
    async def noop(_):
        times.append(time.perf_counter() - begin)
        arrived.set()

    begin = time.perf_counter()
    await client.start([(QUEUE, 1)])
    # The first ones open connections.
    for number in range(-20, options.jobs):
        await asyncio.sleep(0.01)
        begin = time.perf_counter()
        await client.insert(Noop(number), queue=QUEUE)
        await arrived.wait()
        arrived.clear()
    await client.shutdown()
    found = sorted(times[20:])
    return {"p50": found[len(found) // 2] * 1000, "p99": found[len(found) * 99 // 100] * 1000, "jobs": len(found)}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("drain", "latency"))
    parser.add_argument("--jobs", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=200)
    options = parser.parse_args()
    logging.disable(logging.INFO)
    connection = await asyncpg.connect()
    await reset(connection)
    client = AsyncClient(url())
    await client.migrate()
    # What a new installation has; jobs by COPY need it.
    await client.install_queue_storage(schema="awa")
    result = await (drain if options.mode == "drain" else latency)(client, connection, options)
    await client.close()
    await reset(connection)
    print(json.dumps(result))


if __name__ == "__main__":
    uvloop.run(main())
