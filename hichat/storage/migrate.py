"""
Brings a database to the tables of this version, at start; and tells whether this version may use it.

Daemons of two versions may be at work on one database while a service is upgraded. So a migration says with
C{compatible = True} that daemons which do not know it go on without harm: with its tables, and with all that daemons
which do know it write. New tables are compatible, new indexes, and new columns with a default or without a value. What
takes something away or gives it another meaning is not. A new kind of event comes with a migration, which may be empty,
if it changes memberships, rights or counts, or names files: daemons that do not know a kind leave it out, and one of
them may be the one that removes unused files. Such a migration is not compatible, unless the events come only from what
administrators do, and the documentation tells them to wait with it until all daemons are upgraded: as with guests and
with archived groups. A migration that says nothing is not compatible.

The database has the number of its newest migration, and in C{compatibility} that of the oldest one that a daemon has to
know: the newest that is not compatible. A daemon that knows it may be older than the tables.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from hichat.core.errors import StartError
from hichat.storage.engine import driver_message
from hichat.storage.tables import compatibility

NEWEST_REVISION = "0057"
"""The newest revision among the migrations."""

KNOWN = int(NEWEST_REVISION)
"""The number of the newest migration that this version knows."""

UNFINISHED_COPY = "unfinished copy"
"""What stands in place of a revision while L{hichat.storage.copying} fills a database."""

Others = Callable[[Connection, int], list[str]]
"""
Gives for a connection and a number the daemons that are at work and do not know the migration of this number, in words.
On PostgreSQL none of them starts until the transaction is over.
"""


class Outgrown(StartError):
    """
    Migrations were applied that daemons have to know, and this one does not.

    @param oldest: the number of the newest one of these.
    """

    def __init__(self, oldest: int) -> None:
        super().__init__(
            f"hichat: HICHAT_DATABASE: a newer HiChat has changed it: daemons have to know its migration {oldest}, and "
            f"this one knows those up to {KNOWN}; start the newer version, or restore a copy from before the upgrade"
        )


def migrate(engine: Engine, others: Others | None = None) -> int:
    """
    Apply all missing migrations, in one transaction. If two processes start at once, one waits for the other.

    @param others: the other daemons that are at work; None: there are none.
    @return: the number of the database's newest migration. It is greater than L{KNOWN} if a newer version has migrated
        it, and this one may use it all the same.
    @raise StartError: the database cannot be opened; or daemons are at work that do not know the migrations which are
        missing, and would have to.
    @raise Outgrown: a newer version has migrated it, and this one cannot use it any more.
    """
    there = newest_in(engine)
    if there > KNOWN:
        _check(engine)
    elif there < KNOWN:
        _migrate(engine, others=others)
        return KNOWN
    return there


def is_made(engine: Engine) -> bool:
    """
    @return: whether a database has tables of HiChat, of whatever version.
    @raise StartError: the database cannot be opened.
    """
    try:
        with engine.connect() as connection:
            return inspect(connection).has_table("alembic_version")
    except SQLAlchemyError as e:
        raise StartError(f"hichat: HICHAT_DATABASE: cannot use the database: {driver_message(e)}") from e


def check_oldest(oldest: int) -> None:
    """
    @param oldest: the number of the oldest migration that a daemon has to know.
    @raise Outgrown: this version does not know it.
    """
    if oldest > KNOWN:
        raise Outgrown(oldest)


def newest_in(engine: Engine) -> int:
    """
    Nearly always the database is up to date, and then a start saves the time of importing Alembic.

    @return: the number of its newest migration; 0: it has none, or cannot be read.
    """
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except SQLAlchemyError:
        # The database is empty; or the migration meets the same error, and reports it.
        return 0
    return _number(found)


def _number(revision: str | None) -> int:
    if revision == UNFINISHED_COPY:
        raise StartError(
            "hichat: HICHAT_DATABASE: a copy into it is not finished; do it again: `hichat db copy` or `hichat restore`"
        )
    if revision is not None and not revision.isdecimal():
        raise StartError(
            f"hichat: HICHAT_DATABASE: it has the tables of another program (revision {revision}); name another one"
        )
    return int(revision or 0)


def _check(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            check_oldest(connection.scalar(select(compatibility.c.oldest)) or 0)
    except SQLAlchemyError as e:
        raise StartError(f"hichat: HICHAT_DATABASE: cannot use the database: {driver_message(e)}") from e


def _migrate(engine: Engine, revision: str = "head", others: Others | None = None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "hichat.storage:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    oldest = max(int(each.revision) for each in scripts.walk_revisions() if not _is_compatible(each.module))
    try:
        with engine.connect().execution_options(write=True, patient=True) as connection, connection.begin():
            # Another process may have been quicker, and of a newer version.
            current = _number(MigrationContext.configure(connection).get_current_revision())
            if current > KNOWN:
                check_oldest(connection.scalar(select(compatibility.c.oldest)) or 0)
                return
            if others is not None and current < oldest:
                _refuse(others(connection, oldest))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            if inspect(connection).has_table(compatibility.name):
                connection.execute(update(compatibility).values(oldest=oldest))
    except SQLAlchemyError as e:
        raise StartError(f"hichat: HICHAT_DATABASE: cannot use the database: {driver_message(e)}") from e


def _is_compatible(migration: object) -> bool:
    return bool(getattr(migration, "compatible", False))


def _refuse(others: list[str]) -> None:
    if others:
        raise StartError(
            f"hichat: HICHAT_DATABASE: it has to be migrated, and daemons of an older version are at work on it that "
            f"could not use it any more: {', '.join(others)}; stop them first"
        )
