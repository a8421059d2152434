#!/usr/bin/env python3
"""Writes the bill of materials of the command as CycloneDX 1.6: Swift packages with their graph, and Debian's packages of the image.

usage: swift package show-dependencies --format json | scripts/sbom.py VERSION

Packages of the image have the versions of this machine, where it has them; what an image holds to the last file is told by the bill that
BuildKit attaches to it.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent


def swift_packages(tree):
    """Components by identity, and whom each depends on."""
    found, edges = {}, {}

    def visit(node):
        name = node["identity"]
        edges.setdefault(name, sorted(child["identity"] for child in node["dependencies"]))
        found.setdefault(name, node)
        for child in node["dependencies"]:
            visit(child)

    for child in tree["dependencies"]:
        visit(child)
    return found, edges


def swift_component(node, revisions):
    path = re.sub(r"^https://|\.git$", "", node["url"])
    component = {
        "type": "library", "bom-ref": node["identity"], "name": node["name"], "version": node["version"],
        "purl": f"pkg:swift/{path}@{node['version']}",
        "externalReferences": [{"type": "vcs", "url": node["url"]}],
    }
    if revision := revisions.get(node["identity"]):
        component["properties"] = [{"name": "swift:revision", "value": revision}]
    return component


def revisions():
    """Commits, from what resolving has written."""
    file = ROOT / "Package.resolved"
    if not file.exists():
        return {}
    return {pin["identity"]: pin["state"]["revision"] for pin in json.loads(file.read_text(encoding="utf-8"))["pins"]}


def image_packages(dockerfile):
    """Names that the last stage installs, and what psql comes from."""
    last = dockerfile[dockerfile.rindex("\nFROM "):]
    installed = re.search(r"apt-get install [^\\]*\\\n\s+([^\\]+) \\", last)[1].split()
    return sorted({*installed, *re.findall(r"apt-get download (\S+)", dockerfile)})


def installed_version(package):
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def debian_component(package, version):
    component = {"type": "library", "bom-ref": f"deb:{package}", "name": package, "purl": f"pkg:deb/debian/{package}"}
    if version:
        component |= {"version": version, "purl": f"pkg:deb/debian/{package}@{version}"}
    return component


def bill(tree, version, dockerfile, versions=installed_version, commits=None, commit="", date=""):
    swift, edges = swift_packages(tree)
    debian = image_packages(dockerfile)
    components = [swift_component(swift[name], commits or {}) for name in sorted(swift)]
    components += [debian_component(name, versions(name)) for name in debian]
    root = {"type": "application", "bom-ref": "catalog", "name": "catalog", "version": version}
    metadata = {"component": root}
    if date:
        metadata["timestamp"] = date
    direct = sorted(child["identity"] for child in tree["dependencies"]) + [f"deb:{name}" for name in debian]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        # The same for the same commit.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'catalog@{version}#{commit}')}",
        "metadata": metadata, "components": components,
        "dependencies": [{"ref": "catalog", "dependsOn": direct}, *({"ref": name, "dependsOn": edges[name]} for name in sorted(edges))],
    }


def git(*arguments):
    asked = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "TZ": "UTC"})
    return asked.stdout.strip() if asked.returncode == 0 else ""


def main(version):
    made = bill(
        json.load(sys.stdin), version, (ROOT / "Dockerfile").read_text(encoding="utf-8"), commits=revisions(),
        commit=git("rev-parse", "HEAD"), date=git("log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"))
    print(json.dumps(made, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
