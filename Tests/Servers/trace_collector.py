#!/usr/bin/env python3
"""A collector of traces: takes OTLP over HTTP, as JSON, and reads it by OpenTelemetry's own schema.

usage: trace_collector.py PIPE [OPTION=VALUE ...]

Writes its port into the named pipe. What is no ExportTraceServiceRequest, or has members that it does not know, is answered 400.
Options:
  refuse=N      the first N requests are answered 503
  key=TEXT      the header api-key must have it, else 401

GET /spans answers all spans that were taken; GET /log how often each status was answered.
"""

import base64
import collections
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.json_format import ParseError, Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

options = dict(option.split("=", 1) for option in sys.argv[2:])
lock = threading.Lock()
answered = collections.Counter()
spans = []


def with_bytes(value):
    """The same with ids as JSON of protobuf has bytes. OTLP has them in hexadecimal."""
    if isinstance(value, list):
        return [with_bytes(element) for element in value]
    if not isinstance(value, dict):
        return value
    names = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
    result = {}
    for name, member in value.items():
        if name in names:
            identity = bytes.fromhex(member)
            if len(identity) != names[name] or not any(identity):
                raise ValueError(f"{name} is {member}")
            result[name] = base64.b64encode(identity).decode()
        else:
            result[name] = with_bytes(member)
    return result


def described(span, resource):
    """What tests ask of a span; all values are texts."""
    one_of = lambda value: str(getattr(value, value.WhichOneof("value")))
    return {
        "trace": span.trace_id.hex(), "id": span.span_id.hex(), "parent": span.parent_span_id.hex(), "name": span.name,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(), "status": str(span.status.code),
        "nanoseconds": str(span.end_time_unix_nano - span.start_time_unix_nano), "service": resource.get("service.name", ""),
        "events": ",".join(event.name for event in span.events),
        **{attribute.key: one_of(attribute.value) for attribute in span.attributes},
    }


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with lock:
            status, words = self.take(body)
            answered[f"answered {status}"] += 1
        self.reply(status, words)

    def take(self, body):
        if "key" in options and self.headers.get("api-key") != options["key"]:
            return 401, {"message": "unknown key"}
        if answered["answered 503"] < int(options.get("refuse", 0)):
            return 503, {"message": "later"}
        if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/json":
            return 404, {"message": "nothing here"}
        try:
            request = Parse(json.dumps(with_bytes(json.loads(body))), ExportTraceServiceRequest())
        except (ParseError, ValueError) as error:
            return 400, {"message": str(error)}
        for group in request.resource_spans:
            resource = {attribute.key: attribute.value.string_value for attribute in group.resource.attributes}
            for scope in group.scope_spans:
                spans.extend(described(span, resource) for span in scope.spans)
        return 200, {}

    def do_GET(self):
        with lock:
            self.reply(200, spans if self.path == "/spans" else answered)

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w") as pipe:
    pipe.write(f"{server.server_address[1]}\n")
server.serve_forever()
