"""
The file C{Containerfile}. There is no container engine here: its instructions are read, and its commands are run on
this machine.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hichat.daemon import settings
from tests import guide, proof
from tests.support.container import instructions, last_stage, words
from tests.support.daemon import ROOT, Daemon, wait


def test_its_instructions() -> None:
    """What is copied is there; the base is one version; the image's user has no rights, and needs a place to write."""
    found = instructions()
    (base,) = (arguments.removeprefix("BASE=") for name, arguments in found if arguments.startswith("BASE="))
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+\.\d+-slim-bookworm", base)
    assert [arguments.split()[0] for name, arguments in found if name == "FROM"] == ["${BASE}", "${BASE}"]
    stages = {arguments.split(" AS ")[1] for name, arguments in found if name == "FROM" and " AS " in arguments}
    for name, arguments in found:
        if name == "COPY":
            *sources, _ = arguments.split()
            if sources[0].startswith("--from="):
                assert sources[0].removeprefix("--from=") in stages
            else:
                assert [each for each in sources if not (ROOT / each).exists()] == []
    last = dict(last_stage())
    made = last["RUN"]
    assert last["USER"] == "hichat"
    assert f" {last['USER']} &&" in made
    assert last["WORKDIR"] == last["VOLUME"] == made.split()[-1]
    environment = dict(arguments.split("=", 1) for name, arguments in last_stage() if name == "ENV")
    given = settings.load({}, environment, Path("/"))
    assert str(given.state_dir) == last["VOLUME"]
    assert given.listen == f"tcp:{last['EXPOSE']}"
    assert settings.unknown_variables(environment) == []


def test_its_health(daemon: Daemon) -> None:
    """The daemon is started by its command. The check fails before, and succeeds then."""
    last = dict(last_stage())
    command = words(last["CMD"])
    assert command == ["twistd", "-n", "--pidfile=", "hichat"]
    python, *rest = words(last["HEALTHCHECK"])
    assert python == "python"
    check = [sys.executable, *(word.replace(":8000", f":{daemon.port}") for word in rest)]

    def status() -> int:
        return subprocess.run(check, capture_output=True, check=False, timeout=30).returncode

    assert status() != 0
    daemon.prepare()
    daemon.fork()
    wait(daemon.serves)
    assert status() == 0
    daemon.stop_in_order()


@pytest.mark.skipif(not proof.FULL, reason="it installs everything")
@pytest.mark.timeout(300)
def test_its_installation(tmp_path: Path) -> None:
    """What is copied is enough to install it, where nothing else is."""
    source, target = tmp_path / "src", tmp_path / "hichat"
    source.mkdir()
    found = instructions()
    for name, arguments in found:
        if name == "COPY" and "--from" not in arguments:
            *sources, destination = arguments.split()
            for each in sources:
                whole = ROOT / each
                if whole.is_dir():
                    shutil.copytree(whole, source / destination, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(whole, source / destination)
    install = next(arguments for name, arguments in found if name == "RUN" and "pip" in arguments)
    # What it needs is here already.
    script = install.replace("/opt/hichat", shlex.quote(str(target))).replace("${MORE}", "--no-deps")
    script = script.replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv")
    subprocess.run(["sh", "-euc", script], cwd=source, check=True, capture_output=True, timeout=240)
    (packages,) = target.glob(".venv/lib/python*/site-packages")
    needed = subprocess.run(
        [sys.executable, "-c", "import twisted, os; print(os.path.dirname(os.path.dirname(twisted.__file__)))"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    (packages / "here.pth").write_text(needed)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = [str(target / ".venv/bin/hichat"), "--version"]
    done = subprocess.run(program, capture_output=True, text=True, check=True, env=clean, cwd=tmp_path)
    assert done.stdout.startswith("hichat ")
    assert [path.name for path in (packages / "twisted/plugins").glob("hichat*.py")] != []
    assert (packages / "hichat/docs/Containerfile").read_bytes() == (guide.PAGES / "Containerfile").read_bytes()
