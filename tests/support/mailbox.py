"""A mail server in a process of its own, for tests without a running reactor. Its mails are files."""

from __future__ import annotations

import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

from twisted.internet import reactor as any_reactor

from tests.support.daemon import ROOT, wait
from tests.support.mail import MailServer, read_mail


class MailBox:
    """
    The mail server of one test, or of a module.

    @param directory: an empty directory, for its files.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(directory)], env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        wait((directory / "port").exists)
        self.port = int((directory / "port").read_text())
        self._seen = 0

    def next_mail(self) -> EmailMessage:
        """@return: the next mail, which is waited for."""
        self._seen += 1
        path = self._directory / f"{self._seen}.eml"
        wait(path.exists)
        return read_mail(path.read_bytes())

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


class _FiledMails(MailServer):
    directory = Path()

    def take(self, content: bytes) -> None:
        super().take(content)
        _write(self.directory / f"{len(self.got)}.eml", content)


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    made = path.with_suffix(".new")
    made.write_bytes(content)
    made.rename(path)


def _serve(directory: Path) -> None:
    server = _FiledMails()
    server.directory = directory
    _write(directory / "port", str(server.start()).encode())
    any_reactor.run()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
