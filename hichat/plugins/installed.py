"""The plugins that are installed, by the entry points of the group C{hichat.plugins}; none of them is loaded here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from hichat.core.errors import StartError

ENTRY_GROUP = "hichat.plugins"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


class InstalledPlugin(NamedTuple):
    """
    A plugin that is installed.

    @ivar name: the name of its entry point.
    @ivar distribution: the package that it came with, with its version.
    """

    name: str
    distribution: str


def find_plugin(name: str) -> EntryPoint:
    """
    @raise LookupError: there is no such plugin.
    """
    for found in entry_points(group=ENTRY_GROUP, name=name):
        return found
    raise LookupError(name)


def installed_plugins() -> list[InstalledPlugin]:
    """@return: all that are installed, by name."""
    found: dict[str, InstalledPlugin] = {}
    for point in entry_points(group=ENTRY_GROUP):
        of = point.dist
        found.setdefault(point.name, InstalledPlugin(point.name, f"{of.name} {of.version}" if of is not None else "?"))
    return [found[name] for name in sorted(found)]


@dataclass(frozen=True)
class PluginNames:
    """The names of plugins, in order."""

    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        """@return: the text that L{parse_plugins} reads."""
        return ",".join(self.names)


def parse_plugins(text: str) -> PluginNames:
    """
    @param text: names, with commas between them.
    @raise ValueError: one of them cannot be the name of a plugin, or stands there twice.
    """
    names = [word.strip() for word in text.split(",") if word.strip()]
    for name in names:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name of a plugin: lower-case letters, digits and hyphens, at most 31")
        if names.count(name) > 1:
            raise ValueError(f"{name!r} stands there twice")
    return PluginNames(tuple(names))


def check_plugins(names: Iterable[str]) -> None:
    """
    @raise StartError: one of them is not installed.
    """
    there = [each.name for each in installed_plugins()]
    for name in names:
        if name not in there:
            shown = ", ".join(there) or "none"
            raise StartError(
                f"hichat: HICHAT_PLUGINS: no plugin {name!r} is installed beside HiChat; those that are: {shown}"
            )
