"""AWS as moto plays it, with every signed request noted: who asked for which action on what."""

import io
import re
import threading
import urllib.parse

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

# "Credential=KEY/20261126/us-east-1/s3/aws4_request", in a header or, of a presigned link, in the query.
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/[^/]+/(\w+)/aws4_request")


class Recorder:
    def __init__(self):
        self.asked = set()
        self._changed = threading.Condition()
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()

    def __call__(self, environ, start_response):
        query = urllib.parse.unquote(environ["QUERY_STRING"])
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "") + "&X-Amz-" + query)
        if signed:
            who, service = signed.groups()
            request = (who, *(s3 if service == "s3" else query_protocol)(environ, query))
            with self._changed:
                self.asked.add(request)
                self._changed.notify_all()
        return self._app(environ, start_response)

    def wait(self, who, action, prefix, seconds=60):
        """Until somebody has asked for an action on a resource whose name begins so; false if nobody does."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(asked[:2] == (who, action) and asked[2].startswith(prefix) for asked in self.asked), seconds)


def s3(environ, query):
    """Action and resource; "Actions defined by Amazon S3", Service Authorization Reference."""
    bucket, _, key = environ["PATH_INFO"].lstrip("/").partition("/")
    names = {part.partition("=")[0] for part in query.split("&")}
    method = environ["REQUEST_METHOD"]
    if not key:
        return ("s3:ListBucket" if "list-type" in names else f"s3:{method}Bucket"), bucket
    if method in ("GET", "HEAD"):
        action = "s3:GetObjectVersion" if "versionId" in names else "s3:GetObject"
    elif method == "DELETE":
        action = "s3:AbortMultipartUpload" if "uploadId" in names else "s3:DeleteObject"
    else:
        action = "s3:PutObject"
    return action, f"{bucket}/{key}"


def query_protocol(environ, _):
    """Of SNS and STS; the body is read and put back."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    values = urllib.parse.parse_qs(body.decode())
    return f"sns:{values.get('Action', ['?'])[0]}", values.get("TopicArn", ["?"])[0]

