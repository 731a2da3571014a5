"""What a line that is being typed may become."""

import re
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.commands import OfferedCommand
from hichat.client.wire import Group, NotConnected, User
from hichat.terminal.completing import OFFERS_FRESH, LineCompletion, WayOn
from hichat.terminal.lines import OWN_COMMANDS, CallCommand, Chat
from hichat.terminal.words import TEXTS

TEAM = 1_000_000_001
USERS = [User(1, "ann"), User(2, "Bob"), User(3, "鲍勃", "bo3"), User(4, "Bo\x1b[2Jris")]
REMIND = OfferedCommand("remind", {"en": "Reminds you", "zh": "到时提醒你"}, {"en": "WHEN TEXT", "zh": "时间 内容"})
DEPLOY = OfferedCommand("deploy", {"en": "Deploys\x1b[2J it"}, {}, "ci")


class CompletingCase(SynchronousTestCase):
    language: Any = "en"

    def setUp(self) -> None:
        self.clock = Clock()
        self.chat = Chat("http://chat.example", self.language, me=1)
        self.chat.learn(USERS, [Group(TEAM, "Team Blue", 1, ""), Group(TEAM + 1, "tea", 1, "")])
        self.asked: list[str] = []
        self.answers: list[Any] = []
        self.completion = LineCompletion(self.chat, self.ask, self.clock.seconds)

    def ask(self, where: str) -> Any:
        self.asked.append(where)
        return self.answers.pop(0)

    def offer(self, *commands: OfferedCommand) -> None:
        """The user talks to Bob, where there are these commands."""
        self.chat.line("/to bob")
        self.answers.append(succeed(list(commands)))
        self.completion.look("/")

    def texts(self, line: str) -> list[str]:
        return [way.text for way in self.completion.ways(line)]


class CommandTests(CompletingCase):
    def test_the_own_ones_come_first(self) -> None:
        self.offer(REMIND, DEPLOY)
        self.assertEqual(
            self.completion.ways("/re"),
            [
                WayOn("/react ", 3, "N EMOJI"),
                WayOn("/recall ", 3, "N"),
                WayOn("/reject ", 3, "USER"),
                WayOn("/remove ", 3, "USER"),
                WayOn("/reply ", 3, "N TEXT"),
                WayOn("/report ", 3, self.chat.arguments("report")),
                WayOn("/requests", 3),
                WayOn("/remind ", 3, "Reminds you · WHEN TEXT"),
            ],
        )
        self.assertEqual(self.completion.ways("/DEP"), [WayOn("/deploy", 4, "Deploys it")])

    def test_what_is_no_command(self) -> None:
        self.offer(REMIND)
        for line in ("", "re", "//re", "/usr/bi", "see /re"):
            self.assertEqual(self.texts(line), [], line)

    def test_the_own_ones_are_those_of_the_help(self) -> None:
        for words in (TEXTS["help"].en, TEXTS["help"].zh):
            self.assertEqual(set(re.findall(r"(?<=/)[a-z]+", words)) - {"me", "remind"}, OWN_COMMANDS - {"help"})
        for name in OWN_COMMANDS:
            self.chat.line("/to bob")
            self.assertNotIsInstance(self.chat.line(f"/{name} x"), CallCommand)

    def test_two_of_one_name(self) -> None:
        """What is called by its name alone is the terminal's, or the server's: a bot's is called by the bot's too."""
        others = [OfferedCommand("deploy", {}, {}, bot) for bot in ("cd", "a b")]
        self.offer(DEPLOY, *others, OfferedCommand("save", {}, {}, "ci"), OfferedCommand("who", {}, {}))
        self.assertEqual(self.texts("/dep"), ["/deploy@ci", "/deploy@cd"])
        self.assertEqual(self.texts("/deploy@CD"), ["/deploy@cd"])
        self.assertEqual(self.texts("/save"), ["/save ", "/save@ci"])
        self.assertEqual(self.texts("/who"), ["/who"])

    def test_they_are_those_of_the_conversation(self) -> None:
        self.completion.look("/")
        self.assertEqual((self.texts("/remi"), self.asked), ([], []))
        self.offer(REMIND)
        self.chat.line("/group team blue")
        self.assertEqual(self.texts("/remi"), [])
        self.answers.append(succeed([DEPLOY]))
        self.completion.look("/")
        self.assertEqual(self.asked, ["user-2", f"group-{TEAM}"])
        self.assertEqual(self.texts("/dep"), ["/deploy"])

    def test_they_are_asked_for_in_the_background(self) -> None:
        self.chat.line("/to bob")
        answer: Deferred[Any] = Deferred()
        self.answers += [answer, succeed([DEPLOY])]
        self.completion.look("hello")
        self.completion.look("//")
        self.assertEqual(self.asked, [])
        for line in ("/", "/r", "/re"):
            self.completion.look(line)
        self.assertEqual((self.asked, self.completion.known.shut), (["user-2"], True))
        self.assertEqual(self.texts("/rem"), ["/remove "])
        answer.callback([REMIND])
        self.assertEqual((self.texts("/rem"), self.completion.known.shut), (["/remove ", "/remind "], False))
        self.clock.advance(OFFERS_FRESH - 1)
        self.completion.look("/")
        self.clock.advance(1)
        self.assertEqual(len(self.asked), 1)
        self.completion.look("/")
        self.assertEqual((len(self.asked), self.texts("/remi"), self.texts("/dep")), (2, [], ["/deploy"]))

    def test_without_an_answer_what_was_known_is_good(self) -> None:
        self.offer(REMIND)
        self.clock.advance(OFFERS_FRESH)
        answer: Deferred[Any] = Deferred()
        self.answers += [answer, succeed([DEPLOY])]
        self.completion.look("/")
        answer.errback(NotConnected("there is no connection"))
        self.assertEqual((self.texts("/remi"), self.completion.known.shut), (["/remind "], False))
        self.completion.look("/")
        self.assertEqual(self.texts("/dep"), ["/deploy"])


class ChineseTests(CompletingCase):
    language = "zh"

    def test_what_is_said_of_commands(self) -> None:
        self.offer(REMIND)
        self.assertEqual(
            self.completion.ways("/rem"),
            [WayOn("/remove ", 4, "用户"), WayOn("/remind ", 4, "到时提醒你 · 时间 内容")],
        )


class NameTests(CompletingCase):
    def test_users(self) -> None:
        """By the names that are shown and those to log in with; strangers' control characters are left out."""
        for command in ("to", "kick", "mute", "block"):
            self.assertEqual(
                self.completion.ways(f"/{command} bO"),
                [WayOn("bo3", 2, "鲍勃"), WayOn("Bob", 2), WayOn("Boris", 2)],
            )
        self.assertEqual(self.completion.ways("/TO  鲍"), [WayOn("鲍勃", 1)])
        self.assertEqual(self.texts("/to "), ["ann", "Bob", "Boris", "鲍勃"])

    def test_groups(self) -> None:
        self.assertEqual(self.completion.ways("/group tea"), [WayOn("tea", 3), WayOn("Team Blue", 3)])
        self.assertEqual(self.completion.ways("/join team b"), [WayOn("Team Blue", 6)])

    def test_other_arguments(self) -> None:
        """A group is dissolved by its name, which is typed in full."""
        for line in ("/dissolve te", "/send te", "/history ", "/who ", "/remind b"):
            self.assertEqual(self.texts(line), [], line)
