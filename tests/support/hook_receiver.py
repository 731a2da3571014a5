"""
A receiver of outgoing hooks that knows nothing of HiChat: C{http.server}, and the library C{standardwebhooks} for the
signatures. It is a process of its own, so that a test can kill it.

    python hook_receiver.py PORT SECRET FILE

It appends a line to the file for each delivery, before it answers: the id, and the body. Fails one in so many
deliveries as C{FAILS} in the environment says, after it has noted them or before; C{PAUSE}: seconds until each answer.
"""

from __future__ import annotations

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import ClassVar

from standardwebhooks import Webhook


class Handler(BaseHTTPRequestHandler):
    """One delivery."""

    webhook: ClassVar[Webhook]
    file: ClassVar[int]
    chance: ClassVar[Random] = Random()
    fails: ClassVar[int] = int(os.environ.get("FAILS", "0"))
    pause: ClassVar[float] = float(os.environ.get("PAUSE", "0"))

    def do_POST(self) -> None:
        """Check the signature, note the delivery, answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.webhook.verify(body, dict(self.headers.items()))
        lot = self.chance.randrange(2 * self.fails) if self.fails else 2
        if lot != 0:
            os.write(self.file, self.headers["Webhook-Id"].encode() + b"\t" + body + b"\n")
        if lot == 1:
            return
        time.sleep(self.pause)
        self.send_response(204 if lot else 500)
        self.send_header("Retry-After", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    port, secret, path = sys.argv[1:]
    Handler.webhook = Webhook(secret)
    Handler.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
