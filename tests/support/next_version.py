"""
The next version of HiChat: the code of this one, with some files changed. A daemon of it runs beside one of this
version, as while a service is upgraded.
"""

from __future__ import annotations

from pathlib import Path

from hichat import __version__
from hichat.cluster import members
from hichat.storage.migrate import KNOWN, NEWEST_REVISION
from tests.support.daemon import ROOT, Daemon

NEXT = f"{KNOWN + 1:04}"
"""The number of the next version's migration."""

ADDS = """
    op.add_column("nodes", sa.Column("mood", sa.String(8), nullable=False, server_default="good"))
    op.add_column("users", sa.Column("mood", sa.String(8)))
    op.create_table("moods", sa.Column("number", sa.Integer, primary_key=True))
    op.create_index("users_by_mood", "users", ["mood"])
"""
"""What daemons of this version survive."""

TAKES_AWAY = """
    op.drop_table("saved_messages")
"""
"""What they do not."""

_MIGRATION = f'''
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{NEWEST_REVISION}"
branch_labels = None
depends_on = None
compatible = {{compatible}}


def upgrade() -> None:{{steps}}'''


class NextVersion:
    """
    The code of the next version.

    @param directory: where it is written. It has links to all files that are the same.
    @param steps: what its migration does: L{ADDS} or L{TAKES_AWAY}.
    @param plane: what its members speak, a version of L{members.VERSION}.
    """

    def __init__(self, directory: Path, steps: str, plane: int = members.VERSION) -> None:
        self._root = directory
        directory.mkdir()
        (directory / "twisted").symlink_to(ROOT / "twisted")
        migration = _MIGRATION.format(compatible=steps == ADDS, steps=steps)
        self._write(f"hichat/storage/migrations/versions/v{NEXT}_next.py", migration)
        self._change("hichat/storage/migrate.py", f'"{NEWEST_REVISION}"', f'"{NEXT}"')
        self._change("hichat/__init__.py", f'"{__version__}"', f'"{__version__}.next"')
        self._change("hichat/cluster/members.py", f"VERSION = {members.VERSION}\n", f"VERSION = {plane}\n")

        # So the web client's files are others.
        licences = "hichat/web/browser/built/licences.txt"
        self._write(licences, (ROOT / licences).read_text(encoding="utf-8") + "\n")

    def _change(self, name: str, old: str, new: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        self._write(name, text.replace(old, new))

    def _write(self, name: str, text: str) -> None:
        """Write a file of its own. Its directory, and those above it, then have links to all others of this version."""
        above = Path()
        for part in Path(name).parts[:-1]:
            above /= part
            ours = self._root / above
            if ours.is_symlink():
                ours.unlink()
            if not ours.is_dir():
                ours.mkdir()
                for found in (ROOT / above).iterdir():
                    if found.name != "__pycache__":
                        (ours / found.name).symlink_to(found)
        (self._root / name).unlink(missing_ok=True)
        (self._root / name).write_text(text, encoding="utf-8")

    def replaces(self, daemon: Daemon) -> None:
        """A daemon is of this version from its next start on."""
        daemon.forked = False
        daemon.environment["PYTHONPATH"] = str(self._root)

    def gives_way(self, daemon: Daemon) -> None:
        """A daemon is of the version before again."""
        daemon.forked = True
        daemon.environment["PYTHONPATH"] = str(ROOT)
