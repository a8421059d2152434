"""An HTTP/2 server over TLS.

usage: http2_server.py PORT_PIPE CERTIFICATE KEY     writes the port it listens on, as a line, into PORT_PIPE

Answers with the request's HTTP version, and after it as many bytes as ?bytes=N says; X-Body-SHA256 is of the request's body.
With ?hold=N it answers when N such requests are there at once.
"""

import asyncio
import hashlib
import os
import socket
import sys
from urllib.parse import parse_qs

from hypercorn.asyncio import serve
from hypercorn.config import Config

BLOCK = bytes(range(256)) * 256
held = []


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    digest = hashlib.sha256()
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return
        digest.update(event["body"])
        if not event["more_body"]:
            break
    query = {name: int(values[0]) for name, values in parse_qs(scope["query_string"].decode()).items()}
    if "hold" in query:
        await hold(query["hold"])
    headers = [(b"x-body-sha256", digest.hexdigest().encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": scope["http_version"].encode(), "more_body": True})
    left = query.get("bytes", 0)
    while left > 0:
        await send({"type": "http.response.body", "body": BLOCK[:left], "more_body": True})
        left -= len(BLOCK)
    await send({"type": "http.response.body"})


async def hold(count):
    turn = asyncio.Event()
    held.append(turn)
    if len(held) >= count:
        for waiting in held:
            waiting.set()
        held.clear()
    await turn.wait()


async def end_with_parent():
    """A test process that is killed leaves no server behind."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)
    os._exit(1)


async def main(pipe, certificate, key):
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.certfile, config.keyfile = certificate, key
    watcher = asyncio.create_task(end_with_parent())
    with open(pipe, "w") as file:
        print(listener.getsockname()[1], file=file)
    await serve(application, config)
    await watcher


asyncio.run(main(*sys.argv[1:]))
