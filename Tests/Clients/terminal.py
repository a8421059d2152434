"""Runs a command on a terminal of its own.

usage: terminal.py SCREEN COMMAND…     writes to the file SCREEN, as it comes, what the terminal shows; ends as the command does
"""

import os
import pty
import sys

with open(sys.argv[1], "wb", buffering=0) as screen:

    def read(descriptor):
        data = os.read(descriptor, 65536)
        screen.write(data)
        return data

    status = pty.spawn(sys.argv[2:], read)
sys.exit(os.waitstatus_to_exitcode(status))
