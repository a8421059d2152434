"""Runs one command and prints its wall and processor time, peak memory and exit status as JSON. Started as a process of its own, with
no libraries loaded: Linux counts the memory of the parent at the moment of the fork as the child's peak.

    spawn.py OUTPUT COMMAND ARGUMENTS…
"""
import json
import os
import sys
import time

output, command = sys.argv[1], sys.argv[2:]
actions = [(os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
start = time.perf_counter()
pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
seconds = time.perf_counter() - start
print(json.dumps({
    "seconds": seconds, "processor": usage.ru_utime + usage.ru_stime, "megabytes": usage.ru_maxrss / 1024, "status": os.waitstatus_to_exitcode(status)}))
