#!/usr/bin/env python3
"""An HTTP server that behaves like ZoomInfo's two interfaces, as far as an adapter can tell, and misbehaves on request.

usage: zoominfo_server.py PIPE [OPTION=VALUE ...]

Writes its port into the named pipe. Options:
  per_second=N         calls in any second; more are refused with 429 and Retry-After
  retry_after=N        what a refused call is told, in seconds (1); until then all others are refused too
  refuse_each=N        each Nth call is refused likewise, whatever the rate
  token_calls=N        a token is good for so many calls; for any number unless given
  public_key=FILE      PEM; assertions are verified with openssl
  every=N:WHAT         each Nth enrich call does WHAT: html, malformed, slow, silent, fewer, error, cut, spent
  exceeded=N           the first N enrich calls find the subscription used up after their first input
  order=reversed       results in another order than the inputs

GET /log answers what it counted: calls, inputs, logins, refusals, and how often each e-mail was answered.
"""

import base64
import collections
import json
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_INPUTS = 25
# What both interfaces answer when no credits are left.
SPENT = [
    (403, {"message": "You have used up all of your allowed record limit"}),
    (400, {"error": {"code": "PFAPI0011", "message": "Credit Limit Reached", "retryable": False}}),
]


class State:
    """What all connections share."""

    def __init__(self, options):
        self.options = dict(option.split("=", 1) for option in options)
        self.lock = threading.Lock()
        self.tokens = {}
        self.count = collections.Counter()
        self.answered = collections.Counter()
        self.recent = collections.deque()
        self.silent_until = 0.0

    def number(self, name, default):
        return float(self.options.get(name, default))

    def login(self):
        with self.lock:
            self.count["logins"] += 1
            # What a token promises is more than a server may keep.
            claims = base64.urlsafe_b64encode(json.dumps({"exp": int(time.time()) + 3600}).encode()).decode().rstrip("=")
            token = f"header.{claims}.{self.count['logins']}"
            self.tokens[token] = self.number("token_calls", float("inf"))
            return token

    def is_good(self, token):
        with self.lock:
            self.tokens[token] = self.tokens.get(token, 0) - 1
            return self.tokens[token] >= 0

    def refusal(self):
        """Seconds to wait, in a sliding window; a refused call uses nothing up."""
        limit, each = int(self.number("per_second", 0)), int(self.number("refuse_each", 0))
        with self.lock:
            now = time.monotonic()
            if now < self.silent_until:
                self.count["calls while silent"] += 1
                return int(self.number("retry_after", 1))
            while self.recent and self.recent[0] <= now - 1:
                self.recent.popleft()
            is_too_fast = limit and len(self.recent) >= limit
            self.count["asked"] += 1
            if is_too_fast or (each and self.count["asked"] % each == 0):
                self.count["refused" if is_too_fast else "refused by number"] += 1
                self.silent_until = now + self.number("retry_after", 1)
                return int(self.number("retry_after", 1))
            self.recent.append(now)
            self.count["calls"] += 1
            return None

    def misdeed(self):
        every, _, what = self.options.get("every", "0:").partition(":")
        with self.lock:
            self.count["enrich calls"] += 1
            return what if int(every) and self.count["enrich calls"] % int(every) == 0 else None


# Who was found by a search, by id.
FOUND = {}


def person(given):
    """What is known of a person; of one whose address begins with nobody nothing."""
    if "personId" in given:
        return FOUND.get(str(given["personId"]))
    name = given.get("emailAddress") or given.get("externalURL") or given.get("fullName") or given.get("lastName") or "someone"
    if name.startswith("nobody"):
        return None
    return {
        "id": 1000 + len(name), "firstName": given.get("firstName", "Ada"), "lastName": given.get("lastName", "Voss"),
        "email": given.get("emailAddress", "ada@voss.example"), "phone": "+1 555 010 0000", "jobTitle": f"Head of {name}",
        "companyName": given.get("companyName", "Voss Inc"), "contactAccuracyScore": "90.0",
    }


def somebody(company_name):
    """Whom a search for persons of a company finds; by the id he can be enriched."""
    found = dict(person({"companyName": company_name, "firstName": "Found"}), id=zlib.crc32(company_name.encode()))
    FOUND[str(found["id"])] = found
    return found


def company(given):
    name = given.get("companyName") or given.get("companyWebsite") or str(given.get("companyId"))
    return {"id": 7, "name": name, "website": "voss.example", "employeeCount": 12, "revenue": 3.5, "country": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = None

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/log":
            with self.state.lock:
                most = max(self.state.answered.values(), default=0)
                self.answer(200, dict(self.state.count, **{"answered": len(self.state.answered), "most answered": most}))
        else:
            self.answer(404, {"message": "not found"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/authenticate":
            return self.authenticate(json.loads(body))
        if self.path == "/oauth/token":
            return self.grant(body.decode())
        is_gtm = self.path.startswith("/data/v1/")
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.state.is_good(token):
            with self.state.lock:
                self.state.count["unauthorized"] += 1
            error = {"error": {"code": "ZI0001", "message": "token expired", "retryable": True}}
            return self.answer(401, error if is_gtm else {"message": "Authentication failed"})
        wait = self.state.refusal()
        if wait is not None:
            return self.answer(
                429, {"message": "You have exceeded your API query rate limit"},
                [("Retry-After", str(wait)), ("X-RateLimit-Rejected-Bucket", "second"), ("X-RateLimit-Remaining", "0")])
        question = json.loads(body)
        if "search" in self.path:
            return self.search(question, is_gtm)
        self.enrich(question["data"]["attributes"] if is_gtm else question, is_gtm)

    def authenticate(self, question):
        assertion = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if assertion:
            good = self.is_signed(assertion)
        else:
            good = question.get("username") == "ada" and question.get("password") == "s3cret"
        self.answer(200, {"jwt": self.state.login()}) if good else self.answer(401, {"message": "Authentication failed"})

    def is_signed(self, assertion):
        """By openssl, which shares no code with who signed."""
        text, _, signature = assertion.rpartition(".")
        claims = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
        now = time.time()
        if claims["aud"] != "enterprise_api" or claims["client_id"] != "c1" or not claims["iat"] <= now < claims["exp"]:
            return False
        with tempfile.NamedTemporaryFile() as file:
            file.write(base64.urlsafe_b64decode(signature + "=="))
            file.flush()
            command = ["openssl", "dgst", "-sha256", "-verify", self.state.options["public_key"], "-signature", file.name]
            return subprocess.run(command, input=text.encode(), capture_output=True).returncode == 0

    def grant(self, form):
        if form != "client_id=c1&client_secret=s%263cret&grant_type=client_credentials":
            return self.answer(401, {"error": "invalid_client"})
        self.answer(200, {"access_token": self.state.login(), "expires_in": 3600})

    def search(self, question, is_gtm):
        words = question["data"]["attributes"] if is_gtm else question
        whole = somebody(words.get("companyName", ""))
        # A search is free, and says neither address nor telephone.
        found = {name: whole[name] for name in ("id", "firstName", "lastName", "jobTitle", "companyName", "contactAccuracyScore")}
        items = [{"id": str(found.pop("id")), "type": "Contact", "attributes": found}] if is_gtm else [found]
        self.answer(200, {"maxResults": 1, "data": items})

    def enrich(self, question, is_gtm):
        is_person = "matchPersonInput" in question
        inputs = question["matchPersonInput" if is_person else "matchCompanyInput"]
        if len(inputs) > MOST_INPUTS:
            return self.answer(400, {"message": "Exceeded the max limit to enrich new Contacts or Companies"})
        if not question.get("outputFields"):
            return self.answer(400, {"message": "Missing outputFields parameter"})
        misdeed = self.state.misdeed()
        if misdeed in ("html", "malformed", "silent", "error", "cut"):
            return self.misbehave(misdeed)
        if misdeed == "spent":
            return self.answer(*SPENT[is_gtm])
        items = [self.item(given, is_person, is_gtm) for given in inputs]
        with self.state.lock:
            known = 1 if self.state.count["enrich calls"] <= self.state.number("exceeded", 0) else len(inputs)
            self.state.count["inputs"] += known
            for given in inputs[:known]:
                self.state.answered[json.dumps(given, sort_keys=True)] += 1
        items[known:] = [self.item(given, is_person, is_gtm, "LIMIT_EXCEEDED") for given in inputs[known:]]
        if self.state.options.get("order") == "reversed":
            items.reverse()
        if misdeed == "fewer":
            items = items[1:]
        document = {"data": items} if is_gtm else {"success": True, "data": {"result": items}}
        if misdeed == "slow":
            return self.trickle(json.dumps(document).encode())
        self.answer(200, document, [("X-RateLimit-Limit", "25"), ("X-RateLimit-Remaining", "24")])

    def item(self, given, is_person, is_gtm, refusal=None):
        found = None if refusal else person(given) if is_person else company(given)
        status = refusal or ("FULL_MATCH" if found else "NO_MATCH")
        if is_gtm:
            return {"id": "1", "type": "Contact", "attributes": found or {}, "meta": {"input": given, "matchStatus": status}}
        return {"input": given, "data": [found] if found else [], "matchStatus": status}

    def misbehave(self, how):
        if how == "html":
            return self.answer(200, b"<html><body>Please enable cookies.</body></html>")
        if how == "malformed":
            return self.answer(200, b'{"success": true, "data": {"result": [')
        if how == "error":
            return self.answer(500, {"message": "Internal error"})
        if how == "silent":
            # Until the client gives up.
            self.connection.settimeout(60)
            self.rfile.read(1)
        if how == "cut":
            # Something must come: of a used connection that ends without a word, libcurl asks again on another.
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"success"')
            self.wfile.flush()
        self.close_connection = True

    def trickle(self, data):
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for start in range(0, len(data), 1 + len(data) // 10):
            self.wfile.write(data[start : start + 1 + len(data) // 10])
            self.wfile.flush()
            time.sleep(0.02)


def main():
    Handler.state = State(sys.argv[2:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with open(sys.argv[1], "w") as pipe:
        pipe.write(f"{server.server_address[1]}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
