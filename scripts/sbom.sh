#!/usr/bin/env bash
# Prints the bill of materials, CycloneDX as JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -nE 's/^ *static let release = "([0-9.]+)"$/\1/p' Sources/CatalogCLI/CatalogCommand.swift)
swift package resolve >&2
swift package show-dependencies --format json | python3 scripts/sbom.py "$version"
