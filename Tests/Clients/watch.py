"""Many clients watch one upload; half of them leave, then the upload is cancelled, and the others hear of it.

usage: watch.py URL TOKEN UPLOAD_ID CLIENTS
"""

import asyncio
import sys
from urllib.parse import urlsplit

url, token, upload_id, count = sys.argv[1:]
address = urlsplit(url)
HEAD = f"Host: catalog\r\nAuthorization: Bearer {token}\r\n\r\n"


async def watch():
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"GET /uploads/{upload_id}/events HTTP/1.1\r\n{HEAD}".encode())
    await reader.readuntil(b"event: status")
    return reader, writer


async def heard(reader):
    """Whether the stream ends with the upload's end."""
    text = await reader.readuntil(b"0\r\n\r\n")
    return b'"status":"failed"' in text


async def main():
    clients = []
    for _ in range(int(count) // 100):
        clients += await asyncio.gather(*[watch() for _ in range(100)])
    half = len(clients) // 2
    for _, writer in clients[:half]:
        writer.close()
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"POST /uploads/{upload_id}/cancel HTTP/1.1\r\nContent-Length: 0\r\n{HEAD}".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    ends = await asyncio.gather(*[heard(reader) for reader, _ in clients[half:]])
    print(f"{len(clients)} watch, {half} left, {sum(ends)} heard failed")


asyncio.run(main())
