"""Tests for L{hichat.admin.app_passwords}."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hichat.accounts.app_secrets import secret_in
from hichat.core.errors import AppPasswordExists, InvalidField
from tests.support.command import run


def test_a_life(tmp_path: Path) -> None:
    """Made, shown, used for nothing yet, and revoked; the audit log has that, and not the password."""

    def hichat(*words: str) -> str:
        status, out, err = run(*words, "--state-dir", str(tmp_path))
        assert not status, err
        return out

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hichat.admin.commands.ask_password", lambda repeat: "correct horse")
        hichat("user", "add", "ann")
    secret = hichat("app-password", "add", "ann", "--label", "Old phone").strip()
    assert secret_in(secret)
    hichat("app-password", "add", "ann")
    (first, second) = json.loads(hichat("app-password", "list", "ann", "--json"))
    assert (first["name"], first["used_at"], second["name"]) == ("Old phone", 0, "command line")
    assert hichat("app-password", "list", "ann").splitlines()[0] == f"{first['id']}\tOld phone\t-"
    assert _refused(tmp_path, "add", "ann", "--label", "Old phone") == AppPasswordExists.en
    assert _refused(tmp_path, "add", "ann", "--label", "a\nb") == InvalidField("name").text("en")
    assert "no app password 'nothing'; `hichat app-password list ann`" in _refused(tmp_path, "revoke", "ann", "nothing")
    assert "no user 'bob'" in _refused(tmp_path, "list", "bob")
    hichat("app-password", "revoke", "ann", "Old phone")
    hichat("app-password", "revoke", "ann", str(second["id"]))
    assert json.loads(hichat("app-password", "list", "ann", "--json")) == []
    noted = hichat("audit", "--json")
    assert noted.count("app-password add") == noted.count("app-password revoke") == 2
    assert secret not in noted


def _refused(directory: Path, *words: str) -> str:
    status, _, err = run("app-password", *words, "--state-dir", str(directory))
    return (str(status) if isinstance(status, str) else err).removeprefix("hichat: ").strip()
