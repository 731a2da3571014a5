"""C{hichat completion}: what a shell needs to complete command lines, made by shtab from the parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from hichat.shell.program import Program

SHELLS = ("bash", "zsh", "fish")

_FILES = frozenset(("FILE",))
_DIRECTORIES = frozenset(("DIR",))


def add_completion_command(program: Program) -> None:
    """Add the command that prints it."""
    assert program.commands is not None
    text = "print what a shell needs to complete command lines of hichat"
    found = program.commands.add_parser("completion", help=text, description=f"{text[0].upper()}{text[1:]}.")
    found.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    found.set_defaults(run=lambda options: _run(program, options))


def script(program: Program, shell: str) -> str:
    """@return: the script of a shell that completes the program's command lines."""
    # Not imported at the top: no other command needs it.
    import shtab

    for each in _all(program):
        for action in each._actions:
            if action.metavar in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.metavar in _DIRECTORIES:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    found: str = shtab.complete(program, shell=shell)
    return found


def _run(program: Program, options: argparse.Namespace) -> int:
    print(script(program, options.shell))
    return 0


def _all(program: Program) -> Iterator[Program]:
    yield program
    if program.commands is not None:
        for each in program.commands.programs.values():
            yield from _all(each)
