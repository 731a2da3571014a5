"""The help of C{hichat}, and its complaints."""

from __future__ import annotations

import shlex

from twisted.trial.unittest import SynchronousTestCase

from hichat import __version__, cli
from hichat.shell.guidance import COMMAND_LINES, GROUPS, find
from hichat.shell.program import WIDTH, Program
from tests.support.command import every, run


class Help(SynchronousTestCase):
    def setUp(self) -> None:
        self.program = cli.make_program()

    def test_it_begins_with_what_to_do_first(self) -> None:
        status, out, _ = run("--help")
        self.assertEqual(status, 0)
        begin, chat = out.index("To begin"), out.index("\nChat:")
        self.assertLess(begin, chat)
        for line in ("twistd -n hichat", "hichat user add NAME --role owner", "http://127.0.0.1:8000/", "/docs"):
            self.assertLess(begin, out.index(line), line)
            self.assertLess(out.index(line), chat, line)

    def test_each_command_has_one_line(self) -> None:
        """It fits into a terminal, and says what the command does."""
        for each in every(self.program):
            if each.commands is not None:
                for line in each.format_help().splitlines():
                    self.assertLessEqual(len(line), WIDTH, line)
                for name, command in each.commands.programs.items():
                    self.assertTrue(command.summary, command.prog)
                    self.assertRegex(each.format_help(), rf"(?m)^  {name} +\S")

    def test_long_summaries(self) -> None:
        """They end at a comma or a blank; names of further commands follow as far as there is room."""
        commands = Program(prog="x").add_subparsers(metavar="COMMAND")
        long = commands.add_parser("long", help="tell a story, " + "and so on " * 10)
        self.assertEqual(long.line(), "tell a story")
        group = commands.add_parser("group", help="do what is told " * 4 + "there")
        group.add_subparsers().add_parser("first", help="x")
        self.assertEqual(group.line(), ("do what is told " * 4).strip())
        group.summary = "do"
        self.assertEqual(group.line(), "do: first")
        for number in range(20):
            group.commands.add_parser(f"number{number}", help="x")
        self.assertRegex(group.line(), r"^do: first, (number\d, )+\.\.\.$")

    def test_each_command_is_in_one_group(self) -> None:
        """What none of them names is in the last one."""
        assert self.program.commands is not None
        grouped = [name for names in GROUPS.values() for name in names]
        self.assertEqual(len(grouped), len(set(grouped)))
        self.program.commands.add_parser("walk", help="walk the dog: twice a day")
        shown = [each.name for _, programs in self.program.grouped() for each in programs]
        self.assertEqual(sorted(shown), sorted(self.program.commands.programs))
        self.assertRegex(self.program.format_help(), r"\nMore:\n(.*\n)*?  walk          walk the dog\n")

    def test_examples(self) -> None:
        """The program takes each of them."""
        for words, lines in COMMAND_LINES.items():
            command = find(self.program, words)
            assert command is not None, words
            for line in lines:
                typed = shlex.split(line.partition(" | ")[0].partition(" > ")[0])
                self.assertEqual(typed[: 1 + len(words.split())], ["hichat", *words.split()])
                self.program.parse_args(typed[1:])
                self.assertIn(line, command.format_help())

    def test_alone(self) -> None:
        """A command that has further ones shows them, to who has named none."""
        for words in ((), ("user",), ("bench",)):
            status, out, err = run(*words)
            self.assertEqual((status, out), (2, ""))
            self.assertIn(f"usage: {' '.join(('hichat', *words))} COMMAND ...", err)

    def test_version(self) -> None:
        status, out, _ = run("--version")
        self.assertEqual(status, 0)
        self.assertRegex(out, rf"^hichat {__version__} \(Python [\d.]+\S*, Twisted [\d.]+\S*\)\n$")


class Complaints(SynchronousTestCase):
    def test_one_line_that_teaches(self) -> None:
        for words, complaint in (
            (("usr",), "hichat: there is no command 'usr'; did you mean user?; see hichat --help"),
            (
                ("user", "shwo", "ann"),
                "hichat user: there is no command 'shwo'; did you mean show?; see hichat user --help",
            ),
            (
                ("user", "rename", "ann"),
                "hichat user rename: NEW is missing: hichat user rename NAME NEW; see hichat user rename --help",
            ),
            (
                ("bench", "prepare"),
                "hichat bench prepare: --users, --tokens is missing: hichat bench prepare --users N --tokens FILE; "
                "see hichat bench prepare --help",
            ),
            (
                ("user", "list", "--jsno"),
                "hichat user list: there is no option --jsno; did you mean --json?; see hichat user list --help",
            ),
            (("user", "list", "x"), "hichat user list: 'x' is one argument too many; see hichat user list --help"),
            (
                ("user", "role", "ann", "king"),
                "hichat user role: argument ROLE: 'king' is none of guest, member, moderator, administrator, owner; "
                "see hichat user role --help",
            ),
            (("--vresion",), "hichat: there is no option --vresion; did you mean --version?; see hichat --help"),
        ):
            self.assertEqual(run(*words), (2, "", f"{complaint}\n"))

    def test_nothing_is_near(self) -> None:
        complaint = "hichat device: there is no command 'x'; there are list, revoke; see hichat device --help\n"
        self.assertEqual(run("device", "x"), (2, "", complaint))
        complaint = "hichat invite: there is no option --zzz; see hichat invite --help\n"
        self.assertEqual(run("invite", "--zzz=4"), (2, "", complaint))
