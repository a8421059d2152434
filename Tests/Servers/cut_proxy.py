"""Passes TCP on to a port of this machine, and resets the first connections in the middle.

usage: cut_proxy.py PORT_PIPE TARGET BYTES COUNT
    writes the port it listens on, as a line, into PORT_PIPE
    TARGET   port
    BYTES    after so many in either direction a connection is reset
    COUNT    so many connections are reset, in the order of their opening; the later ones are passed on whole
"""

import asyncio
import socket
import struct
import sys

pipe, target, limit, cuts = sys.argv[1], *map(int, sys.argv[2:])


def reset(writer):
    """Closes with RST: what was not read yet is lost, as when a machine fails."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Connection:
    def __init__(self, limit):
        self.limit = limit
        self.passed = 0

    async def pump(self, reader, writer, other):
        try:
            while data := await reader.read(65536):
                self.passed += len(data)
                if self.limit is not None and self.passed > self.limit:
                    reset(writer)
                    reset(other)
                    return
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except OSError:
            pass  # the other direction has ended both


async def serve(client_reader, client_writer):
    global cuts
    connection = Connection(limit if cuts > 0 else None)
    cuts -= 1
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", target)
    await asyncio.gather(
        connection.pump(client_reader, server_writer, client_writer),
        connection.pump(server_reader, client_writer, server_writer),
    )
    for writer in (client_writer, server_writer):
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with open(pipe, "w") as file:
        print(server.sockets[0].getsockname()[1], file=file)
    await server.serve_forever()


asyncio.run(main())
