#!/usr/bin/env bash
# Starts moto, which plays SNS, SQS, Secrets Manager, STS, instance metadata and S3. Returns when it answers.
# usage: moto.sh FOLDER OWNER PORT     OWNER: the process with which it ends
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 owner=$2 port=$3
# shellcheck source=daemons.sh
. "$here/daemons.sh"

end_with_owner
daemon moto "$here/../../.venv/bin/moto_server" -H 127.0.0.1 -p "$port"
ready "$port"
