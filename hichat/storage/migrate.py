"""Brings a database to the tables of this version, at start."""

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from hichat.core.errors import StartError
from hichat.storage.engine import driver_message

NEWEST_REVISION = "0025"
"""The newest revision among the migrations."""


def migrate(engine: Engine) -> None:
    """
    Apply all missing migrations, in one transaction. If two processes start at once, one waits for the other.

    @raise StartError: the database cannot be opened, or was made by a newer version.
    """
    if not _is_up_to_date(engine):
        _migrate(engine)


def _is_up_to_date(engine: Engine) -> bool:
    """Nearly always it is, and then a start saves the time of importing Alembic."""
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEWEST_REVISION
    except SQLAlchemyError:
        # The database is empty; or the migration meets the same error, and reports it.
        return False


def _migrate(engine: Engine, revision: str = "head") -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "hichat.storage:migrations")
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    try:
        with engine.connect().execution_options(write=True, patient=True) as connection, connection.begin():
            current = MigrationContext.configure(connection).get_current_revision()
            if current is not None and current not in known:
                raise StartError(
                    f"hichat: HICHAT_DATABASE: it was made by a newer HiChat (revision {current}); "
                    "start that version, or restore a copy from before the upgrade"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except SQLAlchemyError as e:
        raise StartError(f"hichat: HICHAT_DATABASE: cannot use the database: {driver_message(e)}") from e
