#!/usr/bin/env bash
# Formatting of Swift, syntax of scripts, nothing tracked that is made by a build. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --parallel -r Package.swift Sources Tests Plugins Benchmarks

mapfile -t scripts < <(git ls-files -- '*.sh' .ci/run)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then shellcheck "${scripts[@]}"; fi

mapfile -t python < <(git ls-files -- '*.py')
PYTHONPYCACHEPREFIX=.build/pycache python3 -m py_compile "${python[@]}"

if git ls-files | grep -E '(^|/)(\.build[^/]*|\.venv|\.catalog|__pycache__)/|(^|/)Package\.resolved$|\.pyc$'; then
    echo "lint: the files above are made by a build: git rm --cached them" >&2
    exit 1
fi
echo "lint: clean"
