#!/usr/bin/env python3
"""An HTTP server that answers as interfaces for persons do, and misbehaves as they would.

usage: people_server.py PIPE [OPTION=VALUE ...]

Writes its port into the named pipe. Persons are asked for by address, as GET /person?email=ADDRESS, as POST /person
{"mail": ADDRESS} or as POST /people {"people": [{"mail": ADDRESS}, ...]}. What an address begins with says what becomes of its call:
  bad        400 for the whole call
  poison     500 for the whole call
  nobody     not known: 404 and a JSON document for one, found: false in a list
  later      202 until it has been asked for so often as option later says (2)
Other paths lead to the same persons in other ways:
  /moved       307 to /person here; /away leads there by another name of this host
  /queued      POST as /person: 202 and, in Location, where the answer is when it was asked for twice
  /jobs        POST as /people: {"id": ID}; GET /jobs/ID has {"ready": false} once, and then the people
  /pages       POST as /people: two at a time, and "next" leads to the rest; so it does in /numbered, as a value of page_token
Options:
  encoding=E    bodies come compressed, asked for or not: gzip or deflate
  charset=C     bodies are in Latin-1 and say so (said), or do not (unsaid)
  status=N      every call is answered so
  words=TEXT    what a refusal says
  down=SECONDS  503 from the first call on for so long
  key=TEXT      the header X-Key must have it, else 401
  token=TEXT    the member token of the query must have it, else 401
  pages=STATUS  all pages but the first are answered so
  order=reversed  elements of a list in another order than the inputs

GET /log answers how often each thing happened: calls, answered STATUS, and "most" for the most answers about one address.
"""

import collections
import gzip
import json
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class State:
    def __init__(self, options):
        self.options = dict(option.split("=", 1) for option in options)
        self.lock = threading.Lock()
        self.count = collections.Counter()
        self.answered = collections.Counter()
        self.asked = collections.Counter()
        self.first = None
        # What was asked for, by id, and how often the answer was.
        self.jobs = {}
        self.looks = collections.Counter()

    def keep(self, addresses):
        with self.lock:
            name = f"j{len(self.jobs) + 1}"
            self.jobs[name] = addresses
            return name

    def is_ready(self, name):
        with self.lock:
            self.looks[name] += 1
            return self.looks[name] > 1

    def misfortune(self, addresses, key):
        """The status that the whole call gets instead of an answer; None if it gets one."""
        with self.lock:
            self.count["calls"] += 1
            self.first = self.first or time.monotonic()
            if "key" in self.options and key != self.options["key"]:
                return 401
            if "status" in self.options:
                return int(self.options["status"])
            if time.monotonic() - self.first < float(self.options.get("down", 0)):
                return 503
            if any(address.startswith("bad") for address in addresses):
                return 400
            if any(address.startswith("poison") for address in addresses):
                return 500
            later = [address for address in addresses if address.startswith("later")]
            self.asked.update(later)
            if any(self.asked[address] <= int(self.options.get("later", 2)) for address in later):
                return 202
            return None

    def found(self, address):
        with self.lock:
            self.answered[address] += 1
        return not address.startswith("nobody")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = None

    def log_message(self, *arguments):
        pass

    def answer(self, status, body):
        with self.state.lock:
            self.state.count[f"answered {status}"] += 1
        charset = self.state.options.get("charset")
        text = json.dumps(body, ensure_ascii=charset is None)
        data = b"" if status == 204 else text.encode("latin-1" if charset else "utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json" + ("; charset=ISO-8859-1" if charset == "said" else ""))
        encoding = self.state.options.get("encoding")
        if encoding and data and self.path != "/log":
            data = gzip.compress(data) if encoding == "gzip" else zlib.compress(data)
            self.send_header("Content-Encoding", encoding)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def lead(self, status, location):
        with self.state.lock:
            self.state.count[f"answered {status}"] += 1
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def page(self, status):
        """As a web server has it for an address that leads nowhere."""
        data = b"<html><body>Not found</body></html>"
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status):
        self.answer(status, {"error": {"message": self.state.options.get("words", "no")}})

    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path == "/log":
            with self.state.lock:
                counts = dict(self.state.count, most=max(self.state.answered.values(), default=0))
            return self.answer(200, counts)
        kind, _, name = parts.path.lstrip("/").partition("/")
        if name and self.headers.get("X-Key") != self.state.options.get("key"):
            return self.refuse(401)
        if kind == "queued" and name:
            address = self.state.jobs[name][0]
            return self.person(address) if self.state.is_ready(name) else self.lead(202, self.path)
        if kind == "jobs" and name:
            ready = self.state.is_ready(name)
            return self.answer(200, {"ready": ready, "people": self.items(self.state.jobs[name]) if ready else None})
        if kind == "pages" and name:
            return self.some(name, int(parse_qs(parts.query)["from"][0]))
        address = parse_qs(parts.query).get("email", [""])[0]
        self.tell([address], lambda: self.person(address))

    def person(self, address):
        if not self.state.found(address):
            return self.answer(404, {"status": 404, "error": {"type": "not_found"}})
        self.answer(200, {"mail": address, "title": f"Head of {address}", "score": 0.75})

    def some(self, name, start):
        rest = len(self.state.jobs[name]) > start + 2
        items = self.items(self.state.jobs[name][start:start + 2])
        self.answer(200, {"people": items, "next": f"/pages/{name}?from={start + 2}" if rest else None})

    def do_POST(self):
        path = urlsplit(self.path).path
        query = parse_qs(urlsplit(self.path).query)
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if path == "/moved":
            return self.lead(307, "/person")
        if path == "/away":
            return self.lead(307, f"http://localhost:{self.server.server_address[1]}/person")
        if path == "/queued":
            name = self.state.keep([question["mail"]])
            return self.tell([question["mail"]], lambda: self.lead(202, f"/queued/{name}"))
        if path == "/person":
            return self.tell([question["mail"]], lambda: self.person(question["mail"]))
        if path == "/nowhere":
            return self.page(404)
        token = self.state.options.get("token")
        if token and query.get("token") != [token]:
            return self.refuse(401)
        people = question["people"]
        addresses = [person.get("mail", "") for person in people]
        if path == "/numbered":
            start = int(query.get("page_token", ["0"])[0])
            if start and "pages" in self.state.options:
                return self.refuse(int(self.state.options["pages"]))
            items = self.items(addresses[start:start + 2])
            following = str(start + 2) if start + 2 < len(addresses) else None
            return self.tell(addresses, lambda: self.answer(200, {"people": items, "next": following}))
        if path in ("/jobs", "/pages"):
            name = self.state.keep(addresses)
            is_job = path == "/jobs"
            return self.tell(addresses, lambda: self.answer(200, {"id": name}) if is_job else self.some(name, 0))
        self.tell(addresses, lambda: self.answer(200, {"people": self.items(addresses)}))

    def items(self, addresses):
        items = [self.item(address) for address in addresses]
        return items[::-1] if self.state.options.get("order") == "reversed" else items

    def item(self, address):
        return {"mail": address, "found": self.state.found(address), "title": f"Head of {address}", "score": 0.75}

    def tell(self, addresses, answer):
        status = self.state.misfortune(addresses, self.headers.get("X-Key"))
        self.refuse(status) if status else answer()


def main():
    Handler.state = State(sys.argv[2:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with open(sys.argv[1], "w") as pipe:
        pipe.write(f"{server.server_address[1]}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
