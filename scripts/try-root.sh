#!/usr/bin/env bash
# Runs a built command in a Debian that has the packages of the image and nothing else: read-only root, no rights, the image's user.
# What scripts/try-image.sh does with an engine, without one; about a minute.
# usage: scripts/try-root.sh BINARY      as root; takes Debian's packages from its mirror
set -euo pipefail
binary=$(realpath "${1:?usage: scripts/try-root.sh BINARY}")
cd "$(dirname "$0")/.."

fail() { echo "try-root: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "only root makes another root"

# Of the last stage, as the Dockerfile has them.
packages=$(awk '/^FROM/ { last = "" } /^ +ca-certificates / { last = $0 } END { print last }' Dockerfile | tr -d '\\' | xargs | tr ' ' ',')
release=$(sed -nE 's/^ARG DEBIAN=debian:(\w+).*/\1/p' Dockerfile)
folder=$(mktemp -d /var/tmp/try-root.XXXXXX)
root=$folder/root
home=$folder/home
finish() {
    (cd "$home" && "$binary" postgres stop >/dev/null) || true
    rm -rf "$folder"
}
trap finish EXIT
mkdir -m 755 "$home"
chmod 755 "$folder"

debootstrap --variant=minbase --include="$packages" "$release" "$root" >"$folder/log" 2>&1 || { tail -n 5 "$folder/log" >&2; exit 1; }
(cd "$folder" && apt-get -qq download postgresql-client-15 2>>"$folder/log" && dpkg-deb --extract postgresql-client-15_*.deb psql)
install "$folder/psql/usr/lib/postgresql/15/bin/psql" "$binary" "$root/usr/local/bin/"

# A server of the machine, behind its socket.
conninfo=$(cd "$home" && "$binary" postgres start)
socket=${conninfo#host=}
socket=${socket%% *}
# It is for its own user alone.
chmod 755 "$socket"
chmod 777 "$socket"/.s.PGSQL.*
mkdir -p "$root$socket" "$root/examples"

# Nothing but the temporary folder can be written; what runs can gain nothing.
inside() {
    unshare --mount bash -euc '
        root=$1 socket=$2 conninfo=$3; shift 3
        mount --bind "$root" "$root"
        mount -o remount,bind,ro "$root"
        mount -t tmpfs -o mode=1777 tmpfs "$root/var/tmp"
        mount --bind "$socket" "$root$socket"
        mount --bind examples "$root/examples"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
            env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/ CATALOG_DATABASE_URL="$conninfo" CATALOG_STORE=file:/var/tmp/objects \
            CATALOG_NOTIFY=file:/var/tmp/mail /bin/sh -euc "$*"' inside "$root" "$socket" "$conninfo" "$@"
}

inside 'catalog --version && psql --version && ! touch /usr/x 2>/dev/null && test "$(TZ=Europe/Berlin date -d @0 +%H)" = 01
    test -s /etc/ssl/certs/ca-certificates.crt'
# Debian itself needs perl-base; what psql is packaged with is more.
! inside 'dpkg-query -W -f "\${db:Status-Status}" perl 2>/dev/null' | grep -qx installed || fail "perl is installed"
# The whole of the main job: 11 of the sample's rows are refused, so that its code is 2.
inside 'catalog migrate up >/dev/null
    catalog vendor add VEND001 --name "Northwind Audio" --email uploads@vend001.example >/dev/null
    catalog category import /examples/categories.csv >/dev/null
    code=0; catalog ingest /examples/VEND001_products.csv --vendor VEND001 --json >/var/tmp/outcome || code=$?
    test $code = 2 && grep -q "\"status\":\"partial\"" /var/tmp/outcome
    test "$(catalog psql -Atc "select count(*) > 0 from catalog.products")" = t'
# It serves, says that it is ready, and stops when it is told to.
inside 'CATALOG_HTTP_ADDRESS=127.0.0.1:18081 catalog serve >/var/tmp/log 2>&1 & served=$!
    for _ in $(seq 100); do if CATALOG_HTTP_ADDRESS=127.0.0.1:18081 catalog health >/dev/null 2>&1; then ready=yes; break; fi; sleep 0.1; done
    kill $served && wait $served && test "${ready:-}" = yes'

missing=$(chroot "$root" ldd /usr/local/bin/catalog | grep 'not found' || true)
[ -z "$missing" ] || fail "$missing"
echo "try-root: the command has $(($(stat -c %s "$binary") / 1000000)) MB, the root $(du -sm "$root" | cut -f 1) MB with $(chroot "$root" dpkg-query -W | wc -l) packages"
