#!/usr/bin/env bash
# Makes the generated pages of docs/ again: commands, settings, routes and schema from the binary, modules from Package.swift, the
# picture of the performance from its table.
# usage: scripts/docs.sh [CATALOG]
set -euo pipefail
cd "$(dirname "$0")/.."
python3 Benchmarks/chart.py docs/performance.md docs/images/performance.svg
exec python3 scripts/documentation/generate.py "${1:-.build/release/catalog}"
