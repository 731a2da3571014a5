"""
The walls of the house: each room imports only from rooms below it in the map of L{hichat}, and no modules import each
other in a circle.

An import counts wherever it stands: inside a function and under C{TYPE_CHECKING} too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat

HOUSE = Path(hichat.__file__).parent

MAP = "from rooms below it::"
"""The map is what is indented below this line."""

Imports = Mapping[str, set[str]]
"""By the name of a module: the modules that it imports from."""


def modules_in(house: Path) -> dict[str, Path]:
    """
    @param house: the folder of the package.
    @return: its modules, by name.
    """
    found = {}
    for path in sorted(house.rglob("*.py")):
        parts = path.relative_to(house.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str, modules: Mapping[str, object]) -> Iterator[str]:
    """
    @param source: of a module.
    @param modules: the names of all modules of the package.
    @return: the modules of the package that this one imports from.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute in this project"
            # What is imported from a package may be a module of it, or a name that the package itself has.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules else str(node.module) for name in names]
        else:
            continue
        yield from (name for name in names if name in modules)


def imports_of(house: Path) -> Imports:
    """@return: the imports of every module below a folder."""
    modules = modules_in(house)
    return {name: set(imported(path.read_text(), modules)) - {name} for name, path in modules.items()}


def rooms_in(docstring: str) -> list[str]:
    """@return: the rooms of the map, from the doors down, as names of packages and modules."""
    _, found, below = docstring.partition(MAP)
    assert found, f"the map begins behind: {MAP}"
    indented = takewhile(str.strip, below.lstrip("\n").splitlines())
    return [f"hichat.{line.split()[0].replace('/', '.')}" for line in indented]


def room_of(module: str, rooms: list[str]) -> int:
    """@return: the number of the room that a module is in: the smallest that it is in, counted from the doors."""
    inside = [room for room in rooms if module == room or module.startswith(f"{room}.")]
    assert inside, f"{module} is in no room of the map"
    return rooms.index(max(inside, key=len))


def reaching_up(imports: Imports, rooms: list[str]) -> set[tuple[str, str]]:
    """@return: each import from a room above: the module, and the one that it imports from."""
    return {
        (module, other)
        for module, others in imports.items()
        for other in others
        if "hichat" not in (module, other) and room_of(other, rooms) < room_of(module, rooms)
    }


def circles_in(imports: Imports) -> list[set[str]]:
    """@return: the largest sets of modules of which each imports from each, by way of others of the set."""
    reached = {module: _reach(module, imports) for module in imports}
    circles = []
    for module in imports:
        circle = {other for other in reached[module] if module in reached[other]}
        if circle and circle not in circles:
            circles.append(circle)
    return circles


def _reach(module: str, imports: Imports) -> set[str]:
    reached: set[str] = set()
    ahead = [module]
    while ahead:
        fresh = imports[ahead.pop()] - reached
        reached |= fresh
        ahead += fresh
    return reached


class TheHouse(SynchronousTestCase):
    """The modules of L{hichat} as they are."""

    def setUp(self) -> None:
        self.imports = imports_of(HOUSE)
        assert hichat.__doc__ is not None
        self.rooms = rooms_in(hichat.__doc__)

    def test_no_room_imports_from_a_room_above(self) -> None:
        """Imports go down the map."""
        self.assertEqual(reaching_up(self.imports, self.rooms), set())

    def test_no_circle(self) -> None:
        """No module imports itself, by way of others."""
        self.assertEqual(circles_in(self.imports), [])

    def test_the_map_names_what_there_is(self) -> None:
        """Every module is in a room, and every room exists."""
        self.assertEqual([room for room in self.rooms if room not in self.imports], [])
        for module in self.imports:
            if module != "hichat":
                room_of(module, self.rooms)


class TheCheck(SynchronousTestCase):
    """The check itself finds what it is there to find."""

    ROOMS = ("hichat.roof", "hichat.hall.loft", "hichat.hall", "hichat.cellar")

    def test_finds_an_import_wherever_it_stands(self) -> None:
        """At the top, inside a function, under a condition; of a module, of a name in it, of a package."""
        modules = dict.fromkeys(("hichat", "hichat.a", "hichat.b", "hichat.c", "hichat.d", "hichat.e"))
        source = """
import hichat.a
from hichat import b, __version__
if TYPE_CHECKING:
    from hichat.c import Name
def function():
    from hichat.d import other
    class Inside:
        import hichat.e, os.path
"""
        expected = ["hichat", "hichat.a", "hichat.b", "hichat.c", "hichat.d", "hichat.e"]
        self.assertEqual(sorted(set(imported(source, modules))), expected)

    def test_finds_what_reaches_up(self) -> None:
        """A room inside another one has a place of its own in the map."""
        imports = {
            "hichat.cellar.wine": {"hichat.hall.door"},
            "hichat.hall.door": {"hichat.hall.loft.trunk", "hichat.cellar.wine"},
            "hichat.hall.loft.trunk": {"hichat.hall.door", "hichat"},
            "hichat.roof": {"hichat.cellar.wine"},
        }
        expected = {("hichat.cellar.wine", "hichat.hall.door"), ("hichat.hall.door", "hichat.hall.loft.trunk")}
        self.assertEqual(reaching_up(imports, list(self.ROOMS)), expected)

    def test_a_name_that_only_begins_like_a_room_is_not_in_it(self) -> None:
        """Such a module is in no room, which is an error too."""
        error = self.assertRaises(AssertionError, room_of, "hichat.hallway", list(self.ROOMS))
        self.assertIn("hichat.hallway", str(error))

    def test_finds_a_circle(self) -> None:
        """However long it is; who only imports from one is in none."""
        imports = {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"b"}, "e": set()}
        self.assertEqual(circles_in(imports), [{"b", "c", "d"}])

    def test_reads_the_map(self) -> None:
        """What is written beside a room, or behind the map, is none."""
        text = f"Words.\n\nThe rooms, {MAP}\n\n    roof  of tiles\n    hall/loft   hall: and more\n\nMore\n    words"
        self.assertEqual(rooms_in(text), ["hichat.roof", "hichat.hall.loft"])
