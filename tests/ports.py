"""Ports for servers that tests start: none that the system could give to somebody else meanwhile."""

from __future__ import annotations

import itertools
import os
import socket
from contextlib import suppress

_FIRST, _EACH = 12_000, 1_000
# Linux hands out ports from 32768 on, and the programs of test machines listen on few above 12000. Each process of
# a parallel run has a thousand of its own, so that two never look at the same one.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 20
_ahead = itertools.cycle(range(_FIRST + _WORKER * _EACH, _FIRST + (_WORKER + 1) * _EACH))


def free_port() -> int:
    """A port of this machine's loopback that nobody listens on and nobody will be given."""
    for port in _ahead:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the ports go round")
