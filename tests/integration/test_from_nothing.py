"""
The page "A server from nothing" leads there: its commands are run. What needs another machine, the package registry or
systemd is done here by hand: the units are carried out, and certificates are of an authority of this test.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests import guide
from tests.support import operators, ports
from tests.support.certificates import CertificateAuthority
from tests.support.daemon import ROOT, Daemon, wait
from tests.support.proxies import Site, changed, nginx

NAME = "chat.example.org"
PASSWORD = "correct horse"
PROGRAMS = Path(sys.executable).parent

RECORDS = """#!/bin/sh
echo "$(basename "$0") $*" >> {log}
"""

VENV = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || exit 1
mkdir -p "$3/bin"
for program in python hichat twistd; do ln -s {programs}/$program "$3/bin/$program"; done
printf '#!/bin/sh\\necho "pip $*" >> {log}\\n' > "$3/bin/pip"
chmod +x "$3/bin/pip"
"""


class Machine:
    """
    A new machine, in a directory.

    @ivar said: what the commands have printed last.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = root / "commands"
        for name in (
            "etc/systemd/system",
            "etc/nginx/conf.d",
            "etc/prometheus",
            "var/lib",
            "var/backups",
            "var/tmp",
            "bin",
        ):
            (root / name).mkdir(parents=True)
        self.log.touch()
        for name in ("apt-get", "useradd", "systemctl", "certbot", "nginx"):
            self._program(name, RECORDS)
        self._program("python3", VENV)
        self._name = ""

    def _program(self, name: str, text: str) -> None:
        path = self.root / "bin" / name
        path.write_text(text.format(log=self.log, programs=PROGRAMS))
        path.chmod(0o755)

    def here(self, text: str) -> str:
        """@return: commands, with this machine's paths."""
        return re.sub(r"(?<![\w/.])/(?=(?:opt|etc|var)/)", f"{self.root}/", text)

    def obey(self, block: str, line: str = "") -> str:
        """
        Run commands, in a copy of the repository.

        @param line: what is typed in.
        @return: what they print.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith("HICHAT_")}
        own |= {"PATH": f"{self.root}/bin:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NAME": self._name}
        script = f'set -eu\n{self.here(block)}\nprintf %s "$NAME" > {self.root}/name'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            env=own,
            input=line,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self._name = (self.root / "name").read_text()
        return done.stdout

    def called(self) -> list[str]:
        """@return: the commands that were recorded since the last time."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return lines

    def unit(self, name: str) -> dict[str, list[str]]:
        """@return: the settings of a unit that was copied, by name."""
        found: dict[str, list[str]] = {}
        for line in (self.root / "etc/systemd/system" / name).read_text().splitlines():
            if "=" in line and not line.startswith("#"):
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(self.here(value))
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """The one that the unit starts; its ports are free ones."""
    daemon = Daemon(tmp_path / "daemon")
    yield daemon
    daemon.kill()


def start(machine: Machine, daemon: Daemon) -> int:
    """Carry the unit out. @return: the port of the metrics."""
    unit = machine.unit("hichat.service")
    assert unit["ExecStart"] == [f"{machine.root}/opt/hichat/.venv/bin/twistd -n --pidfile= hichat"]
    (file,) = unit["EnvironmentFile"]
    lines = [*unit["Environment"], *Path(file.removeprefix("-")).read_text().splitlines()]
    metrics = ports.reserve()
    given = dict(line.split("=", 1) for line in lines)
    given["HICHAT_METRICS_LISTEN"] = changed(given["HICHAT_METRICS_LISTEN"], {":9464:": f":{metrics}:"})
    daemon.environment |= given
    daemon.fork()
    wait(daemon.serves)
    return metrics


def back_up(machine: Machine) -> None:
    """Carry the unit out."""
    unit = machine.unit("hichat-backup.service")
    (before,), (command,) = unit["ExecStartPre"], unit["ExecStart"]
    for each in (before.removeprefix("+").replace(" -o hichat -g hichat", ""), command):
        # As systemd reads it.
        machine.obey(each.replace("$$", "$").replace("%%", "%"))


def test_the_page(machine: Machine, daemon: Daemon) -> None:
    """All its commands, in order."""
    blocks = iter(guide.blocks(guide.text("from-nothing"), "sh"))
    machine.obey(next(blocks))
    machine.obey(next(blocks))
    called = machine.called()
    assert [line.split()[0] for line in called] == ["apt-get", "useradd", "pip", "systemctl", "systemctl"]
    assert called[-1] == "systemctl enable --now hichat"
    metrics = start(machine, daemon)
    machine.obey(next(blocks), f"{PASSWORD}\n")
    code = machine.obey(next(blocks)).strip()
    machine.obey(next(blocks))
    assert [line.split()[0] for line in machine.called()] == ["certbot", "nginx", "systemctl"]
    with ExitStack() as running:
        comes_in(machine, daemon, code, running)
    machine.obey(next(blocks))
    assert machine.called() == ["systemctl enable --now hichat-backup.timer", "systemctl start hichat-backup"]
    back_up(machine)
    assert "ok" in machine.obey(next(blocks))
    assert not (machine.root / "var/tmp/tried").exists()
    alerts(machine, metrics, next(blocks))
    assert {line.split()[0] for line in machine.obey(next(blocks)).splitlines()} == {"ok"}
    assert next(blocks, None) is None
    daemon.stop_in_order()


def comes_in(machine: Machine, daemon: Daemon, code: str, running: ExitStack) -> None:
    """The owner and somebody with an invite, over TLS by nginx."""
    authority = CertificateAuthority()
    site = Site("", NAME, authority)
    key, chain = authority.issue(NAME)
    (machine.root / "pem").write_bytes(chain + key)
    live = f"/etc/letsencrypt/live/{NAME}"
    here = {f"{live}/fullchain.pem": f"{machine.root}/pem", f"{live}/privkey.pem": f"{machine.root}/pem"}
    here |= {"listen 443": f"listen 127.0.0.1:{site.port}", "listen 80": f"listen 127.0.0.1:{site.plain}"}
    text = (machine.root / "etc/nginx/conf.d/hichat.conf").read_text()
    own = machine.root / "nginx"
    own.mkdir()
    running.enter_context(nginx(own, changed(text, here | {"127.0.0.1:8000": f"127.0.0.1:{daemon.port}"})))
    wait(site.is_healthy)
    account = {"name": "bob", "password": PASSWORD, "invite": code}
    assert site.call("POST", "/v2/accounts", account)[0] == 201
    for name in ("ann", "bob"):
        status, _, body = site.call("POST", "/session", {"name": name, "password": PASSWORD}, Origin=site.origin)
        assert status == 200, body
    assert json.loads(body)["user"] == 2


def alerts(machine: Machine, metrics: int, block: str) -> None:
    """Prometheus would ask the daemon, and would tell an Alertmanager."""
    # It is run below, where a missing one is no failure.
    machine.obey(re.sub("^promtool.*\n", "", block, flags=re.MULTILINE))
    path = machine.root / "etc/prometheus/prometheus.yml"
    (check,) = re.findall("^promtool (.*)$", block, re.MULTILINE)
    operators.run("promtool", *shlex.split(machine.here(check)))
    found = yaml.safe_load(path.read_text())
    assert found["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["127.0.0.1:9093"]}]}]
    assert found["scrape_configs"][0]["static_configs"] == [{"targets": ["127.0.0.1:9464"]}]
    site = Site()
    site.port = metrics
    assert b"hichat_ready 1" in site.call("GET", "/metrics")[2]
    (receivers,) = guide.blocks(guide.text("from-nothing"), "yaml")
    assert yaml.safe_load(receivers)["route"]["receiver"] == yaml.safe_load(receivers)["receivers"][0]["name"]


def test_what_certbot_calls(machine: Machine) -> None:
    """Where the daemon has TLS itself: the page about operating it has a hook, which copies what was renewed."""
    (hook,) = (block for block in guide.blocks(guide.text("operate"), "sh") if "RENEWED_LINEAGE" in block)
    lineage = machine.root / "var/lib/renewed"
    lineage.mkdir()
    for name in ("privkey.pem", "fullchain.pem"):
        (lineage / name).write_text(name)
    machine.obey(f"export RENEWED_LINEAGE={lineage}\n{changed(hook, {' -o hichat -g hichat': ''})}")
    for name in ("privkey.pem", "fullchain.pem"):
        copy = machine.root / "etc/hichat" / name
        assert (copy.read_text(), copy.stat().st_mode & 0o777) == (name, 0o400)
    assert machine.called() == ["systemctl reload-or-restart hichat"]
