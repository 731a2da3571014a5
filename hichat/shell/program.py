"""
The parser of a command: help that begins with what to do first, in groups, and complaints on one line.

A complaint names what is wrong, and what is near it or where to read more. A command that has further commands shows
its help when it is called alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

WIDTH = 80
"""Columns of a terminal that each line of a list of commands fits into."""

_COLUMN = 14
_REQUIRED = "the following arguments are required: "


class Program(argparse.ArgumentParser):
    """
    The parser of a command. The parsers of its further commands are of this class, too.

    @ivar commands: its further commands; None: it has none.
    @ivar groups: the names of those commands by a title. What is in no group is shown last.
    @ivar beginning: what to do first: lines to show above the commands.
    @ivar summary: the one line about it in its parent's help.
    @ivar examples: command lines, as they are typed.
    """

    def __init__(self, **more: Any) -> None:
        more.setdefault("formatter_class", _Formatter)
        if sys.version_info >= (3, 14):
            # The manual pages, and this help, are plain text.
            more.setdefault("color", False)
        super().__init__(**more)
        self.commands: _Commands | None = None
        self.groups: Mapping[str, Sequence[str]] = {}
        self.beginning: Sequence[str] = ()
        self.summary = ""
        self.examples: Sequence[str] = ()

    def add_subparsers(self, **more: Any) -> Any:
        """See the base class. Called without one of them, the command shows its help."""
        self.set_defaults(run=self._show_help)
        commands = super().add_subparsers(**{**more, "action": _Commands, "required": False})
        assert isinstance(commands, _Commands)
        self.commands = commands
        return commands

    def grouped(self) -> list[tuple[str, list[Program]]]:
        """@return: its commands by the titles of their groups, in order."""
        if self.commands is None:
            return []
        rest = dict(self.commands.programs)
        found = [(title, [rest.pop(name) for name in names if name in rest]) for title, names in self.groups.items()]
        return [*found, ("More" if found else "Commands", list(rest.values()))]

    @property
    def name(self) -> str:
        """Its last word."""
        return self.prog.rpartition(" ")[2]

    def line(self) -> str:
        """@return: the summary, and the names of further commands as far as there is room."""
        room = WIDTH - _COLUMN - 2
        if self.commands is not None:
            found = f"{self.summary}: {', '.join(self.commands.programs)}"
            if len(found) <= room:
                return found
            some = found[: room - 4].rpartition(",")[0]
            if len(some) > len(self.summary):
                return f"{some}, ..."
        found = self.summary[: room + 1]
        return self.summary if len(found) <= room else found.rpartition("," if "," in found else " ")[0]

    def format_help(self) -> str:
        """@return: the text of C{--help}."""
        if self.commands is None:
            if self.examples:
                self.epilog = "\n".join(["For example:", *(f"  {line}" for line in self.examples)])
            return super().format_help()
        lines = [f"usage: {self.prog} COMMAND ...", "", self.description or f"{self.summary}.".capitalize(), ""]
        if self.beginning:
            lines += ["To begin, in one directory:", *(f"  {line}" for line in self.beginning), ""]
        for title, programs in self.grouped():
            if programs:
                lines += [f"{title}:", *(f"  {each.name:{_COLUMN}}{each.line()}" for each in programs), ""]
        lines += ["Options:", f"  {'-h, --help':{_COLUMN}}show this help"]
        if "--version" in self._option_string_actions:
            lines.append(f"  {'--version':{_COLUMN}}show the versions of HiChat and of what it runs on")
        lines += ["", f"`{self.prog} COMMAND --help` explains a command.", *filter(None, [self.epilog])]
        return "\n".join(lines) + "\n"

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """See the base class. The command itself complains about what it does not know: it knows what is near."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._unknown(unknown[0]))
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """End the process with a complaint."""
        if message.startswith(_REQUIRED):
            message = f"{message.removeprefix(_REQUIRED)} is missing: {self._shortest()}"
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")

    def _show_help(self, _options: argparse.Namespace) -> int:
        self.print_help(sys.stderr)
        return 2

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        names = [str(choice) for choice in action.choices]
        near = get_close_matches(str(value), names, 1)
        if isinstance(action, _Commands):
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
            raise argparse.ArgumentError(None, f"there is no command {value!r}; {hint}")
        raise argparse.ArgumentError(action, f"{value!r} is none of {', '.join(names)}")

    def _unknown(self, argument: str) -> str:
        if not argument.startswith("-"):
            return f"{argument!r} is one argument too many"
        name = argument.partition("=")[0]
        near = get_close_matches(name, self._option_string_actions, 1)
        return f"there is no option {name}" + (f"; did you mean {near[0]}?" if near else "")

    def _shortest(self) -> str:
        """@return: the shortest line that the command takes."""
        words = [self.prog]
        for action in self._actions:
            if action.required:
                shown = str(action.metavar or action.dest.upper())
                words.append(f"{action.option_strings[-1]} {shown}" if action.option_strings else shown)
        return " ".join(words)


class _Commands(argparse._SubParsersAction):
    """The further commands of a program."""

    @property
    def programs(self) -> Mapping[str, Program]:
        """The commands by their names."""
        return self._name_parser_map

    def add_parser(self, name: str, **more: Any) -> Program:
        """See the base class."""
        made: Program = super().add_parser(name, **more)
        made.summary = _summary(more.get("help") or "")
        return made


class _Formatter(argparse.HelpFormatter):
    """Keeps the lines of a text that has several."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return "".join(indent + line for line in text.splitlines(keepends=True))
        return super()._fill_text(text, width, indent)


def _summary(text: str) -> str:
    """@return: the beginning of a text, up to its first colon or semicolon."""
    return text.partition(";")[0].partition(":")[0]
