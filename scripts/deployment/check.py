#!/usr/bin/env python3
"""Checks the files of deploy/ and .github/ without a network. Prints every problem and fails if there is one."""

import concurrent.futures
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import permissions
import settings
import template
import tools
import workflows


def main():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        started = [pool.submit(lambda tool=tool: list(tool())) for tool in tools.ALL]
        problems = [*template.problems(), *permissions.problems(), *settings.problems(), *workflows.problems()]
        for result in started:
            problems += result.result()
    for problem in problems:
        print(f"lint: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
