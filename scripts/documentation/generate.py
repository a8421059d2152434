#!/usr/bin/env python3
"""Makes the reference pages from what the binary and its database say; with --check only compares, and fails if a page
is not current.

usage: generate.py CATALOG [--check]      CATALOG_DATABASE_URL names a migrated database; without it one is made
"""

import contextlib
import difflib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import commands
import events
import man
import metrics
import modules
import routes
import schema
import settings
from pages import ROOT, with_part


class Binary:
    """`catalog` in a folder of its own, with nothing set but the database."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder
        kept = {name: os.environ[name] for name in ("PATH", "CATALOG_DATABASE_URL") if name in os.environ}
        self.environment = {**kept, "CATALOG_HTTP_ADDRESS": "127.0.0.1:0", "CATALOG_LOG_FORMAT": "json"}

    def ask(self, *arguments):
        return subprocess.run(
            [self.path, *arguments], cwd=self.folder, env=self.environment, check=True, capture_output=True, text=True,
        ).stdout

    @property
    def conninfo(self):
        return self.environment.get("CATALOG_DATABASE_URL") or self.ask("postgres", "start").strip()

    def openapi(self):
        """From a service that listens where the system likes and says where."""
        service = subprocess.Popen(
            [self.path, "serve", "--roles", "api"], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        try:
            for line in service.stdout:
                event = json.loads(line)
                if event["event"] == "http.listening":
                    port = event["address"].rpartition(":")[2]
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=30) as answer:
                        return json.load(answer)
            raise SystemExit("docs: catalog serve ended without listening")
        finally:
            service.kill()
            service.communicate()


@contextlib.contextmanager
def binary(path):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        made = Binary(path, folder)
        try:
            yield made
        finally:
            if "CATALOG_DATABASE_URL" not in made.environment:
                made.ask("postgres", "stop")


def pages(catalog):
    relations, functions = schema.read(catalog.conninfo)
    drawing = (ROOT / "docs/reference/schema.md").read_text(encoding="utf-8")
    if wrong := list(schema.drawn_wrongly(drawing, relations)):
        raise SystemExit("docs/reference/schema.md: " + "; ".join(wrong))
    dump = json.loads(catalog.ask("--experimental-dump-help"))
    parts = {
        "docs/reference/cli.md": commands.render(dump),
        "docs/reference/settings.md": settings.render(json.loads(catalog.ask("reference", "settings"))),
        "docs/reference/metrics.md": metrics.render(json.loads(catalog.ask("reference", "metrics"))),
        "docs/reference/schema.md": schema.render(relations, functions),
        "docs/reference/routes.md": routes.render(catalog.openapi()),
    }
    return {page: with_part(page, text) for page, text in parts.items()} | man.pages(dump)


def main(path, check=False):
    with binary(str(pathlib.Path(path).resolve())) as catalog:
        made = pages(catalog)
    if not check:  # make lint compares these, without a binary
        made[modules.PAGE] = with_part(modules.PAGE, modules.render(modules.read(modules.targets())))
        made[events.PAGE] = events.rendered(events.Events())
    old = {page: (ROOT / page).read_text(encoding="utf-8") if (ROOT / page).exists() else "" for page in made}
    # Pages of commands that are no more.
    made |= {page: "" for path in (ROOT / man.FOLDER).glob("*.1") if (page := str(path.relative_to(ROOT))) not in made}
    stale = {page: text for page, text in made.items() if old.get(page) != text}
    for page, text in stale.items():
        if check:
            lines = difflib.unified_diff(old.get(page, "").splitlines(), text.splitlines(), page, "make docs", lineterm="", n=1)
            print("\n".join(list(lines)[:40]))
        else:
            (ROOT / page).parent.mkdir(exist_ok=True)
            if text:
                (ROOT / page).write_text(text, encoding="utf-8")
            else:
                (ROOT / page).unlink()
            print(f"docs: {page}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv[2:]))
