"""Tests for L{hichat.commands.parsing}."""

from twisted.trial.unittest import SynchronousTestCase

from hichat.commands.parsing import TypedCommand, parse


class ParsingTests(SynchronousTestCase):
    def test_commands(self) -> None:
        for text, found in {
            "/me waves": TypedCommand("me", "", "waves"),
            "/Deploy": TypedCommand("deploy"),
            "  /deploy@ci  production now \n": TypedCommand("deploy", "ci", "production now"),
            "/提醒 明天": TypedCommand("提醒", "", "明天"),
            "/a-b_c\nfirst\nsecond": TypedCommand("a-b_c", "", "first\nsecond"),
        }.items():
            self.assertEqual(parse(text), found, text)

    def test_texts(self) -> None:
        """What is pasted is a text: a path, a slash alone, two slashes, another sign behind the name."""
        long = f"/{'a' * 33}"
        for text in ("", "/", "/ me", "/usr/bin", "/usr/bin is", "//me waves", "me /me", "/what?", "/a.b", long):
            self.assertIsNone(parse(text), text)
