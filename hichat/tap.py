"""
C{twistd hichat}: its options, and the service that it runs.

L{makeService} runs before twistd goes into the background: it leaves no thread, no socket and no database open. The
start of the service makes them, by L{hichat.daemon.assembly}.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TextIO

from twisted.logger import Logger
from twisted.python.usage import Options as UsageOptions
from twisted.python.usage import UsageError
from twisted.scripts._twistd_unix import ServerOptions

from hichat.core.errors import StartError
from hichat.daemon import settings
from hichat.daemon.assembly import assemble
from hichat.daemon.service import LOCK, HiChat, make_private, preflight
from hichat.daemon.supervisor import Supervisor
from hichat.runtime import pidfile, signals
from hichat.runtime.clock import make_steady
from hichat.runtime.logs import make_observer, open_log, reopen_log
from hichat.runtime.notices import ServiceNotices
from hichat.runtime.versions import described


class Options(UsageOptions):
    """The options of C{twistd hichat}, one for each setting."""

    synopsis = "[options]"
    longdesc = (
        "HiChat, an instant-messaging daemon. Each option can also be given in the environment (HICHAT_STATE_DIR) "
        "or in hichat.toml in the working directory (state_dir)."
    )
    optParameters = settings.option_parameters()

    def parseOptions(self, options: Any = None) -> None:
        """
        Parse the command line.

        @raise SystemExit: it is wrong. The base class would have twistd print all options before it says so.
        """
        try:
            super().parseOptions(options)
        except UsageError as e:
            raise SystemExit(f"hichat: {self._complaint(str(e))}; see twistd hichat --help") from None

    def _complaint(self, text: str) -> str:
        found = re.fullmatch(r"option --(\S+) not recognized", text)
        if found is None:
            return "there is an argument that is no option" if "number of arguments" in text else text
        near = get_close_matches(found[1], [str(row[0]) for row in self.optParameters], 1)
        return f"there is no option --{found[1]}" + (f"; did you mean --{near[0]}?" if near else "")

    def opt_version(self) -> NoReturn:
        """Display the versions of HiChat and of what it runs on, and exit."""
        sys.stdout.write(f"{described()}\n")
        sys.exit(0)

    def postOptions(self) -> None:
        """Remove a left-over pid file: twistd looks at it next."""
        twistd: Any = self.parent or {}
        left_over = twistd.get("pidfile")
        if left_over:
            # An error in a setting is reported later.
            with suppress(StartError):
                found = settings.load(self, os.environ, Path.cwd())
                pidfile.remove_left_over(Path(left_over), found.state_dir / LOCK)


def makeService(options: Options | None = None) -> HiChat | Supervisor:
    """
    Make the daemon as a Twisted service.

    @param options: from twistd's command line; None when loaded from C{hichat.tac}.
    @raise SystemExit: a setting is wrong, or the start would fail; its text is one line.
    """
    # Not imported at the top: the import installs the reactor, and twistd may still be choosing one.
    from twisted.internet import reactor as installed

    reactor: Any = installed
    make_steady(reactor)
    signals.ignore()
    make_private()
    twistd = _twistd(options)
    notices = ServiceNotices(os.environ, reactor)
    try:
        found = settings.load(options or {}, os.environ, Path.cwd())
        notices.tell(STATUS="looks at its store, and brings it up to date")
        if not twistd.get("uid"):
            # With --uid the state directory would otherwise belong to the user who starts twistd.
            preflight(found, reactor)
    except StartError as e:
        raise SystemExit(str(e)) from None
    log = open_log(twistd)
    service: HiChat | Supervisor | None = None
    observer = make_observer(
        found.log_level, found.log_format, log, reactor, node=lambda: None if service is None else service.node
    )
    for line in settings.unknown_variables(os.environ):
        # Twistd buffers this until its log begins.
        Logger().warn("{line}", line=line)
    if found.workers > 1:
        service = Supervisor(found, reactor, observer, log)
    else:
        service = HiChat(found, assemble, reactor, observer)
    service.notices = notices
    service.pidfile = Path(twistd["pidfile"]).absolute() if twistd.get("pidfile") else None
    signals.on_hangup(reactor, partial(_hung_up, log, service, notices))
    signals.end_once(reactor, partial(Logger().info, "HiChat stops already"))
    return service


def _hung_up(log: TextIO, service: HiChat | Supervisor, notices: ServiceNotices) -> None:
    logger = Logger()
    with notices.reloading():
        try:
            reopen_log(log)
        except OSError as e:
            logger.error("SIGHUP: the log cannot be opened anew: {cause}; it goes on where it was", cause=e)
        else:
            logger.info("SIGHUP: the log goes on here")
        service.read_again()


def _twistd(options: Options | None) -> Any:
    """@return: twistd's own options; for a .tac file they are read from the command line again."""
    if options is not None:
        return options.parent or {}
    twistd = ServerOptions()
    if Path(sys.argv[0]).name.startswith("twistd"):
        twistd.parseOptions(sys.argv[1:])
    return twistd
