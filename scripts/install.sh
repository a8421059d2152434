#!/usr/bin/env bash
# Installs a built command with the unit of systemd, its user and its file of variables.
# usage: [DESTDIR=…] [PREFIX=/usr/local] scripts/install.sh BINARY
# With DESTDIR it only lays the files out below that folder, as packages want it.
set -euo pipefail
binary=$1
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}
source=$(cd "$(dirname "$0")/../deploy/systemd" && pwd)

# Where the toolchain is missing, the service would not even start.
if ldd "$binary" 2>/dev/null | grep -q 'libswift.*\.so'; then
    echo "install: '$binary' needs the Swift runtime of this machine: build it with --static-swift-stdlib, as make install does" >&2
    exit 1
fi

install -D -m 755 "$binary" "$root$prefix/bin/catalog"
install -D -m 644 "$source/catalog.sysusers" "$root/usr/lib/sysusers.d/catalog.conf"
install -d -m 755 "$root/etc/systemd/system"
sed "s|@PREFIX@|$prefix|" "$source/catalog.service" >"$root/etc/systemd/system/catalog.service"
# Completion of commands and options, as the command itself describes it.
while read -r shell file; do
    install -d -m 755 "$root$prefix/share/${file%/*}"
    "$binary" --generate-completion-script "$shell" >"$root$prefix/share/$file"
done <<'END'
bash bash-completion/completions/catalog
zsh zsh/site-functions/_catalog
fish fish/vendor_completions.d/catalog.fish
END
install -D -m 644 -t "$root$prefix/share/man/man1" "$source/../../docs/man/"*.1
# What an operator has written there stays.
if [[ ! -e $root/etc/catalog/environment ]]; then
    install -D -m 600 "$source/environment" "$root/etc/catalog/environment"
fi

if [[ -z $root ]]; then
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers catalog.conf
    elif ! getent passwd catalog >/dev/null; then
        useradd --system --user-group --home-dir /var/lib/catalog --shell /usr/sbin/nologin catalog
    fi
    if [[ -d /run/systemd/system ]]; then systemctl daemon-reload; fi
fi
echo "installed $root$prefix/bin/catalog; next: /etc/catalog/environment, then systemctl enable --now catalog" >&2
