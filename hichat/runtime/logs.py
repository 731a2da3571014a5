"""
The operator's log: text for people, or one JSON object a line for programs.

Both have only the event's message and its fields of plain types. Twisted's own JSON observer would also write its
internals, and objects that were attached to an event. An event may contain text that an attacker has sent. So an event
is one line, the lines of a traceback are indented, and control characters and invisible characters are escaped. If
events of one kind are frequent, such as connections that break, the first few are written, and then once a minute the
number of the others.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import IO, Any, TextIO, cast

from twisted.logger import (
    FileLogObserver,
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    formatTime,
)
from twisted.python.logfile import LogFile
from zope.interface import implementer

LINE_LIMIT = 8192
"""The most characters of a line; a longer one is cut."""

TRACEBACK_LIMIT = 500
"""The most lines of a traceback; of a longer one the last lines are kept."""

TOLD_ONE_BY_ONE = 5
"""The most events of one kind that are written one by one in each L{MINUTE}; the others are counted."""

MINUTE = 60.0
"""Seconds after which the numbers of the others are written."""

KINDS_LIMIT = 500
"""The most kinds of events that are counted apart in a minute; all further kinds are counted as one."""


def plain(text: str, limit: int = LINE_LIMIT) -> str:
    """
    Escape all characters of a text that are not printable: control characters, line ends, marks that change the
    direction of writing, lone surrogates and other invisible ones.

    @param limit: the most characters; a longer text is cut.
    @return: the text, with the escapes of Python's strings in place of these characters.
    """
    text = _cut(text, limit)
    return text if text.isprintable() else "".join(_escape(each) for each in text)


def _cut(text: str, limit: int = LINE_LIMIT) -> str:
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text) - limit} more)"


def _escape(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _escape_json(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        # A lone surrogate, which many parsers of JSON refuse.
        return "\\ufffd"
    return character if character.isprintable() else json.dumps(character)[1:-1]


@implementer(ILogObserver)
class JSONLines:
    """Writes C{time}, C{level}, C{namespace}, C{message}, the event's own fields, and C{traceback} of a failure."""

    def __init__(self, file: IO[str], worker: int | None = None, node: Callable[[], int | None] = lambda: None) -> None:
        self._file = file
        self._node = node
        self._worker = {} if worker is None else {"worker": worker}

    def __call__(self, event: LogEvent) -> None:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(event["log_time"], UTC).isoformat(timespec="milliseconds"),
            "level": event["log_level"].name,
            "namespace": event.get("log_namespace", ""),
            "message": _cut(formatEvent(event)),
            **self._worker,
        }
        if (node := self._node()) is not None:
            line["node"] = node
        for name, value in event.items():
            if not name.startswith("log_") and isinstance(value, str | int | float | bool | None):
                line.setdefault(name, _cut(value) if isinstance(value, str) else value)
        if trace := _traceback(event):
            line["traceback"] = "\n".join(trace)
        text = json.dumps(line, ensure_ascii=False)
        if not text.isprintable():
            text = "".join(_escape_json(each) for each in text)
        self._file.write(text + "\n")
        self._file.flush()


def _text(file: TextIO, worker: int | None) -> ILogObserver:
    before = "" if worker is None else f"worker {worker}: "

    def render(event: LogEvent) -> str | None:
        message = formatEvent(event)
        lines = _traceback(event)
        if not message and not lines:
            return None
        system = event.get("log_system")
        if system is None:
            system = f"{event.get('log_namespace', '-')}#{event['log_level'].name if 'log_level' in event else '-'}"
        head = f"{before}{formatTime(event.get('log_time'))} [{plain(str(system))}] {plain(message)}\n"
        return head + "".join(f"\t{plain(line)}\n" for line in lines)

    return FileLogObserver(file, render)


def _traceback(event: LogEvent) -> list[str]:
    # An event of another process has no failure, only the traceback's text.
    text = event["log_failure"].getTraceback() if "log_failure" in event else event.get("traceback", "")
    lines = text.splitlines()
    # The last lines are kept, because the exception is at the end.
    return [_cut(line) for line in (lines if len(lines) <= TRACEBACK_LIMIT else ["...", *lines[-TRACEBACK_LIMIT:]])]


@implementer(ILogObserver)
class Summarized:
    """
    Passes on a few events of each kind one by one, and counts the others. It counts neither events of the level
    C{debug} nor HiChat's own ones of the level C{info}, unless these name a C{peer}.

    @param write: writes an event.
    @param later: calls a function after a number of seconds. It may be called in any thread.
    @param seconds: the time in seconds, by a monotonic clock.
    """

    def __init__(
        self,
        write: ILogObserver,
        later: Callable[[float, Callable[[], None]], object],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._later = later
        self._seconds = seconds
        self._lock = Lock()
        self._began = seconds()
        self._told: dict[object, int] = {}
        self._others: dict[object, tuple[int, LogEvent]] = {}

    def __call__(self, event: LogEvent) -> None:
        if self._is_more(event):
            return
        self._write(event)

    def _is_more(self, event: LogEvent) -> bool:
        """
        Count an event.

        @return: whether it is not to be written one by one.
        """
        level = event.get("log_level")
        own = (event.get("log_namespace") or "").startswith("hichat") and "peer" not in event
        if level in (None, LogLevel.debug) or (level is LogLevel.info and own):
            return False
        if self._seconds() - self._began >= MINUTE:
            self.tell()
        with self._lock:
            kind = _kind(event)
            if kind not in self._told and len(self._told) >= KINDS_LIMIT:
                kind = None
            told = self._told[kind] = self._told.get(kind, 0) + 1
            if told <= TOLD_ONE_BY_ONE:
                return False
            if not self._others:
                self._later(MINUTE, self.tell)
            self._others[kind] = told - TOLD_ONE_BY_ONE, event
            return True

    def tell(self) -> None:
        """For each kind write the number of events that were only counted, with the last one."""
        with self._lock:
            self._began = self._seconds()
            self._told = {}
            others, self._others = self._others, {}
        for count, event in others.values():
            self._write(
                {
                    "log_time": time.time(),
                    "log_level": event["log_level"],
                    "log_namespace": event.get("log_namespace") or "-",
                    "log_format": "{count} more within a minute; the last one: {last}",
                    "count": count,
                    "last": _last(event),
                }
            )


def _last(event: LogEvent) -> str:
    text = formatEvent(event)
    failure = event.get("log_failure")
    return text if failure is None else f"{text} ({failure.type.__name__}: {failure.getErrorMessage()})"


def _kind(event: LogEvent) -> object:
    """@return: a key that is equal for events that differ only in data of strangers."""
    form = event.get("log_format") or ""
    if not (isinstance(form, str) and re.search("[A-Za-z]", re.sub(r"\{[^}]*\}", "", form))):
        # What it says is all in its fields, or it was made in the old way: the text, whatever its numbers are.
        form = re.sub("[0-9]+", "#", formatEvent(event)[:200])
    failure = event.get("log_failure")
    return event.get("log_namespace"), event["log_level"], form, failure and failure.type


class _LogFile(LogFile):
    """
    Twisted's log file, except that it keeps the open file if reopening fails, and that new files get their mode from
    the umask: Twisted would give them the mode that the file had at the start.
    """

    def __init__(self, name: str, directory: str) -> None:
        super().__init__(name, directory)
        self.defaultMode = None

    def reopen(self) -> None:
        """
        Open the file at the log's path, which is made if it is missing, and write to it from now on.

        @raise OSError: it cannot be opened. The old file stays open.
        """
        old = self._file
        self._openFile()
        old.close()


def open_log(twistd: Mapping[str, Any]) -> TextIO:
    """
    Open the file to which the log is written.

    @param twistd: the options of C{twistd} itself. C{logfile} and C{nodaemon} name the file, as for any service.
    @return: the file, or standard output.
    """
    name = twistd.get("logfile") or ("-" if twistd.get("nodaemon") else "twistd.log")
    # twistd sends sys.stdout to the log later; this is the real one.
    file: Any = sys.stdout if name == "-" else _LogFile.fromFullPath(name)
    if hasattr(file, "reconfigure"):
        # A character that the terminal's encoding lacks is escaped, instead of an error that loses the line.
        file.reconfigure(errors="backslashreplace")
    return cast(TextIO, file)


def reopen_log(file: TextIO) -> None:
    """
    Open the log's file again, after it was renamed, as logrotate does.

    @param file: from L{open_log}.
    @raise OSError: see L{_LogFile.reopen}.
    """
    if isinstance(file, _LogFile):
        file.reopen()


def make_observer(
    level: str,
    form: str,
    file: TextIO,
    reactor: Any,
    worker: int | None = None,
    node: Callable[[], int | None] = lambda: None,
) -> ILogObserver:
    """
    @param level: the lowest level that is written.
    @param form: C{text} or C{json}.
    @param reactor: schedules the numbers that are written once a minute.
    @param worker: the worker's number, which is in each line; None: there is only one process.
    @param node: gives the daemon's number among those of its store, which is in each JSON line; None: it has none.
    """
    write: ILogObserver = JSONLines(file, worker, node) if form == "json" else _text(file, worker)
    summarized = Summarized(write, lambda pause, tell: reactor.callFromThread(reactor.callLater, pause, tell))
    reactor.addSystemEventTrigger("after", "shutdown", summarized.tell)
    return FilteringLogObserver(summarized, [LogLevelFilterPredicate(LogLevel.lookupByName(level))])
