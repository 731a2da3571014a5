"""The client library as a distribution of its own, and what its parts import."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat
from hichat.client.package import backend

HERE = Path(backend.__file__).parent
PROJECT = HERE.parent

WITHOUT = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, Blocked())
"""

SERVERS = ("twisted", "zope", "sqlalchemy", "autobahn", "txaio", "treq", "alembic", "cryptography", "jwt", "PIL")


def without(blocked: tuple[str, ...], code: str, path: str) -> subprocess.CompletedProcess[str]:
    """Run a program for which these packages are not there."""
    program = WITHOUT.replace("BLOCKED", repr(blocked)) + code
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class CoreTests(SynchronousTestCase):
    """What decides knows no reactor and no loop."""

    def test_the_core_does_no_io(self) -> None:
        code = "import hichat.client.core, hichat.client.calls, sys; print(sorted(NEVER & {*sys.modules}))"
        never = "{'asyncio', 'socket', 'selectors', 'ssl', 'select'}"
        done = without((*SERVERS, "aiohttp"), code.replace("NEVER", never), str(Path(hichat.__file__).parent.parent))
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)

    def test_the_face_for_asyncio(self) -> None:
        done = without(SERVERS, "import hichat.client.aio", str(Path(hichat.__file__).parent.parent))
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class WheelTests(SynchronousTestCase):
    """The wheel, as C{pip wheel ./hichat/client} builds it."""

    directory: Path
    sources: dict[str, str]

    @classmethod
    def setUpClass(cls) -> None:
        made = tempfile.TemporaryDirectory()
        cls.addClassCleanup(made.cleanup)
        cls.directory = Path(made.name)
        code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import backend; print(backend.build_wheel(sys.argv[1]))"
        done = subprocess.run(
            [sys.executable, "-c", code, made.name],
            cwd=made.name,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        with zipfile.ZipFile(cls.directory / done.stdout.split()[-1]) as file:
            cls.sources = {name: file.read(name).decode() for name in file.namelist()}
            file.extractall(cls.directory / "installed")

    def test_what_is_in_it(self) -> None:
        names = {name for name in self.sources if not name.startswith("hichat_client-")}
        self.assertEqual({name.partition("/")[0] for name in names}, {"hichat_client"})
        self.assertIn("hichat_client/py.typed", names)
        # No module of the server's own rooms.
        rooms = {name.split("/")[1] for name in names if name.count("/") > 1}
        self.assertEqual(rooms, {"client", "core", "media", "runtime", "wire"})
        (metadata,) = [text for name, text in self.sources.items() if name.endswith("/METADATA")]
        found = message_from_string(metadata)
        self.assertEqual((found["Name"], found["Version"]), ("hichat-client", hichat.__version__))
        # It changes nothing in the repository.
        self.assertEqual([path.name for path in PROJECT.glob("*.egg-info")], [])
        self.assertFalse((PROJECT / "build").exists())

    def test_it_imports_what_it_declares(self) -> None:
        setup = ConfigParser()
        setup.read(HERE / "setup.cfg")

        def declared(text: str) -> set[str]:
            return {re.split(r"[\[>]", line)[0] for line in text.split()}

        needed = declared(setup.get("options", "install_requires"))
        for_twisted = declared(setup.get("options.extras_require", "twisted"))
        # By the first parts of their modules' names.
        names = {name.partition(".")[0] for name in needed | for_twisted}
        imported = {
            module.partition(".")[0]
            for name, text in self.sources.items()
            if name.endswith(".py")
            for module in _modules(text)
        }
        self.assertEqual(imported - {*sys.stdlib_module_names}, names | {"hichat_client"})
        done = without(
            ("hichat", *SERVERS),
            "import hichat_client as found; print(sorted({each.partition('.')[0] for each in sys.modules}))",
            str(self.directory / "installed"),
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(for_twisted & {*ast.literal_eval(done.stdout)}, set())

    def test_the_face_for_twisted_is_in_it(self) -> None:
        code = "from hichat_client.client.connection import Client; import hichat_client.client.http"
        done = without(("hichat", "sqlalchemy"), code, str(self.directory / "installed"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_stands_beside_the_server(self) -> None:
        """No file of one distribution is a file of the other."""
        setup = ConfigParser()
        setup.read(PROJECT.parent.parent / "setup.cfg")
        self.assertNotIn("hichat_client", setup.get("options.packages.find", "include"))
        self.assertEqual([name for name in self.sources if name.startswith("hichat/")], [])
        both = "import hichat_client, hichat.client.aio; assert hichat_client.Bot is not hichat.client.aio.Bot"
        path = os.pathsep.join([str(self.directory / "installed"), str(Path(hichat.__file__).parent.parent)])
        program = [sys.executable, "-c", both]
        done = subprocess.run(
            program, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))


def _modules(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
