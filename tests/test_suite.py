"""What holds for the tests themselves."""

import ast
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

from twisted.trial.unittest import SynchronousTestCase

from tests.support.ports import BLOCK, TOGETHER, Block
from tests.support.scheduling import LOCKED, SHARED, SHARING, Manners, marked, turn, unit_of

TESTS = Path(__file__).parent


def imported(code: str) -> Iterator[str]:
    """@return: the full names that a module imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or '.'}.{name.name}" for name in node.names)


def of_tests(names: Iterator[str]) -> list[str]:
    """@return: those that are test modules, or in them."""
    return [name for name in names if name.startswith("tests.") and ".test_" in name]


class ImportTests(SynchronousTestCase):
    def test_no_test_module_is_imported(self) -> None:
        """What two of them share is in C{tests/support}, or beside them in a module that has no tests."""
        paths = [path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts]
        self.assertGreater(len(paths), 100)
        for path in paths:
            self.assertEqual(of_tests(imported(path.read_text())), [], path)

    def test_what_would_be_found(self) -> None:
        code = "from tests.a.test_b import C\nimport tests.test_d\nfrom tests.a import test_c\nimport ast, tests.a"
        self.assertEqual(of_tests(imported(code)), ["tests.a.test_b.C", "tests.test_d", "tests.a.test_c"])


class PortsTests(SynchronousTestCase):
    def test_no_two_have_the_same(self) -> None:
        """Not even when each has been given all that it has, but for what other programs use."""
        found = [[block.reserve() for _ in range(BLOCK // TOGETHER)] for block in (Block(), Block())]
        self.assertEqual({*found[0]} & {*found[1]}, set())
        for ports in found:
            again = [port for at, port in enumerate(ports) if port in ports[:at]]
            self.assertLess(len(again), BLOCK // TOGETHER // 10)
            self.assertEqual(again, ports[: len(again)], "none is given twice before all others")

    def test_what_is_in_use_is_given_to_nobody(self) -> None:
        """In either protocol, and any of those that belong together."""
        block = Block()
        first = block.reserve()
        for kind, place in ((socket.SOCK_STREAM, 0), (socket.SOCK_DGRAM, 3), (socket.SOCK_STREAM, 7)):
            with socket.socket(socket.AF_INET, kind) as taken:
                if kind == socket.SOCK_STREAM:
                    # What was free for the block may have connections in TIME_WAIT, of a process from before.
                    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taken.bind(("127.0.0.1", first + place))
                if kind == socket.SOCK_STREAM:
                    taken.listen()
                self.assertNotIn(first, [block.reserve() for _ in range(2 * BLOCK // TOGETHER)])
        self.assertIn(first, [block.reserve() for _ in range(BLOCK // TOGETHER)])


class SchedulingTests(SynchronousTestCase):
    def test_what_stays_together(self) -> None:
        alone = {("a.py", "test_x"), ("b.py", "test_y"), (f"{SHARING}a.py", "test_b")}
        quiet = {("a.py", "test_q"), ("a.py", "test_r"), ("b.py", "test_q")}
        for one, other, together in (
            ("a.py::A::test_a", "a.py::A::test_b[x]", True),
            ("a.py::A::test_a", "a.py::B::test_a", False),
            ("a.py::A::test_a", "b.py::A::test_a", False),
            ("a.py::test_a", "a.py::test_b", False),
            ("a.py::test_a[x]", "a.py::test_a[y]", False),
            ("a.py::test_a[A::x]", "a.py::test_a[A::y]", False),
            (f"{SHARING}a.py::test_a", f"{SHARING}a.py::test_b[x]", True),
            (f"{SHARING}a.py::test_a", f"{SHARING}b.py::test_a", False),
            (f"a.py::test_a[{SHARED}One]", f"a.py::test_b[x-{SHARED}One]", True),
            (f"a.py::test_a[{SHARED}One]", f"a.py::test_a[{SHARED}Two]", False),
            (f"a.py::test_a[{SHARED}One]", f"b.py::test_a[{SHARED}One]", False),
            (f"a.py::test_a[{SHARED}One]", "a.py::test_b[One]", False),
            ("a.py::test_x[x]", "b.py::B::test_y", True),
            ("a.py::A::test_x", "a.py::A::test_a", False),
            ("a.py::test_q[x]", "a.py::test_r", True),
            ("a.py::test_q", "b.py::test_q", False),
            ("a.py::test_q", "a.py::test_x", False),
            ("a.py::test_q", "a.py::test_a", False),
        ):
            units = [unit_of(test, alone, quiet) for test in (one, other)]
            self.assertEqual(units[0] == units[1], together, (one, other))

    def test_marks_are_found(self) -> None:
        folder = Path(self.mktemp()) / "tests"
        (folder / "a").mkdir(parents=True)
        source = """
@pytest.mark.alone
async def test_one(): pass

@pytest.mark.timeout(5)
def test_two(): pass

class A:
    @pytest.mark.alone
    @pytest.mark.timeout(5)
    def test_three(self): pass
"""
        (folder / "a" / "test_b.py").write_text(source)
        self.assertEqual(
            marked("alone", folder), {("tests/a/test_b.py", "test_one"), ("tests/a/test_b.py", "test_three")}
        )
        self.assertIn(("tests/test_child.py", "test_one_that_is_let_go_and_does_not_go"), marked("alone"))
        self.assertIn(("tests/integration/test_three_hosts.py", "test_everything_fails"), marked("quiet"))

    def test_who_waits_for_whom(self) -> None:
        """Any number of most tests are at work at once, two quiet ones, and one that is alone."""
        loud, quiet, alone = Manners
        room = Path(self.mktemp())
        room.mkdir()
        for name in LOCKED:
            (room / name).touch()
        for manners, beside, stands in (
            (loud, (loud, loud, loud), True),
            (quiet, (), True),
            (quiet, (quiet,), True),
            (quiet, (quiet, quiet), False),
            (quiet, (loud,), False),
            (loud, (quiet,), False),
            (alone, (), True),
            (alone, (loud,), False),
            (alone, (quiet,), False),
            (loud, (alone,), False),
            (quiet, (alone,), False),
            (alone, (alone,), False),
        ):
            with ExitStack() as others:
                for one in beside:
                    others.enter_context(turn(one, room))
                came = Event()
                thread = Thread(target=self.come, args=(manners, room, came))
                thread.start()
                self.assertEqual(came.wait(0.3), stands, (manners, beside))
            thread.join(10)
            self.assertTrue(came.is_set(), (manners, beside))

    def come(self, manners: Manners, room: Path, came: Event) -> None:
        with turn(manners, room):
            came.set()

    def test_no_module_of_the_browser_stops_the_others_in_its_middle(self) -> None:
        """Such a module is run as a whole, and late: its tests have the mark C{alone}, or have not."""
        alone = marked("alone")
        paths = {path for path, _ in alone if path.startswith(SHARING)}
        self.assertIn(f"{SHARING}test_recorded.py", paths)
        for path in paths:
            names = re.findall(r"^(?:async )?def (test_\w+)", (TESTS.parent / path).read_text(), re.MULTILINE)
            self.assertEqual([name for name in names if (path, name) not in alone], [], path)


class PagesTests(SynchronousTestCase):
    def test_each_page_of_the_administration_is_seen_in_a_browser(self) -> None:
        sections = TESTS.parent / "hichat/web/browser/app/screens/admin/sections.js"
        names = re.findall(r'{ name: "(\w+)"', sections.read_text())
        tests = "".join(path.read_text() for path in (TESTS / "integration" / "web").glob("test_*.py"))
        self.assertGreater(len(names), 10)
        self.assertEqual([name for name in names if f'.go("admin/{name}"' not in tests], [])
