"""Texts that are sent to hooks, as the Markdown of messages."""

from __future__ import annotations

from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.emojis import emoji_of
from hichat.core.markdown import plain
from hichat.hooks.incoming.markup import clean, code, fenced, linked, literal, one_line
from hichat.hooks.incoming.mrkdwn import marked, named_plainly
from hichat.hooks.incoming.parts import parts
from hichat.hooks.incoming.shortcodes import emoji_named
from tests import proof

MARKS = [
    # Slack's
    ("*bold* _it_ ~struck~ `co*d*e`", "**bold** _it_ ~~struck~~ `co*d*e`"),
    ("*a* *b*, (*c*).", "**a** **b**, (**c**)."),
    ("2*3*4, 5 * 6 * 7, a*b*c", "2*3*4, 5 * 6 * 7, a*b*c"),
    ("*not\nover lines*", "*not\nover lines*"),
    ("<https://a.example/x|the *label*>", r"[the \*label\*](https://a.example/x)"),
    ("*<https://a.example/?a=1&amp;b=2|x>*", "**[x](https://a.example/?a=1&b=2)**"),
    ("<https://a.example/x_y_z>", "https://a.example/x_y_z"),
    ("<mailto:a@b.example|a@b.example> <tel:123|us>", "[a@b.example](mailto:a@b.example) us (tel:123)"),
    ("<javascript:alert(1)|x>", "x (javascript:alert(1))"),
    ("<@U1|bob> <@U2> <#C1|general> <!subteam^S1|@ops>", "@bob @U2 #general @ops"),
    ("<!date^1392734382^{date}|Feb 18> ok", "Feb 18 ok"),
    ("1 &lt; 2 &amp;&amp; 3 &gt; 2, a < b, &amp;lt;", "1 < 2 && 3 > 2, a < b, &lt;"),
    ("&gt;said\n>>> both\nof them", "> said\n> both\n> of them"),
    (":tada: :+1::skin-tone-3: :no_such_name: 12:30:45", "🎉 👍 :no_such_name: 12:30:45"),
    ("```a &lt; *b*\nc```", "```\na < *b*\nc\n```"),
    ("see ```\none\n``` and on", "see \n```\none\n```\n and on"),
    ("```one line```", "```one line```"),
    ("http://a.example/*b*?c=:tada:", "http://a.example/*b*?c=:tada:"),
    # Markdown's
    ("**bold** ~~struck~~ [x](https://a.example/(y))", "**bold** ~~struck~~ [x](https://a.example/(y))"),
    ("# Heading\n- *item*", "# Heading\n- **item**"),
    ("```python\nx = 1\n```", "```python\nx = 1\n```"),
    (r"a \*star\*", r"a \*star\*"),
]


class MarksTests(SynchronousTestCase):
    def test_marks(self) -> None:
        for text, expected in MARKS:
            self.assertEqual(marked(text), (expected, False), text)

    def test_stars_of_markdown(self) -> None:
        self.assertEqual(
            marked("*it* ~no~ <http://a.example|x>", is_markdown=True).text, "*it* ~no~ [x](http://a.example)"
        )

    def test_calls_of_all(self) -> None:
        """Whichever way all are called, the text says C{@all}, which clients know. Code and addresses call nobody."""
        for text in ("<!channel>", "<!here|here> x", "a <!everyone>", "@channel", "now: @here!", "@all"):
            found = marked(text)
            self.assertTrue(found.to_all, text)
            self.assertIn("@all", found.text)
        for text in (
            "`@channel`",
            "me@all.example",
            "@allison",
            "```\n@here\n```",
            "http://x.example/@all",
            "<@U1|all>",
        ):
            self.assertFalse(marked(text).to_all, text)

    def test_a_plain_text_has_no_signs(self) -> None:
        self.assertEqual(plain(named_plainly("*a* _b_ <x> &lt; :tada:")), "*a* _b_ <x> < 🎉")

    def test_control_characters(self) -> None:
        self.assertEqual(clean("a\0b\x1b[1m\r\nc\td\x7f\ud800"), "ab[1m\nc\td")

    @given(st.text(alphabet="ab *_~`[]()<>|!@#:&;\\\n-\u4e2d.", max_size=60))
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_any_text(self, text: str) -> None:
        """Nothing is lost: all letters are there. And what is shown as it is, is."""
        said = "".join(each for each in text if each.isalnum())
        shown = "".join(each for each in marked(text).text if each.isalnum())
        if "&" not in text and "<" not in text and ":" not in text:
            self.assertEqual(shown.replace("all", ""), said.replace("all", ""))
        self.assertEqual(plain(literal(text)), text)

    def test_long_texts_take_no_long_time(self) -> None:
        for piece in ("*", "<", "`", "~a", "[", ":a", "```", "_", "<!", "*a ", "[a]("):
            marked(piece * (20_000 // len(piece)))
            literal(piece * (20_000 // len(piece)))

    def test_an_address_without_an_end_takes_no_long_time(self) -> None:
        for begun in ("[a](", "[a](x("):
            began = process_time()
            self.assertEqual(marked(begun + 30_000 * "x").text, begun + 30_000 * "x")
            self.assertLess(process_time() - began, 1)


class EmojiTests(SynchronousTestCase):
    def test_names(self) -> None:
        for name, emoji in (
            (":ghost:", "👻"),
            ("rotating_light", "🚨"),
            ("man-running", "🏃‍♂️"),
            ("+1", "👍"),
            ("X", "❌"),
        ):
            self.assertEqual(emoji_named(name), emoji_of(emoji))
        for name in ("", ":", "::", "no such", "👻"):
            self.assertIsNone(emoji_named(name), name)


class MarkupTests(SynchronousTestCase):
    def test_links(self) -> None:
        for address in ("javascript:x", "", "/path", "http://a b", "data:text/html,x"):
            self.assertEqual(linked("label", address), "label")
        self.assertEqual(linked("l", "https://a.example/(x)"), "[l](https://a.example/%28x%29)")
        self.assertEqual(linked("", "https://a.example"), "https://a.example")

    def test_code(self) -> None:
        for text in ("a", "a`b", "``", "`x`", "a\nb"):
            self.assertEqual(plain(code(text)), " ".join(text.split()))
        self.assertEqual(plain(fenced("a\n```\nb")), "a\n```\nb")

    def test_one_line(self) -> None:
        self.assertEqual(plain(one_line("# a\n  b *c*")), "# a b *c*")
        self.assertEqual(len(plain(one_line("x" * 1000))), 250)


class PartsTests(SynchronousTestCase):
    def test_a_short_text_is_one(self) -> None:
        self.assertEqual(parts("a\nb", 256), ["a\nb"])
        self.assertEqual(parts(" \n", 256), [])

    def test_a_long_text_is_several(self) -> None:
        lines = [f"line {number} \u4e2d\u6587" for number in range(500)]
        found = parts("\n".join(lines), 1000)
        self.assertTrue(all(len(part.encode()) <= 1000 for part in found))
        self.assertEqual("\n".join(found).split("\n"), lines)
        self.assertLess(len(found), 12)

    def test_a_long_line(self) -> None:
        text = "\u4e2d" * 3000
        found = parts(text, 1000)
        self.assertTrue(all(len(part.encode()) <= 1000 for part in found))
        self.assertEqual("".join(found), text)
        self.assertTrue(parts("word " * 1000, 1000)[0].endswith("word"))

    def test_code_goes_on_as_code(self) -> None:
        for before in ("", "> "):
            code_lines = [f"{before}x = {number}" for number in range(400)]
            text = "\n".join([f"{before}```python", *code_lines, f"{before}```", "after"])
            found = parts(text, 1000)
            self.assertTrue(all(len(part.encode()) <= 1000 for part in found))
            self.assertGreater(len(found), 3)
            for part in found[:-1]:
                self.assertTrue(part.startswith(f"{before}```python\n"), part[:40])
                self.assertTrue(part.endswith(f"\n{before}```"), part[-40:])
            self.assertTrue(found[-1].endswith("\nafter"))
            inside = [line for part in found for line in part.split("\n") if "=" in line]
            self.assertEqual(inside, code_lines)

    def test_code_of_long_lines(self) -> None:
        found = parts("```\n" + "y" * 5000 + "\n" + "z" * 900 + "\n```", 1000)
        self.assertTrue(all(len(part.encode()) <= 1000 for part in found))
        self.assertEqual(sum(part.count("y") for part in found), 5000)
        self.assertTrue(all("y" in part or "z" in part for part in found))
