#!/usr/bin/env bash
# Enriches a list over HTTP, from the estimate to the file: what a program of yours would do.
# usage: enrich-over-http.sh URL TOKEN LIST.csv PROVIDERS RESULT.csv
set -euo pipefail

if [ $# -ne 5 ]; then
    sed -n 's/^# //p' "$0" | head -2 >&2
    exit 64
fi
url=$1 token=$2 list=$3 providers=$4 result=$5

call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $token" "$@"; }
member() { python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1]) or "")' "$1"; }

# A list of more than 10 MB is announced, and its bytes come after the word.
if [ "$(wc -c <"$list")" -le "${INLINE_BYTES:-10485760}" ]; then
    echo "at most: $(call -H 'Content-Type: text/csv' --data-binary "@$list" "$url/enrichment/estimate?providers=$providers&fields=contact")"
    request=$(call -H 'Content-Type: text/csv' --data-binary "@$list" "$url/enrichment?providers=$providers&fields=contact")
else
    request=$(call -X POST "$url/enrichment?upload=true&providers=$providers&fields=contact")
    place=$(member uploadUrl <<<"$request")
    # The link of a store is signed, and takes no token.
    if [[ $place == "$url"* ]]; then
        call -H 'Content-Type: text/csv' -T "$list" "$place" >/dev/null
    else
        curl --silent --show-error --fail-with-body -T "$list" "$place" >/dev/null
    fi
fi
id=$(member requestId <<<"$request")
echo "request $id"

while true; do
    answer=$(call "$url/enrichment/$id")
    status=$(member status <<<"$answer")
    case $status in
    accepted | processing) sleep 1 ;;
    completed | partial) break ;;
    *)
        echo "$status: $(member failureMessage <<<"$answer")" >&2
        exit 3
        ;;
    esac
done
echo "$status: $(member totalRecords <<<"$answer") records, $(member calls <<<"$answer") calls, $(member credits <<<"$answer") credits"

link=$(member downloadUrl <<<"$answer")
if [[ $link == "$url"* ]]; then
    call --location --output "$result" "$link"
else
    curl --silent --show-error --fail --output "$result" "$link"
fi
[ "$status" = completed ] || exit 2
