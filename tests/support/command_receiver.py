"""
An endpoint of a bot's command that knows nothing of HiChat: C{http.server}, and the library C{standardwebhooks} for the
signatures. It is a process of its own.

    python command_receiver.py SECRET

It prints its port, and then each body that has a good signature; and answers with a text that repeats the arguments.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from standardwebhooks import Webhook


class CommandHandler(BaseHTTPRequestHandler):
    """One call."""

    webhook: ClassVar[Webhook]

    def do_POST(self) -> None:
        """Check the signature, print the call, answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        call = self.webhook.verify(body, dict(self.headers.items()))
        tell(json.dumps(call))
        answer = json.dumps({"text": f"*{call['data']['arguments']}*", "response_type": "in_channel"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def tell(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until killed."""
    CommandHandler.webhook = Webhook(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), CommandHandler)
    tell(str(server.server_port))
    server.serve_forever()


if __name__ == "__main__":
    main()
