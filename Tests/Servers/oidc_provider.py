"""A provider of OpenID Connect, by Authlib: people sign in at it, and programs exchange codes for ID tokens, with PKCE.

usage: oidc_provider.py PORT_PIPE

/authorize                  a page with a button for each person, and one to refuse; a POST of person=… is the same
/token, /keys, /.well-known/openid-configuration
/behave?how=WORD            from now on it does wrong what WORD says, see `wrong`; without a word all is well
/seen                       what the last exchange brought: the method of authentication, and the fields' names

Clients are `portal`, whose secret is `s3cret/of+portal%`, and `public`, which has none.
"""

import os
import sys
import time

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer  # noqa: E402
from authlib.oauth2.rfc6749 import ClientMixin  # noqa: E402
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from authlib.oidc.core import OpenIDCode  # noqa: E402
from flask import Flask, jsonify, request  # noqa: E402
from joserfc.jwk import RSAKey  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

# What this provider can do wrong. The first ones are of an ID token.
wrong = [
    "nonce", "audience", "expired", "issuer", "signature", "none", "party",
    "missing", "nonsense", "slow", "down", "refuse",
]
people = {
    "V001": {"vendor_id": "V001"}, "V002": {"vendor_id": "V002"}, "V999": {"vendor_id": "V999"},
    "operator": {"catalog_role": "operator"}, "auditor": {"catalog_role": "auditor"}, "nobody": {},
    "emperor": {"catalog_role": "emperor"},
}
key = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
other = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
state = {"how": "", "codes": {}, "seen": {}}


class Client(ClientMixin):
    def __init__(self, name, secret):
        self.name, self.secret = name, secret

    def get_client_id(self):
        return self.name

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, uri):
        return uri.endswith("/portal/sign-in/oidc/callback")

    def check_client_secret(self, secret):
        return secret == self.secret

    def check_endpoint_auth_method(self, method, endpoint):
        return (method == "none") == (self.secret is None)

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return kind == "authorization_code"


clients = {"portal": Client("portal", "s3cret/of+portal%"), "public": Client("public", None)}


class Code:
    """What a code stands for."""

    def __init__(self, client, person, data):
        self.client, self.person = client, person
        self.redirect_uri, self.scope, self.nonce = data["redirect_uri"], data["scope"], data.get("nonce")
        self.code_challenge, self.code_challenge_method = data.get("code_challenge"), data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return "of somebody else" if state["how"] == "nonce" else self.nonce

    def get_auth_time(self):
        return None

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code, request):
        state["codes"][code] = Code(request.client.name, request.user, request.payload.data)

    def query_authorization_code(self, code, client):
        found = state["codes"].get(code)
        return found if found and found.client == client.name else None

    def delete_authorization_code(self, found):
        state["codes"] = {code: kept for code, kept in state["codes"].items() if kept is not found}

    def authenticate_user(self, found):
        return found.person


class IdentityToken(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in state["codes"].values())

    def resolve_client_private_key(self, client):
        return other if state["how"] == "signature" else key

    def get_client_algorithm(self, client):
        return "none" if state["how"] == "none" else "RS256"

    def get_encode_header(self, client):
        return {"alg": self.get_client_algorithm(client), "kid": "rsa"}

    def get_client_claims(self, client):
        claims = {"iss": origin(), "aud": [client.name], "exp": int(time.time()) + 300}
        match state["how"]:
            case "issuer":
                claims["iss"] = "https://evil.example"
            case "audience":
                claims["aud"] = ["another"]
            case "party":
                claims |= {"aud": [client.name, "another"], "azp": "another"}
            case "expired":
                claims["exp"] -= 600
        return claims

    def generate_user_info(self, person, scope):
        return {"sub": person} | people[person]


class S256(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant, redirect_uri):
        assert grant.request.payload.data.get("code_challenge_method") == "S256"
        super().validate_code_challenge(grant, redirect_uri)


app = Flask("provider")
server = AuthorizationServer(app, query_client=clients.get, save_token=lambda token, request: None)
server.register_grant(CodeGrant, [IdentityToken(require_nonce=True), S256(required=True)])


def origin():
    return request.host_url.rstrip("/")


@app.before_request
def misbehave():
    if state["how"] == "down" and request.path not in ("/behave", "/authorize"):
        return "", 503
    return None


@app.get("/.well-known/openid-configuration")
def configuration():
    base = origin()
    return jsonify(
        issuer=base, jwks_uri=f"{base}/keys", authorization_endpoint=f"{base}/authorize", token_endpoint=f"{base}/token")


@app.get("/keys")
def keys():
    return jsonify(keys=[key.as_dict(private=False)])


@app.get("/authorize")
def ask():
    buttons = "".join(f'<button name="person" value="{person}">{person}</button>' for person in [*people, "refuse"])
    return f'<!doctype html><html lang="en"><title>Provider</title><form method="post">{buttons}</form></html>'


@app.post("/authorize")
def decide():
    person = request.form["person"]
    grant = server.get_consent_grant(end_user=person)
    return server.create_authorization_response(grant_user=None if person == "refuse" else person, grant=grant)


@app.post("/token")
def exchange():
    state["seen"] = {"basic": "Authorization" in request.headers, "fields": sorted(request.form)}
    if state["how"] == "slow":
        time.sleep(600)
    if state["how"] == "nonsense":
        return "<html>"
    if state["how"] == "refuse":
        return jsonify(error="invalid_client", error_description="s3cret/of+portal%"), 401
    response = server.create_token_response()
    if state["how"] == "missing":
        return jsonify(access_token="x", token_type="Bearer")
    return response


@app.get("/behave")
def behave():
    how = request.args.get("how", "")
    assert not how or how in wrong
    state["how"] = how
    return ""


@app.get("/seen")
def seen():
    return jsonify(state["seen"])


if __name__ == "__main__":
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    with open(sys.argv[1], "w") as pipe:
        pipe.write(f"{listener.server_port}\n")
    listener.serve_forever()
