"""An HTTP/1.1 server that misbehaves on request.

usage: fault_server.py PORT_PIPE [CERTIFICATE KEY | end | reset]

Writes the port it listens on, as a line, into PORT_PIPE. With "end" or "reset" that is all that a connection gets after its first byte.

/echo            200; body: method, target and headers as they came; X-Body-Count and X-Body-SHA256 of the request's body
/status/CODE     that status; ?bytes=N for a body of N bytes; ?retry-after=TEXT for that header; ?location=URL
/big?bytes=N     200 and N bytes
/endless         200 and bytes until the client goes away
/early-hints     103, then 200
/silent          takes the request and never answers
/late            answers after ?seconds=N
/slow-headers    a status line and half a header, then nothing
/stall           10 of 1000 bytes, then nothing
/lie             10 of 1000 bytes, then the end of the connection
/cut-chunk       a chunked body without its last chunk, then the end of the connection
/reset           10 of 1000 bytes, then a reset
/hang-up         the end of the connection instead of an answer
/once            a good answer, then the end of the connection without a word
/hold            answers when as many requests as ?count=N are held
/begun?path=P    answers when a request for path P has come
/gone            answers when a client has gone away in the middle of /stall, /silent, /slow-headers or /endless
/written         the number of bytes that /big could write so far
/stats           the number of connections so far
"""

import asyncio
import collections
import functools
import hashlib
import os
import socket
import ssl
import struct
import sys
from urllib.parse import parse_qs, urlsplit

BLOCK = bytes(range(256)) * 256
connections = 0
written = 0
gone = asyncio.Event()
begun = collections.defaultdict(asyncio.Event)
held = []


class Request:
    def __init__(self, method, target, lines, body, writer, reader):
        self.method, self.target, self.lines, self.body = method, target, lines, body
        self.reader, self.writer = reader, writer
        parts = urlsplit(target)
        self.path = parts.path
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}

    async def answer(self, status=200, body=b"", headers=()):
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        if self.method != "HEAD":
            self.writer.write(body)
        await self.writer.drain()

    async def begin(self, text="HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n0123456789"):
        self.writer.write(text.encode())
        await self.writer.drain()

    async def until_gone(self):
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass
        gone.set()


def reset(writer):
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def refuse(reader, writer, how):
    await reader.read(1 << 16)
    if how == "reset":
        reset(writer)
    else:
        writer.close()


async def read_body(reader, headers):
    """A digest and the number of bytes: bodies may be large."""
    digest, count = hashlib.sha256(), 0
    left = int(headers.get("content-length", 0))
    while left > 0:
        block = await reader.read(min(left, 1 << 16))
        if not block:
            raise ConnectionError
        digest.update(block)
        count, left = count + len(block), left - len(block)
    return digest.hexdigest(), count


async def read_request(reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, target, lines, await read_body(reader, headers), writer, reader)


async def respond(request):
    """Returns whether the connection may serve another request."""
    global written
    writer, query = request.writer, request.query
    begun[request.path].set()
    match request.path.split("/")[1:]:
        case ["echo", *_]:
            digest, count = request.body
            text = "\n".join([f"{request.method} {request.target}", *request.lines])
            headers = [f"X-Body-Count: {count}", f"X-Body-SHA256: {digest}", "X-Twice: 1", "x-twice: 2"]
            await request.answer(200, text.encode(), headers)
        case ["status", code]:
            headers = [f"{name}: {query[name]}" for name in ("retry-after", "location") if name in query]
            await request.answer(int(code), b"e" * int(query.get("bytes", 0)), headers)
        case ["big"]:
            count = int(query["bytes"])
            writer.write(f"HTTP/1.1 200 X\r\nContent-Length: {count}\r\n\r\n".encode())
            while count > 0:
                writer.write(BLOCK[:count])
                await writer.drain()
                written += len(BLOCK[:count])
                count -= len(BLOCK)
        case ["endless"]:
            await request.begin("HTTP/1.1 200 X\r\nContent-Length: 1000000000000\r\n\r\n")
            try:
                while True:
                    writer.write(BLOCK)
                    await writer.drain()
            finally:
                gone.set()
        case ["early-hints"]:
            await request.begin("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            await request.answer(200, b"late", ["X-Final: yes"])
        case ["late"]:
            await asyncio.sleep(float(request.query["seconds"]))
            await request.answer()
        case ["silent"]:
            await request.until_gone()
        case ["slow-headers"]:
            await request.begin("HTTP/1.1 200 X\r\nContent-Le")
            await request.until_gone()
        case ["stall"]:
            await request.begin()
            await request.until_gone()
        case ["lie"]:
            await request.begin()
            return False
        case ["cut-chunk"]:
            await request.begin("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            return False
        case ["reset"]:
            await request.begin()
            reset(writer)
            return False
        case ["hang-up"]:
            return False
        case ["once"]:
            await request.answer(200, b"once")
            return False
        case ["hold"]:
            turn = asyncio.Event()
            held.append(turn)
            if len(held) >= int(query["count"]):
                for waiting in held:
                    waiting.set()
                held.clear()
            await turn.wait()
            await request.answer(200, b"held")
        case ["begun"]:
            await begun[query["path"]].wait()
            await request.answer()
        case ["gone"]:
            await gone.wait()
            await request.answer()
        case ["written"]:
            await request.answer(200, str(written).encode())
        case ["stats"]:
            await request.answer(200, str(connections).encode())
        case _:
            await request.answer(404)
    return True


async def serve(reader, writer):
    global connections
    connections += 1
    try:
        while await respond(await read_request(reader, writer)):
            pass
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def end_with_parent():
    """A test process that is killed leaves no server behind."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)
    os._exit(1)


async def main(pipe, certificate=None, key=None):
    context, handler = None, serve
    if certificate in ("end", "reset"):
        handler = functools.partial(refuse, how=certificate)
    elif certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context, backlog=512)
    with open(pipe, "w") as file:
        print(server.sockets[0].getsockname()[1], file=file)
    await end_with_parent()


asyncio.run(main(*sys.argv[1:]))
