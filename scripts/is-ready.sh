#!/usr/bin/env bash
# Asks the service of this machine whether it can work. For images without curl: bash opens the connection itself.
# usage: scripts/is-ready.sh [PORT] [PATH]
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/${1:-8080}"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "${2:-/readyz}" >&3
IFS= read -r -t 4 status <&3
[[ $status == 'HTTP/1.1 200 '* ]] || { echo "$status" >&2; exit 1; }
