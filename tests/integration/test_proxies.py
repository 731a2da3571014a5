"""
A daemon behind nginx, as the page about proxies has it.

Debian's C{nginx} is used (C{apt-get install nginx-light}). Without it these tests are skipped; where C{CI=true}
they fail.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from tests import guide
from tests.support import ports
from tests.support.daemon import Daemon

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PASSWORD = "correct horse"


def configuration() -> str:
    """@return: what the page tells people to write."""
    (found,) = guide.blocks(guide.text("proxy"), "nginx")
    return found


class BehindNginx(SynchronousTestCase):
    def setUp(self) -> None:
        if NGINX is None:
            missing = RuntimeError if os.environ.get("CI") == "true" else SkipTest
            raise missing("nginx is not installed: apt-get install nginx-light")
        self.directory = Path(tempfile.mkdtemp(prefix="hichat-nginx-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.port = ports.reserve()
        self.root = ""

    def begin(self, changes: dict[str, str], **settings: str) -> None:
        """Start both, with so much changed in the page's configuration."""
        self.daemon = Daemon(self.directory / "daemon", **settings)
        changes = {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port};",
            "ssl_certificate /etc/ssl/certs/chat.pem;": "",
            "ssl_certificate_key /etc/ssl/private/chat.key;": "",
            "$scheme": "https",
            "http://127.0.0.1:8000;": f"http://127.0.0.1:{self.daemon.port};",
        } | changes
        text = configuration()
        for old, new in changes.items():
            text = text.replace(old, new)
        paths = "".join(
            f"{name}_temp_path {self.directory}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Its workers would be another user, who may not enter our directory.
        who = "user root;" if os.geteuid() == 0 else ""
        whole = f"{who} daemon off; pid {self.directory}/pid; error_log {self.directory}/error.log;\nevents {{}}\n"
        (self.directory / "nginx.conf").write_text(f"{whole}http {{ access_log off;\n{paths}{text}}}\n")
        self.daemon.launch()
        self.addCleanup(self.daemon.kill)
        nginx = subprocess.Popen([str(NGINX), "-p", self.directory, "-e", "error.log", "-c", "nginx.conf"])
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.send_signal, signal.SIGTERM)
        for _ in range(300):
            with contextlib.suppress(OSError):
                if self.call("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(self.daemon.log.read_text())

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """@return: the status, the headers and the body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {"Host": "chat.example.org", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            given["Content-Type"] = "application/json"
        connection.request(method, self.root + path, None if body is None else json.dumps(body), given)
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found

    def hello(self, token: str, device: str, origin: str) -> bytes:
        """@return: what a WebSocket is answered to the handshake and its first frame."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as peer:
            peer.sendall(
                f"GET {self.root}/v2/ws HTTP/1.1\r\nHost: chat.example.org\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {origin}\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: hichat.v2\r\n\r\n".encode()
            )
            head = peer.recv(65536)
            if b" 101 " not in head:
                return head
            frame = json.dumps({"op": "hello", "token": token, "device": device}).encode()
            # A mask of zeros leaves it as it is.
            peer.sendall(b"\x81\xfe" + len(frame).to_bytes(2, "big") + b"\0\0\0\0" + frame)
            return peer.recv(65536)

    def works(self, origin: str) -> None:
        """Somebody comes in, from an address and over TLS that only nginx knows of."""
        status, headers, page = self.call("GET", "/")
        self.assertEqual((status, headers["X-Content-Type-Options"]), (200, "nosniff"))
        self.assertIn(f'src="{self.root}/app/'.encode(), page)
        script = page.split(b'type="module" src="')[1].split(b'"')[0].decode().removeprefix(self.root)
        self.assertEqual(self.call("GET", script)[0], 200)
        account = {"name": "ann", "password": PASSWORD}
        self.assertEqual(self.call("POST", "/v2/accounts", account)[0], 403, "a proxy asks: that needs an invite")
        self.daemon.command("user", "add", "ann", line=f"{PASSWORD}\n")
        said = {"X_Forwarded_For": "203.0.113.7:80, 192.0.2.9", "Origin": origin}
        status, headers, body = self.call("POST", "/session", account, **said)
        self.assertEqual(status, 200, body)
        cookies = headers.get_all("Set-Cookie", [])
        self.assertEqual(len(cookies), 3)
        for cookie in cookies:
            self.assertTrue(cookie.startswith("__Secure-hichat_"), cookie)
            self.assertIn(f"Path={self.root}/session;", cookie)
        session = json.loads(body)
        token, device = session["accessToken"], session["device"]
        _, _, devices = self.call("GET", "/v2/devices", Authorization=f"Bearer {token}")
        # nginx is called from the loopback, which is trusted; what it was told before that it was told by 192.0.2.9.
        self.assertEqual([each["address"] for each in json.loads(devices)["items"]], ["192.0.2.9"])
        self.assertIn(b'"op":"welcome"', self.hello(token, device, origin))
        self.assertIn(b" 403 ", self.hello(token, device, "https://evil.example"))
        self.assertEqual(self.call("POST", "/session", account, Origin="https://evil.example")[0], 403)
        self.assertEqual(self.call("GET", "/metrics")[0], 404)

    def test_at_the_root(self) -> None:
        self.begin({})
        self.works("https://chat.example.org")

    def test_below_a_path_over_a_socket(self) -> None:
        """The daemon listens on a UNIX socket, and nginx takes the path off."""
        path = self.directory / "hichat.sock"
        self.root = "/chat"
        self.begin(
            {
                "location / {": "location /chat/ {",
                "location = /metrics": "location = /chat/metrics",
                "http://127.0.0.1:8000;": f"http://unix:{path}:/;",
            },
            LISTEN=f"unix:{path}",
            PUBLIC_URL="https://chat.example.org/chat",
        )
        self.works("https://chat.example.org")

    def test_below_a_path_that_is_kept(self) -> None:
        self.root = "/chat"
        self.begin(
            {"location / {": "location /chat/ {", "location = /metrics": "location = /chat/metrics"},
            PUBLIC_URL="https://chat.example.org/chat",
        )
        self.works("https://chat.example.org")
