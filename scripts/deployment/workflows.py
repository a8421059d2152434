"""What schemas cannot know of the pipeline: its steps are shell, run scripts that exist, and name actions by their commit."""

import re
import subprocess

from files import ROOT, documents, tracked

PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


def problems(names=None):
    for name in names or tracked(".github/workflows/*.yml"):
        (workflow,) = documents(name)
        for job, body in workflow["jobs"].items():
            for problem in job_problems(body):
                yield f"{name}: {job}: {problem}"


def job_problems(body):
    if "timeout-minutes" not in body:
        yield "it may run for six hours: give it timeout-minutes"
    for step in body["steps"]:
        if "uses" in step and not PINNED.match(step["uses"]):
            yield f"{step['uses']} is not named by a commit"
        if "run" in step:
            yield from shell_problems(step["run"])


def shell_problems(script):
    if EXPRESSION.search(script):
        yield f"an expression in shell can be injected into: pass it by env: {EXPRESSION.search(script)[0]}"
    checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
    if checked.returncode:
        yield checked.stderr.strip()
    for path in re.findall(r"(?:^|[\s|])((?:scripts|\.ci)/[\w./-]+)", script):
        if not (ROOT / path).is_file():
            yield f"there is no {path}"
