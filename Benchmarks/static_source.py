"""A static web server that answers as a bucket does: GET and HEAD by key, ETag and If-Match. As fast as a store can be."""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{ listen 127.0.0.1:{port}; root {folder}/source; }}
}}
"""


class StaticSource:
    """Use as a context manager: it is gone afterwards, objects and all."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.objects = self.folder / "source"

    def __enter__(self):
        self.objects.mkdir(parents=True)
        for path in (self.folder, *self.folder.parents):
            # nginx's worker is another user.
            if os.stat(path).st_uid == os.getuid():
                path.chmod(path.stat().st_mode | 0o055)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, port=self.port))
        self.process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", config], stderr=subprocess.DEVNULL)
        deadline = time.time() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                if time.time() > deadline:
                    raise
                time.sleep(0.05)

    def put(self, bucket, key, content):
        """Whole or not at all. Returns the ETag."""
        path = self.objects / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f".{path.name}")
        staged.write_bytes(content)
        staged.rename(path)
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("HEAD", f"/{bucket}/{key}")
        etag = connection.getresponse().headers["ETag"].strip('"')
        connection.close()
        return etag

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        shutil.rmtree(self.folder)
