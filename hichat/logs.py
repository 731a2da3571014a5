"""
How the log is written: text for people, or one JSON object a line for programs.

Both keep to what an event says itself. Twisted's own JSON observer would also write its internals, and objects that
were merely attached to an event.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any, TextIO, cast

from twisted.logger import (
    FileLogObserver,
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    formatEventAsClassicLogText,
    textFileLogObserver,
)
from twisted.python.logfile import LogFile
from zope.interface import implementer


@implementer(ILogObserver)
class JSONLines:
    """Writes C{time}, C{level}, C{namespace}, C{message}, the event's own fields, and C{traceback} of a failure."""

    def __init__(self, file: IO[str], worker: int | None = None) -> None:
        self._file = file
        self._worker = {} if worker is None else {"worker": worker}

    def __call__(self, event: LogEvent) -> None:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(event["log_time"], UTC).isoformat(timespec="milliseconds"),
            "level": event["log_level"].name,
            "namespace": event.get("log_namespace", ""),
            "message": formatEvent(event),
            **self._worker,
        }
        for name, value in event.items():
            if not name.startswith("log_") and isinstance(value, str | int | float | bool | None):
                line.setdefault(name, value)
        if "log_failure" in event:
            line["traceback"] = event["log_failure"].getTraceback()
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def _text(file: TextIO, worker: int | None) -> ILogObserver:
    if worker is None:
        return textFileLogObserver(file)

    def render(event: LogEvent) -> str | None:
        text = formatEventAsClassicLogText(event)
        return None if text is None else f"worker {worker}: {text}"

    return FileLogObserver(file, render)


def open_log(twistd: Mapping[str, Any]) -> TextIO:
    """
    @param twistd: the options of C{twistd} itself: C{logfile} and C{nodaemon} say where the log goes, as they do for
        any service.
    """
    name = twistd.get("logfile") or ("-" if twistd.get("nodaemon") else "twistd.log")
    # twistd sends sys.stdout to the log later; this is the real one.
    file: Any = sys.stdout if name == "-" else LogFile.fromFullPath(name)
    return cast(TextIO, file)


def make_observer(level: str, form: str, file: TextIO, worker: int | None = None) -> ILogObserver:
    """
    @param level: the lowest level that is written.
    @param form: C{text} or C{json}.
    @param worker: its number, if there are several: each line has it.
    """
    write: ILogObserver = JSONLines(file, worker) if form == "json" else _text(file, worker)
    return FilteringLogObserver(write, [LogLevelFilterPredicate(LogLevel.lookupByName(level))])
