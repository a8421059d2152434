#!/usr/bin/env bash
# Prints what the changelog says of a version, if the code is that version too.
# usage: scripts/release-notes.sh X.Y.Z
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?usage: scripts/release-notes.sh X.Y.Z}

fail() {
    echo "release-notes: $*" >&2
    exit 1
}

grep -qF "release = \"$version\"" Sources/CatalogCLI/CatalogCommand.swift ||
    fail "the code is another version than $version: see Sources/CatalogCLI/CatalogCommand.swift"
notes=$(awk -v heading="## [$version]" '
    /^## / { inside = index($0, heading) == 1; next }
    inside' CHANGELOG.md)
[[ $notes =~ [^[:space:]] ]] || fail "CHANGELOG.md has no section $version"
# Without the empty lines around it.
printf '%s\n' "$notes" | sed '/./,$!d'
