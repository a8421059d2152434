#!/usr/bin/env bash
# Prints the schema of a migrated database the same way on every host: without what differs between versions of pg_dump.
# usage: scripts/dump-schema.sh CONNINFO > sql/schema.sql
set -euo pipefail
pg_dump --schema-only --no-owner --schema=catalog --schema=audit --schema=jobs --schema=intake --schema=enrichment --schema=relay --schema=retention --dbname="$1" |
    sed -E -e '/^-- (Dumped|PostgreSQL database dump)/d' -e '/^--$/d' -e '/^SET /d' -e '/^SELECT pg_catalog.set_config/d' \
        -e '/^\\(un)?restrict /d' -e '/validation_errors_[0-9]{4}_[0-9]{2}/d' -e '/members_[0-9]{4}_[0-9]{2}_[0-9]{2}/d' |
    cat -s
