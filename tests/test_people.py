"""Tests for the commands of C{hichat user}, in this process."""

from __future__ import annotations

import csv
import json
import os
import stat

import pytest
from sqlalchemy import select

from hichat.accounts import devices
from hichat.admin.administration import now
from hichat.mail import addresses
from hichat.signin import remembered
from hichat.signin.kinds import FactorKinds
from hichat.signin.openid import identities
from hichat.signin.recovery import make_codes
from hichat.storage.tables import device_secrets, mails
from tests.support.command_scene import CommandScene, CommandSceneOnPostgreSQL
from tests.support.doubles import NOW
from tests.support.scene import fixture_of
from tests.support.signing_in import KEY, code_at

PASSWORD = "correct horse"


commands = fixture_of(CommandScene, CommandSceneOnPostgreSQL)


async def test_many(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of a file are made with their profiles; passwords are made where there are none, for the operator only."""
    people = commands.file(
        "\ufeffname,display_name,email,password,admin\n"
        f'ann,Ann,ann@example.org,{PASSWORD},yes\nbob,"Bob, the second",,,no\n小明,,,,\n'
    )
    assert "2 of 3 people have no password" in commands.run("user", "import", str(people))
    passwords = commands.directory.parent / "passwords.csv"
    assert commands.run("user", "import", str(people), "--passwords", str(passwords)) == ""
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    with passwords.open(encoding="utf-8") as file:
        made = {row["name"]: row["password"] for row in csv.DictReader(file)}
    assert list(made) == ["bob", "小明"]
    assert min(map(len, made.values())) >= 16
    capsys.readouterr()
    assert commands.run("user", "list", "--json") == ""
    listed = {user["name"]: user for user in json.loads(capsys.readouterr().out)}
    assert {name: (user["displayName"], user["administrator"]) for name, user in listed.items()} == {
        "ann": ("Ann", True),
        "bob": ("Bob, the second", False),
        "小明": ("小明", False),
    }
    assert {name: user["role"] for name, user in listed.items()} == {
        "ann": "administrator",
        "bob": "member",
        "小明": "member",
    }
    assert listed["ann"]["email"] == "ann@example.org"
    commands.run("audit", "--json", "--act", "user import")
    assert json.loads(capsys.readouterr().out)["detail"] == {"users": 3}
    commands.run("audit", "--json", "--act", "user admin")
    assert json.loads(capsys.readouterr().out)["whoseName"] == "ann"
    assert "admin" in commands.run("user", "import", str(commands.file(f"name,password,admin\ncat,{PASSWORD},maybe\n")))
    assert f"there is no message {'9' * 30}" in commands.run("trace", "9" * 30)


async def test_mistakes_in_a_file(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """All are told, with their lines; nobody is made, and no file of passwords stays."""
    good = commands.file(f"name,password\nann,{PASSWORD}\n")
    assert commands.run("user", "import", str(good)) == ""
    wrong = commands.file(
        "name,password,email\n"
        f"Ann,{PASSWORD},\nbob,short,\ncat,{PASSWORD},no address\ndan,,\nDAN,,\n\x07,,\neve,passwordpassword,\n"
    )
    passwords = commands.directory.parent / "passwords.csv"
    told = commands.run("user", "import", str(wrong), "--passwords", str(passwords))
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == [f"line {each}" for each in (2, 3, 4, 6, 7, 8)]
    assert "the name is that of line 5" in told
    assert not passwords.exists()
    for text, words in (
        ("who\nann\n", "there is no column 'who'; the columns are name, password"),
        ("", "there is no column 'name'"),
        ("name,email\nann\n", "line 2 has more or fewer fields"),
        ("name,email\nann,a,b\n", "line 2 has more or fewer fields"),
        ('name\n"ann\n', "it is no CSV file"),
    ):
        assert words in commands.run("user", "import", str(commands.file(text)))
    commands.file("").write_bytes("name\nzoë\n".encode("latin-1"))
    assert "it is no CSV file in UTF-8" in commands.run("user", "import", str(commands.directory.parent / "people.csv"))
    assert "No such file" in commands.run("user", "import", "/nowhere.csv")
    there = commands.file("x", "there.csv")
    someone = commands.file("name\neve\n")
    assert "File exists" in commands.run("user", "import", str(someone), "--passwords", str(there))
    capsys.readouterr()
    commands.run("user", "list", "--json")
    assert [user["name"] for user in json.loads(capsys.readouterr().out)] == ["ann"]


async def test_roles(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """The command names the first owner, and the last one stays."""
    wrong = commands.file(f"name,password,role,admin\nann,{PASSWORD},king,\nbob,{PASSWORD},guest,yes\n")
    assert "wrong lines: 2" in commands.run("user", "import", str(wrong))
    people = commands.file(f"name,password,role\nann,{PASSWORD},Guest\nbob,{PASSWORD},\ncat,{PASSWORD},moderator\n")
    assert commands.run("user", "import", str(people)) == ""
    assert commands.run("user", "role", "bob", "owner") == ""
    for refused in (
        ("user", "role", "bob", "administrator"),
        ("user", "admin", "bob", "--remove"),
        ("user", "disable", "bob"),
        ("user", "delete", "bob", "--yes"),
    ):
        assert "the server needs an owner" in commands.run(*refused)
    assert commands.run("user", "admin", "bob") == ""
    assert commands.run("user", "role", "nobody", "member")
    capsys.readouterr()
    assert commands.run("user", "list") == ""
    assert capsys.readouterr().out.splitlines() == ["1\tann\tguest", "2\tbob\towner", "3\tcat\tmoderator"]
    assert commands.run("user", "role", "cat", "owner") == ""
    assert commands.run("user", "role", "bob", "guest") == ""
    capsys.readouterr()
    assert commands.run("user", "show", "bob", "--json") == ""
    assert json.loads(capsys.readouterr().out)["role"] == "guest"
    commands.run("audit", "--json", "--act", "user role")
    noted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["whoseName"], each["detail"]["role"]) for each in noted] == [
        ("ann", "guest"),
        ("cat", "moderator"),
        ("bob", "owner"),
        ("cat", "owner"),
        ("bob", "guest"),
    ]


async def test_the_life_of_a_person(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """Another name, rights, and the end."""
    commands.run("user", "import", str(commands.file(f"name,password\nann,{PASSWORD}\nbob,{PASSWORD}\n")))
    assert commands.run("user", "rename", "ann", "anna") == ""
    assert commands.run("user", "rename", "ann", "other")
    assert commands.run("user", "rename", "bob", "anna")
    assert commands.run("user", "admin", "anna") == ""
    capsys.readouterr()
    assert commands.run("user", "show", "anna", "--json") == ""
    shown = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["administrator"], shown["devices"], shown["groups"]) == ("anna", True, [], [])
    assert commands.run("user", "admin", "anna", "--remove") == ""
    assert commands.run("user", "show", "anna") == ""
    assert "administrator\tFalse" in capsys.readouterr().out
    end = os.open(os.devnull, os.O_RDONLY)
    saved = os.dup(0)
    os.dup2(end, 0)
    try:
        assert "--yes deletes the account" in commands.run("user", "delete", "anna")
    finally:
        os.dup2(saved, 0)
        os.close(end)
        os.close(saved)
    assert commands.run("user", "delete", "anna", "--yes") == ""
    assert commands.run("user", "show", "anna")
    capsys.readouterr()
    assert commands.run("audit", "--json", "--user", str(shown["id"])) == ""
    acts = [json.loads(line)["act"] for line in capsys.readouterr().out.splitlines()]
    assert acts == ["user rename", "user admin", "user admin", "user delete"]
    assert commands.run("audit", "--user", "4711")
    # Its name rests.
    assert commands.run("user", "import", str(commands.file(f"name,password\nanna,{PASSWORD}\n")))


async def test_the_ways_in_of_a_person(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """The verified address, app passwords and remembered devices are shown; of the secrets nothing."""
    commands.run("user", "import", str(commands.file(f"name,password\nann,{PASSWORD}\nbob,{PASSWORD}\n")))
    commands.run("app-password", "add", "ann", "--label", "mail program")
    secret = capsys.readouterr().out.split()[-1]
    opened = commands.administration()
    with opened.store.transaction() as connection:
        ann = opened.find("ann")
        claim = addresses.claim_address(connection, ann.id, "ann@example.org", "en", NOW)
        addresses.verify_address(connection, ann, claim, NOW)
        device = devices.find_or_add(connection, ann.id, "phone", NOW).id
        connection.execute(device_secrets.insert().values(device_id=device, secret_hash=b"s" * 32))
        remembered.keep(connection, ann, device, b"s" * 32, now())
    opened.store.engine.dispose()
    assert commands.run("user", "show", "ann", "--json") == ""
    text = capsys.readouterr().out
    shown = json.loads(text)
    assert shown["verifiedAddress"] == {"address": "ann@example.org", "verified": NOW}
    assert [(each["name"], each["used"]) for each in shown["appPasswords"]] == [("mail program", 0)]
    assert [(each["device"], each["name"]) for each in shown["remembered"]] == [(device, "phone")]
    assert commands.run("user", "show", "ann") == ""
    plain = capsys.readouterr().out
    assert "verified address\tann@example.org (" in plain
    assert "app passwords\tmail program\n" in plain
    assert "remembered devices\tphone (" in plain
    assert secret not in text + plain
    assert commands.run("user", "show", "bob", "--json") == ""
    shown = json.loads(capsys.readouterr().out)
    assert (shown["verifiedAddress"], shown["appPasswords"], shown["remembered"]) == (None, [], [])


async def test_notices(commands: CommandScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a verified address is told of another password and of removed factors, if the daemon sends mails."""
    monkeypatch.setattr("hichat.admin.commands.ask_password", lambda repeat: "another horse")
    commands.run("user", "import", str(commands.file(f"name,password\nann,{PASSWORD}\nbob,{PASSWORD}\n")))
    opened = commands.administration()
    ann = opened.find("ann").id
    kinds = FactorKinds((commands.directory / "token.key").read_bytes())

    def queued() -> list[tuple[int, str]]:
        with opened.store.snapshot() as connection:
            query = select(mails.c.user_id, mails.c.kind).where(mails.c.next_at.is_not(None)).order_by(mails.c.id)
            return [tuple(row) for row in connection.execute(query)]

    with opened.store.transaction() as connection:
        claim = addresses.claim_address(connection, ann, "ann@example.org", "en", NOW)
        addresses.verify_address(connection, opened.find("ann"), claim, NOW)
        kinds.totp.keep(connection, ann, KEY, code_at(NOW), NOW)
    assert commands.run("user", "passwd", "ann") == ""
    assert queued() == []
    commands.set_environment("HICHAT_SMTP", "smtp://127.0.0.1")
    commands.set_environment("HICHAT_MAIL_FROM", "chat@example.org")
    commands.set_environment("HICHAT_PUBLIC_URL", "https://chat.example.org")
    for name in ("ann", "bob"):
        assert commands.run("user", "passwd", name) == ""
    assert queued() == [(ann, "password_changed")]
    assert commands.run("user", "factors", "ann", "--remove") == ""
    assert queued() == [(ann, "password_changed"), (ann, "factor_removed")]
    opened.store.engine.dispose()


async def test_a_deleted_person_is_not_linked(commands: CommandScene) -> None:
    """A link to an account at a provider goes with the account: who comes from there gets another one."""
    commands.run("user", "import", str(commands.file(f"name,password\nann,{PASSWORD}\n")))
    opened = commands.administration()
    with opened.store.transaction() as connection:
        ann = opened.find("ann").id
        identities.link(connection, ann, "https://id.example.org", "s-ann", "ann", NOW)
    assert commands.run("user", "delete", "ann", "--yes") == ""
    with opened.store.snapshot() as connection:
        assert identities.of_user(connection, ann) == []
    opened.store.engine.dispose()


async def test_factors(commands: CommandScene, capsys: pytest.CaptureFixture[str]) -> None:
    """A user who has lost the second factor gets in again."""
    assert commands.run("user", "import", str(commands.file(f"name,password\nann,{PASSWORD}\n"))) == ""
    opened = commands.administration()
    kinds = FactorKinds((commands.directory / "token.key").read_bytes())
    with opened.store.transaction() as connection:
        kinds.totp.keep(connection, opened.find("ann").id, KEY, code_at(NOW), NOW)
        kinds.recovery.keep(connection, opened.find("ann").id, make_codes())
    opened.store.engine.dispose()
    capsys.readouterr()
    assert commands.run("user", "factors", "ann") == ""
    assert capsys.readouterr().out == "totp\nrecovery\n"
    assert commands.run("user", "factors", "ann", "--remove") == ""
    assert commands.run("user", "factors", "ann") == ""
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "ann has no second factor\n")
    assert "no user" in commands.run("user", "factors", "bob")
    commands.run("audit", "--json", "--act", "user factors")
    assert json.loads(capsys.readouterr().out)["via"] == "command"
