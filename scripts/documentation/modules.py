"""The graph of modules, from Package.swift. That it points one way is checked, and that it is true: each target imports what it declares,
all of it and nothing else, so that it can be built and tested without the others."""

import json
import re
import subprocess

from pages import ROOT, table

PAGE = "docs/internals/architecture.md"
# A module knows only those of earlier lines.
LAYERS = [
    ["CLibpq", "COpenSSL", "CZlib", "CLibdeflate", "CLibzstd", "CLibcurl", "CPthread", "CSIMD"],
    ["Threads", "CSV", "Text", "Zlib", "Deflate", "Zstd", "OpenSSL", "HTML"],
    ["Postgres", "Curl", "Telemetry"],
    ["AWS", "Migrations", "Jobs", "Catalog", "Traces"],
    ["Storage"],
    ["Tabular"],
    ["Intake"],
    ["Ingest", "Enrichment", "Relay", "Upkeep"],
    ["API"],
    ["Portal"],
    ["CatalogCLI"],
]


IMPORT = re.compile(r"^(?:@testable )?(?:public |package |private |internal )?import (?:(?:struct|class|enum|func|protocol) )?(\w+)", re.M)
# They come with the toolchain and the system.
TOOLCHAIN = {"Dispatch", "Foundation", "Glibc", "PackagePlugin", "Synchronization", "Testing"}


def targets():
    dumped = subprocess.run(
        ["swift", "package", "--scratch-path", ".build/describe", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    return json.loads(dumped)["targets"]


def import_problems(targets):
    for target in targets:
        if target["type"] in ("regular", "executable", "test"):
            declared = {named(entry) for entry in target["dependencies"]}
            imported = imports(target)
            for name in sorted(imported - declared):
                yield f"Package.swift: {target['name']} imports {name} and does not declare it"
            for name in sorted(declared - imported):
                yield f"Package.swift: {target['name']} declares {name} and does not import it"


def imports(target):
    parent = "Tests" if target["type"] == "test" else "Sources"
    files = (ROOT / (target.get("path") or f"{parent}/{target['name']}")).rglob("*.swift")
    return {name for path in files for name in IMPORT.findall(path.read_text(encoding="utf-8"))} - TOOLCHAIN


def read(targets):
    """Modules of Sources and the modules of this package that each names as a dependency."""
    known = {name for layer in LAYERS for name in layer}
    return {
        target["name"]: sorted({named(entry) for entry in target["dependencies"]} & known)
        for target in targets
        if target["type"] in ("regular", "executable", "system") and not (target.get("path") or "").startswith(("Tests", "Benchmarks"))
        and target["name"] != "EmbedTool"
    }


def named(entry):
    return next(iter(entry.values()))[0]


def problems(graph):
    rank = {name: index for index, layer in enumerate(LAYERS) for name in layer}
    for name in sorted(graph.keys() ^ rank.keys()):
        yield f"Package.swift and the layers of scripts/documentation/modules.py disagree about {name}"
    for name, dependencies in sorted(graph.items()):
        for dependency in dependencies:
            if rank.get(dependency, -1) >= rank.get(name, 0):
                yield f"Package.swift: {name} depends on {dependency}, which is not below it"


def render(graph):
    lines = [f"    {name} --> {' & '.join(direct(graph, name))}" for name in order(graph) if direct(graph, name)]
    rows = [(f"`{name}`", ", ".join(f"`{d}`" for d in graph[name]) or "nothing of this package") for name in order(graph)]
    return "```mermaid\ngraph TD\n" + "\n".join(lines) + "\n```\n\n" + table(["module", "depends on"], rows)


def order(graph):
    return [name for layer in reversed(LAYERS) for name in layer if name in graph]


def direct(graph, name):
    """Without what follows from another arrow, so that the picture can be read."""
    return [d for d in graph[name] if not any(d in reached(graph, other) for other in graph[name] if other != d)]


def reached(graph, name):
    found = set()
    for dependency in graph[name]:
        found |= {dependency} | reached(graph, dependency)
    return found
