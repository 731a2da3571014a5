"""Tests for both ways of a bridge, in memory: what is written, once, and what is left out."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from hichat.bridges.chat import ChatSide, Speech, Writer
from hichat.bridges.inward import Inward
from hichat.bridges.memory import BridgeMemory, Pair
from hichat.bridges.outward import DOUBTFUL_TRIES, Outward
from hichat.bridges.remote import Matterbridge, RemoteAway, RemoteRefuses
from hichat.bridges.wire import RemoteMessage
from hichat.client.media import FileKind, Uploaded
from hichat.client.wire import Refused, Unreachable
from hichat.fetching.fetcher import Fetched, FetchFailed, FetchTrouble
from hichat.wire.frames import File, Happened

BOT, ANN, GROUP = 9, 2, 1_000_000_001
MEDIA = "a" * 22
PUBLIC_PICTURE = "https://example.org/ann.png"


class FakeChat(ChatSide):
    """HiChat. What is in C{failing} is raised by the next calls."""

    def __init__(self) -> None:
        self.written: list[tuple[int, Speech]] = []
        self.edited: list[tuple[int, str]] = []
        self.recalled: list[int] = []
        self.uploaded: list[tuple[str, bytes]] = []
        self.failing: list[Exception | None] = []
        self.keys: dict[str, int] = {}
        self.waits = 0

    def _fail(self):
        if self.failing:
            error = self.failing.pop(0)
            if error is not None:
                raise error

    async def write(self, group, speech, key):
        self._fail()
        if key not in self.keys:
            self.keys[key] = 100 + len(self.keys)
            self.written.append((group, speech))
        return self.keys[key]

    async def edit(self, message, text, format, key):
        self._fail()
        self.edited.append((message, text))

    async def recall(self, message, key):
        self._fail()
        self.recalled.append(message)

    async def upload(self, name, data):
        self._fail()
        self.uploaded.append((name, data))
        kind: FileKind = "picture" if name == "picture" else "file"
        return Uploaded("i", f"/v2/media/{len(self.uploaded)}", kind, "", len(data), name, "/uploads/x")

    async def download(self, url, limit):
        self._fail()
        return None if "large" in url else url.encode()

    async def writer(self, user):
        self._fail()
        return Writer(f"user {user}", "https://chat.example/p.png")

    async def text_of(self, group, message):
        self._fail()
        return (ANN, f"words of {message}") if message < 1000 else (0, "")

    async def again(self, tries, error):
        self.waits += 1


class WayCase(SynchronousTestCase):
    def setUp(self):
        self.chat = FakeChat()
        self.memory = BridgeMemory(Path(self.mktemp()))
        self.addCleanup(self.memory.close)


class InwardTests(WayCase):
    def setUp(self):
        super().setUp()
        self.fetched = []
        self.answers = {}
        self.inward = Inward(self.chat, self.memory, {"gw": GROUP}, self.get, 1000)
        self.number = 0

    async def get(self, url, limits):
        self.fetched.append((url, limits.body))
        found = self.answers.get(url)
        if isinstance(found, Exception):
            raise found
        return Fetched(200, Headers(), found or b"picture", True, url)

    def take(self, number=None, **fields):
        self.number = number or self.number + 1
        line = msgspec.json.encode({"gateway": "gw", "username": "ann", "account": "irc.a", "channel": "#x", **fields})
        self.successResultOf(Deferred.fromCoroutine(self.inward.take(self.number, line)))

    def said(self):
        return [(speech.shown.name, speech.text) for _, speech in self.chat.written]

    def test_a_message(self):
        self.take(text="hi")
        ((group, speech),) = self.chat.written
        self.assertEqual((group, speech.text, speech.shown.name, speech.format), (GROUP, "hi", "ann", None))

    def test_once_however_often_it_is_tried(self):
        self.take(text="hi", number=5)
        self.take(text="hi", number=5)
        self.assertEqual(self.said(), [("ann", "hi")])

    def test_what_is_left_out(self):
        self.memory.account = "api.me"
        self.take(text="joins", event="join_leave")
        self.take(text="mine", account="api.me")
        self.take(text="elsewhere", gateway="another")
        self.take(text="")
        self.successResultOf(Deferred.fromCoroutine(self.inward.take(9, b"{no message")))
        self.assertEqual(self.chat.written, [])

    def test_no_name(self):
        self.take(text="hi", username=" \u200b")
        self.assertEqual(self.said(), [("?", "hi")])

    def test_a_long_text_comes_whole(self):
        text = "word " * 5000
        self.take(text=text)
        self.assertEqual("".join(text for _, text in self.said()).replace(" ", ""), text.replace(" ", ""))
        self.assertGreater(len(self.chat.written), 1)

    def test_files(self):
        files = [{"Name": f"{n}.txt", "Data": b64encode(b"%d" % n).decode()} for n in range(12)]
        self.take(text="all", Extra={"file": files})
        self.assertEqual([len(speech.files) for _, speech in self.chat.written], [10, 2])
        self.assertEqual(self.chat.uploaded[11], ("11.txt", b"11"))

    def test_a_file_at_an_address(self):
        self.answers["https://m.example/a/b%20c.txt"] = b"content"
        self.take(Extra={"file": [{"URL": "https://m.example/a/b%20c.txt"}]})
        self.assertEqual(self.chat.uploaded, [("b c.txt", b"content")])
        self.assertEqual(self.fetched, [("https://m.example/a/b%20c.txt", 1000)])

    def test_a_file_that_cannot_be_had_is_named(self):
        self.answers["https://m.example/a"] = FetchFailed(FetchTrouble.LATE)
        self.take(text="see", Extra={"file": [{"URL": "https://m.example/a"}], "file_failure_size": [{"Name": "b"}]})
        self.assertEqual(self.said(), [("ann", "see\n[b: too large for Matterbridge]\n[https://m.example/a]")])

    def test_a_file_that_hichat_does_not_take(self):
        self.chat.failing = [Refused("no", "too_large")]
        self.take(text="see", Extra={"file": [{"Name": "a.bin", "Data": b64encode(b"x").decode()}]})
        self.assertEqual(self.said(), [("ann", "see\n[a.bin]")])

    def test_pictures_are_fetched_once(self):
        for _ in range(3):
            self.take(text="hi", avatar=PUBLIC_PICTURE)
        self.assertEqual(len(self.fetched), 1)
        self.assertEqual({speech.shown.picture for _, speech in self.chat.written}, {"/v2/media/1"})

    def test_a_picture_that_is_gone(self):
        self.take(text="hi", avatar=PUBLIC_PICTURE)
        self.chat.failing = [Refused("gone", "no_such_media")]
        self.take(text="there", avatar=PUBLIC_PICTURE)
        self.assertEqual(
            [(s.text, s.shown.picture) for _, s in self.chat.written], [("hi", "/v2/media/1"), ("there", "")]
        )
        self.take(text="again", avatar=PUBLIC_PICTURE)
        self.assertEqual(len(self.fetched), 2)

    def test_edits(self):
        self.take(text="hi", id="7")
        self.take(text="ho", id="7")
        self.take(text="ho", id="7")
        self.take(text="other", id="7", account="irc.b")
        self.assertEqual(self.chat.edited, [(100, "ho")])
        self.assertEqual(self.said(), [("ann", "hi"), ("ann", "other")])

    def test_deletes(self):
        self.take(text="word " * 3000, id="7")
        count = len(self.chat.written)
        self.take(event="msg_delete", id="7", text="msg_delete")
        self.take(event="msg_delete", id="8")
        self.take(event="msg_delete", id="")
        self.assertEqual(self.chat.recalled, list(range(100, 100 + count)))

    def test_answers(self):
        self.take(text="hi", id="7")
        self.take(text="yes", parent_id="7", account="matrix.b")
        self.take(text="no", parent_id="msg-parent-not-found")
        self.assertEqual([speech.reply_to for _, speech in self.chat.written], [0, 100, 0])

    def test_an_answer_to_what_is_gone(self):
        self.take(text="hi", id="7")
        self.chat.failing = [Refused("gone", "no_such_message")]
        self.take(text="yes", parent_id="7")
        self.assertEqual([speech.reply_to for _, speech in self.chat.written], [0, 0])

    def test_hichat_is_away(self):
        """Nothing is lost while it is."""
        self.chat.failing = [Unreachable("gone"), Unreachable("gone"), Refused("busy", "busy", 2.0)]
        self.take(text="hi")
        self.assertEqual((self.said(), self.chat.waits), ([("ann", "hi")], 3))

    def test_refused(self):
        """One message that HiChat does not take does not hold up the others."""
        self.chat.failing = [Refused("no", "muted")]
        self.take(text="bad")
        self.take(text="good")
        self.assertEqual(self.said(), [("ann", "good")])

    def test_written_before_with_another_upload(self):
        self.chat.failing = [None, Refused("used", "key_used")]
        self.take(text="hi", Extra={"file": [{"Name": "a", "Data": b64encode(b"x").decode()}]})
        self.assertEqual(self.chat.written, [])

    def test_what_somebody_does(self):
        self.take(text="waves", event="user_action")
        self.assertEqual([(speech.text, speech.me) for _, speech in self.chat.written], [("waves", True)])

    def test_markdown_by_where_it_comes_from(self):
        self.take(text="**x**", account="discord.a")
        self.take(text="**x**")
        self.assertEqual([speech.format for _, speech in self.chat.written], ["markdown", None])


class FakeRemote(Matterbridge):
    def __init__(self) -> None:
        self.posted: list[tuple[str, RemoteMessage]] = []
        self.failing: list[Exception] = []
        self.gives_ids = False

    async def post(self, message):
        if self.failing:
            raise self.failing.pop(0)
        self.posted.append((message.gateway, msgspec.structs.replace(message)))
        return RemoteMessage(account="api.me", id=message.id if self.gives_ids else "")


class OutwardTests(WayCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.remote = FakeRemote()
        self.outward = Outward(self.clock, self.chat, self.remote, self.memory, BOT, {GROUP: ["gw"]}, 1000)
        self.event = 500

    def start(self, kind="message", **fields):
        self.event += 1
        given = {"text": "hi", "media": "text", "group": GROUP, "from_": ANN, **fields}
        event = Happened(id=self.event, conversation=1, seq=1, n=1, time=1, kind=kind, **given)
        return Deferred.fromCoroutine(self.outward.tell(event))

    def tell(self, kind="message", **fields):
        return self.successResultOf(self.start(kind, **fields))

    def test_a_message(self):
        self.assertTrue(self.tell())
        ((gateway, message),) = self.remote.posted
        self.assertEqual((gateway, message.text, message.username, message.id), ("gw", "hi", "user 2", "501"))
        self.assertEqual(message.avatar, "https://chat.example/p.png")
        self.assertEqual(self.memory.account, "api.me")

    def test_what_somebody_does(self):
        self.tell(text="waves", me=True)
        self.assertEqual(self.remote.posted[0][1].event, "user_action")

    def test_no_loop(self):
        """What the bot has written came from Matterbridge."""
        self.assertFalse(self.tell(from_=BOT))
        self.assertFalse(self.tell("edited", from_=BOT, message=100))
        self.assertFalse(self.tell(group=GROUP + 1))
        self.assertFalse(self.tell("joined", member=3))
        self.assertFalse(self.tell(group=msgspec.UNSET, user=BOT))
        self.assertEqual(self.remote.posted, [])

    def test_to_each_gateway_of_the_group(self):
        self.outward = Outward(self.clock, self.chat, self.remote, self.memory, BOT, {GROUP: ["a", "b"]}, 1000)
        self.tell()
        self.assertEqual([gateway for gateway, _ in self.remote.posted], ["a", "b"])

    def test_files(self):
        more = [msgspec.convert({"url": f"/v2/media/{MEDIA}", "name": "b.txt", "media": "file"}, type=File)]
        self.tell(text="see", media="picture", url="/v2/media/1", moreFiles=more)
        message = self.remote.posted[0][1]
        files = (message.extra or {}).get("file") or []
        self.assertEqual([file["Name"] for file in files], ["picture-501-1", "b.txt"])
        self.assertEqual(b64decode(files[1]["Data"]), f"/v2/media/{MEDIA}".encode())

    def test_a_file_that_does_not_go_is_named(self):
        self.tell(text="", media="file", url="/v2/media/large", name="film.mkv")
        self.tell(text="", media="picture", url="https://example.org/x.png")
        self.assertEqual([m.text for _, m in self.remote.posted], ["[film.mkv]", "https://example.org/x.png"])

    def test_answers_quote_what_they_answer(self):
        self.tell(replyTo=7)
        self.tell(replyTo=5000)
        texts = [message.text for _, message in self.remote.posted]
        self.assertEqual(texts, ["> user 2: words of 7\nhi", "hi"])

    def test_answers_to_what_they_know(self):
        self.memory.pair(Pair("gw", "irc.a #x", "their-7", 7, ""))
        self.tell(replyTo=7)
        message = self.remote.posted[0][1]
        self.assertEqual((message.text, message.parent_id), ("hi", "their-7"))

    def test_edits(self):
        """The usual Matterbridge cannot be told which message has another text."""
        self.tell("edited", message=7, text="ho")
        self.assertEqual(self.remote.posted[0][1].text, "ho (edited)")

    def test_edits_where_ids_are_kept(self):
        self.remote.gives_ids = True
        self.tell()
        self.tell("edited", message=501, text="ho")
        self.tell("recalled", message=501)
        self.assertEqual(
            [(m.id, m.text, m.event) for _, m in self.remote.posted],
            [("501", "hi", ""), ("501", "ho", ""), ("501", "msg_delete", "msg_delete")],
        )

    def test_taken_back_before_it_was_told(self):
        self.assertFalse(self.tell(text="", recalled=True))

    def test_matterbridge_is_away(self):
        self.remote.failing = [RemoteAway("gone")] * 4
        telling = self.start()
        for _ in range(4):
            self.assertNoResult(telling)
            self.clock.advance(30)
        self.assertTrue(self.successResultOf(telling))
        self.assertEqual(len(self.remote.posted), 1)

    def test_refused(self):
        self.remote.failing = [RemoteRefuses("HTTP status 400")]
        self.tell()
        self.tell(text="good")
        self.assertEqual([message.text for _, message in self.remote.posted], ["good"])

    def test_it_fails_on_one(self):
        """One message on which Matterbridge fails does not hold up the others for ever."""
        self.remote.failing = [RemoteAway("HTTP status 500")] * DOUBTFUL_TRIES
        telling = self.start()
        self.clock.pump([30] * DOUBTFUL_TRIES)
        self.successResultOf(telling)
        self.tell(text="good")
        self.assertEqual([message.text for _, message in self.remote.posted], ["good"])

    def test_hichat_is_away(self):
        self.chat.failing = [Unreachable("gone")]
        self.assertTrue(self.tell())
        self.assertEqual(self.chat.waits, 1)
