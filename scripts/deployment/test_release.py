"""The bill of materials is one that CycloneDX's schema takes; a release has the words of its version, and no other."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import sbom
import workflows
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from files import ROOT, text


def package(name, *dependencies):
    return {
        "identity": name, "name": name, "url": f"https://github.com/apple/{name}.git", "version": "1.2.3", "dependencies": list(dependencies),
    }


class BillTest(unittest.TestCase):
    def bill(self):
        atomics = package("swift-atomics")
        tree = package("catalog", package("swift-nio", atomics, package("swift-system")), package("swift-log"), atomics)
        return sbom.bill(
            tree, "1.0.0", text("Dockerfile"), versions=lambda name: "15.18-0+deb12u1" if name == "libpq5" else "",
            commits={"swift-log": "c0ffee"}, commit="abc", date="2026-11-26T12:00:00Z")

    def test_its_schema_takes_it(self):
        self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(self.bill())))

    def test_each_package_stands_once_with_its_graph(self):
        made = self.bill()
        names = [component["name"] for component in made["components"] if component["purl"].startswith("pkg:swift")]
        self.assertEqual(names, ["swift-atomics", "swift-log", "swift-nio", "swift-system"])
        graph = {entry["ref"]: entry["dependsOn"] for entry in made["dependencies"]}
        self.assertEqual(graph["swift-nio"], ["swift-atomics", "swift-system"])
        self.assertIn("swift-log", graph["catalog"])
        self.assertIn("deb:libpq5", graph["catalog"])

    def test_packages_of_the_image_are_those_of_the_dockerfile(self):
        made = {component["name"]: component["purl"] for component in self.bill()["components"]}
        self.assertEqual(made["libpq5"], "pkg:deb/debian/libpq5@15.18-0+deb12u1")
        self.assertEqual(made["tzdata"], "pkg:deb/debian/tzdata")
        self.assertIn("postgresql-client-15", made)
        self.assertNotIn("libpq-dev", made)

    def test_the_same_commit_makes_the_same_bill(self):
        self.assertEqual(self.bill(), self.bill())


class NotesTest(unittest.TestCase):
    def notes(self, version):
        return subprocess.run([ROOT / "scripts/release-notes.sh", version], capture_output=True, text=True)

    def test_the_words_of_the_version_of_the_code(self):
        version = re.search(r'release = "([\d.]+)"', text("Sources/CatalogCLI/CatalogCommand.swift"))[1]
        notes = self.notes(version)
        self.assertEqual(notes.returncode, 0, notes.stderr)
        self.assertNotIn("\n## ", "\n" + notes.stdout)
        self.assertIn("### Added", notes.stdout)

    def test_another_version_is_refused(self):
        notes = self.notes("99.0.0")
        self.assertEqual(notes.returncode, 1)
        self.assertIn("the code is another version than 99.0.0", notes.stderr)


class WorkflowsTest(unittest.TestCase):
    def found(self, **step):
        return " ".join(workflows.job_problems({"timeout-minutes": 5, "steps": [step]}))

    def test_the_pipeline_is_as_the_checks_want_it(self):
        self.assertEqual(list(workflows.problems()), [])

    def test_faults_are_found(self):
        self.assertIn("not named by a commit", self.found(uses="actions/checkout@v4"))
        self.assertIn("can be injected", self.found(run="echo ${{ github.head_ref }}"))
        self.assertIn("there is no scripts/gone.sh", self.found(run="set -e\nscripts/gone.sh x"))
        self.assertIn("syntax error", self.found(run="if true; then"))


class PinTest(unittest.TestCase):
    """With a registry that gives one digest for all: what is written, not what is asked, is looked at."""

    def test_digests_stand_behind_the_names_and_are_replaced(self):
        with tempfile.TemporaryDirectory() as held:
            folder = pathlib.Path(held)
            file = folder / "Dockerfile"
            file.write_text("ARG DEBIAN=debian:bookworm-slim\nARG VERSION=dev\n    image: postgres:17\n    image: catalog:dev\n", encoding="utf-8")
            for digit in "ab":
                docker = folder / "docker"
                docker.write_text(f"""#!/bin/sh\necho '{{"mediaType":"x","digest":"sha256:{digit * 64}"}}'\n""", encoding="utf-8")
                docker.chmod(0o755)
                subprocess.run([ROOT / "scripts/pin.sh", file], check=True, capture_output=True, env={"PATH": f"{folder}:/usr/bin:/bin"})
                self.assertEqual(
                    file.read_text(encoding="utf-8").splitlines(),
                    [f"ARG DEBIAN=debian:bookworm-slim@sha256:{digit * 64}", "ARG VERSION=dev", f"    image: postgres:17@sha256:{digit * 64}", "    image: catalog:dev"])


if __name__ == "__main__":
    unittest.main()
