"""A network of this run alone: a namespace for each machine, all joined by a router, which can lose packets in one direction."""

import ctypes
import os
import random
import subprocess

NEW_NETWORK = 0x40000000


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Network:
    """Use as a context manager: the namespaces are gone afterwards, and with them devices and rules."""

    def __init__(self, machines):
        self.prefix = f"ca{os.getpid()}"
        subnet = random.randint(64, 127)
        self.addresses = {name: f"10.{subnet}.{place}.2" for place, name in enumerate(machines, 1)}
        self.losses = []

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self):
        ip("netns", "add", self.space("router"))
        for name, address in self.addresses.items():
            space, gateway = self.space(name), address.removesuffix("2") + "1"
            ip("netns", "add", space)
            ip("-n", self.space("router"), "link", "add", "name", name, "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("-n", self.space("router"), "addr", "add", f"{gateway}/24", "dev", name)
            ip("-n", self.space("router"), "link", "set", name, "up")
            ip("-n", space, "addr", "add", f"{address}/24", "dev", "eth0")
            for device in ("eth0", "lo"):
                ip("-n", space, "link", "set", device, "up")
            ip("-n", space, "route", "add", "default", "via", gateway)
        subprocess.run([*self.inside("router"), "sysctl", "-qw", "net.ipv4.ip_forward=1"], check=True)

    def __exit__(self, *_):
        for name in ["router", *self.addresses]:
            subprocess.run(["ip", "netns", "del", self.space(name)], capture_output=True, check=False)

    def space(self, machine):
        return f"{self.prefix}{machine}"

    def inside(self, machine):
        """Words to put before a command that is to run on that machine."""
        return ["ip", "netns", "exec", self.space(machine)]

    def enter(self, machine):
        """From now on this process, and whom it starts, is on that machine. Sockets in files are reached from everywhere."""
        space = os.open(f"/run/netns/{self.space(machine)}", os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(space, NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "setns")
        os.close(space)

    def lose(self, source, target):
        """Packets from one machine to the other vanish on the way: neither is told."""
        rule = ["from", self.addresses[source], "to", self.addresses[target], "blackhole"]
        ip("-n", self.space("router"), "rule", "add", *rule)
        self.losses.append(rule)

    def cut(self, machine, others):
        """In both directions."""
        for other in others:
            self.lose(machine, other)
            self.lose(other, machine)

    def heal(self):
        while self.losses:
            ip("-n", self.space("router"), "rule", "del", *self.losses.pop())
