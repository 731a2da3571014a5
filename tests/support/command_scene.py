"""A state directory for the administrator's commands, which run in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from hichat.admin.administration import Administration
from hichat.cli import main
from hichat.daemon.settings import load
from tests.support.postgres import server
from tests.support.scene import Scene


class CommandScene(Scene):
    """
    A state directory, and the commands that work on it.

    @ivar url: of the database.
    """

    async def set_up(self) -> None:
        self.directory = Path(self.mktemp())
        self.url = self.database()
        self.set_environment("HICHAT_STATE_DIR", str(self.directory))
        self.set_environment("HICHAT_DATABASE", self.url)

    def database(self) -> str:
        """@return: the URL of a new database."""
        return f"sqlite:///{self.directory}/hichat.db"

    def run(self, *arguments: str) -> str:
        """@return: why the command ends; empty: all is well."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return "" if ended.value.code in (0, None) else str(ended.value.code)

    def administration(self) -> Administration:
        """@return: the accounts; the caller disposes of the engine."""
        found = load({"state-dir": str(self.directory), "database": self.url}, {}, self.directory)
        return Administration(found)

    def file(self, text: str, name: str = "people.csv") -> Path:
        """@return: a new file of that text."""
        path = self.directory.parent / name
        path.write_text(text, encoding="utf-8")
        return path


class CommandSceneOnPostgreSQL(CommandScene):
    """The same on PostgreSQL."""

    def database(self) -> str:
        return server().make_database(self)
