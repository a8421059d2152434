#!/usr/bin/env bash
# Makes the generated pages of docs/ again: commands, settings, routes and schema from the binary, modules from Package.swift.
# usage: scripts/docs.sh [CATALOG]
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 scripts/documentation/generate.py "${1:-.build/release/catalog}"
