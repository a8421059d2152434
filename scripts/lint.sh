#!/usr/bin/env bash
# Formatting of Swift, syntax of scripts, the files of deploy/ and .github/, the compose file, links and commands of the documentation, nothing tracked that is made by a build. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --parallel -r Package.swift Sources Tests Plugins Benchmarks Fuzz/Package.swift Fuzz/Sources/Fuzz

mapfile -t scripts < <(git ls-files -- '*.sh' .ci/run)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then shellcheck "${scripts[@]}"; fi

mapfile -t python < <(git ls-files -- '*.py')
PYTHONPYCACHEPREFIX=.build/pycache python3 -m py_compile "${python[@]}"

# SQL stands beside the type whose table it touches, where a test finds and prepares it.
scripts/statements.py --check

# A name found anywhere leads to one place.
scripts/names.py

# A test can fail, and cannot hang.
scripts/tests.py

# Swift 6.3 loses the type of a task-local function when it optimizes: the first withValue of a release build crashes.
if grep -rnE '@TaskLocal[^=]*->' Sources; then
    echo "lint: a task-local value above is a function: wrap it in a struct, as ProgressReport does" >&2
    exit 1
fi

# What ends a literal is escaped by code points: with an accent behind it, it is another character to Swift, and ends the literal.
if grep -rnE "\.replacing\(\"('|\\\\\"|\\\\\\\\|%|&|<)\"" Sources; then
    echo "lint: a mark of quotation above is replaced character by character: use escaping" >&2
    exit 1
fi

# What pages load from others is what its makers ship.
(cd Sources/Portal/Assets/vendor && sha256sum --quiet -c SHA256SUMS)

# Either program reads the file without an engine; -q, because secrets would be printed resolved.
if command -v docker-compose >/dev/null; then compose=(docker-compose); else compose=(docker compose); fi
"${compose[@]}" version >/dev/null 2>&1 || { echo "lint: no docker-compose: scripts/setup.sh --lint installs it" >&2; exit 1; }
"${compose[@]}" -f docker-compose.yml config -q

# A misspelled variable would be ignored in silence.
for variable in $(grep -rohE '\bCATALOG_[A-Z_]+\b' docker-compose.yml Dockerfile README.md SECURITY.md docs |
    sed -E 's/^(CATALOG_RELAY_(TARGET|ACCESS_KEY_ID|SECRET_ACCESS_KEY)_).+/\1/' | sort -u); do # what ends in a target's name
    grep -rqF "\"$variable\"" Sources/CatalogCLI ||
        { echo "lint: no setting of Sources/CatalogCLI is called $variable" >&2; exit 1; }
done

python3 scripts/documentation/check.py

# deploy/ and .github/, by the linters of their makers and by what these cannot know; scripts/setup.sh installs them into .venv.
PYTHONPYCACHEPREFIX=.build/pycache .venv/bin/python scripts/deployment/check.py

if git ls-files | grep -E '(^|/)(\.build[^/]*|\.venv|\.catalog|__pycache__)/|(^|/)Package\.resolved$|\.pyc$'; then
    echo "lint: the files above are made by a build: git rm --cached them" >&2
    exit 1
fi
echo "lint: clean"
