#!/usr/bin/env python3
"""An HTTP server that takes messages about requests that are over, and checks who sends them.

usage: callback_server.py PIPE KEY [OPTION=VALUE ...]

Writes its port into the named pipe. Every message is checked as the Standard Webhooks specification says, with this key. Options:
  fail=N       the first N messages are answered with 500
  status=N     every message is answered so

GET /log answers the messages in their order: id, whether the signature is good and the time now, path and body.
"""

import base64
import hashlib
import hmac
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    key, options, lock, messages = b"", {}, threading.Lock(), []

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        # A redirect would lead here.
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with self.lock:
            self.answer(200, json.dumps(self.messages).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        is_signed = None not in (name, stamp)
        code = hmac.new(self.key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
        good = self.headers["webhook-signature"] == "v1," + base64.b64encode(code).decode()
        is_now = is_signed and abs(time.time() - int(stamp)) < 300
        with self.lock:
            message = {"id": name or "", "isGenuine": good and is_now, "path": self.path, "body": body.decode()}
            self.messages.append(message)
            count = len(self.messages)
        self.answer(int(self.options.get("status", 500 if count <= int(self.options.get("fail", 0)) else 204)))


def main():
    Handler.key = sys.argv[2].encode()
    Handler.options = dict(option.split("=", 1) for option in sys.argv[3:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(sys.argv[1], "w") as pipe:
        pipe.write(f"{server.server_address[1]}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
