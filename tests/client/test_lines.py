"""What lines mean, and how messages look."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import tzset
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.commands import OfferedCommand
from hichat.client.wire import Group, NoAnswer, NotConnected, Refused, Unconfirmed, Unreachable, User
from hichat.core.errors import Language
from hichat.core.kinds import EventKind
from hichat.reports.records import Reason
from hichat.terminal.lines import (
    LISTED,
    MAX_HISTORY,
    NUMBERED_MESSAGES,
    Ask,
    CallCommand,
    Chat,
    ContactCommand,
    EditMessage,
    Learn,
    ListCommands,
    Offered,
    Past,
    PressButton,
    Quit,
    ReactToMessage,
    RecallMessage,
    Recipient,
    ReportMessage,
    Save,
    Say,
    Seen,
    SendFile,
    SendText,
    Tend,
    harmless,
)
from hichat.terminal.words import REPORT_REASONS, TEXTS
from hichat.wire.frames import Ack, Folded, Happened
from tests.support.client import happened

TEAM = 1_000_000_001
USERS = [User(1, "ann"), User(2, "Bob"), User(3, "鲍勃"), User(4, "José")]
GROUPS = [Group(TEAM, "Team Blue", 1, "")]
NOON = datetime(2026, 1, 1, 12, 1, tzinfo=UTC)
MILLISECONDS = int(NOON.timestamp() * 1000)


class HarmlessTests(SynchronousTestCase):
    def test_escape_sequences(self):
        for text, left in [
            ("a\x1b[31;1mred\x1b[0m", "ared"),
            ("\x1b]0;title\x07x", "x"),
            ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x9b2Jx", "x"),
            ("\x90q...\x9cx", "x"),
            ("\x1bP+q544e\x1b\\x", "x"),
            ("\x1bcx", "cx"),
            ("\x1b]no end", "]no end"),
            ("a\x08\x08b\x00\x7f", "ab"),
            ("a\r12:00 bob: fake", "a12:00 bob: fake"),
            ("a\n12:00 bob: fake", "a ⏎ 12:00 bob: fake"),
            ("a\r\nb", "a ⏎ b"),
            ("a\u2028b", "a ⏎ b"),
            ("a\tb", "a b"),
            ("\u202egnp.exe", "gnp.exe"),
            ("\ud800", "\ufffd"),
        ]:
            self.assertEqual(harmless(text), left)

    def test_people_write_all_this(self):
        for text in ("嗨，你好", "👩\u200d👩\u200d👧 naïve", "שלום", "a  b"):
            self.assertEqual(harmless(text), text)

    @given(st.text(st.characters(), max_size=200))
    def test_always_one_printable_line(self, text):
        shown = harmless(text)
        shown.encode()
        self.assertIsNone(re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", shown))

    def test_takes_no_long(self):
        for part in ("\x1b[", "\x1b]", "\x1b[0", "\x9b;", "\x90"):
            harmless(part * 20_000)
        harmless("\x1b[" + "0" * 50_000)


class ChatCase(SynchronousTestCase):
    language: Any = "en"
    chat: Any

    def setUp(self):
        self.chat = Chat("http://chat.example", self.language, me=1)
        self.chat.learn(USERS, GROUPS)

    def said(self, line, **options):
        step: Any = self.chat.line(line, **options)
        self.assertIsInstance(step, Say)
        return step.text

    def event(self, id, text="hi", **fields):
        """@return: an event at noon."""
        return msgspec.convert(happened(id, text, **{"time": MILLISECONDS, **fields}), Happened)

    def shown(self, id, text="hi", **fields):
        """@return: what is shown of an event, without the time."""
        return self.chat.happened(self.event(id, text, **fields), NOON).removeprefix("12:01 ")


class LineTests(ChatCase):
    def test_talking_to_a_user(self):
        self.assertEqual(self.said("/to bob"), "talking to Bob")
        self.assertEqual(self.chat.line("hi there"), SendText(Recipient(False, 2, "Bob"), "hi there"))

    def test_commands_of_others(self):
        """The terminal's own come first; what it does not know may be the server's or a bot's."""
        self.assertEqual(self.said("/commands"), TEXTS["nobody"].en)
        self.chat.line("/to bob")
        peer = Recipient(False, 2, "Bob")
        self.assertEqual(self.chat.line("/Deploy@ci now"), CallCommand(peer, "deploy", "/Deploy@ci now"))
        self.assertEqual(self.chat.line("/commands"), ListCommands(peer))
        offered = OfferedCommand("fly", {"en": "Flies\x1b[2J"}, {"en": "WHERE"})
        self.assertEqual(self.chat.offered([offered, OfferedCommand("me", {}, {})]), "/fly WHERE: Flies\n/me: ")

    def test_buttons(self):
        """What a bot offers is pressed by its number or its text; an edit may take it away."""
        yes, berlin = Offered("Yes", "yes"), Offered("Berlin", "to", "b")
        offer = {
            "actions": [{"id": "yes", "label": "Yes"}],
            "choice": {"id": "to", "label": "To", "options": [{"value": "b", "label": "Berlin"}]},
        }
        self.assertEqual(self.shown(50, "Go?", from_=2, **offer), "#1 Bob: Go? [1 Yes] [2 Berlin]")
        self.assertEqual(self.chat.line("/press 1 1"), PressButton(50, yes))
        self.assertEqual(self.chat.line("/press . berlin"), PressButton(50, berlin))
        self.assertEqual(self.said("/press 1 3"), "there is no 3 to press")
        self.shown(51, "Gone", from_=2, kind="edited", message=50)
        self.assertEqual(self.said("/press 1 1"), "there is no 1 to press")

    def test_answers_for_one(self):
        called = {"id": 60, "command": "deploy", "group": TEAM}
        line = self.shown(61, "On its *way*", from_=2, user=1, kind="answered", format="markdown", called=called)
        self.assertEqual(line, "[Team Blue] Bob (only you see this): On its way")

    def test_what_somebody_does(self):
        self.assertEqual(self.shown(8, "waves", from_=2, me=True), "#1 Bob: * Bob waves")

    def test_talking_to_a_group(self):
        self.assertEqual(self.said("/group team blue"), "talking in [Team Blue]")
        self.assertEqual(self.chat.line("hi"), SendText(Recipient(True, TEAM, "Team Blue"), "hi"))

    def test_names_without_regard_to_case(self):
        self.assertEqual(self.said("/to JOSÉ"), "talking to José")
        self.assertEqual(self.said("/TO   鲍勃  "), "talking to 鲍勃")

    def test_an_unknown_name_is_learnt_first(self):
        self.assertEqual(self.chat.line("/to eve"), Learn())
        self.assertEqual(self.said("/to eve", fresh=True), "no such user: eve")
        self.chat.learn([User(5, "Eve")], [])
        self.assertEqual(self.said("/to eve"), "talking to Eve")
        self.assertEqual(self.chat.line("/group none"), Learn())
        self.assertEqual(self.said("/group none", fresh=True), "you are in no such group: none")

    def test_users_are_named_by_either_name(self):
        """The display name is shown; of two who are named so, it is the one whom people see by that name."""
        self.chat.learn([User(7, "Zoë Dee", "zoe7"), User(8, "zd", "Zed")], [])
        self.assertEqual(self.chat.line("/to ZOE7"), Say("talking to Zoë Dee"))
        self.assertEqual(self.chat.line("/to zoë dee"), Say("talking to Zoë Dee"))
        self.assertEqual(self.chat.line("/add zed"), ContactCommand("add", 8))
        self.chat.learn([User(8, "new", "zd8")], [])
        self.assertEqual(self.chat.line("/add zed"), Learn(), "a name that is given up")

    def test_after_a_failed_choice_nobody_is_talked_to(self):
        """Or the next line would go to whom it is not for."""
        for choice in ("/to eve", "/group none"):
            self.chat.line("/to bob")
            self.chat.line(choice, fresh=True)
            self.assertIsNone(self.chat.peer)
            self.assertNotIsInstance(self.chat.line("for whom?"), SendText)

    def test_a_name_that_somebody_else_has_now(self):
        self.chat.learn([User(9, "bob")], [])
        self.chat.line("/to bob")
        self.assertEqual(self.chat.peer.id, 9)

    def test_nobody_chosen(self):
        self.assertIn("/to", self.said("hi"))
        self.assertTrue(self.chat.line("hi").wrong)
        self.assertIn("/to", self.said("/history"))

    def test_empty_lines(self):
        self.chat.line("/to bob")
        self.assertIsNone(self.chat.line(""))
        self.assertIsNone(self.chat.line("   "))

    def test_a_slash_can_be_said(self):
        self.chat.line("/to bob")
        self.assertEqual(self.chat.line("//to x").content, "/to x")
        self.assertEqual(self.chat.line("/ hm").content, "/ hm")
        self.assertEqual(self.chat.line("/usr/bin").content, "/usr/bin")

    def test_history(self):
        self.chat.line("/to bob")
        bob = self.chat.peer
        self.assertEqual(self.chat.line("/history"), Past(bob, 20))
        self.assertEqual(self.chat.line("/history 3"), Past(bob, 3))
        self.assertEqual(self.chat.line("/history 0"), Past(bob, 1))
        self.assertEqual(self.chat.line("/history 999999"), Past(bob, MAX_HISTORY))
        for argument in ("x", "-1", "1.5", "٣", "²", "1" * 5000):
            self.assertEqual(self.said(f"/history {argument}"), "usage: /history [N]")

    def test_questions_to_the_server(self):
        self.assertEqual(self.chat.line("/new team"), Ask("new", "team"))
        self.assertEqual(self.chat.line("/join team"), Ask("join", "team"))
        self.assertEqual(self.chat.line("/search green 茶"), Ask("search", "green 茶"))
        for name in ("friends", "groups", "who", "requests", "blocked", "conversations", "mentions"):
            self.assertEqual(self.chat.line(f"/{name}"), Ask(name, ""))

    def test_what_is_done_to_somebody(self):
        for name in ("add", "accept", "reject", "remove", "block", "unblock"):
            self.assertEqual(self.chat.line(f"/{name} bOB"), ContactCommand(name, 2))
            self.assertEqual(self.chat.line(f"/{name} Eve Adams"), Learn())
            step = self.chat.line(f"/{name} Eve Adams", fresh=True)
            self.assertEqual(step, Say("no such user: Eve Adams", wrong=True))

    def test_a_name_is_needed(self):
        people = ("add", "accept", "reject", "remove", "block", "unblock")
        messages = ("reply", "edit", "recall", "react", "unreact")
        for name in ("to", "group", *people, "new", "join", "search", *messages):
            self.assertTrue(self.said(f"/{name} ").startswith(f"usage: /{name} "))

    def test_the_rest(self):
        self.assertEqual(self.chat.line("/quit"), Quit())
        self.assertIn("/history", self.said("/help"))
        self.assertEqual(self.said("/fly"), "unknown command: /fly (try /help)")


class NumberTests(ChatCase):
    """Lines about messages, by their numbers."""

    def setUp(self):
        super().setUp()
        self.shown(50)
        self.shown(60, user=None, group=TEAM)
        self.chat.line("/to bob")
        ack = Ack(conversation=3, seq=1, id=70, time=1)
        self.assertEqual(self.chat.sent(SendText(self.chat.peer, "x"), ack), 3)

    def test_reply(self):
        """It goes to where the message was, not to whom one talks."""
        self.assertEqual(
            self.chat.line("/reply 2 well  done "), SendText(Recipient(True, TEAM, "Team Blue"), "well  done", 60)
        )
        self.assertEqual(self.chat.line("/reply #1 hm"), SendText(Recipient(False, 2, "Bob"), "hm", 50))
        self.assertEqual(self.chat.line("/reply 3 and"), SendText(Recipient(False, 2, "Bob"), "and", 70))

    def test_the_rest(self):
        self.assertEqual(self.chat.line("/edit 3 /new text"), EditMessage(70, "/new text"))
        self.assertEqual(self.chat.line("/recall 3"), RecallMessage(70))
        self.assertEqual(self.chat.line("/react 1 👍"), ReactToMessage(50, "👍", True))
        self.assertEqual(self.chat.line("/unreact 1 👍"), ReactToMessage(50, "👍", False))

    def test_reports(self):
        self.assertEqual(self.chat.line("/report 1"), ReportMessage(50, "other", ""))
        self.assertEqual(self.chat.line("/report . Spam  buy this"), ReportMessage(60, "spam", "buy this"))
        self.assertEqual(self.chat.line("/report 1 骚扰"), ReportMessage(50, "harassment", ""))
        self.assertEqual(self.chat.line("/report 1 spammers here"), ReportMessage(50, "other", "spammers here"))
        self.assertEqual(self.said("/report 9"), "no such message: 9")
        self.assertIn("usage: /report N [spam|harassment|", self.said("/report"))
        self.assertEqual({*REPORT_REASONS}, {*get_args(Reason)})

    def test_the_last_one(self):
        self.assertEqual(self.chat.line("/reply . hm").reply_to, 60)
        self.assertEqual(self.chat.line("/react . 👍").message, 60)
        self.assertEqual(self.chat.line("/edit . new").message, 70)
        self.assertEqual(self.chat.line("/recall .").message, 70)

    def test_what_is_not_there(self):
        self.assertEqual(self.said("/reply 4 x"), "no such message: 4")
        self.assertEqual(self.said("/recall x\x1b[2J"), "no such message: x")
        self.assertEqual(self.said("/recall ²"), "no such message: ²")
        self.chat = Chat("http://chat.example", "en", me=1)
        self.assertEqual(self.said("/recall ."), "no such message: .")

    def test_words_that_are_missing_or_too_many(self):
        self.assertEqual(self.said("/reply 1"), "usage: /reply N TEXT")
        self.assertEqual(self.said("/recall 1 2"), "usage: /recall N")

    def test_no_reply_to_announcements(self):
        self.shown(80, user=None)
        self.assertEqual(self.said("/reply 4 x"), "there is no reply to an announcement")
        self.assertEqual(self.chat.line("/react 4 👍"), ReactToMessage(80, "👍", True))

    def test_a_message_keeps_its_number(self):
        self.assertEqual(self.shown(50), "#1 Bob: hi")

    def test_old_ones_are_forgotten(self):
        for number in range(100, 100 + NUMBERED_MESSAGES):
            self.shown(number)
        self.assertEqual(self.said("/reply 3 x"), "no such message: 3")
        self.assertEqual(self.chat.line("/reply 4 x").reply_to, 100)
        self.assertEqual(len(self.chat._recent._numbers), NUMBERED_MESSAGES)


class ShowTests(ChatCase):
    def test_messages(self):
        self.assertEqual(self.shown(51), "#1 Bob: hi")
        self.assertEqual(self.shown(52, user=None, group=TEAM), "#2 [Team Blue] Bob: hi")
        self.assertEqual(self.shown(53, user=None), "#3 [everyone] Bob: hi")
        self.assertEqual(self.shown(54, **{"from": 1, "user": 2}), "#4 ann → Bob: hi")
        self.assertEqual(self.shown(55, **{"from": 1, "user": 1}), "#5 ann: hi")
        self.assertEqual(self.shown(56, replyTo=51), "#6 Bob: (to #1) hi")
        self.assertEqual(self.shown(57, replyTo=7), "#7 Bob: (to an older message) hi")
        self.assertEqual(self.shown(58, None, media=None, recalled=True), "#8 Bob: (taken back)")
        # One that the server keeps no more says nothing while one catches up, and has words where it is asked for.
        gone = self.event(59, None, media=None, recalled=True, expired=True)
        self.assertEqual(self.chat.happened(gone, NOON), None)
        self.assertEqual(self.chat.message(gone, NOON), "12:01 #9 Bob: (no longer kept)")

    def test_where_the_kept_messages_begin(self):
        last = Folded(
            id=5,
            conversation=1,
            seq=1,
            n=1,
            time=round(NOON.timestamp() * 1000),
            from_=2,
            user=1,
            media="text",
            text="",
        )
        later = NOON + timedelta(days=40)
        for days, now, line in (
            (0, later, f"-- messages before {NOON:%Y-%m-%d} were deleted --"),
            (30, later, f"-- messages before {NOON + timedelta(days=10):%Y-%m-%d} were deleted"),
            (90, later, f"-- messages before {NOON:%Y-%m-%d} were deleted, as this server keeps them for 90 days --"),
        ):
            self.assertIn(line, self.chat.deleted_before(last, days, now))

    def test_when(self):
        for ago, time in (({}, "12:01"), ({"hours": 2}, "10:01"), ({"days": 2}, "2025-12-30 12:01")):
            event = self.event(51, time=MILLISECONDS - int(timedelta(**ago).total_seconds() * 1000))
            self.assertEqual(self.chat.happened(event, NOON), f"{time} #1 Bob: hi")

    def test_when_by_the_readers_calendar(self):
        """Days are those of the reader's zone, 23 or 25 hours long where the clocks change; the year is always said."""
        berlin, shanghai = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
        # In Berlin the clocks went back on 2026-10-25 at 3 o'clock, and forward on 2026-03-29 at 2.
        for said, now, zone, english, chinese in (
            ("2026-10-24T22:05Z", "2026-10-25T22:55Z", berlin, "00:05", "00:05"),
            ("2026-10-24T21:55Z", "2026-10-25T22:55Z", berlin, "yesterday 23:55", "昨天 23:55"),
            ("2026-10-24T22:05Z", "2026-10-25T23:05Z", berlin, "yesterday 00:05", "昨天 00:05"),
            ("2026-03-28T23:05Z", "2026-03-29T21:55Z", berlin, "00:05", "00:05"),
            ("2026-03-28T22:55Z", "2026-03-29T22:05Z", berlin, "2026-03-28 23:55", "2026年3月28日 23:55"),
            ("2026-10-25T00:30Z", "2026-10-25T12:00Z", berlin, "02:30", "02:30"),
            ("2026-10-25T15:55Z", "2026-10-25T16:05Z", shanghai, "yesterday 23:55", "昨天 23:55"),
            ("2025-12-31T15:55Z", "2025-12-31T16:05Z", shanghai, "yesterday 23:55", "昨天 23:55"),
            # Half and quarter hours, and a change of the clocks by half an hour
            ("2026-05-06T18:14Z", "2026-05-06T18:20Z", ZoneInfo("Asia/Kathmandu"), "yesterday 23:59", "昨天 23:59"),
            ("2026-05-06T18:15Z", "2026-05-06T18:20Z", ZoneInfo("Asia/Kathmandu"), "00:00", "00:00"),
            ("2026-04-04T14:45Z", "2026-04-05T01:00Z", ZoneInfo("Australia/Lord_Howe"), "01:45", "01:45"),
            ("2026-04-04T15:15Z", "2026-04-05T01:00Z", ZoneInfo("Australia/Lord_Howe"), "01:45", "01:45"),
            # In Santiago 2026-09-06 began at 1 o'clock.
            ("2026-09-06T03:59Z", "2026-09-06T12:00Z", ZoneInfo("America/Santiago"), "yesterday 23:59", "昨天 23:59"),
            ("2025-11-01T04:00Z", "2026-11-01T04:00Z", shanghai, "2025-11-01 12:00", "2025年11月1日 12:00"),
            ("2026-11-02T04:00Z", "2026-11-01T04:00Z", shanghai, "2026-11-02 12:00", "2026年11月2日 12:00"),
        ):
            time = int(datetime.fromisoformat(said).timestamp() * 1000)
            here = datetime.fromisoformat(now).astimezone(zone)
            languages: tuple[tuple[Language, str], ...] = (("en", english), ("zh", chinese))
            for language, shown in languages:
                chat = Chat("http://chat.example", language, me=1)
                chat.learn(USERS, GROUPS)
                self.assertEqual(chat.happened(self.event(51, time=time), here), f"{shown} #1 Bob: hi", (said, zone))

    def test_the_zone_is_the_systems(self):
        """A now without a zone, as the terminal has it, is by the system's: also over a change of its clocks."""
        zone = os.environ.get("TZ")
        self.addCleanup(tzset)
        self.addCleanup(lambda: os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone))
        os.environ["TZ"] = "America/New_York"
        tzset()
        # There the clocks went back on 2026-11-01 at 2 o'clock.
        now = datetime.fromtimestamp(datetime.fromisoformat("2026-11-02T04:30Z").timestamp())
        for said, shown in (
            ("2026-11-01T04:10Z", "00:10"),
            ("2026-11-01T03:50Z", "yesterday 23:50"),
            ("2026-10-31T03:50Z", "2026-10-30 23:50"),
        ):
            event = self.event(51, time=int(datetime.fromisoformat(said).timestamp() * 1000))
            self.assertEqual(self.chat.happened(event, now), f"{shown} #1 Bob: hi")

    def test_what_is_done_to_messages(self):
        self.shown(51)
        self.assertEqual(self.shown(52, kind="edited", message=51, text="ho"), "Bob edited #1: ho")
        self.assertEqual(
            self.shown(53, text=None, kind="edited", message=51, recalled=True), "Bob edited #1: (taken back)"
        )
        self.assertEqual(self.shown(54, kind="recalled", message=7), "Bob took back an older message")
        group: Any = {"user": None, "group": TEAM}
        self.assertEqual(
            self.shown(55, kind="reacted", message=51, emoji="👍", on=True, **group), "[Team Blue] Bob reacted 👍 to #1"
        )
        self.assertEqual(self.shown(56, kind="reacted", message=51, emoji="👍", on=False), "Bob took 👍 back from #1")
        gone = self.event(57, None, kind="reacted", message=51, on=False, recalled=True)
        self.assertIsNone(self.chat.happened(gone, NOON))

    def test_members(self):
        group: Any = {"user": None, "group": TEAM, "member": 4}
        self.assertEqual(self.shown(51, kind="joined", size=3, **group), "[Team Blue] José joined (3 members)")
        self.assertEqual(self.shown(52, kind="left", size=2, **group), "[Team Blue] José left (2 members)")

    def test_media(self):
        link = "http://chat.example/asset/p.png"
        for url in ("/asset/p.png", "./asset/p.png"):
            self.assertEqual(self.shown(51, "", media="picture", url=url), f"#1 Bob: [picture] {link}")
        self.assertEqual(
            self.shown(52, "", media="audio", url="https://b.example/a", seconds=3),
            "#2 Bob: [audio] 0:03 https://b.example/a",
        )
        self.assertEqual(
            self.shown(53, "look", media="file", url="/f", name="f.pdf"),
            "#3 Bob: [file] f.pdf look http://chat.example/f",
        )
        more = [
            {"media": "file", "url": f"/v2/media/{'B' * 22}", "name": "b.pdf"},
            {"media": "audio", "url": f"/v2/media/{'C' * 22}", "seconds": 65},
        ]
        place = "http://chat.example/v2/media"
        self.assertEqual(
            self.shown(54, "both", media="picture", url="/p.png", moreFiles=more),
            "#4 Bob: [picture] both http://chat.example/p.png "
            f"[file] b.pdf {place}/{'B' * 22} [audio] 1:05 {place}/{'C' * 22}",
        )

    def test_history(self):
        values = happened(51, **{"time": MILLISECONDS, "edited": 7, "reactions": [{"emoji": "👍", "users": [1, 2]}]})
        folded = msgspec.convert(values, Folded, strict=False)
        self.assertEqual(self.chat.message(folded, NOON), "12:01 #1 Bob: hi (edited) 👍2")

    def test_nothing_in_it_is_harmful(self):
        self.chat.learn([User(6, "e\x1b[2Jve\n")], [Group(TEAM + 1, "g\x07]", 6, "")])
        fields: Any = {"from": 6, "user": None, "group": TEAM + 1}
        shown = self.shown(51, "a\x1b]0;x\x07b", url="/\x1b[H", name="\x1b[2J", **fields)
        self.assertEqual(shown, "#1 [g]] eve ⏎ : ab http://chat.example/")
        for more in (
            {"kind": "edited", "text": "\x1b[2J", "message": 51},
            {"kind": "reacted", "emoji": "\x9b2J", "on": True, "message": 51},
            {"kind": "joined", "member": 6, "size": 1},
        ):
            self.assertNotRegex(self.shown(52, **fields, **more), "[\x00-\x1f\x7f-\x9f]")

    def test_braces_are_only_text(self):
        self.assertEqual(self.shown(51, "{name} {0}"), "#1 Bob: {name} {0}")
        self.assertEqual(self.shown(52, kind="edited", message=51, text="{x}"), "Bob edited #1: {x}")

    def test_strangers(self):
        for event in (
            self.event(51, user=None, group=TEAM + 9),
            self.event(52, **{"from": 77}),
            self.event(53, kind="joined", user=None, group=TEAM, member=78, size=1),
        ):
            self.assertFalse(self.chat.knows(event))
            before = self.chat.happened(event, NOON)
            self.assertIn("#", before)
            self.chat.strange(event)
            self.assertTrue(self.chat.knows(event))
            self.assertEqual(self.chat.happened(event, NOON), before)
        self.assertTrue(self.chat.knows(self.event(54)))

    def test_lists(self):
        self.assertEqual(self.chat.names(USERS), "ann\nBob\nJosé\n鲍勃")
        self.assertEqual(self.chat.names([]), "(none)")
        many = self.chat.names([User(n, f"u{n:04}") for n in range(LISTED + 5)]).split("\n")
        self.assertEqual((len(many), many[-1]), (LISTED + 1, "... and 5 more"))

    def test_errors(self):
        self.assertEqual(self.chat.error(Refused("no\x1b[2J")), "no")
        self.assertEqual(self.chat.error(Unreachable("no answer")), "no answer")
        self.assertEqual(self.chat.error(NotConnected("x")), "not connected")
        self.assertIn("in time", self.chat.error(NoAnswer("x")))

    def test_what_was_not_sent(self):
        self.assertEqual(self.chat.failed("hi\x1b[2J", Refused("no", "no")), "not sent (hi): no")
        self.assertEqual(self.chat.failed("x" * 50, Refused("no", "no")), f"not sent ({'x' * 40}...): no")
        self.assertEqual(self.chat.failed("hi", Unconfirmed("x")), "may not have arrived (hi): no answer came")

    def test_both_languages_have_the_same_fields(self):
        for chinese, english in TEXTS.values():
            fields = [set(re.findall(r"{(\w+)}", text)) for text in (chinese, english)]
            self.assertTrue(fields[0] <= fields[1] | {"text"}, chinese)

    def test_what_happens_in_a_group(self):
        later = MILLISECONDS + 3_600_000
        cases: list[tuple[dict[str, Any], str]] = [
            ({"kind": "removed", "size": 2}, "Bob removed José (2 members)"),
            ({"kind": "banned", "size": 2}, "Bob banned José (2 members)"),
            ({"kind": "unbanned"}, "Bob let José come again"),
            ({"kind": "role", "role": "admin"}, "José is an admin now"),
            ({"kind": "role", "role": "owner"}, "José is the owner now"),
            ({"kind": "muted"}, "Bob muted José"),
            ({"kind": "muted", "until": later}, "Bob muted José until 13:01"),
            ({"kind": "muted", "member": None}, "Bob lets only the owner and the admins write"),
            ({"kind": "unmuted"}, "Bob lets José write again"),
            ({"kind": "unmuted", "member": None}, "Bob lets everybody write again"),
            ({"kind": "changed", "member": None, "changed": {"name": "Red\n"}}, "Bob changed the group: Red ⏎ "),
            ({"kind": "dissolved", "member": None, "size": 0}, "Bob dissolved the group"),
            ({"kind": "archived", "member": None}, "Bob archived the group: it can be read only"),
            ({"kind": "unarchived", "member": None}, "Bob opened the archived group again"),
            ({"kind": "invited"}, "Bob invited José"),
            ({"kind": "invited", "member": 1}, "Bob invites you: /join Team Blue"),
            ({"kind": "requested", "from": 4}, "José asks to join: /approve or /reject"),
            ({"kind": "declined"}, "José does not join"),
        ]
        for fields, text in cases:
            self.assertEqual(self.shown(51, user=None, group=TEAM, **{"member": 4, **fields}), f"[Team Blue] {text}")

    def test_in_a_group(self):
        self.assertEqual(self.chat.line("/who"), Ask("who", ""))
        for line in ("/leave", "/link", "/kick bob"):
            self.assertEqual(self.said(line), "choose a group first: /group GROUP")
        self.said("/to bob")
        self.assertEqual(self.said("/leave"), "choose a group first: /group GROUP")
        self.said("/group team blue")
        self.assertEqual(self.chat.line("/who"), Tend("members", TEAM))
        self.assertEqual(self.chat.line("/leave"), Tend("leave", TEAM))
        self.assertEqual(self.chat.line("/requests"), Tend("requests", TEAM))
        self.assertEqual(self.chat.line("/reject bob"), Tend("reject", TEAM, 2))
        self.assertEqual(self.chat.line("/block bob"), ContactCommand("block", 2))
        self.assertEqual(self.chat.line("/KICK  josé "), Tend("kick", TEAM, 4))
        self.assertEqual(self.chat.line("/mute bob 15"), Tend("mute", TEAM, 2, 15))
        self.assertEqual(self.chat.line("/ban bob 15"), Learn())
        self.assertEqual(self.said("/ban bob 15", fresh=True), "no such user: bob 15")
        self.chat.learn([User(5, "bob 15")], [])
        self.assertEqual(self.chat.line("/mute bob 15"), Tend("mute", TEAM, 5))
        self.assertEqual(self.said("/mute"), "usage: /mute USER [MINUTES]")
        self.assertEqual(self.said("/kick"), "usage: /kick USER")

    def test_forwarded(self):
        self.assertEqual(self.shown(61, forwardedFrom=1), "#1 Bob: (forwarded from ann) hi")
        self.assertEqual(self.shown(62, kind="pinned", message=61), "Bob pinned #1")

    def test_every_kind_has_a_text(self):
        for kind in get_args(EventKind):
            if kind not in ("message", "conversation_set"):
                fields: Any = {"member": 4, "size": 1} if kind in ("joined", "left", "removed") else {}
                fields |= {"message": 9} if kind in ("pinned", "unpinned", "saved", "unsaved") else {}
                self.assertTrue(self.shown(60, kind=kind, user=None, group=TEAM, **fields))
        self.assertIsInstance(Seen(1, None, False), tuple)


class MarkdownTests(ChatCase):
    def test_a_text_is_shown_without_its_signs(self):
        self.assertEqual(self.shown(10, "**hi**", format="markdown"), "#1 Bob: hi")
        self.assertEqual(self.shown(11, "**hi**"), "#2 Bob: **hi**")
        self.assertIn("now: x", self.shown(12, "*now*: `x`", kind="edited", message=10, format="markdown"))
        self.assertIn("*now*", self.shown(13, "*now*", kind="edited", message=10))
        self.assertEqual(
            self.shown(14, "[here](https://a.example/)\n- *a*", format="markdown"),
            "#3 Bob: here (https://a.example/) ⏎ - a",
        )


class ChineseTests(ChatCase):
    language = "zh"

    def test_texts(self):
        self.assertEqual(self.said("/to bob"), "正在与 Bob 聊天")
        self.assertIn("用户", self.said("/help"))
        self.assertEqual(self.chat.error(Unreachable("x")), "连不上服务器（x）")
        self.assertEqual(self.shown(51, replyTo=7), "#1 Bob: （回复 较早的消息） hi")
        self.assertEqual(self.shown(52, kind="recalled", message=51), "Bob 撤回了 #1")


class FileTests(ChatCase):
    def test_send(self):
        self.assertEqual(self.said("/send a.png"), "choose whom to talk to first: /to USER or /group GROUP")
        self.chat.line("/to bob")
        self.assertEqual(self.chat.line("/send a b.png"), SendFile(Recipient(False, 2, "Bob"), Path("a b.png")))
        self.assertEqual(self.said("/send"), "usage: /send FILE")

    def test_save(self):
        self.shown(51, "", media="picture", url="/v2/media/x", name="a.png")
        self.shown(52, "hi")
        self.assertEqual(self.chat.line("/save 1"), Save("/v2/media/x", "a.png", None))
        self.assertEqual(self.chat.line("/save 1 b c.png"), Save("/v2/media/x", "a.png", Path("b c.png")))
        self.assertEqual(self.said("/save ."), "there is no file in .")
        url = f"/v2/media/{'B' * 22}"
        self.shown(
            53, "", media="file", url="/f", name="f.pdf", moreFiles=[{"media": "file", "url": url, "name": "b.pdf"}]
        )
        self.assertEqual(self.chat.line("/save 3"), Save("/f", "f.pdf", None, ((url, "b.pdf"),)))
        self.assertEqual(self.said("/save 9"), "no such message: 9")
        self.assertEqual(self.said("/save"), "usage: /save N [FILE]")
