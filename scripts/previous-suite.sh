#!/usr/bin/env bash
# Runs the end-to-end suite of an older commit, with its own binary, on databases that this tree's migrations have made: what `works-with`
# promises. Tests of the migrator itself are left out: they are about the older files.
# usage: scripts/previous-suite.sh COMMIT [ARGUMENTS OF swift test…]
set -euo pipefail
cd "$(dirname "$0")/.."

commit=${1:?usage: scripts/previous-suite.sh COMMIT [ARGUMENTS OF swift test…]}
shift
[ $# -gt 0 ] || set -- --filter EndToEndTests --skip 'Migrat|Rolling|PostgresVersion|Documentation|Install'
tree=$PWD/.build/previous/tree
swift build --product catalog >&2
migrator=$PWD/.build/previous/catalog
mkdir -p .build/previous
cp .build/debug/catalog "$migrator"

if [ -d "$tree" ]; then
    git -C "$tree" checkout --quiet --detach "$commit"
else
    git worktree add --quiet --detach "$tree" "$commit"
fi
grep -q CATALOG_TEST_MIGRATOR "$tree/Tests/TestSupport/TestDatabase.swift" || {
    echo "previous-suite: $commit makes its databases itself: name a later one" >&2
    exit 1
}
newest() { basename "$(printf '%s\n' "$1"/sql/migrations/[0-9]*.sql | grep -v '\.down\.' | tail -n 1)" .sql; }
echo "the suite of $(git log -1 --format='%h, schema' "$commit") $(newest "$tree"), on the schema $(newest .)"
# The packages it needs are those of this tree, unless it says otherwise; Python's are the same.
[ -d "$tree/.build/checkouts" ] || { mkdir -p "$tree/.build" && cp -a .build/checkouts .build/repositories .build/workspace-state.json "$tree/.build/"; }
[ ! -d .venv ] || ln -sfn "$PWD/.venv" "$tree/.venv"
CATALOG_TEST_MIGRATOR=$migrator "$tree/scripts/test.sh" "$@"
