"""Tests for L{hichat.admin.incoming_hooks}."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hichat.admin.administration import Administration, DirectLedger, now
from hichat.core.errors import HookExists, NoSuchGroup, NoSuchIncomingHook
from hichat.daemon.settings import load
from hichat.groups import queries
from hichat.groups.service import Groups
from hichat.hooks.incoming import records
from hichat.pipeline.ledger.writer import LogWriter
from tests.support.command import run


def test_a_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, shown, rolled, removed; the audit log has that, and not the address."""

    def hichat(*words: str) -> str:
        status, out, err = run(*words, "--state-dir", str(tmp_path))
        assert not status, err
        return out.strip()

    def refused(*words: str) -> str:
        status, _, err = run(*words, "--state-dir", str(tmp_path))
        assert status
        return (str(status) if isinstance(status, str) else err).removeprefix("hichat: ").strip()

    monkeypatch.setattr("hichat.admin.commands.ask_password", lambda repeat: "correct horse")
    hichat("user", "add", "ann")
    accounts = Administration(load({"state-dir": str(tmp_path)}, {}, tmp_path))
    groups = Groups(accounts.store, DirectLedger(LogWriter(accounts.store, now)), now)
    group = accounts.run(groups.create(accounts.find("ann"), "ops"))

    monkeypatch.setenv("HICHAT_PUBLIC_URL", "https://chat.example/path")
    url = hichat("hook", "add", "ops", "CI", "--language", "zh")
    address, _, secret = url.rpartition("/")
    assert address == "https://chat.example/path/hooks"
    assert refused("hook", "add", str(group.id), "ci") == HookExists.en
    assert refused("hook", "add", "nothing", "x") == NoSuchGroup.en
    (shown,) = json.loads(hichat("hook", "incoming", "ops", "--json"))
    assert (shown["group"], shown["name"], shown["on"], shown["maker"]) == ("ops", "CI", True, "")
    assert hichat("hook", "incoming").split("\t")[2:] == ["CI", "on", "(the server)", "-", "-"]
    called = accounts.store_read(lambda connection: records.called(connection, secret))
    assert called is not None
    assert called.bot is not None
    assert called.bot.id in accounts.store_read(lambda connection: queries.members(connection, group.id))

    rolled = hichat("hook", "roll", "ops", str(shown["id"]))
    assert accounts.store_read(lambda connection: records.called(connection, secret)) is None
    assert accounts.store_read(lambda connection: records.called(connection, rolled.rpartition("/")[2])) is not None
    assert refused("hook", "remove", "ops", "other") == NoSuchIncomingHook.en
    hichat("hook", "remove", "ops", "CI")
    assert hichat("hook", "incoming") == ""
    assert accounts.store_read(lambda connection: queries.members(connection, group.id)) == {group.owner_id}
    noted = hichat("audit", "--json")
    assert all(act in noted for act in ("hook add", "hook roll", "hook remove"))
    assert secret not in noted
    assert rolled.rpartition("/")[2] not in noted
