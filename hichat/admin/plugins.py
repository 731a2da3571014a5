"""C{hichat plugins}: the plugins that are installed, and those that run."""

from __future__ import annotations

import argparse
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from hichat.admin.arguments import command, settings_of
from hichat.daemon.service import is_at_work
from hichat.plugins.host import FOLDER_OF_PLUGINS, PluginState
from hichat.plugins.installed import installed_plugins
from hichat.runtime.supervision import describe


class ListedPlugin(NamedTuple):
    """
    A plugin.

    @ivar state: that of L{PluginState} if the daemon runs it; else C{off}: the settings do not name it, as this command
        knows them; C{missing}: they do, and it is not installed; C{stopped}: it does not run.
    """

    name: str
    distribution: str
    state: str
    starts: int
    status: int | None
    follows: bool
    since: float


_HEADINGS = ("name", "package", "state", "starts", "last end", "events", "since")


def add_plugins_command(commands: Any) -> None:
    """Add the command."""
    text = "show the plugins: those that are installed, and how those are that run here"
    found = command(commands, "plugins", text, _plugins, named=False)
    found.add_argument("--json", action="store_true", help="print a JSON array")


def _plugins(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    runs = is_at_work(settings.state_dir)
    there = {each.name: each.distribution for each in installed_plugins()}
    rows = [
        _listed(name, there.get(name, ""), name in settings.plugins.names, runs, settings.state_dir / FOLDER_OF_PLUGINS)
        for name in sorted({*there, *settings.plugins.names})
    ]
    if options.json:
        print(msgspec.json.encode([row._asdict() for row in rows]).decode())
    elif not rows:
        print("no plugin is installed; /docs/plugins says how to make one")
    else:
        shown = [_HEADINGS, *map(_row, rows)]
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        for row in shown:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _listed(name: str, distribution: str, wanted: bool, runs: bool, directory: Path) -> ListedPlugin:
    known, is_hosted = PluginState("stopped", 0.0), False
    with suppress(OSError, msgspec.DecodeError):
        known = msgspec.json.decode((directory / f"{name}.json").read_bytes(), type=PluginState)
        is_hosted = runs
    # What the daemon says counts: its settings may have come from an environment that this command does not have.
    if is_hosted:
        state = known.state
    elif not wanted:
        state = "off"
    else:
        state = "stopped" if distribution else "missing"
    return ListedPlugin(name, distribution, state, known.starts, known.status, known.follows, known.since)


def _row(row: ListedPlugin) -> tuple[str, ...]:
    end = "-" if row.status is None else describe(row.status)
    since = f"{datetime.fromtimestamp(row.since):%Y-%m-%d %H:%M:%S}" if row.since else "-"
    return (
        row.name,
        row.distribution or "-",
        row.state,
        str(row.starts),
        end,
        "here" if row.follows else "-",
        since,
    )
