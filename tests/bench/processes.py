"""CPU seconds of whole families of processes, read from /proc (Linux)."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PARENT, _OWN, _OF_THE_DEAD = 1, slice(11, 13), slice(13, 15)


def cpu_seconds(root: int) -> float:
    """User and system time of a process, its living descendants, and its children that have ended."""
    fields = {pid: each for pid in _processes() if (each := _fields(pid)) is not None}
    family, found = [], [root]
    while found:
        pid = found.pop()
        family.append(pid)
        found += [child for child, each in fields.items() if int(each[_PARENT]) == pid]
    ticks = sum(int(tick) for pid in family if pid in fields for tick in fields[pid][_OWN])
    dead = sum(int(tick) for tick in fields[root][_OF_THE_DEAD])
    return (ticks + dead) / _TICK


def parent_of(pid: int) -> int:
    """The parent of a process."""
    fields = _fields(pid)
    assert fields is not None
    return int(fields[_PARENT])


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _fields(pid: int) -> list[str] | None:
    """The fields of /proc/…/stat after the name, which may itself hold spaces; None for a process that has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def fixed_loop() -> float:
    """Seconds of a loop that is always the same: how fast the machine is at this moment."""
    begun, total = time.process_time(), 0
    for number in range(1_500_000):
        total += number % 7
    return time.process_time() - begun
