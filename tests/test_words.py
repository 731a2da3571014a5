"""What people read is in both languages, each sentence at one place."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat
from hichat.core import errors
from hichat.core.errors import Refused
from hichat.core.kinds import TRAITS
from hichat.core.words import Words
from hichat.mail.words import LETTERS
from hichat.personal.words import EXPORT_WORDS
from hichat.terminal import words as of_the_terminal
from hichat.v1 import words as of_v1
from hichat.wire import closing

HICHAT = Path(hichat.__file__).parent

PLACES = {
    "commands/words.py",
    "core/errors.py",
    "core/kinds.py",
    "hooks/incoming/words.py",
    "mail/words.py",
    "personal/words.py",
    "terminal/words.py",
    "v1/words.py",
    "wire/closing.py",
    # Both languages of an act stand side by side; the English of a setting is where it is declared.
    "web/browser/app/words/admin/acts.js",
    "web/browser/app/words/admin/settings-zh.js",
}
"""The places of sentences, but for those of the web client: C{zh.js} in a directory below C{app/words}."""

NO_SENTENCES = {
    # Names that nobody may take, and the one that mentions all; the name of a language; both languages at once;
    # words that people type.
    "accounts/names.py",
    "commands/moments.py",
    "commands/service.py",
    "web/browser/app/model/mentions.js",
    "web/browser/app/words/words.js",
    "web/browser/app/index.html",
}

HAN = re.compile(r"[\u2e80-\u2fdf\u3001\u3400-\u9fff\uff01-\uff0f\uff1a-\uff1f]")
"""A Chinese character or mark."""


def refusals(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    """@return: all classes of refusals, whichever module has them."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("hichat."):
            yield each
        yield from refusals(each)


def fields(sentence: str) -> set[str]:
    """@return: the names of a sentence's fields."""
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name}


class WordsTests(SynchronousTestCase):
    def test_sentences_are_at_their_places(self) -> None:
        """No other source has a Chinese sentence: what people read there would be in one language only."""
        found = {
            str(path.relative_to(HICHAT))
            for kind in ("*.py", "*.js", "*.html", "*.css")
            for path in HICHAT.rglob(kind)
            if not {"built", "vendor", "node_modules"} & {*path.parts} and HAN.search(path.read_text("utf-8"))
        }
        words = HICHAT / "web" / "browser" / "app" / "words"
        chinese = {path for path in words.rglob("zh.js") if path.with_name("en.js").exists()}
        of_the_page = {str(path.relative_to(HICHAT)) for path in chinese}
        self.assertEqual(found, PLACES | NO_SENTENCES | of_the_page)

    def test_refusals(self) -> None:
        """Each has its code in this one module or takes its parent's, and a sentence of its own in both languages."""
        seen = {*refusals()}
        self.assertGreater(len(seen), 100)
        for kind in seen:
            self.assertTrue(HAN.search(kind.zh), kind)
            self.assertFalse(HAN.search(kind.en), kind)
            self.assertFalse(kind.code == Refused.code or kind.en == Refused.en, kind)
            if "code" in vars(kind):
                self.assertEqual(kind.__module__, errors.__name__, kind)
        codes = [kind.code for kind in seen if "code" in vars(kind)]
        self.assertEqual(len(codes), len(set(codes)))

    def test_the_rest(self) -> None:
        """Each of the others has both, with the same fields; an error's text may be left out in one of them."""
        events = {name: Words(traits.zh, traits.en) for name, traits in TRAITS.items()}
        modules = (of_the_terminal, of_v1, closing)
        single = [each for module in modules for each in vars(module).values() if isinstance(each, Words)]
        tables = (of_the_terminal.TEXTS, of_the_terminal.USAGE, of_the_terminal.EVENT_WORDS, events)
        found = single + [words for table in tables for words in table.values()]
        self.assertGreater(len(found), 150)
        for words in found:
            self.assertEqual(bool(words.zh), bool(words.en), words)
            self.assertFalse(HAN.search(words.en), words)
            self.assertEqual(fields(words.zh) | {"text"}, fields(words.en) | {"text"}, words)
        self.assertEqual(*({name: fields(text) for name, text in table.items()} for table in EXPORT_WORDS.values()))
        self.assertEqual(*({kind: [*map(fields, text)] for kind, text in table.items()} for table in LETTERS.values()))

    def test_close_frames_have_room_for_them(self) -> None:
        """RFC 6455, 5.5: the payload is at most 125 bytes, of which the code takes two."""
        for words in vars(closing).values():
            if isinstance(words, Words):
                for text in words.filled(seconds=60):
                    self.assertLessEqual(len(text.encode()), 123, text)
