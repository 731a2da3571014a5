"""An export of a person: what is in it, on both stores."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from html.parser import HTMLParser

import jsonschema
import pytest
from sqlalchemy import delete, update

from hichat.accounts import devices
from hichat.accounts.roles import ServerRole
from hichat.accounts.tokens import digest
from hichat.accounts.users import User
from hichat.admin.administration import now
from hichat.cli import main
from hichat.commands import reminders
from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.hooks.outgoing.records import add_hook
from hichat.keeping.blanking import blank
from hichat.mail import addresses
from hichat.media import records
from hichat.media.addresses import make_id
from hichat.media.records import StoredFile
from hichat.personal import export as exporting
from hichat.personal.export import Export
from hichat.personal.zips import ZipWriter, safe_name
from hichat.reports import records as reports
from hichat.reports.copies import MessageCopy, PersonCopy
from hichat.reports.records import NewReport
from hichat.signin import remembered
from hichat.signin.openid import identities
from hichat.signin.remembered import REMEMBERED_FOR
from hichat.storage.tables import device_secrets, keeping_head, media, media_uses, passkeys
from tests.media.samples import PNG
from tests.personal.store_of_people import StoreOfPeople
from tests.support.doubles import NOW
from tests.support.ledger import edit, message, react, recall
from tests.support.postgres import server
from tests.support.scene import fixture_of

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x07"
TEAM = FIRST_GROUP_ID


class Exported:
    """What a ZIP has in it."""

    def __init__(self, content: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        assert self.zip.testzip() is None
        self.names = self.zip.namelist()

    def text(self, name: str) -> str:
        return self.zip.read(name).decode()

    def lines(self, name: str) -> list[dict]:
        return [json.loads(line) for line in self.text(name).splitlines()]

    def check(self) -> None:
        """Every JSON is of the schema that is beside it."""
        schema = json.loads(self.text("schema.json"))
        for name in self.names:
            form = schema["files"].get(name.rpartition("/")[2])
            if form is not None and not name.startswith("files/"):
                validator = jsonschema.Draft202012Validator(form | {"$defs": schema["$defs"]})
                found = [json.loads(self.text(name))] if name.endswith(".json") else self.lines(name)
                for each in found:
                    validator.validate(each)


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class OfPeople(StoreOfPeople):
    """Ann and Bob are in a group."""

    async def set_up(self) -> None:
        await super().set_up()
        self.set_environment("HICHAT_STATE_DIR", str(self.directory))
        self.set_environment("HICHAT_DATABASE", self.url)
        await self.groups.create(self.ann, "team")
        await self.groups.join(self.bob, "team")

    def upload(self, owner: User, name: str, media_type: str, content: bytes) -> str:
        """@return: the URL of a new file."""
        id = make_id()
        kind = "picture" if media_type.startswith("image/") else "file"
        file = StoredFile(id, owner.id, kind, media_type, name, len(content), None, None, 4096, self.time)
        with self.store.transaction() as connection:
            records.add(connection, file, 2**40)
        with self.files.unfinished() as unfinished:
            unfinished.file.write(content)
            self.files.finish(unfinished, id)
        return f"/v2/media/{id}"

    def sign_in_ways(self, user: User) -> list[str]:
        """
        Give a user a verified address, an app password, a link to a provider, and a remembered device.

        @return: the secrets.
        """
        secret = self.working.add_app_password(user.name, f"mail of {user.name}")
        hash = digest(user.name)
        with self.store.transaction() as connection:
            address = f"{user.name}@example.org"
            claim = addresses.claim_address(connection, user.id, address, "zh", NOW)
            addresses.verify_address(connection, user, claim, NOW)
            identities.link(connection, user.id, "https://id.example.org", user.name, f"{user.name}@example.net", NOW)
            device = devices.find_or_add(connection, user.id, f"phone of {user.name}", NOW).id
            connection.execute(device_secrets.insert().values(device_id=device, secret_hash=hash))
            remembered.keep(connection, user, device, hash, now())
        return [secret, hash.hex()]

    def export(self, who: User, language: str = "en") -> Exported:
        pieces: list[bytes] = []
        Export(self.store, self.files, self.addresses, who.id, pieces.append, language).write()  # type: ignore[arg-type]
        found = Exported(b"".join(pieces))
        found.check()
        return found


class OfPeopleOnPostgreSQL(OfPeople):
    def database(self) -> str:
        return server().make_database(self)


people = fixture_of(OfPeople, OfPeopleOnPostgreSQL)


async def test_a_guest_learns_no_names(people: OfPeople) -> None:
    """Neither who reacts to what everybody reads nor the author of what is forwarded is named to strangers."""
    people.working.rename("cat", "Katzenberg")
    people.working.set_role("bob", ServerRole.ADMINISTRATOR)
    announced = people.do(message(people.bob.id, 0, Scope.EVERYONE, b'{"text":"to all"}'))
    people.do(react(people.cat.id, announced, "+👍".encode()))
    people.do(react(people.bob.id, announced, "+🎉".encode()))
    for role, is_named in ((ServerRole.MEMBER, True), (ServerRole.GUEST, False)):
        people.working.set_role("ann", role)
        found = people.export(people.ann)
        everything = "".join(found.text(name) for name in found.names)
        assert ("Katzenberg" in everything) == is_named
        assert ("👍" in everything) == is_named
        assert f"User {people.cat.id}" not in everything
        assert "🎉 bob" in everything


async def test_all_that_a_person_may_read(people: OfPeople) -> None:
    """Every conversation, edited, taken back and with reactions; nothing that the person may not read."""
    first = people.say(people.ann, "hello", user=people.bob.id)
    people.say(people.bob, "secret of bob and cat", user=people.cat.id)
    people.do(edit(people.ann.id, first, b'{"text":"hello again","mentions":[]}'))
    people.do(react(people.bob.id, first, "+👍".encode()))
    gone = people.say(people.bob, "oh no", user=people.ann.id)
    people.do(recall(people.bob.id, gone))
    people.say(people.ann, "to myself", user=people.ann.id)
    people.say(people.bob, "to all of us", group=TEAM)
    await people.groups.leave(people.bob.id, TEAM)
    late = people.say(people.ann, "bob has left", group=TEAM)
    with people.store.transaction() as connection:
        copy = MessageCopy(
            id=first, author=people.bob.id, name="bob", time=1, text="secret of ann's", user=people.ann.id
        )
        reports.add(connection, NewReport(people.ann.id, "spam", HOSTILE, copy), NOW)
        about = PersonCopy(people.cat.id, "cat", "cat")
        closed = reports.add(connection, NewReport(people.ann.id, "other", "", about), NOW)
        reports.close(connection, closed, people.bob.id, "dismissed", "note of a moderator", NOW + 1)
        for user, name in ((people.ann, "Ann's key"), (people.bob, "Bob's key")):
            key = {"credential_id": name.encode(), "public_key": b"secret", "sign_count": 7, "transports": "usb"}
            connection.execute(
                passkeys.insert().values(user_id=user.id, name=name, made_at=NOW, used_at=NOW + 2, **key)
            )

    with people.store.transaction() as connection:
        values = {
            "scope": 3, "target": 0, "kinds": "", "secret": b"sealed", "created_at": NOW, "name": "CI",
        }  # fmt: skip
        for user in (people.ann, people.bob):
            add_hook(
                connection, {**values, "mark": user.name, "owner_id": user.id, "url": f"https://{user.name}.example/"}
            )
        for user in (people.ann, people.bob):
            reminders.add(connection, user.id, NOW + 5, f"feed the cat of {user.name}")
    secrets = people.sign_in_ways(people.ann)
    people.sign_in_ways(people.bob)

    found = people.export(people.ann)
    person = json.loads(found.text("person.json"))
    assert (person["profile"]["name"], person["format"]) == ("ann", 1)
    assert person["verifiedAddress"] == {"address": "ann@example.org", "language": "zh", "verified": NOW}
    assert person["hooks"] == [{"name": "CI", "url": "https://ann.example/", "created": NOW}]
    assert person["reminders"] == [{"due": NOW + 5, "text": "feed the cat of ann"}]
    (app_password,) = person["appPasswords"]
    assert (app_password["name"], app_password["used"]) == ("mail of ann", 0)
    (identity,) = person["identities"]
    assert (identity["issuer"], identity["name"]) == ("https://id.example.org", "ann@example.net")
    (device,) = (each for each in person["devices"] if "remembered" in each)
    assert device["name"] == "phone of ann"
    assert device["rememberedUntil"] - device["remembered"] == REMEMBERED_FOR
    assert [group["role"] for group in person["groups"]] == ["owner"]
    assert person["passkeys"] == [{"name": "Ann's key", "created": NOW, "used": NOW + 2}]
    listed = {each.get("user", each.get("group")): each for each in found.lines("conversations.jsonl")}
    assert [listed[key]["messages"] for key in (people.bob.id, people.ann.id, TEAM)] == [2, 1, 2]
    messages = found.lines(f"{listed[people.bob.id]['folder']}/messages.jsonl")
    assert [(each["id"], each["text"]) for each in messages] == [(first, "hello again"), (gone, "")]
    assert messages[0]["reactions"] == [{"emoji": "👍", "users": [people.bob.id]}]
    assert messages[1]["recalled"]
    everything = "".join(found.text(name) for name in found.names)
    assert "secret of bob" not in everything
    assert "of bob" not in found.text("person.json")
    assert not [secret for secret in secrets if secret in everything]
    index = " ".join(Tags(found.text("index.html")).words)
    for shown in (
        "ann@example.org",
        "mail of ann",
        "ann@example.net",
        "needs no second factor until",
        "the cat of ann",
    ):
        assert shown in index
    assert "oh no" not in everything
    page = found.text(f"{listed[people.bob.id]['folder']}/page-1.html")
    assert "hello again" in page
    assert "👍 bob" in page
    assert "This message was taken back." in page

    (reported, reported_person) = person["reports"]
    assert (reported["reason"], reported["text"], reported["message"]["text"]) == ("spam", HOSTILE, "secret of ann's")
    assert "closed" not in reported
    assert (reported_person["closed"], reported_person["person"]["displayName"]) == (NOW + 1, "cat")
    assert "note of a moderator" not in everything
    index = " ".join(Tags(found.text("index.html")).words)
    assert "secret of ann's" in index
    assert f"spam or fraud · {HOSTILE}" in index

    of_bob = people.export(people.bob, "zh")
    assert json.loads(of_bob.text("person.json"))["reports"] == []
    everything = "".join(of_bob.text(name) for name in of_bob.names)
    assert "to all of us" in everything
    assert "bob has left" not in everything
    assert "to myself" not in everything
    assert "已退出" in of_bob.text("index.html")
    assert 'lang="zh"' in of_bob.text("index.html")
    assert str(late) not in [each["id"] for each in of_bob.lines(f"conversations/group-{TEAM}-team/messages.jsonl")]


async def test_messages_that_are_not_kept(people: OfPeople) -> None:
    """They are in it without their texts, and the page says why."""
    old = people.say(people.ann, "long ago", user=people.bob.id)
    people.say(people.ann, "today", user=people.bob.id)
    with people.store.transaction() as connection:
        blank(connection, [old])
        connection.execute(update(keeping_head).values(position=old))
    found = people.export(people.ann)
    (conversation,) = found.lines("conversations.jsonl")
    messages = found.lines(f"{conversation['folder']}/messages.jsonl")
    assert [(each["text"], each.get("expired")) for each in messages] == [("", True), ("today", None)]
    page = found.text(f"{conversation['folder']}/page-1.html")
    assert "This message is older than messages are kept here." in page
    assert "taken back" not in page


async def test_pages_and_a_moment(people: OfPeople, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long conversation has many pages; what is said after the begin is not in it."""
    monkeypatch.setattr(exporting, "PAGE_MESSAGES", 3)
    said = [people.say(people.ann, f"number {n}", user=people.bob.id) for n in range(10)]
    pieces: list[bytes] = []

    def meddle(count: exporting.Progressed) -> None:
        if count.messages == 3:
            people.say(people.bob, "too late", user=people.ann.id)
            people.do(edit(people.ann.id, said[9], b'{"text":"changed too late","mentions":[]}'))

    Export(people.store, people.files, people.addresses, people.ann.id, pieces.append, "en", meddle).write()
    found = Exported(b"".join(pieces))
    (conversation,) = found.lines("conversations.jsonl")
    assert (conversation["messages"], conversation["pages"]) == (10, 4)
    texts = [each["text"] for each in found.lines(f"{conversation['folder']}/messages.jsonl")]
    assert texts == [f"number {n}" for n in range(10)]
    pages = [found.text(f"{conversation['folder']}/page-{n}.html") for n in (1, 2, 3, 4)]
    shown = re.findall(r"number \d", "".join(pages))
    assert shown == texts
    assert [("page-1" in page, "page-3" in page) for page in pages][1] == (True, True)
    assert "too late" not in "".join(pages)


async def test_files_from_before_they_had_ids(people: OfPeople) -> None:
    """Messages name them as they are in the folder. One that is gone is listed, without a path."""
    there, gone = f"{'0a' * 16}.png", f"{'0b' * 16}.mp3"
    (people.files.scratch / there).write_bytes(PNG)
    (people.files.scratch / f"{'0c' * 16}.png").write_bytes(b"of others")
    for name, kind in ((there, 4), (gone, 3), (f"{'0d' * 16}.exe", 4), ("../token.key", 4)):
        sent = {"userId": 1, "TargetId": 2, "Type": 1, "Media": kind, "Content": "", "url": f"/uploads/{name}"}
        people.do(message(people.ann.id, people.bob.id, Scope.USER, json.dumps(sent).encode()))
    found = people.export(people.bob)
    assert [(each["id"], each["size"], each.get("path")) for each in found.lines("files.jsonl")] == [
        (there, len(PNG), f"files/old/{there}"),
        (gone, 0, None),
    ]
    assert found.zip.read(f"files/old/{there}") == PNG
    assert [name for name in found.names if name.startswith("files/")] == [f"files/old/{there}"]
    page = Tags(found.text(f"conversations/user-{people.ann.id}-ann/page-1.html"))
    assert f"../../files/old/{there}" in [values.get("src") for name, values in page.tags if name == "img"]


async def test_hostile_texts_and_names(people: OfPeople) -> None:
    """Texts stay texts; names of files lead nowhere; what a browser might run is not linked."""
    picture = people.upload(people.bob, "../../evil\u202egnp.html", "image/png", b"\x89PNG")
    page = people.upload(people.bob, "page.html", "text/html", b"<script>alert(3)</script>")
    same = people.upload(people.bob, "page.html", "text/html", b"another")
    device = people.upload(people.bob, "CON.txt", "text/plain", b"con")
    people.say(people.bob, HOSTILE, user=people.ann.id)
    for url, kind in ((picture, "picture"), (page, "file"), (same, "file"), (device, "file")):
        people.say(people.bob, "", user=people.ann.id, media=kind, url=url, name=HOSTILE)
    people.say(people.bob, "", user=people.ann.id, media="picture", url="https://evil.example/x.png")
    people.say(people.bob, "", user=people.ann.id, media="file", url="javascript:alert(4)", name="x")
    with people.store.transaction() as connection:
        connection.exec_driver_sql("UPDATE groups SET name = '../../../x'")
    people.say(people.bob, "hi", group=TEAM)
    gone = people.upload(people.bob, "gone.txt", "text/plain", b"x")
    people.say(people.bob, "", user=people.ann.id, media="file", url=gone)
    lost = people.upload(people.bob, "lost.txt", "text/plain", b"x")
    people.say(people.bob, "", user=people.ann.id, media="file", url=lost)
    people.files.remove([lost.rpartition("/")[2]])
    with people.store.transaction() as connection:
        connection.execute(delete(media_uses).where(media_uses.c.media_id == gone.rpartition("/")[2]))
        connection.execute(delete(media).where(media.c.id == gone.rpartition("/")[2]))

    found = people.export(people.ann)
    assert len({name.casefold() for name in found.names}) == len(found.names)
    for name in found.names:
        parts = name.split("/")
        assert not name.startswith("/")
        assert "\\" not in name
        assert not {"", ".", ".."} & {*parts}
        assert all(part == safe_name(part) for part in parts), name
    listed = {each["id"]: each for each in found.lines("files.jsonl")}
    paths = [listed[url.rpartition("/")[2]].get("path", "") for url in (picture, page, same, device, gone, lost)]
    assert paths[0].endswith(".html.png")
    assert "\u202e" not in paths[0]
    assert paths[3].endswith("/_CON.txt")
    assert paths[4:] == ["", ""]
    assert found.zip.read(paths[1]) == b"<script>alert(3)</script>"
    assert found.zip.read(paths[2]) == b"another"
    linked: set[str] = set()
    for name in found.names:
        if name.endswith(".html") and not name.startswith("files/"):
            tags = Tags(found.text(name))
            assert not {tag for tag, _ in tags.tags} & {"script", "iframe", "object", "embed", "link", "base", "form"}
            assert not [key for _, attributes in tags.tags for key in attributes if key.startswith("on")]
            addresses = [attributes[key] for _, attributes in tags.tags for key in ("src", "href") if key in attributes]
            assert all(re.match(r"(\.\./\.\./)?[a-z#]", str(each)) and ":" not in str(each) for each in addresses)
            linked.update(str(each) for each in addresses)
    assert any("evil" in each for each in linked)
    assert not any(each.endswith("page.html") for each in linked)
    shown = "".join(Tags(found.text(f"conversations/user-{people.bob.id}-bob/page-1.html")).words)
    assert "<script>alert(1)</script>" in shown
    assert "https://evil.example/x.png" in shown
    assert "The file is gone." in shown
    messages = found.lines(f"conversations/user-{people.bob.id}-bob/messages.jsonl")
    assert messages[0]["text"] == HOSTILE


def test_safe_names() -> None:
    """Each part of a path is one that all systems take."""
    for name, wanted in (
        ("../../etc/passwd", "_.._.._etc_passwd"),
        ("a/b\\c", "a_b_c"),
        ("..", "_"),
        (".", "_"),
        ("", "_"),
        (".hidden", "_.hidden"),
        ("con", "_con"),
        ("LPT1.txt", "_LPT1.txt"),
        ("console", "console"),
        ("ends in dots...  ", "ends in dots"),
        ("nul\x00l", "null"),
        ("小明", "小明"),
        ("\ud800", "_"),
    ):
        assert safe_name(name) == wanted, name
    assert len(safe_name("é" * 500 + ".txt").encode()) <= 120


async def test_the_command(people: OfPeople, capsys: pytest.CaptureFixture[str]) -> None:
    """It writes a file for its owner only, replaces none, and is audited."""
    people.say(people.ann, "hello", user=people.bob.id)
    output = people.directory.parent / "ann.zip"

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return "" if ended.value.code in (0, None) else str(ended.value.code)

    assert run("user", "export", "ann", "--output", str(output), "--language", "zh") == ""
    assert output.stat().st_mode & 0o777 == 0o600
    found = Exported(output.read_bytes())
    assert "ann 的数据" in found.text("index.html")
    assert "1 messages and 0 files" in capsys.readouterr().err
    assert "File exists" in run("user", "export", "ann", "--output", str(output))
    assert run("user", "export", "nobody", "--output", str(output.with_name("no.zip")))
    assert [path.name for path in output.parent.iterdir() if path.name.endswith((".zip", ".part"))] == ["ann.zip"]
    capsys.readouterr()
    assert run("audit", "--json", "--act", "user export") == ""
    # What could not begin has read nothing.
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["whoseName"] == "ann"


def test_a_zip_that_is_cut_off() -> None:
    """It is no ZIP: nobody takes it for a whole one."""
    pieces: list[bytes] = []
    zips = ZipWriter(pieces.append, datetime.now(UTC))
    with zips.entry("a") as file:
        file.write(b"x" * 200_000)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    zips.close()
    assert Exported(b"".join(pieces)).zip.read("a") == b"x" * 200_000
