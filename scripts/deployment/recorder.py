"""AWS as moto plays it, with every signed request noted, and judged by the policies of the role whose key signed it."""

import fnmatch
import io
import json
import logging
import re
import threading
import urllib.parse

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

# "Credential=KEY/20261126/us-east-1/s3/aws4_request", in a header or, of a presigned link, in the query.
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/[^/]+/([\w-]+)/aws4_request")
DENIED = "<Error><Code>AccessDenied</Code><Message>no policy allows {}</Message></Error>"


class Recorder:
    """`rights` are those of the keys that are judged: (owner, action, pattern of resources). Other keys may do everything."""

    def __init__(self, rights=None, key=None):
        self.rights = rights or {}
        # The KMS key of the buckets, which S3 asks for in the caller's name.
        self.key = key
        self.used, self.denied, self._failures = set(), [], []
        self._changed = threading.Condition()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()

    def fail_parts(self, prefix):
        """Refuses the next part of an object whose name begins so, as a store that goes away."""
        self._failures.append(prefix)

    def allows(self, who, action, resource):
        """Notes which rights are used; keeps what no right allows."""
        if who not in self.rights:
            return True
        matching = {right for right in self.rights[who] if right[1] == action and fnmatch.fnmatchcase(resource, right[2])}
        with self._changed:
            self.used |= matching
            if not matching:
                self.denied.append((who, action, resource))
            self._changed.notify_all()
        return bool(matching)

    def wait(self, right, seconds=60):
        """Until a right, as (owner, action, end of the resource), is used; false if nobody uses it."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(used[:2] == right[:2] and used[2].endswith(right[2]) for used in self.used), seconds)

    def __call__(self, environ, start_response):
        query = urllib.parse.unquote(environ["QUERY_STRING"])
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "") + "&X-Amz-" + query)
        if not signed:
            return self._app(environ, start_response)
        who, service = signed.groups()
        wanted = list({"s3": self.s3, "secretsmanager": secret}.get(service, query_protocol)(environ, query))
        for action, resource in wanted:
            if not self.allows(who, action, resource):
                return Response(DENIED.format(action), 403)(environ, start_response)
        if self.fails(environ, query):
            body(environ)
            return Response(DENIED.format("it now"), 403)(environ, start_response)
        return self.answer(who, service, wanted, environ, start_response)

    def answer(self, who, service, wanted, environ, start_response):
        """S3 hides whether an object exists from those who may not list its bucket."""
        answered = []
        body = list(self._app(environ, lambda status, headers, *_: answered.append((status, headers))))
        action, resource = wanted[0]
        status, headers = answered[0]
        if service == "s3" and status.startswith("404") and action.startswith("s3:GetObject"):
            if not self.allows(who, "s3:ListBucket", resource.partition("/")[0]):
                return Response(DENIED.format("s3:ListBucket"), 403)(environ, start_response)
        start_response(status, headers)
        return body

    def fails(self, environ, query):
        name = environ["PATH_INFO"].lstrip("/").partition("/")[2]
        if environ["REQUEST_METHOD"] != "PUT" or "uploadId" not in query:
            return False
        with self._changed:
            failure = next((prefix for prefix in self._failures if name.startswith(prefix)), None)
            if failure:
                self._failures.remove(failure)
        return failure is not None

    def s3(self, environ, query):
        """"Actions defined by Amazon S3", Service Authorization Reference."""
        bucket, _, key = environ["PATH_INFO"].lstrip("/").partition("/")
        names = {part.partition("=")[0] for part in query.split("&")}
        method = environ["REQUEST_METHOD"]
        if not key:
            yield "s3:ListBucket" if "list-type" in names else f"s3:{method}Bucket", f"arn:aws:s3:::{bucket}"
            return
        if method in ("GET", "HEAD"):
            action, keyed = "s3:GetObjectVersion" if "versionId" in names else "s3:GetObject", "kms:Decrypt"
        elif method == "DELETE":
            action, keyed = "s3:AbortMultipartUpload" if "uploadId" in names else "s3:DeleteObject", None
        else:
            # A part, and the end of an upload in parts, read the key that its beginning made.
            action, keyed = "s3:PutObject", "kms:Decrypt" if "uploadId" in names else "kms:GenerateDataKey"
        yield action, f"arn:aws:s3:::{bucket}/{key}"
        if self.key and keyed:
            yield keyed, self.key


def body(environ):
    """Read and put back."""
    read = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(read)
    return read


def secret(environ, _):
    yield environ["HTTP_X_AMZ_TARGET"].replace("secretsmanager.", "secretsmanager:"), json.loads(body(environ))["SecretId"]


def query_protocol(environ, _):
    """Of SNS and STS."""
    values = urllib.parse.parse_qs(body(environ).decode())
    yield f"sns:{values.get('Action', ['?'])[0]}", values.get("TopicArn", ["?"])[0]
