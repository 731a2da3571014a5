"""What the modules of the house import, and what comes of it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from configparser import ConfigParser
from functools import cache
from importlib.metadata import distributions, entry_points, packages_distributions
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from hichat.storage import engine

REPOSITORY = Path(__file__).parent.parent

SHARED = {"twisted": "twisted", "zope": "zope-interface"}
"""Whose packages these are, that several distributions put modules into."""

BUILD = {"setuptools"}
"""What builds the distributions."""

IMPORT_ALL = """
import importlib, pkgutil, sys, hichat

names = [found.name for found in pkgutil.walk_packages(hichat.__path__, "hichat.")]
# Alembic runs this one itself.
names.remove("hichat.storage.migrations.env")
# Only a daemon with Redis imports this one, when it starts: its library is for the reactor that is there.
names.remove("hichat.cluster.redis")
for name in names:
    importlib.import_module(name)
    if "twisted.internet.reactor" in sys.modules:
        sys.exit(f"{name} installs a reactor")
print(len(names))
"""


class ReactorTests(SynchronousTestCase):
    def test_no_import_installs_a_reactor(self) -> None:
        """twistd may be about to choose one; and the processes beside the daemon have none."""
        done = subprocess.run(
            [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(int(done.stdout), 150)


class StartTests(SynchronousTestCase):
    """Processes start soon: each of these modules takes them a tenth of a second or so."""

    unwanted = (
        "twisted.internet.tcp",
        "OpenSSL",
        "sqlalchemy.dialects.postgresql",
        "autobahn",
        "jinja2",
        "PIL",
        "pypdfium2",
        "botocore",
    )

    def test_the_processes(self) -> None:
        for name in ("hichat.search.process", "hichat.pipeline.ledger.hub", "hichat.media.decoder"):
            code = f"import sys, {name}; print([name for name in {self.unwanted} if name in sys.modules])"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), name)

    def test_the_daemon_and_the_commands(self) -> None:
        """Only who uses S3 waits for its library, which takes as long as all of ours; only a person for a prompt."""
        code = (
            "import sys, hichat.daemon.assembly, hichat.cli, hichat.terminal.chat;"
            "print({'boto3', 'botocore', 'prompt_toolkit'} & {*sys.modules})"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "set()\n"))


class DeclarationTests(SynchronousTestCase):
    """What is imported is declared in setup.cfg, and what is declared is imported."""

    def setUp(self):
        self.setup = ConfigParser()
        self.setup.read(REPOSITORY / "setup.cfg")
        self.needed = self.declared("options", "install_requires")
        self.for_tests = self.declared("options.extras_require", "test")
        self.redis = self.declared("options.extras_require", "redis")
        self.s3 = self.declared("options.extras_require", "s3")
        self.asyncio = self.declared("options.extras_require", "asyncio")

    def declared(self, section, key):
        """@return: the names of the distributions; each is there with the first version that will do."""
        lines = self.setup.get(section, key).split("\n")[1:]
        found = [re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=[\d.]+", line) for line in lines]
        self.assertNotIn(None, found, lines)
        names = [normal(each[1]) for each in found if each is not None]
        self.assertEqual(len(names), len(set(names)), names)
        return set(names)

    def test_the_house(self):
        # These are imported where there is PostgreSQL, Redis or S3, by bots, and where the client library is built.
        extras = self.declared("options.extras_require", "postgres") | self.redis | self.s3 | self.asyncio | BUILD
        self.assertEqual(imported("hichat") - extras, self.needed)
        # It uses the other one, which makes it several times as fast.
        self.assertEqual(self.redis - {"hiredis"}, self.redis & imported("hichat"))
        self.assertEqual(self.s3, self.s3 & imported("hichat"))

    def test_the_tests(self):
        bench = self.declared("options.extras_require", "bench")
        self.assertEqual(imported("tests") - self.needed - self.for_tests - bench, set())
        others = self.redis | self.s3 | self.asyncio | BUILD
        self.assertEqual(self.for_tests - imported("tests") - plugins() - others, set())

    def test_the_benchmarks(self):
        """README's command for the tests does not install what they need."""
        bench = self.declared("options.extras_require", "bench")
        installed = {normal(found.name) for found in distributions()}
        if missing := bench - installed:
            what = f"{', '.join(sorted(missing))} is not installed: pip install '.[bench]'"
            raise (RuntimeError if os.environ.get("CI") == "true" else SkipTest)(what)
        self.assertEqual(bench - imported("tests") - plugins(), set())

    def test_the_driver_of_postgresql(self):
        """SQLAlchemy imports it, by the name that the store's URL has."""
        drivers = {known.partition("+")[2] for known in engine._DRIVERS.values()} - {""}
        self.assertEqual(self.declared("options.extras_require", "postgres"), drivers)


def normal(name: str) -> str:
    """@return: what is equal for all spellings of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def imported(folder: str) -> set[str]:
    """
    @return: the distributions whose modules are imported anywhere in this folder. One that is not installed, as the
        ones of benchmarks need not be, counts under the module's name.
    """
    names = {name for path in (REPOSITORY / folder).rglob("*.py") for name in modules(path)}
    names -= {*sys.stdlib_module_names, "hichat", "tests"}
    owners = packages_distributions()
    return {SHARED.get(name) or normal(*set(owners.get(name, [name]))) for name in names}


def modules(path: Path) -> set[str]:
    """@return: the first parts of the names of all modules that are imported there."""
    if "node_modules" in path.parts:
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name.partition(".")[0] for name in found}


def plugins() -> set[str]:
    """@return: the distributions that pytest loads by itself."""
    return {normal(found.dist.name) for found in entry_points(group="pytest11") if found.dist is not None}
