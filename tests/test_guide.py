"""Tests for README.md and the pages of C{hichat/docs}: they name what there is, and their links lead somewhere."""

from __future__ import annotations

import ast
import re
import shlex
import time
import tomllib
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import unquote, urlsplit

import msgspec
from mdit_py_plugins.anchors.index import slugify
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.server_rights import SERVER_NEEDS, ServerAct
from hichat.daemon.settings import DaemonSettings
from hichat.hooks.outgoing.signing import HookSecrets, sign
from hichat.plugin import Plugin
from hichat.web.api.catalogue import OPERATIONS
from tests import guide

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)`(?::((?:[\s,]+(?:and )?`[\w.]+`)+))?")
SETTING = re.compile(r"^\| `(HICHAT_\w+)` \| `(--[\w-]+)` \|(.*?)\| (.*) \|$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """@return: where links into a text can lead."""
    return {slugify(title) for title in HEADING.findall(text)}


def names_in(path: Path) -> set[str]:
    """@return: the classes, functions, methods and values that a module defines; methods as C{Class.method}."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        for each in (node, *inner):
            if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names = [each.name]
            elif isinstance(each, ast.Assign):
                names = [target.id for target in each.targets if isinstance(target, ast.Name)]
            elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                names = [each.target.id]
            else:
                continue
            outer = "" if each is node else f"{node.name}."  # type: ignore[attr-defined]
            found |= {outer + name for name in names}
    return found


class Rights(SynchronousTestCase):
    def test_the_handbook_has_each_act(self) -> None:
        """With its least role, in the order of the code."""
        rows = [f"| {act.value} | {SERVER_NEEDS[act].word} |" for act in ServerAct]
        self.assertIn("\n".join(["| act | least role |", "|---|---|", *rows, ""]), guide.text("operate"))


class Links(SynchronousTestCase):
    def test_each_leads_somewhere(self) -> None:
        """In the repository: to a file that is there, and to a heading of it."""
        texts = guide.everything()
        count = 0
        for path, text in texts.items():
            for link in LINK.findall(text):
                parts = urlsplit(link)
                if parts.scheme:
                    continue
                count += 1
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                self.assertTrue(target.is_file(), f"{path.name}: {link}")
                if parts.fragment:
                    self.assertIn(unquote(parts.fragment), anchors(texts[target]), f"{path.name}: {link}")
        self.assertGreater(count, 40)

    def test_pages_link_to_what_is_served(self) -> None:
        """Which are the pages and the files beside them."""
        beside = "|".join(re.escape(each.name) for each in guide.PAGES.iterdir() if each.suffix != ".md")
        for path, text in guide.everything().items():
            if path != guide.README:
                for link in LINK.findall(text):
                    self.assertRegex(link, rf"^(#|[\w.-]+\.md(#|$)|({beside})$|https?://)", path.name)

    def test_each_page_is_found(self) -> None:
        """From the index."""
        linked = set(LINK.findall(guide.text("README")))
        self.assertEqual({path.name for path in guide.PAGES.glob("*.md")} - linked, {"README.md"})


class Texts(SynchronousTestCase):
    def test_readme_is_short(self) -> None:
        self.assertLessEqual(len(guide.README.read_text(encoding="utf-8").splitlines()), 200)

    def test_the_commands_that_the_gate_reads(self) -> None:
        """They are there once, each behind its comment."""
        (first, second) = (
            each for each in guide.blocks(guide.README.read_text(encoding="utf-8"), "sh") if "# " in each
        )
        self.assertEqual(first.splitlines()[0], "# install and start")
        self.assertEqual(second.splitlines()[0], "# test")

    def test_each_begins_with_its_title(self) -> None:
        for path, text in guide.everything().items():
            self.assertRegex(text, r"\A# [^\n]+\n\n", path.name)
            self.assertEqual(len(re.findall(r"^# ", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)), 1)

    def test_the_first_steps_are_the_same_in_both_languages(self) -> None:
        """Their commands are, but for the names of people."""
        english, chinese = (guide.blocks(guide.text(f"first-steps{each}"), "sh") for each in ("", ".zh"))
        named = [each.replace("小明", "ann").replace("小红", "bob") for each in chinese]
        self.assertEqual(named, english)
        self.assertIn(guide.blocks(guide.README.read_text(encoding="utf-8"), "sh")[0].splitlines()[1], english[0])

    def test_the_web_client_is_the_same_in_both_languages(self) -> None:
        """The pages that a user of it reaches: as many points, with the same keys, addresses and signs in them."""
        same = re.compile(r"Ctrl\+[\w+/]+|HTTP|PDF|ZIP|`[@/.:\[][^`]*`|https?://\S+?(?=[`>)])")
        told = []
        for language in ("", ".zh"):
            items = re.findall(r"^- .*(?:\n  .*)*", guide.text(f"web-client{language}"), re.MULTILINE)
            told.append([sorted({*same.findall(item)}) for item in items])
        self.assertEqual(*told)
        self.assertGreater(len(told[0]), 15)


def curls(text: str) -> list[list[str]]:
    """@return: the words of each call of curl in a text; a command may go on for several lines."""
    found, lines = [], text.splitlines()
    for number, line in enumerate(lines):
        if not line.strip().startswith("curl "):
            continue
        for end in range(number + 1, len(lines)):
            command = "\n".join(lines[number:end])
            if not command.endswith("\\"):
                try:
                    found.append(shlex.split(command))
                    break
                except ValueError:
                    continue  # a quotation goes on
    return found


class Examples(SynchronousTestCase):
    def test_calls_of_curl(self) -> None:
        """Each names an operation of the API, and its body is one that this takes."""
        places = [(each, re.sub(r"\{\w+\}", "[^/]+", each.path)) for each in OPERATIONS]
        count = 0
        for path, text in guide.everything().items():
            for words in curls(text):
                urls = [urlsplit(word) for word in words if "/v2/" in word]
                bodies = [word for option, word in pairwise(words) if option == "-d"]
                if not urls or "/v2/hook/" in urls[0].path:
                    continue
                method = ([word for option, word in pairwise(words) if option == "-X"] or ["POST" if bodies else ""])[0]
                called = urls[0].path.partition("/v2")[2]
                fit = [each for each, place in places if method in ("", each.method) and re.fullmatch(place, called)]
                self.assertTrue(fit, f"{path.name}: {words}")
                if bodies:
                    count += 1
                    msgspec.json.decode(bodies[0], type=get_type_hints(fit[0].handler)["body"])
        self.assertGreater(count, 5)

    def test_the_plugin(self) -> None:
        (code,), (project,) = (guide.blocks(guide.text("plugins"), language) for language in ("python", "toml"))
        scope: dict[str, Any] = {}
        exec(code, scope)
        for place in tomllib.loads(project)["project"]["entry-points"]["hichat.plugins"].values():
            self.assertTrue(issubclass(scope[place.partition(":")[2]], Plugin))

    def test_the_receiver_of_a_hook(self) -> None:
        secret, sealed = (secrets := HookSecrets(bytes(32))).make("x")
        key, body = secrets.open(sealed, "x"), b'{"type": "ping"}'
        assert key is not None
        (code,) = guide.blocks(guide.text("outgoing-hooks"), "python")
        scope = {"body": body, "headers": dict(sign([key], "msg_1", int(time.time()), body))}
        exec(code.replace("whsec_...", secret), scope)
        self.assertEqual(scope["event"], {"type": "ping"})


class SettingsPage(SynchronousTestCase):
    def test_each_setting(self) -> None:
        """All are there, with their defaults, and no others."""
        found = {
            name: (option, default.strip()) for name, option, default, _ in SETTING.findall(guide.text("settings"))
        }
        wanted = {}
        for setting in fields(DaemonSettings):
            if setting.name.startswith("test_"):
                continue
            default = setting.metadata["default"]
            shown = f"`{default}`" if default else ""
            if setting.name == "database":
                shown = "`hichat.db` in the state directory"
            option = f"--{setting.name.replace('_', '-')}"
            wanted[f"HICHAT_{setting.name.upper()}"] = (option, shown)
        self.assertEqual(found, wanted)

    def test_no_text_names_a_setting_that_is_none(self) -> None:
        known = {f"HICHAT_{setting.name.upper()}" for setting in fields(DaemonSettings)}
        known |= {"HICHAT_PASSWORD", "HICHAT_PROOF", "HICHAT_SEED", "HICHAT_SEEDS", "HICHAT_SEEDS_OF_FUZZ"}
        known |= {"HICHAT_TOKEN", "HICHAT_MATTERBRIDGE_TOKEN", "HICHAT_SERVER"}
        known |= {"HICHAT_KILLS_OF_THE_HUB", "HICHAT_KILLS_BESIDE_OTHERS"}
        known |= {"HICHAT_EVENTS_OF_HOOKS", "HICHAT_SECONDS_OF_FAULTS"}
        for path, text in guide.everything().items():
            self.assertEqual(set(re.findall(r"HICHAT_\w+", text)) - known, set(), path.name)


class House(SynchronousTestCase):
    def test_what_it_names(self) -> None:
        """The files, and what it says to be in them."""
        text = guide.text("house")
        named = NAMED.findall(text)
        for file, names in named:
            path = guide.PACKAGE / file
            if file.startswith("tests/"):
                path = guide.README.parent / file
            self.assertTrue(path.is_file(), file)
            wanted = set(re.findall(r"[\w.]+(?=`)", names))
            self.assertEqual(wanted - names_in(path), set(), file)
        self.assertGreater(len(named), 30)

    def test_no_name_is_without_its_file(self) -> None:
        """A method that is named elsewhere in an answer is one of a class that is named with its file."""
        text = guide.text("house")
        defined = {
            name
            for file, _ in NAMED.findall(text)
            if not file.startswith("tests/")
            for name in names_in(guide.PACKAGE / file)
        }
        methods = set(re.findall(r"`(\w+\.(?!py`)\w+)`", text))
        self.assertEqual(methods - defined, set())

    def test_twelve_questions(self) -> None:
        questions = re.findall(r"^### (\d+)\. (.*)$", guide.text("house"), re.MULTILINE)
        self.assertEqual([int(number) for number, _ in questions], list(range(1, 13)))
        for _, question in questions:
            self.assertTrue(question.endswith("?"), question)
