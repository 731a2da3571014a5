"""
The file C{compose.yaml}, with which people try three daemons in containers. Here are no containers: the programs are
this machine's, and what is in the file about them is what they are run with.
"""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
import yaml

from hichat.daemon import settings
from tests import guide
from tests.support import container, ports
from tests.support.daemon import ROOT, Daemon, wait
from tests.support.postgres import server
from tests.support.proxies import Site, changed, haproxy
from tests.support.redis import redis_for

FILE = guide.PAGES / "compose.yaml"
PROGRAMS = Path(sys.executable).parent
NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def compose() -> Any:
    """What is in the file."""
    return yaml.safe_load(FILE.read_text())


def test_its_form() -> None:
    """By the Compose Specification's schema."""
    asked = ["--builtin-schema", "vendor.compose-spec", str(FILE)]
    assert check_jsonschema.main(asked, standalone_mode=False) == 0


def test_what_it_names(compose: Any) -> None:
    """The image has all that it needs, and the proxy does what the page's does, but for TLS."""
    build = compose["x-daemon"]["build"]
    assert (FILE.parent / build["context"] / build["dockerfile"]).resolve() == container.FILE
    assert set(build["args"]) <= {line.split("=")[0] for name, line in container.instructions() if name == "ARG"}
    (page,) = guide.blocks(guide.text("hosts"), "haproxy")
    differences = {
        ":443 ssl crt /etc/ssl/private/chat.pem alpn http/1.1": ":8000",
        "Proto https": "Proto http",
        ".lan:8000": ":8000",
    }
    assert compose["configs"]["haproxy"]["content"] == changed(page, differences)
    proxy = compose["services"]["proxy"]["networks"]["default"]["ipv4_address"]
    for name in NAMES:
        service = compose["services"][name]
        assert service["environment"]["HICHAT_TRUSTED_PROXIES"] == proxy
        assert settings.unknown_variables(service["environment"]) == []
        settings.load({}, service["environment"], Path("/"))


class Machine:
    """
    This machine, as a container with the programs of a service.

    @param request: of the test, at whose end all of them end.
    @param state: what is at C{/var/lib/hichat} in containers.
    """

    def __init__(self, request: pytest.FixtureRequest, state: Path) -> None:
        self._request = request
        self._state = state
        self._others: dict[str, str] = {}

    def addCleanup(self, function: Callable[..., object], /, *arguments: object) -> None:  # noqa: N802
        """Call a function after the test."""
        self._request.addfinalizer(partial(function, *arguments))

    def is_here(self, name: str, address: str) -> None:
        """Another service of this name in a URL is at this address."""
        self._others[name] = address

    def environment(self, given: dict[str, str]) -> dict[str, str]:
        """@return: a service's variables."""
        return {name: self._here(value) for name, value in given.items()}

    def _here(self, text: str) -> str:
        for other, address in {"/var/lib/hichat": str(self._state), **self._others}.items():
            text = text.replace(other, address)
        return text

    def run(self, command: list[str], given: dict[str, str]) -> None:
        """Run a service's command to its end."""
        *shell, script = command
        environment = self.environment(given) | {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        script = self._here(script.replace("$$", "$"))
        subprocess.run([*shell, script], env=environment, check=True, cwd=self._state)

    def start(self, command: str) -> None:
        """Start a service's program; it ends with the thread that started it, at the latest."""
        program, *arguments = shlex.split(command)
        log = self._state / f"{program}.log"
        with log.open("wb") as output:
            mortal = ("setpriv", "--pdeathsig", "KILL", PROGRAMS / program)
            process = subprocess.Popen([*mortal, *arguments], stdout=output, stderr=output)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)


@pytest.mark.timeout(180)
def test_what_it_starts(compose: Any, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Somebody is made, comes in by the proxy, and uploads a file."""
    services = compose["services"]
    machine = Machine(request, tmp_path)
    machine.is_here("postgresql://hichat:for-trying@postgresql/hichat", server().make_database(machine, migrated=False))
    redis = redis_for(machine, *shlex.split(services["valkey"]["command"])[1:])
    machine.is_here("valkey", f"127.0.0.1:{redis.port}")
    port = ports.reserve()
    machine.start(changed(services["s3"]["command"], {"0.0.0.0": "127.0.0.1", "9000": str(port)}))
    machine.is_here("s3:9000", f"127.0.0.1:{port}")
    wait(partial(_listens, port))
    machine.run(services["prepared"]["command"], services["prepared"]["environment"])
    # One of the three, whose keys were copied.
    daemon = Daemon(tmp_path / "daemon")
    own = {name: daemon.environment[name] for name in ("HICHAT_LISTEN", "HICHAT_UDP")}
    daemon.environment |= machine.environment(services["three"]["environment"]) | own
    # The proxy calls from this machine.
    daemon.environment["HICHAT_TRUSTED_PROXIES"] = "127.0.0.1"
    daemon.fork()
    machine.addCleanup(daemon.kill)
    wait(daemon.serves)
    site = Site()
    here = {f" {name}:8000": f" 127.0.0.1:{daemon.port}" for name in NAMES}
    text = changed(compose["configs"]["haproxy"]["content"], {"bind :8000": f"bind 127.0.0.1:{site.port}"} | here)
    with haproxy(tmp_path, text):
        wait(site.is_healthy)
        origin = {"Host": f"127.0.0.1:{site.port}", "Origin": f"http://127.0.0.1:{site.port}"}
        status, _, body = site.call("POST", "/session", {"name": "ann", "password": "only for trying"}, **origin)
        assert status == 200, body
        token = json.loads(body)["accessToken"]
        status, _, body = site.call("POST", "/v2/media?name=x.bin", b"content", Authorization=f"Bearer {token}")
        assert status == 201, body
    assert not list((Path(daemon.environment["HICHAT_STATE_DIR"]) / "uploads").iterdir())
    daemon.stop_in_order()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
