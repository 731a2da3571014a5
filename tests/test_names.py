"""
One meaning a name: a class, a type or a constant of a module has a name that no other module of the house gives to
something else. Names that begin with an underscore are their module's own business; so are type variables.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat

HOUSE = Path(hichat.__file__).parent

CLIENT = "the client library calls the server's things by the server's names"

SAME = {
    "Device": CLIENT,
    "Event": CLIENT,
    "FileKind": CLIENT,
    "Group": CLIENT,
    "Hit": CLIENT,
    "MediaLink": CLIENT,
    "Member": CLIENT,
    "Person": CLIENT,
    "Reader": CLIENT,
    "Refused": CLIENT,
    "Session": CLIENT,
    "Unauthorized": CLIENT,
    "User": CLIENT,
    "Mark": "the frame of a mark has the mark's own fields, and its name is published",
    "Page": "a page of a list: a frame's and a call's; both names are published",
    "SECTION": "each module of calls declares its section of the API by that name",
}
"""Why two modules may give the same name: they mean the same."""


def names_in(source: str) -> Iterator[str]:
    """
    @param source: of a module.
    @return: the public classes, types and constants that it defines at the top.
    """
    for node in ast.parse(source).body:
        names = []
        if isinstance(node, ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.AnnAssign):
            names = [found.id for found in ast.walk(node.target) if isinstance(found, ast.Name)]
        elif isinstance(node, ast.Assign):
            names = [found.id for target in node.targets for found in ast.walk(target) if isinstance(found, ast.Name)]
        yield from (name for name in names if name[0].isupper() and len(name) > 1)


def given_twice(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """
    @param sources: of modules, by their names.
    @return: by each name that several modules give: those modules.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for module, source in sources.items():
        for name in sorted(set(names_in(source))):
            found[name].append(module)
    return {name: modules for name, modules in found.items() if len(modules) > 1}


class NameTests(SynchronousTestCase):
    def test_the_house(self) -> None:
        """A migration keeps what was true when it was written, so it may not import today's names."""
        paths = [path for path in sorted(HOUSE.rglob("*.py")) if path.parent.name != "versions"]
        twice = given_twice({str(path.relative_to(HOUSE)): path.read_text(encoding="utf-8") for path in paths})
        self.assertEqual({name: modules for name, modules in twice.items() if name not in SAME}, {})
        self.assertEqual(sorted(set(SAME) - set(twice)), [], "these names are given once: they need no reason any more")

    def test_what_would_be_found(self) -> None:
        sources = {
            "a": "class Link: ...\nLIMIT: int = 1\nKey = int\nclass _Own: ...\nT = 1\nclass Once:\n    LIMIT = 2",
            "b": "Link = str\nLIMIT, KEY = 2, 3\nclass _Own: ...\nT = 2\ndef Once(): ...\nif True:\n    Key = 1",
        }
        self.assertEqual(given_twice(sources), {"Link": ["a", "b"], "LIMIT": ["a", "b"]})
