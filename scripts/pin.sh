#!/usr/bin/env bash
# Writes the digests of the base images behind their names, as a registry gives them today. Needs Docker with buildx, and a network.
# usage: scripts/pin.sh [FILE…]
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- Dockerfile docker-compose.yml

digest() { docker buildx imagetools inspect --format '{{json .Manifest}}' "$1" | sed -nE 's/.*"digest":"(sha256:[0-9a-f]{64})".*/\1/p'; }

# "ARG DEBIAN=debian:bookworm-slim" and "image: postgres:15", with or without a digest of an earlier day; not what is built here.
names() {
    sed -nE 's/^ARG [A-Z]+=([a-z][a-z0-9./-]*:[A-Za-z0-9._-]+)(@sha256:.*)?$/\1/p; s/^ *image: ([a-z][a-z0-9./-]*:[A-Za-z0-9._-]+)(@sha256:.*)?$/\1/p' "$@" |
        grep -v '^catalog:' | sort -u
}

for image in $(names "$@"); do
    found=$(digest "$image")
    [ -n "$found" ] || { echo "pin: the registry gives no digest of $image" >&2; exit 1; }
    escaped=${image//./\\.}
    sed -i -E "s|(^ARG [A-Z]+=\|^ *image: )$escaped(@sha256:[0-9a-f]+)?\$|\1$image@$found|" "$@"
    echo "pin: $image@$found"
done
