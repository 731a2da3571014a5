"""The manual pages of C{hichat}."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from dataclasses import fields
from datetime import date
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from hichat import __version__, cli
from hichat.daemon.settings import DaemonSettings
from hichat.shell.manual import pages
from hichat.shell.program import Program
from tests.support.command import every, run


def plain(text: str) -> str:
    """@return: the source of a page, with the signs that it escapes."""
    for escaped, sign in (("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"), ("\\(ti", "~"), ("\\(ha", "^"), ("\\(dq", '"')):
        text = text.replace(escaped, sign)
    return text.replace("\\e", "\\")


class Pages(SynchronousTestCase):
    def setUp(self) -> None:
        self.program = cli.make_program()
        self.pages = pages(self.program, date(2026, 11, 30))

    def page_of(self, command: Program) -> str:
        words = command.prog.split()
        return plain(self.pages[words[1] if len(words) > 1 else "hichat"].text)

    def test_all_that_the_parser_has(self) -> None:
        """Each command and its summary, each option and argument with its help, each example."""
        for command in every(self.program):
            page = self.page_of(command)
            self.assertIn(command.prog, page)
            for line in command.examples:
                self.assertIn(line, page)
            for action in command._actions:
                if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
                    continue
                for option in action.option_strings:
                    self.assertRegex(page, rf"(?m)^\.B .*{re.escape(option)}( |,|$)")
                text = (action.help or "") % {**vars(action), "prog": command.prog}
                self.assertIn(" ".join(text.split()), " ".join(page.split()), command.prog)
            if command.commands is not None and command is self.program:
                for name in command.commands.programs:
                    self.assertIn(f".B hichat-{name}(1)", page)

    def test_settings(self) -> None:
        page = plain(self.pages["daemon"].text)
        for setting in fields(DaemonSettings):
            name = f".B --{setting.name.replace('_', '-')}, HICHAT_{setting.name.upper()}, {setting.name}\n"
            self.assertEqual(name in page, setting.name != "test_faults", name)

    def test_troff_has_nothing_to_say(self) -> None:
        """Neither mandoc's lint nor groff finds anything wrong with a page."""
        for words in (["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-man", "-ww", "-z", "-Kutf8"]):
            if shutil.which(words[0]) is None:
                if words[0] == "mandoc":
                    continue
                raise SkipTest("groff is not installed")
            for page in self.pages.values():
                found = subprocess.run(words, input=page.text, capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((found.returncode, found.stdout, found.stderr), (0, "", ""), page.file)

    def test_man_shows_it(self) -> None:
        if shutil.which("man") is None:
            raise SkipTest("man is not installed")
        shown = subprocess.run(
            ["man", "-l", "-"],
            input=self.pages["user"].text,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={"MANWIDTH": "100", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        ).stdout
        text = " ".join(re.sub(r".\x08|\x1b\[[0-9;]*m", "", shown).split())
        self.assertIn("hichat-user - look after users", text)
        self.assertIn("hichat user add [--state-dir DIR] [--database URL]", text)
        self.assertIn(f"HiChat {__version__} 2026-11-30", text)

    def test_the_command(self) -> None:
        status, out, _ = run("man", "user")
        self.assertEqual((status, out.splitlines()[2:]), (0, self.pages["user"].text.splitlines()[2:]))
        status, _, _ = run("man", "usr")
        self.assertIn("there is no page 'usr'; there are hichat, chat, user", str(status))

    def test_a_directory(self) -> None:
        """Everybody may read it, also what is made above it; the daemon's own files are for one user alone."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        place = Path(directory.name) / "share" / "man"
        self.assertEqual(run("man", "--directory", str(place))[0], 0)
        made = {str(path.relative_to(place)) for path in place.rglob("*.*")}
        self.assertEqual(made, {f"man{page.section}/{page.file}" for page in self.pages.values()})
        for path, mode in ((place.parent, 0o755), (place / "man1", 0o755), (place / "man8" / "hichat-daemon.8", 0o644)):
            self.assertEqual(path.stat().st_mode & 0o777, mode)
        (place / "man1" / "hichat.1").unlink()
        (place / "man1" / "hichat.1").mkdir()
        self.assertIn("hichat man: --directory: cannot write", str(run("man", "--directory", str(place))[0]))
