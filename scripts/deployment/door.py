"""The door of a database as RDS has it: TLS, passwords of secrets, tokens of IAM. Behind it is a server that trusts everybody."""

import base64
import hashlib
import hmac
import pathlib
import re
import select
import socket
import ssl
import struct
import subprocess
import threading
import urllib.parse

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
NAME = "localhost"


class Server:
    """A server that trusts everybody, by its socket and a superuser's name."""

    def __init__(self, path, user):
        self.path, self._user = path, user

    def ask(self, statements, database="postgres"):
        """The rows of the last of them that has some: columns parted by |, NULL empty. "Message Formats", PostgreSQL's manual."""
        words = b"\0".join(word.encode() for word in ("user", self._user, "database", database)) + b"\0\0"
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(self.path)
            server.sendall(struct.pack("!II", 8 + len(words), 196608) + words)
            rows, asked = [], False
            while True:
                kind, said = exactly(server, 1), message(server)[4:]
                if kind == b"E":
                    raise AssertionError(said.replace(b"\0", b"\n").decode())
                if kind == b"T":
                    rows = []
                if kind == b"D":
                    rows.append("|".join(columns(said)))
                if kind == b"Z" and asked:
                    return "\n".join(rows)
                if kind == b"Z":
                    asked, text = True, statements.encode() + b"\0"
                    server.sendall(b"Q" + struct.pack("!I", 4 + len(text)) + text)


def columns(row):
    count, place = struct.unpack("!H", row[:2])[0], 2
    for _ in range(count):
        length, = struct.unpack("!i", row[place:place + 4])
        place += 4
        yield row[place:place + max(length, 0)].decode()
        place += max(length, 0)


class Door:
    """`may_connect(access key, user)` judges who comes with a token of IAM."""

    def __init__(self, server, folder, may_connect):
        self.refused = []
        self._server, self._may_connect = server, may_connect
        self.certificate = pathlib.Path(folder) / "server.crt"
        key = self.certificate.with_suffix(".key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
             "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self.certificate, key)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(self._server.path)
                self._enter(client, server)
            except (OSError, EOFError):
                pass  # One of the two has hung up.

    def _enter(self, client, server):
        first = message(client)
        code, = struct.unpack("!I", first[4:8])
        if code == GSS_REQUEST:
            client.sendall(b"N")
            return self._enter(client, server)
        if code == SSL_REQUEST:
            client.sendall(b"S")
            with self._tls.wrap_socket(client, server_side=True) as safe:
                return self._enter(safe, server)
        if code == CANCEL_REQUEST:
            return server.sendall(first)
        words = first[8:].split(b"\0")
        user = dict(zip(words[::2], words[1::2]))[b"user"].decode()
        client.sendall(b"R" + struct.pack("!II", 8, 3))
        if exactly(client, 1) != b"p":
            return None
        password = message(client)[4:-1].decode()
        if not isinstance(client, ssl.SSLSocket) or not self._is_right(user, password):
            self.refused.append(user)
            said = b"SFATAL\0C28P01\0Mpassword authentication failed\0\0"
            return client.sendall(b"E" + struct.pack("!I", 4 + len(said)) + said)
        server.sendall(first)
        return pipe(client, server)

    def _is_right(self, user, password):
        granted, verifier = self._server.ask(
            "select pg_has_role(rolname, 'rds_iam', 'member') and not rolsuper, coalesce(rolpassword, '') from pg_authid"
            f" where rolname = '{user}'").split("|")
        if granted == "t":
            token = urllib.parse.urlsplit("//" + password)
            query = urllib.parse.parse_qs(token.query)
            is_ours = token.netloc == f"{NAME}:{self.port}" and query.get("Action") == ["connect"] and query.get("DBUser") == [user]
            return is_ours and self._may_connect(query["X-Amz-Credential"][0].partition("/")[0], user)
        return matches(verifier, password)


def matches(verifier, password):
    """SCRAM-SHA-256$ITERATIONS:SALT$StoredKey:ServerKey; "pg_authid", PostgreSQL's manual."""
    parts = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):.*", verifier)
    if not parts:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(parts[2]), int(parts[1]))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return base64.b64encode(stored).decode() == parts[3]


def exactly(source, count):
    data = b""
    while len(data) < count:
        piece = source.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def message(source):
    """With its length, which counts itself."""
    length = exactly(source, 4)
    return length + exactly(source, struct.unpack("!I", length)[0] - 4)


def pipe(client, server):
    """Both ways on one thread: a TLS session is not for two."""
    while True:
        ready = [client] if isinstance(client, ssl.SSLSocket) and client.pending() else select.select([client, server], [], [])[0]
        for source in ready:
            data = source.recv(1 << 16)
            if not data:
                return
            (server if source is client else client).sendall(data)
