#!/usr/bin/env bash
# Starts an image as it is meant to run: no rights, a read-only root. Needs Docker.
# usage: scripts/try-image.sh IMAGE
set -euo pipefail
image=${1:?usage: scripts/try-image.sh IMAGE}

try() {
    docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges --network none "$@"
}

user=$(docker image inspect --format '{{.Config.User}}' "$image")
[[ $user =~ ^[1-9][0-9]*: ]] || { echo "try-image: it runs as '$user', which is no number" >&2; exit 1; }
try "$image" --version
try --entrypoint psql "$image" --version
# What sslrootcert names, authorities, and time zones are there.
try --entrypoint /bin/sh "$image" -ec '
    test -s /etc/ssl/rds/global-bundle.pem && test -s /etc/ssl/certs/ca-certificates.crt && test -e /usr/share/zoneinfo/Europe/Berlin
    touch /var/tmp/x /var/lib/catalog/x
    if touch /usr/x 2>/dev/null; then echo "try-image: the root can be written" >&2; exit 1; fi
    # Debian itself needs perl-base; what psql is packaged with is more.
    if dpkg-query -W perl >/dev/null 2>&1; then echo "try-image: perl is installed" >&2; exit 1; fi'
# A wrong setting is one line, and no stack trace.
if said=$(try --env CATALOG_STORE=nowhere "$image" serve 2>&1); then
    echo "try-image: a wrong setting did not stop the start" >&2
    exit 1
fi
[[ $said == *"CATALOG_STORE is 'nowhere'"* ]] || { echo "try-image: $said" >&2; exit 1; }
docker image inspect --format '{{.Size}}' "$image" | awk '{ printf "try-image: %d MB\n", $1 / 1e6 }'
