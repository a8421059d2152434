"""A client that does not behave: exits 0 if the server ended the matter as it should.

usage: rude.py URL TOKEN chunked|slow|cut|slow-head|large-head|nonsense
"""

import socket
import sys
from urllib.parse import urlsplit

url, token, how = sys.argv[1:]
address = urlsplit(url)
HEAD = (
    "POST /uploads?fileName=rude.csv HTTP/1.1\r\nHost: catalog\r\nContent-Type: text/csv\r\n"
    f"Authorization: Bearer {token}\r\n"
)

with socket.create_connection((address.hostname, address.port), timeout=60) as connection:

    def answer():
        """What the server says until it hangs up."""
        text = b""
        try:
            while block := connection.recv(65536):
                text += block
        except ConnectionResetError:
            pass
        return text.decode()

    def send(text):
        try:
            connection.sendall(text.encode())
        except (BrokenPipeError, ConnectionResetError):
            pass

    if how == "chunked":
        # No Content-Length to judge by: the size shows on the way.
        send(HEAD + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        for _ in range(10):
            send("200\r\n" + "x" * 512 + "\r\n")
        send("0\r\n\r\n")
        assert answer().startswith("HTTP/1.1 413 "), "expected 413"
    elif how == "slow":
        send(HEAD + "Content-Length: 1000\r\n\r\nvendor_product_id")
        assert " 20" not in answer().split("\r\n")[0], "expected no success"
    elif how == "cut":
        send(HEAD + "Content-Length: 1000\r\n\r\nvendor_product_id")
        connection.shutdown(socket.SHUT_RDWR)
    elif how == "slow-head":
        send("GET /uploads HTTP/1.1\r\nHost: cat")
        assert " 200 " not in answer(), "expected no success"
    elif how == "large-head":
        send("GET /healthz HTTP/1.1\r\nHost: catalog\r\nConnection: close\r\nX-Large: " + "x" * 100_000 + "\r\n\r\n")
        assert " 200 " not in answer(), "expected no success"
    elif how == "nonsense":
        send("this is not HTTP\r\n\r\n")
        assert " 200 " not in answer(), "expected no success"
