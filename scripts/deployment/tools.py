"""The linters of others, each on the files that it knows."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from files import ROOT, TEMPLATE, text, tracked

PROGRAMS = pathlib.Path(sys.executable).parent
# Newest and oldest that are supported as of the pinned validator.
KUBERNETES = ["1.37.0", "1.31.0"]


def run(program, *arguments, input=None):
    """What a linter says, if it is not content."""
    path = PROGRAMS / program if (PROGRAMS / program).exists() else program
    outcome = subprocess.run([path, *arguments], cwd=ROOT, capture_output=True, text=True, input=input)
    if outcome.returncode:
        yield f"{program}: {(outcome.stdout + outcome.stderr).strip()}"


def cloudformation():
    yield from run("cfn-lint", TEMPLATE)


def kubernetes():
    manifests = [name for name in tracked("deploy/kubernetes/*.yml") if not name.endswith("kustomization.yml")]
    for version in KUBERNETES:
        yield from run("kubernetes-validate", "--strict", "--quiet", "-k", version, *manifests)


def kustomize():
    """What the folders render to, where a program that renders them is at hand."""
    program = next((words for words in (["kustomize", "build"], ["kubectl", "kustomize"]) if shutil.which(words[0])), None)
    if program is None:
        return
    for name in tracked("deploy/kubernetes/*kustomization.yml"):
        rendered = subprocess.run([*program, str(pathlib.Path(name).parent)], cwd=ROOT, capture_output=True, text=True)
        if rendered.returncode:
            yield f"{name}: {rendered.stderr.strip()}"
        else:
            yield from run("kubernetes-validate", "--strict", "--quiet", "-", input=rendered.stdout)


def systemd():
    """Misspelled directives and what a broken service could reach, where systemd is at hand."""
    if shutil.which("systemd-analyze") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / "catalog.service"
        # The program and the user come with the installation.
        lines = text("deploy/systemd/catalog.service").replace("@PREFIX@/bin/catalog", "/bin/true").replace("User=catalog", "User=root")
        unit.write_text(lines, encoding="utf-8")
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
        # It also tells of other units of the machine.
        for line in verified.stderr.splitlines():
            if "catalog.service" in line:
                yield f"systemd-analyze: {line}"
        # 2.0 of 10, where 10 is a service that may do everything.
        yield from run("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit))


def compose():
    yield from run("check-jsonschema", "--quiet", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def workflows():
    files = tracked(".github/workflows/*.yml")
    yield from run("check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-workflows", *files)
    # Injection, too many permissions, actions that are not named by their commit.
    yield from run("zizmor", "--offline", "--quiet", "--no-progress", *files)
    if shutil.which("actionlint"):
        yield from run("actionlint", *files)


def grafana():
    """The dashboard is what its script makes."""
    yield from run("python", "deploy/grafana/dashboard.py", "--check")


ALL = [cloudformation, kubernetes, kustomize, systemd, compose, workflows, grafana]
