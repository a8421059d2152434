#!/bin/bash
# Attacks a service of its own with requests that its OpenAPI document allows, and with others: Schemathesis.
# usage: scripts/fuzz-api.sh [MAXIMUM EXAMPLES OF EACH OPERATION]
set -euo pipefail
cd "$(dirname "$0")/.."
examples=${1:-50}
python=.venv-fuzz/bin/python
if ! [ -x .venv-fuzz/bin/schemathesis ]; then
    python3 -m venv .venv-fuzz
    $python -m pip install --quiet --disable-pip-version-check -r Tests/fuzz-requirements.txt
fi
swift build --product catalog 2>&1 | grep 'error:' || true
catalog=$PWD/.build/debug/catalog
folder=$(mktemp -d)
cd "$folder"
service=
finish() {
    [ -z "$service" ] || { kill "$service" && wait "$service" || true; }
    "$catalog" postgres stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap finish EXIT
"$catalog" vendor add VEND001 --name Acme --email acme@example.com >/dev/null
"$catalog" category add Audio >/dev/null
token=$("$catalog" token add --role operator 2>/dev/null)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
CATALOG_HTTP_ADDRESS=127.0.0.1:$port CATALOG_HTTP_RATE=100000 "$catalog" serve >service.log 2>&1 &
service=$!
until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do kill -0 "$service"; done
# The bytes of events and of progress have no schema; the latter does not end.
"$OLDPWD/.venv-fuzz/bin/schemathesis" run "http://127.0.0.1:$port/openapi.json" \
    --header "Authorization: Bearer $token" --max-examples "$examples" --workers 2 --seed 1 --no-color \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection,unsupported_method \
    --exclude-path-regex '/events$' || { grep -F http.failed service.log | head -20; exit 1; }
