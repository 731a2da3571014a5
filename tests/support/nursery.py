"""
A daemon's children that begin with HiChat's modules loaded, as the daemon itself does; see L{tests.support.prepared}.

Loading takes most of the time of their start, and a daemon has three of them and more. A process that is to become a
daemon, or a worker, first forks its nursery, before it loads the reactor. When Twisted then starts one of L{MODULES},
the nursery makes the process out of itself. The new process is a child of the daemon's (C{CLONE_PARENT}, see clone(2)):
the daemon waits for it, and kills it, as if it had started it by itself. It differs from such a process in nothing but
the time of its start. Daemons that tests start by the command itself have no nursery.

The two talk over a socket; a message is one packet of JSON::

    daemon                                  nursery
    what the process is like;
    its file descriptors                ->
                                        <-  the number of the process
    end of file: end
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import runpy
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from hichat.runtime.signals import ENDING, HARMLESS

MODULES = ("hichat.pipeline.ledger.hub", "hichat.search.process", "hichat.daemon.worker")
"""The processes that are made here. Those that limit their memory by what they use at their start are not."""

PARENTS = ("hichat.daemon.worker",)
"""Those of them that have children themselves."""

PACKET = 200_000

_CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine())
"""The number of the system call: C libraries have no function that returns in both processes."""

_CLONE_PARENT = 0x8000
_LIMITS = (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_AS, resource.RLIMIT_FSIZE)
_ARGUMENTS = slice(45, 47)
"""Where the memory of the arguments begins and ends: fields of C{/proc/PID/stat} behind the name, see proc(5)."""


def open_nursery() -> None:
    """
    Fork this process's nursery, which has no thread and no reactor yet. From now on Twisted uses it.

    In a process that comes out of the nursery this does not return.
    """
    if _CLONE is None:
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not os.fork():
        ours.close()
        _serve(theirs)
    theirs.close()
    _take_from(ours)


def _take_from(nursery: socket.socket) -> None:
    """Let Twisted ask the nursery before it starts a process by itself."""
    from twisted.internet import process

    start_itself = process.Process._trySpawnInsteadOfFork

    def start(made: Any, path: Any, uid: Any, gid: Any, program: Any, args: Any, environment: Any, more: Any) -> bool:
        command = [os.fsdecode(each) for each in args]
        if command[1:2] != ["-m"] or command[2] not in MODULES:
            return start_itself(made, path, uid, gid, program, args, environment, more)
        made.pid = _ask(nursery, command, environment, more["fdmap"])
        made.status = -1
        return True

    # The step in which Twisted tries something else than to fork.
    setattr(process.Process, "_trySpawnInsteadOfFork", start)  # noqa: B010


def _ask(nursery: socket.socket, command: list[str], environment: Mapping[Any, Any], files: Mapping[int, int]) -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    wanted = {
        "command": command,
        "environment": {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()},
        "directory": os.getcwd(),
        "umask": umask,
        "limits": [resource.getrlimit(kind) for kind in _LIMITS],
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "files": sorted(files),
    }
    socket.send_fds(nursery, [json.dumps(wanted).encode()], [files[number] for number in sorted(files)])
    pid: int = json.loads(nursery.recv(PACKET))
    return pid


# The nursery


def _serve(daemon: socket.socket) -> NoReturn:
    """Make processes until the daemon has ended."""
    _be_called("nursery")
    for heard in (*ENDING, *HARMLESS):
        signal.signal(heard, signal.SIG_IGN)
    # The daemon's output ends when the daemon ends: it must not be open here.
    for standard in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), standard)
    os.closerange(3, daemon.fileno())
    os.closerange(daemon.fileno() + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    while True:
        packet, files, _, _ = socket.recv_fds(daemon, PACKET, 16)
        if not packet:
            os._exit(0)
        pid = _fork_for_parent()
        if not pid:
            _become(json.loads(packet), files)
        for file in files:
            os.close(file)
        daemon.send(json.dumps(pid).encode())


def _fork_for_parent() -> int:
    """@return: as C{os.fork}; but the new process is a child of this one's parent."""
    python, library = ctypes.pythonapi, ctypes.PyDLL(None, use_errno=True)
    python.PyOS_BeforeFork()
    pid: int = library.syscall(_CLONE, _CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
    if pid:
        python.PyOS_AfterFork_Parent()
    else:
        python.PyOS_AfterFork_Child()
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone")
    return pid


def _become(wanted: dict[str, Any], files: list[int]) -> NoReturn:
    """Be the process that is wanted."""
    _set_files(dict(zip(wanted["files"], files, strict=True)))
    os.environ.clear()
    os.environ.update(wanted["environment"])
    # As an interpreter does at its start: the daemon may have been told of more directories since.
    found = wanted["environment"].get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [directory for directory in found if directory and directory not in sys.path]
    os.chdir(wanted["directory"])
    os.umask(wanted["umask"])
    for kind, limit in zip(_LIMITS, wanted["limits"], strict=True):
        resource.setrlimit(kind, limit)
    os.setpriority(os.PRIO_PROCESS, 0, wanted["nice"])
    for heard in (*ENDING, *HARMLESS):
        signal.signal(heard, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, wanted["blocked"])
    _be_called(*wanted["command"])
    module = wanted["command"][2]
    if module in PARENTS:
        open_nursery()
    # It runs as the main module, and is loaded anew for that.
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


def _set_files(files: Mapping[int, int]) -> None:
    """
    Close all files but some. @param files: the descriptors that the process has in the end; and what they are now.
    """
    beyond = max(*files, *files.values()) + 1
    safe = {number: os.dup2(file, beyond + n) for n, (number, file) in enumerate(files.items())}
    for number, file in safe.items():
        os.dup2(file, number)
    for other in set(range(beyond)) - set(files):
        os.closerange(other, other + 1)
    os.closerange(beyond, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _be_called(*arguments: str) -> None:
    """Give this process the command line by which others find it, as far as its memory for that reaches."""
    start, end = map(int, Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[_ARGUMENTS])
    line = b"".join(os.fsencode(argument) + b"\0" for argument in arguments)
    ctypes.memmove(start, line[: end - start].ljust(end - start, b"\0"), end - start)
