"""C{hichat hook list} and C{hichat hook off}."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hichat.admin.administration import Administration
from hichat.core.events import Scope
from hichat.daemon.settings import load
from hichat.hooks.outgoing import records
from tests.support.command import run


def test_outgoing_hooks(tmp_path: Path) -> None:
    """They are listed, and switched off; the audit log has that. What is no hook is said so."""

    def hichat(*words: str) -> str:
        status, out, err = run(*words, "--state-dir", str(tmp_path))
        assert not status, err
        return out

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hichat.admin.commands.ask_password", lambda repeat: "correct horse")
        hichat("user", "add", "ann")
    made = Administration(load({"state-dir": str(tmp_path)}, {}, tmp_path), make=False)
    values = {
        "mark": "m", "owner_id": 1, "scope": Scope.EVERYONE, "target": 0, "name": "CI", "url": "https://a.example/",
        "kinds": "", "secret": b"s", "created_at": 1,
    }  # fmt: skip
    with made.store.transaction() as connection:
        number = records.add_hook(connection, values).id
    made.store.engine.dispose()
    assert hichat("hook", "list") == f"{number}\ton\tannouncements\t1\t-\thttps://a.example/\tCI\n"
    hichat("hook", "off", str(number))
    assert hichat("hook", "list").split("\t")[1] == "by_hand"
    noted = [json.loads(line) for line in hichat("audit", "--json").splitlines()]
    assert "hook off" in [each["act"] for each in noted]
    status, _, _ = run("hook", "off", "99", "--state-dir", str(tmp_path))
    assert "no such hook" in str(status)
