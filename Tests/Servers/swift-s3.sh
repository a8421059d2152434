#!/usr/bin/env bash
# Starts OpenStack Swift with its S3 interface on one disk: it checks signatures, expiry, clocks and checksums as S3 does.
# Returns when it answers. Access key test:tester, secret testing, region us-east-1, path style.
# It does without memcached: Swift asks for one, and goes on when nobody answers.
# usage: swift-s3.sh FOLDER OWNER PROXY OBJECT CONTAINER ACCOUNT
#   FOLDER  on a file system with extended attributes
#   OWNER   the process with which it ends
#   the rest are free ports
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 owner=$2
proxy=$3 object=$4 container=$5 account=$6
export PATH="$here/../../.venv/bin:$PATH"
# shellcheck source=daemons.sh
. "$here/daemons.sh"

common() {
    cat <<EOF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
workers = 0
swift_dir = $folder
user = $(id -un)
log_level = WARNING
log_address = $folder/no-syslog
EOF
}

storage_config() {
    common "$2"
    cat <<EOF
devices = $folder/disks
mount_check = false
recon_cache_path = $folder/cache
[pipeline:main]
pipeline = $1-server
[app:$1-server]
use = egg:swift#$1
EOF
}

proxy_config() {
    common "$proxy"
    cat <<EOF
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin .reseller_admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = true
min_segment_size = 5242880
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
EOF
    for filter in catch_errors gatekeeper healthcheck listing_formats bulk slo dlo symlink; do
        printf '[filter:%s]\nuse = egg:swift#%s\n' "$filter" "$filter"
    done
}

ring() {
    swift-ring-builder "$folder/$1.builder" create 4 1 1
    swift-ring-builder "$folder/$1.builder" add "r1z1-127.0.0.1:$2/d1" 1
    swift-ring-builder "$folder/$1.builder" rebalance
}

end_with_owner
mkdir -p "$folder/disks/d1" "$folder/cache"
printf '[swift-hash]\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = default\ndefault = yes\n' >"$folder/swift.conf"
export SWIFT_CONF_DIR=$folder
for kind in object container account; do
    storage_config "$kind" "${!kind}" >"$folder/$kind.conf"
    ring "$kind" "${!kind}" >"$folder/ring.log"
    daemon "$kind" "swift-$kind-server" "$folder/$kind.conf"
done
proxy_config >"$folder/proxy.conf"
daemon proxy swift-proxy-server "$folder/proxy.conf"
ready "$proxy" "$object" "$container" "$account"
