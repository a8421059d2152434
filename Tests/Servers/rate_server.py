#!/usr/bin/env python3
"""An HTTP server that notes when the kernel got the first byte of each call, and wants to be left alone once.

usage: rate_server.py PIPE [refuse=N] [retry_after=SECONDS]

Writes its port into the named pipe. POST with any object {"mail": ADDRESS} answers {"title": ...}; the Nth call is refused with 429 and
Retry-After. GET /log answers {"stamps": [seconds of each call since 1970], "refused": [when a refusal was written]}.
"""

import json
import socket
import struct
import sys
import threading
import time

# Of <asm-generic/socket.h>: SO_TIMESTAMPNS, which is SCM_TIMESTAMPNS too.
TIMESTAMPNS = 35


class State:
    def __init__(self, options):
        self.options = dict(option.split("=", 1) for option in options)
        self.lock = threading.Lock()
        self.stamps = []
        self.refused = []


def received(ancillary):
    """When the kernel got the last bytes."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", data[:16])
            return seconds + nanoseconds / 1e9
    raise SystemExit("the kernel gives no time stamps")


def requests(connection):
    """Head, body and time of each request of a connection."""
    buffer, stamp = b"", 0.0
    while True:
        data, ancillary, _, _ = connection.recvmsg(65536, 256)
        if not data:
            return
        if not buffer:
            stamp = received(ancillary)
        buffer += data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            continue
        head = buffer[:end].decode().lower()
        lines = [line for line in head.split("\r\n") if line.startswith("content-length:")]
        size = int(lines[0].split(":")[1]) if lines else 0
        if len(buffer) < end + 4 + size:
            continue
        yield head, buffer[end + 4 : end + 4 + size], stamp
        buffer = b""


def answer(connection, status, document, headers=""):
    data = json.dumps(document).encode()
    connection.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\n{headers}\r\n".encode() + data)


def serve(connection, state):
    try:
        for head, body, stamp in requests(connection):
            if head.startswith("get /log"):
                with state.lock:
                    answer(connection, 200, {"stamps": sorted(state.stamps), "refused": state.refused})
                continue
            with state.lock:
                state.stamps.append(stamp)
                is_refused = len(state.stamps) == int(state.options.get("refuse", 0))
            if is_refused:
                with state.lock:
                    state.refused.append(time.time())
                answer(connection, 429, {}, f"Retry-After: {state.options.get('retry_after', 1)}\r\n")
            else:
                answer(connection, 200, {"title": f"Head of {json.loads(body)['mail']}"})
    except OSError:
        pass
    finally:
        connection.close()


def main():
    state = State(sys.argv[2:])
    server = socket.create_server(("127.0.0.1", 0), backlog=256)
    # Connections have it from here: what comes before a thread looks at one would have no stamp.
    server.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
    with open(sys.argv[1], "w") as pipe:
        pipe.write(f"{server.getsockname()[1]}\n")
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection, state), daemon=True).start()


if __name__ == "__main__":
    main()
