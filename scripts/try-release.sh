#!/usr/bin/env bash
# Lets a worker of an optimized build do jobs: the tests are not optimized, and what the optimizer breaks they cannot see.
# usage: scripts/try-release.sh      after scripts/test.sh, whose binary makes the database
set -euo pipefail
cd "$(dirname "$0")/.."

catalog=$(swift build --show-bin-path)/catalog
# As make build does: with other flags everything would be built anew.
swift build -c release --static-swift-stdlib --product queue-benchmark >&2
worker=$(swift build -c release --static-swift-stdlib --show-bin-path)/queue-benchmark

folder=$(mktemp -d)
cd "$folder"
trap 'env -u CATALOG_DATABASE_URL "$catalog" postgres stop >/dev/null; rm -rf "$folder"' EXIT
CATALOG_DATABASE_URL=$("$catalog" postgres start | tail -n 1)
export CATALOG_DATABASE_URL
"$catalog" migrate up >/dev/null
outcome=$("$worker" drain --jobs 2000 --batch 20)
grep -q '"left":0[,}]' <<<"$outcome" || { echo "try-release: jobs are left: $outcome" >&2; exit 1; }
echo "release build: 2,000 jobs done"
