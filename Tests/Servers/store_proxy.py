"""Passes HTTP on to a store of this machine, and spoils it as a file says.

usage: store_proxy.py PORT_PIPE TARGET MODE_FILE
    writes the port it listens on, as a line, into PORT_PIPE
    TARGET      port
    MODE_FILE   read for every request:
      pass          as if it were not there
      refuse        the end of the connection instead of an answer
      full          507 for a PUT
      unavailable   503
      forget        HEAD answers without metadata
      corrupt       HEAD answers with another checksum
      lose-answer   a PUT is passed on, and its answer lost
      cut           a PUT is reset in the middle of its body
      cut-get       the answer to a GET is reset in the middle of its body
      rotten        the answer to a GET has other bytes, as many as it should
      slow          every answer takes 1 s longer
      trickle       a body is taken, and an answer given, in small pieces with pauses
      stall         nothing is answered until the client hangs up
      forbid        403 for a GET of a key that contains "forbidden"
"""

import http.client
import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

pipe, target, mode_file = sys.argv[1:]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def refuse(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self):
        with open(mode_file) as file:
            mode = file.read().strip()
        count = int(self.headers.get("Content-Length") or 0)
        if mode == "refuse":
            return self.reset()
        if mode == "cut" and self.command == "PUT":
            self.rfile.read(count // 2)
            return self.reset()
        body = self.trickled(count) if mode == "trickle" else self.rfile.read(count)
        if mode == "stall":
            self.rfile.read(1)
            return self.reset()
        if mode == "unavailable" or (mode == "full" and self.command == "PUT"):
            return self.refuse(503 if mode == "unavailable" else 507)
        if mode == "forbid" and self.command == "GET" and "forbidden" in self.path:
            return self.refuse(403)
        if mode == "slow":
            time.sleep(1)
        self.forward(body, mode)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = serve

    def trickled(self, count):
        pieces = []
        while count:
            pieces.append(self.rfile.read(min(count, 4096)))
            count -= len(pieces[-1])
            time.sleep(0.02)
        return b"".join(pieces)

    def forward(self, body, mode):
        store = http.client.HTTPConnection("127.0.0.1", int(target))
        store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            store.putheader(name, value)
        store.endheaders(body)
        answer = store.getresponse()
        content = answer.read()
        store.close()
        if mode == "lose-answer" and self.command == "PUT":
            return self.reset()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if self.command == "HEAD" and name.lower().startswith("x-amz-meta-"):
                if mode == "forget":
                    continue
                value = "0" * 64 if mode == "corrupt" else value
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        if answer.getheader("Content-Length") is None:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            if mode == "cut-get":
                self.wfile.write(content[: len(content) // 2])
                return self.reset()
            if mode == "rotten":
                content = bytes(byte ^ 1 for byte in content)
        step = 512 if mode == "trickle" else max(1, len(content))
        for start in range(0, len(content), step):
            self.wfile.write(content[start : start + step])
            if mode == "trickle":
                time.sleep(0.02)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass  # a connection that was reset on purpose


server = Server(("127.0.0.1", 0), Handler)
with open(pipe, "w") as file:
    print(server.server_address[1], file=file)
server.serve_forever()
