# For the scripts beside it: starts servers that end with the process that asked for them, even if it crashes.
# They expect: folder (made here, removed at the end), owner (process id).
# shellcheck shell=bash disable=SC2154
pids=()

# daemon NAME COMMAND… : output goes to FOLDER/NAME.log
daemon() {
    local name=$1
    shift
    "$@" </dev/null >"$folder/$name.log" 2>&1 &
    pids+=($!)
}

# Starts before the first server, so that a failure half-way leaves nothing behind. The list of servers is read at the end.
end_with_owner() {
    mkdir -p "$folder"
    : >"$folder/pids"
    # Held open: whoever asked may remove the folder before it ends.
    exec 3<"$folder/pids"
    (
        trap '' HUP INT
        tail --pid="$owner" -f /dev/null
        # KILL, because the servers inherit the signal mask of a thread of Swift's pool, which blocks TERM; what they keep is
        # thrown away. One that is gone already is no failure.
        xargs -r kill -KILL <&3 || true
        rm -rf "$folder"
    ) </dev/null >/dev/null 2>&1 &
    exec 3<&-
}

# ready PORT… : returns when all accept connections, fails after half a minute or when a server has ended.
ready() {
    echo "${pids[@]}" >"$folder/pids"
    local port tries=600
    for port in "$@"; do
        until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
            tries=$((tries - 1))
            if [ "$tries" = 0 ] || ! kill -0 "${pids[@]}" 2>/dev/null; then
                tail -n 20 "$folder"/*.log >&2
                return 1
            fi
            sleep 0.05
        done
    done
}
