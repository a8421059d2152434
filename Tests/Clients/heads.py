"""Sends each request of {"url", "requests": [{"path", "headers"}]} as HEAD, and another one behind it on the same connection.

Prints, for each, {"status", "headers", "rest"}: what came behind the headers, which is the answer to the other request, or nothing where the
service said that it would close the connection.
"""

import json
import socket
import sys
from urllib.parse import urlsplit

question = json.load(sys.stdin)
address = urlsplit(question["url"])


def lines(method, path, headers):
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{fields}\r\n".encode()


def head(path, headers):
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(lines("HEAD", path, headers))
        text = b""
        while b"\r\n\r\n" not in text:
            block = connection.recv(65536)
            if not block:
                break
            text += block
        answer, _, rest = text.partition(b"\r\n\r\n")
        status, *fields = answer.decode().split("\r\n")
        pairs = (field.partition(": ") for field in fields)
        answered = {name.lower(): value for name, _, value in pairs}
        if answered.get("connection") != "close":
            connection.sendall(lines("GET", "/healthz", {"Connection": "close"}))
        while block := connection.recv(65536):
            rest += block
        return {"status": int(status.split()[1]), "headers": answered, "rest": rest.decode()}


print(json.dumps([head(one["path"], one["headers"]) for one in question["requests"]]))
