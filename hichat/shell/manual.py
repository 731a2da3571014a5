"""
Manual pages, made from what the programs themselves read: the parser of C{hichat}, and the daemon's settings.

There is C{hichat.1}, a page for each command such as C{hichat-user.1}, and C{hichat-daemon.8} about C{twistd hichat}.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from hichat import __version__
from hichat.core.errors import StartError
from hichat.daemon.settings import DaemonSettings
from hichat.shell.program import Program

DAEMON = "daemon"
"""What the page of the daemon is called, beside those of the commands."""

_DAEMON_SUMMARY = "an instant-messaging daemon"
_FILES = (
    ("hichat-state", "directory of the database, the keys and the uploads, in the working directory: HICHAT_STATE_DIR"),
    ("hichat.toml", "settings, in the working directory of the daemon and of administrators' commands"),
)
_SIGNALS = (
    ("SIGTERM, SIGINT", "stop: clients are told, what was accepted is stored"),
    ("SIGHUP", "open the log anew, and read certificates again"),
)


class Page(NamedTuple):
    """
    A manual page.

    @ivar file: the file's name.
    @ivar text: its source, for troff with the macros C{man}.
    """

    file: str
    text: str

    @property
    def section(self) -> str:
        """The number of its section."""
        return self.file.rpartition(".")[2]


def pages(program: Program, day: date | None = None) -> dict[str, Page]:
    """
    @param day: the date of the pages; None: today.
    @return: all pages: that of the program by its name, those of its commands and of the daemon by theirs.
    """
    day = day or datetime.now(UTC).date()
    commands = dict(program.commands.programs) if program.commands is not None else {}
    found = {program.name: _of_program(program, commands, day)}
    found |= {name: _of_command(program, each, day) for name, each in commands.items()}
    return found | {DAEMON: _of_daemon(program, day)}


def add_man_command(program: Program) -> None:
    """Add the command that makes the pages."""
    assert program.commands is not None
    text = "print a manual page, or write all of them"
    found = program.commands.add_parser("man", help=text, description=f"{text[0].upper()}{text[1:]}.")
    found.add_argument("page", nargs="?", default=program.name, metavar="PAGE", help=f"a command, or {DAEMON}")
    directory = "write all pages below it, into man1 and man8; man finds ~/.local/share/man by itself"
    found.add_argument("--directory", type=Path, metavar="DIR", help=directory)
    found.set_defaults(run=lambda options: _run(program, options))


def _run(program: Program, options: argparse.Namespace) -> int:
    found = pages(program)
    if options.directory is None:
        if options.page not in found:
            raise StartError(f"hichat man: there is no page {options.page!r}; there are {', '.join(found)}")
        print(found[options.page].text, end="")
        return 0
    for page in found.values():
        path = options.directory / f"man{page.section}" / page.file
        try:
            _make_directory(path.parent)
            path.write_text(page.text, encoding="utf-8")
            path.chmod(0o644)
        except OSError as e:
            raise StartError(f"hichat man: --directory: cannot write {path}: {e.strerror}") from None
    return 0


def _make_directory(path: Path) -> None:
    """Everybody may read it, though the files of a daemon are for its user alone."""
    for each in reversed([path, *path.parents]):
        if not each.exists():
            each.mkdir()
            each.chmod(0o755)


# The pages


def _of_program(program: Program, commands: dict[str, Program], day: date) -> Page:
    lines = _head(program.name, "1", program.summary, day)
    lines += [".SH SYNOPSIS", *_synopsis(program)]
    lines += [".SH DESCRIPTION", _text(program.description or ""), ".P", "To begin, in one directory:"]
    lines += _verbatim(program.beginning)
    for title, members in program.grouped():
        if members:
            lines.append(f".SS {_quoted(title)}")
        for each in members:
            lines += _item(f"{program.name}-{each.name}(1)", each.summary)
    lines += [".SH OPTIONS", *_options(program)]
    lines += [".P", _text("Each command shows its help with --help.")]
    lines += [".SH FILES"]
    for name, text in _FILES:
        lines += _item(name, text)
    also = [f"{program.name}-{name}" for name in commands]
    return Page(f"{program.name}.1", _finish(lines, [*((name, "1") for name in also), (_daemon(program), "8")]))


def _of_command(program: Program, command: Program, day: date) -> Page:
    name = command.prog.replace(" ", "-")
    lines = _head(name, "1", command.summary, day)
    leaves = list(_leaves(command))
    lines.append(".SH SYNOPSIS")
    for position, leaf in enumerate(leaves):
        lines += [*([".br"] if position else []), *_synopsis(leaf)]
    lines += [".SH DESCRIPTION", _text(_sentence(command.description or command.summary))]
    for leaf in leaves:
        if leaf is not command:
            lines += [f".SS {_quoted(leaf.prog)}", _text(_sentence(leaf.description or leaf.summary))]
        else:
            lines.append(".SH OPTIONS")
        lines += _options(leaf)
    examples = [line for leaf in leaves for line in leaf.examples]
    if examples:
        lines += [".SH EXAMPLES", *_verbatim(examples)[1:]]
    return Page(f"{name}.1", _finish(lines, [(program.name, "1"), (_daemon(program), "8")]))


def _of_daemon(program: Program, day: date) -> Page:
    lines = _head(_daemon(program), "8", _DAEMON_SUMMARY, day)
    lines += [".SH SYNOPSIS", f".B twistd \\-n {program.name}", ".RI [ options ]"]
    lines += [
        ".SH DESCRIPTION",
        _text("The daemon runs until a signal stops it. A wrong setting ends its start with a line."),
    ]
    lines += [".SH SETTINGS"]
    lines.append(
        _text("Each is an option, a variable of the environment, or a name in hichat.toml. The first of these counts.")
    )
    for setting in fields(DaemonSettings):
        if setting.name == "test_faults":
            continue
        name, variable = setting.name.replace("_", "-"), f"HICHAT_{setting.name.upper()}"
        default = setting.metadata["default"]
        text = setting.metadata["help"] + (f" [default: {default}]" if default else "")
        lines += _item(f"--{name}, {variable}, {setting.name}", text)
    for title, items in (("FILES", _FILES), ("SIGNALS", _SIGNALS)):
        lines.append(f".SH {title}")
        for each in items:
            lines += _item(*each)
    return Page(f"{_daemon(program)}.8", _finish(lines, [(program.name, "1")]))


def _daemon(program: Program) -> str:
    return f"{program.name}-{DAEMON}"


def _leaves(command: Program) -> Iterator[Program]:
    """@return: what can be called: the command, or its further commands."""
    if command.commands is None:
        yield command
        return
    for each in command.commands.programs.values():
        yield from _leaves(each)


def _options(command: Program) -> list[str]:
    lines: list[str] = []
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction) or action.help == argparse.SUPPRESS:
            continue
        value = _value(action)
        spelled = [f"{option}{f' {value}' if value else ''}" for option in action.option_strings] or [value]
        text = (action.help or "") % {**vars(action), "prog": command.prog}
        lines += _item(", ".join(spelled), text or _choices(action))
    return lines


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    return str(action.metavar or action.dest.upper())


def _choices(action: argparse.Action) -> str:
    return ", ".join(map(str, action.choices)) if action.choices else ""


def _synopsis(command: Program) -> list[str]:
    usage = " ".join(command.format_usage().split()).removeprefix(f"usage: {command.prog}").replace(" [-h]", "")
    if command.commands is not None:
        usage = "[--version] COMMAND ..."
    return [f".B {_escape(command.prog)}", _escape(usage.strip())]


# troff


def _head(name: str, section: str, summary: str, day: date) -> list[str]:
    return [
        f'.TH {_quoted(name.upper())} {section} {day.isoformat()} "HiChat {__version__}" "HiChat"',
        ".ad l",
        ".SH NAME",
        f"{_escape(name)} \\- {_escape(summary)}",
    ]


def _finish(lines: list[str], also: list[tuple[str, str]]) -> str:
    lines.append(".SH SEE ALSO")
    for position, (name, section) in enumerate(sorted(also)):
        comma = "," if position < len(also) - 1 else ""
        lines.append(f".BR {_escape(name)} ({section}){comma}")
    return "\n".join(line for line in lines if line) + "\n"


def _item(name: str, text: str) -> list[str]:
    return [".TP", f".B {_escape(name)}", _text(text)] if text else [".TP", f".B {_escape(name)}", "\\&"]


def _text(text: str) -> str:
    """@return: a paragraph, each sentence of which begins a line."""
    return "\n".join(map(_escape, re.split(r"(?<=[.!?]) (?=[A-Z])", " ".join(text.split()))))


def _verbatim(lines: object) -> list[str]:
    assert isinstance(lines, list | tuple)
    return [".P", ".nf", *(_escape(line) for line in lines), ".fi"]


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""


def _quoted(text: str) -> str:
    return '"' + _escape(text).replace('"', "\\(dq") + '"'


def _escape(text: str) -> str:
    """@return: the text as troff shows it: hyphens are minus signs, and nothing is a request or an escape."""
    found = text.translate(_ESCAPES)
    return f"\\&{found}" if found.startswith(".") else found


_ESCAPES = str.maketrans({"\\": "\\e", "-": "\\-", "`": "\\(ga", "'": "\\(aq", "~": "\\(ti", "^": "\\(ha"})
