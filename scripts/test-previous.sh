#!/usr/bin/env bash
# Runs the tests of a former release's binary, as they were then, on databases that this version migrates: what a rolling deployment meets.
# usage: scripts/test-previous.sh [REF [ARGUMENTS OF swift test…]]    REF: a tag or commit, the newest tag before this commit if there is none
set -euo pipefail
cd "$(dirname "$0")/.."

# The last state before the first tag, as long as there is none.
commit="$(git rev-parse --verify "${1:-$(git describe --tags --abbrev=0 2>/dev/null || echo d7f722f)}^{commit}")"
[ $# -eq 0 ] || shift
# What migrates, what lists the schema or shows pages that are made of it, and what wants no notice of the newer schema is not asked.
[ $# -gt 0 ] || set -- --filter EndToEndTests --skip "DocumentationTests|MigrateCommandTests|RollingDeployTests" \
    --skip "APIIsolationTests/objects|PoolerTests/migrate|ProgressTests/json"

swift build --product catalog
migrator="$(swift build --show-bin-path)/catalog"

# Kept, so that a second run builds nothing; archives have the commit's times.
former="$PWD/.build/previous/$commit"
mkdir -p "$former"
git archive "$commit" | tar -x -C "$former"
cp Tests/TestSupport/TestDatabase.swift Tests/TestSupport/Subprocess.swift "$former/Tests/TestSupport/"
ln -sfn "$PWD/.venv" "$former/.venv"
# Files of others that tests read lie beside a clone.
[ ! -e ../shared ] || ln -sfn "$(realpath ../shared)" "$former/../shared"

cd "$former"
swift build --build-tests
TEST_MIGRATOR="$migrator" swift test --skip-build --disable-xctest "$@"
