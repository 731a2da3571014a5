"""What C{hichat} says about wrong arguments: one line, which names what is wrong and how to mend it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from twisted.trial.unittest import SynchronousTestCase

from tests.support.command import run


class WrongArguments(SynchronousTestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.state = self.directory / "state"
        given = {"HOME": directory.name, "HICHAT_STATE_DIR": str(self.state), "PATH": "/usr/bin:/bin"}
        self.patch(os, "environ", given)
        with patch("hichat.admin.commands.ask_password", return_value="correct horse"):
            self.assertEqual(run("user", "add", "ann")[0], 0)

    def complaint(self, *words: str) -> str:
        """@return: the line, without what all begin with."""
        status, out, err = run(*words)
        self.assertEqual(out, "")
        # An exit with a text: the interpreter writes it as a line, and the status is 1.
        said = err if status == 2 else f"{status}\n"
        self.assertEqual(len(said.splitlines()), 1, said)
        self.assertTrue(said.startswith("hichat"), said)
        return said.strip()

    def test_names(self) -> None:
        for words in (("user", "show", "eve"), ("user", "rename", "eve", "x"), ("audit", "--user", "eve")):
            self.assertEqual(self.complaint(*words), "hichat: there is no user 'eve'; `hichat user list` shows all")
        self.assertEqual(
            self.complaint("device", "revoke", "ann", "phone"),
            "hichat: ann has no device 'phone'; `hichat device list ann` shows all",
        )

    def test_a_name_that_is_taken(self) -> None:
        """Nobody has to type a password twice before."""
        with patch("hichat.admin.commands.ask_password", side_effect=AssertionError):
            self.assertEqual(self.complaint("user", "add", "ANN"), "hichat: this name is taken")

    def test_numbers(self) -> None:
        """No store can keep larger ones."""
        for words, wrong in (
            (("invite", "--uses", "9" * 20), "is not a positive whole number of at most 9 digits"),
            (("invite", "--uses", "0"), "is not a positive whole number of at most 9 digits"),
            (("invite", "--days", "36501"), "is not a number of days from 1 to 36500"),
            (("invite", "--days", "9" * 5000), "is not a number of days from 1 to 36500"),
            (("invite", "--days", "x"), "is not a number of days from 1 to 36500"),
            (("trace", "abc"), "is not the number of a message"),
            (("trace", "9" * 5000), "is not the number of a message"),
            (("audit", "--user", ""), "--user: is empty; leave the option out to see everything"),
            (("audit", "--act", " "), "--act: is empty; leave the option out to see everything"),
        ):
            self.assertIn(wrong, self.complaint(*words))
        self.assertEqual(run("invite", "--uses", "9" * 9, "--days", "36500")[0], 0)

    def test_paths(self) -> None:
        file = self.directory / "file"
        file.touch()
        self.assertEqual(self.complaint("restore", str(file)), f"hichat: {file} is no backup: a backup is a directory")
        complaint = self.complaint("user", "list", "--state-dir", "a" * 5000)
        self.assertRegex(complaint, r"^hichat: .{100,220}: File name too long$")

    def test_an_act_that_is_none(self) -> None:
        """The acts that there are follow."""
        status, out, err = run("audit", "--act", "log_inn")
        self.assertEqual((status, out), (0, ""))
        self.assertRegex(err, "^hichat: there is no such entry; the acts in the audit log are: .*user add")
        self.assertEqual(run("audit", "--since", "2099-01-01"), (0, "", ""))

    def test_a_setting_that_is_none(self) -> None:
        file = self.directory / "hichat.toml"
        file.write_text("wrokers = 2\n", encoding="utf-8")
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.directory)
        self.assertEqual(
            self.complaint("user", "list"),
            f"hichat: {file.resolve()}: 'wrokers' is no setting; the nearest one is workers; see twistd hichat --help",
        )
