"""What docstrings and comments refer to by C{L{...}} is there: a module that moves takes its references along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat

HOUSE = Path(hichat.__file__).parent

LINK = re.compile(r"L\{\s*(hichat(?:\.\w+)+)\s*\}")


def dangling(source: str, root: Path) -> Iterator[str]:
    """
    @param source: of a module.
    @param root: where the package's folder is.
    @return: what it refers to in vain: there is no such module, or the name does not occur in it.
    """
    for name in LINK.findall(source):
        parts = name.split(".")
        modules = [(root.joinpath(*parts[:n]), parts[n:]) for n in range(len(parts), 1, -1)]
        for path, names in modules:
            file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            if file.exists():
                text = file.read_text(encoding="utf-8")
                if not all(re.search(rf"\b{part}\b", text) for part in names):
                    yield name
                break
        else:
            yield name


class References(SynchronousTestCase):
    def test_every_reference(self) -> None:
        for file in HOUSE.rglob("*.py"):
            self.assertEqual([*dangling(file.read_text(encoding="utf-8"), HOUSE.parent)], [], str(file))

    def test_one_in_vain(self) -> None:
        for name in ("hichat.nowhere", "hichat.core.kinds.Nothing", "hichat.core.nowhere.Kind"):
            self.assertEqual([*dangling(f"see L{{{name}}}", HOUSE.parent)], [name])
        self.assertEqual([*dangling("see L{hichat.core.kinds.Kind} and L{hichat.core}", HOUSE.parent)], [])
