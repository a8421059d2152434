#!/usr/bin/env bash
# Prints the folder with the programs of a PostgreSQL server, for CATALOG_POSTGRES_BIN: the system's, or that of a Python package of
# Tests/requirements.txt.
# usage: CATALOG_POSTGRES_BIN=$(scripts/postgres-bin.sh 17) make test
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?usage: scripts/postgres-bin.sh VERSION}
for server in /usr/lib/postgresql/"$version"/bin/postgres /usr/pgsql-"$version"/bin/postgres \
    "$PWD"/.venv/lib/python3*/site-packages/*/pginstall/bin/postgres; do
    [ -x "$server" ] || continue
    if "$server" --version | grep -q "(PostgreSQL) $version[.devbrc]"; then
        dirname "$server"
        exit
    fi
done
echo "postgres-bin: no PostgreSQL $version here; run: scripts/setup.sh Tests/requirements.txt" >&2
exit 1
