"""Confine a process, so that it can write no file and reads none outside a few folders, whatever its libraries try."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_NO_NEW_PRIVILEGES = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_VERSION = 1
_BENEATH_PATH = 1

# Rights by their bits, in the order in which versions of the kernel brought them.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = (1 << bit for bit in range(4))
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_READING = _EXECUTE | _READ_FILE | _READ_FOLDER
_RIGHTS_BY_VERSION = (_READING | _WRITE_FILE | _CHANGE_FOLDERS, _REFER, _TRUNCATE, 0, _DEVICES)

_GLOB_SIGNS = "*?["
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys", "/dev")


def confine(readable: Iterable[str]) -> bool:
    """Let this process, from now on, write no file, and read none but the system's, Python's and those given.

    Returns whether the kernel holds it to that (Linux with Landlock); where it doesn't, no file can grow
    nevertheless. Threads that are already running keep what they could do.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    version = confinement_version()
    if not version:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = 0
    for rights in _RIGHTS_BY_VERSION[:version]:
        handled |= rights
    ruleset = libc.syscall(_CREATE_RULESET, struct.pack("<Q", handled), ctypes.c_size_t(8), 0)
    if ruleset < 0:
        return False
    try:
        paths = {*_SYSTEM, *sys.path, sys.prefix, sys.base_prefix, *readable}
        for path in paths:
            _allow(libc, ruleset, path, _READING if Path(path or ".").is_dir() else _READ_FILE)
        if any(sign in path for path in paths for sign in _GLOB_SIGNS):
            # To open such a path, DuckDB looks for it in the list of each folder above.
            _allow(libc, ruleset, "/", _READ_FOLDER)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def confinement_version() -> int:
    """Return the version of the kernel's Landlock, 0 where it has none."""
    if not sys.platform.startswith("linux"):
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GET_VERSION)))


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    """Allow what `rights` say below a path; one that isn't there needs no rule."""
    try:
        beneath = os.open(path or ".", os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        libc.syscall(_ADD_RULE, ruleset, _BENEATH_PATH, struct.pack("<Qi", rights, beneath), 0)
    finally:
        os.close(beneath)
