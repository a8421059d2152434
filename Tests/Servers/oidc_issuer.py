"""An issuer of JSON Web Tokens: publishes its keys as OpenID Connect Discovery says, and signs what it is asked to.

usage: oidc_issuer.py PORT_PIPE

/.well-known/openid-configuration   names the keys
/keys                               the JSON Web Key Set: one RSA key, one on P-256
/token?alg=RS256&CLAIM=VALUE…       a token; exp and nbf are seconds from now; kid=… names another key,
                                    forge=signature|none|hmac|payload makes it one that must not be believed
/away?on=1                          from now on the keys are answered with 503; on=0 gives them again
/asked                              how often somebody asked where the keys are
"""

import base64
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey


keys = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}),
}


state = {"away": False, "asked": 0}


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(origin, options):
    algorithm, forge = options.pop("alg"), options.pop("forge", None)
    key = keys[algorithm]
    header = {"alg": algorithm, "kid": options.pop("kid", key.kid)}
    now = int(time.time())
    claims = {"iss": origin, "aud": ["other", "catalog"], "sub": "somebody", "exp": now + 300}
    for name, value in options.items():
        if name in ("exp", "nbf"):
            claims[name] = now + int(value)
        else:
            # json:[1] is not a text.
            claims[name] = json.loads(value[5:]) if value.startswith("json:") else value
    if forge == "hmac":
        # The public key taken for a secret: the classic confusion of algorithms.
        signed = f"{encoded({'alg': 'HS256', 'kid': header['kid']})}.{encoded(claims)}"
        digest = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    if forge == "none":
        return f"{encoded({'alg': 'none', 'kid': header['kid']})}.{encoded(claims)}."
    text = jwt.encode(header, claims, key)
    head, body, signature = text.split(".")
    if forge == "signature":
        signature = ("B" if signature[5] == "A" else "A").join([signature[:5], signature[6:]])
    if forge == "payload":
        body = encoded(claims | {"vendor_id": "V002"})
    return ".".join([head, body, signature])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        origin = f"http://127.0.0.1:{self.server.server_port}"
        status = 200
        if url.path == "/away":
            state["away"] = dict(parse_qsl(url.query))["on"] == "1"
            answer = ""
        elif url.path == "/asked":
            answer = str(state["asked"])
        elif url.path == "/.well-known/openid-configuration":
            state["asked"] += 1
            status = 503 if state["away"] else 200
            answer = json.dumps({"issuer": origin, "jwks_uri": f"{origin}/keys"})
        elif url.path == "/keys":
            answer = json.dumps({"keys": [key.as_dict(private=False) for key in keys.values()]})
        else:
            answer = token(origin, dict(parse_qsl(url.query, keep_blank_values=True)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w") as pipe:
    pipe.write(f"{server.server_port}\n")
server.serve_forever()
