"""Processes of the service on one machine, which are started again when they end, as an orchestrator does."""

import os
import signal
import subprocess
import threading
import urllib.request

from machines import until

ROLES = {"one": "api,worker,poller", "two": "api,worker,poller", "three": "worker"}
PORTS = {"one": 8081, "two": 8082, "three": 8083}


class Fleet:
    """Use as a context manager."""

    def __init__(self, catalog, folder, url, lease):
        self.catalog, self.folder = catalog, folder
        self.environment = os.environ | {
            "CATALOG_DATABASE_URL": url, "CATALOG_STORE": f"file:{folder}/objects", "CATALOG_NOTIFY": f"file:{folder}/mail",
            "CATALOG_LEASE_SECONDS": str(lease), "CATALOG_HTTP_RATE": "100000", "CATALOG_LOG_FORMAT": "json"}
        self.running, self.lock, self.restarts = {}, threading.Lock(), 0

    def command(self, *arguments):
        done = subprocess.run([self.catalog, *arguments], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"catalog {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def __enter__(self):
        for name in ROLES:
            self.start(name)
        self.wait_until_ready()
        return self

    def __exit__(self, *_):
        with self.lock:
            for process in self.running.values():
                process.send_signal(signal.SIGTERM)
            for process in self.running.values():
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self.running.clear()

    def start(self, name):
        with self.lock, open(self.folder / f"{name}.log", "ab") as log:
            self.running[name] = subprocess.Popen(
                [self.catalog, "serve", "--roles", ROLES[name]], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment | {"CATALOG_HTTP_ADDRESS": f"127.0.0.1:{PORTS[name]}"})

    def kill(self, name):
        """Without a warning, and started again at once."""
        process = self.running[name]
        process.kill()
        process.wait()
        self.restarts += 1
        self.start(name)

    def ended(self):
        """Those that have ended by themselves: they must not."""
        return [f"{name} ended with {process.returncode}" for name, process in self.running.items() if process.poll() is not None]

    def is_ready(self, name):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORTS[name]}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_until_ready(self, limit=120):
        for name in (name for name, roles in ROLES.items() if "api" in roles):
            until(f"/readyz of {name}", limit, lambda name=name: self.is_ready(name))
