#!/usr/bin/env bash
# Installs what building and running needs and this machine lacks; asks nothing; does nothing when all is there.
# usage: scripts/setup.sh [--lint | --model | --root | --availability] [REQUIREMENTS.txt…]
#     pinned Python packages go into .venv; --lint adds docker-compose, --model adds spin, --root debootstrap, --availability etcd and faketime
set -euo pipefail
cd "$(dirname "$0")/.."

log=.build/setup.log
minimum_postgres=15
minimum_swift=6.2

fail() {
    echo "setup: $*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

check_swift() {
    local version
    has swift || fail "no swift on PATH: install Swift $minimum_swift or newer (https://www.swift.org/install/linux)"
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9.]+).*/\1/p' | head -n 1)
    at_least "$minimum_swift" "${version:-0}" ||
        fail "Swift ${version:-of unknown version} is too old: install $minimum_swift or newer (https://www.swift.org/install/linux)"
}

# The newest PostgreSQL server in the places where catalog looks for one.
postgres_version() {
    local server
    for server in /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres "$(command -v postgres || true)"; do
        [ -x "$server" ] && "$server" --version | sed -nE 's/.*\(PostgreSQL\) ([0-9]+).*/\1/p'
    done | sort -n | tail -n 1
}

# Asks for the things themselves where that is possible: what was not installed by dpkg is good too.
missing_packages() {
    has make || echo make
    if has pkg-config; then
        pkg-config --exists libpq || echo libpq-dev
        pkg-config --exists openssl || echo libssl-dev
        pkg-config --exists zlib || echo zlib1g-dev
        pkg-config --exists libdeflate || echo libdeflate-dev
        pkg-config --exists libzstd || echo libzstd-dev
        pkg-config --exists libcurl || echo libcurl4-openssl-dev
    else
        echo pkg-config libpq-dev libssl-dev zlib1g-dev libdeflate-dev libzstd-dev libcurl4-openssl-dev
    fi
    at_least "$minimum_postgres" "$(postgres_version)" || echo postgresql
    has psql || echo postgresql-client
    if [ -n "$for_lint" ]; then
        has docker-compose || docker compose version >/dev/null 2>&1 || echo docker-compose
    fi
    if [ -n "$for_root" ]; then
        has debootstrap || echo debootstrap
    fi
    if [ -n "$for_model" ]; then
        has spin || echo spin
        has gcc || echo gcc libc6-dev
    fi
    if [ -n "$for_availability" ]; then
        has ip || echo iproute2
        has etcd || echo etcd-server
        has faketime || echo faketime
    fi
    if [ $# -gt 0 ]; then
        python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
    fi
    # What tests and benchmarks compare with.
    case " $* " in *" Tests/"*)
        has bsdtar || echo libarchive-tools
        has zstd || echo zstd
        has prometheus || echo prometheus
        has pgbouncer || [ -x /usr/sbin/pgbouncer ] || echo pgbouncer
        has chromium || echo chromium
        has chromedriver || echo chromium-driver
        ;;
    esac
    case " $* " in *" Benchmarks/requirements.txt "*)
        has wrk || echo wrk
        has pigz || echo pigz
        has sqitch || echo sqitch libdbd-pg-perl
        has nginx || [ -x /usr/sbin/nginx ] || echo nginx-light
        ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

install_packages() {
    local wanted=("$@") remedy="as root, run: apt-get install $*"
    has apt-get || fail "missing: $*; install what your system calls them"
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || fail "missing: $*; $remedy"
    echo "setup: installing ${wanted[*]} (log: $log)"
    apt_get update || failed_install "$remedy"
    case " ${wanted[*]} " in
        *" postgresql "*) forbid_main_cluster || failed_install "$remedy" ;;
    esac
    case " ${wanted[*]} " in
        *" prometheus "*) forbid_service prometheus.service ;;
    esac
    case " ${wanted[*]} " in
        *" etcd-server "*) forbid_service etcd.service ;;
    esac
    apt_get install --no-install-recommends "${wanted[@]}" || failed_install "$remedy"
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq "$@" </dev/null >>"$log" 2>&1
}

failed_install() {
    tail -n 5 "$log" >&2
    fail "apt-get failed; $1"
}

# Debian's package would start a server on port 5432. Nobody asked for that: catalog has servers of its own.
forbid_main_cluster() {
    local config=/etc/postgresql-common/createcluster.conf
    apt_get install --no-install-recommends postgresql-common || return
    grep -qs '^ *create_main_cluster' "$config" ||
        echo 'create_main_cluster = false' | as_root tee -a "$config" >>"$log"
}

# The same: tests start a Prometheus and an etcd of their own. Whoever wants Debian's runs: systemctl unmask --now prometheus
forbid_service() {
    if [ -d /run/systemd/system ]; then as_root systemctl mask "$1" >>"$log" 2>&1; fi
}

# One line per requirements file in .venv/installed: its hash. A venv whose Python is gone is made again.
install_requirements() {
    local file sum
    .venv/bin/python -c '' 2>/dev/null || python3 -m venv --clear .venv >>"$log" 2>&1 || fail "cannot make .venv, see $log"
    for file in "$@"; do
        sum=$(sha256sum "$file")
        if ! grep -qsFx "$sum" .venv/installed; then
            echo "setup: installing $file into .venv"
            .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$file" >>"$log" 2>&1 ||
                { tail -n 5 "$log" >&2 && fail "pip failed on $file"; }
            echo "$sum" >>.venv/installed
        fi
    done
}

for_lint='' for_model='' for_root='' for_availability=''
case "${1:-}" in
    --lint) for_lint=yes && shift ;;
    --model) for_model=yes && shift ;;
    --root) for_root=yes && shift ;;
    --availability) for_availability=yes && shift ;;
esac
mkdir -p "$(dirname "$log")"
check_swift
mapfile -t missing < <(missing_packages "$@" | tr ' ' '\n')
if [ ${#missing[@]} -gt 0 ]; then
    install_packages "${missing[@]}"
    at_least "$minimum_postgres" "$(postgres_version)" ||
        fail "this system's PostgreSQL is older than $minimum_postgres: see https://wiki.postgresql.org/wiki/Apt"
fi
if [ $# -gt 0 ]; then install_requirements "$@"; fi
