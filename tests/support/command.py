"""The C{hichat} command, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from hichat import cli
from hichat.shell.program import Program


def every(program: Program) -> Iterator[Program]:
    """@return: the program and all of its commands."""
    yield program
    if program.commands is not None:
        for each in program.commands.programs.values():
            yield from every(each)


def run(*words: str) -> tuple[int | str | None, str, str]:
    """@return: the exit status, the output, and what is written to standard error."""
    out, err = StringIO(), StringIO()
    status: int | str | None = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main(words)
        except SystemExit as e:
            status = e.code
    return status, out.getvalue(), err.getvalue()
