"""Every token belongs to a device; sessions say when they began, when they were used, and how often refreshed."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OLD_NAME = "older v1 log-ins"
"""No client can give itself this name: it has blanks."""


def upgrade() -> None:
    op.add_column("devices", sa.Column("dialect", sa.String(8), nullable=False, server_default="v2"))
    op.add_column("sessions", sa.Column("turn", sa.Integer, nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("live", sa.Boolean, nullable=False, server_default=sa.false()))
    for name in ("began_at", "used_at"):
        op.add_column("sessions", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    # The store has no beginnings of these sessions: their last exchange stands for it.
    op.execute("UPDATE sessions SET began_at = rotated_at, used_at = rotated_at")
    op.execute(sa.text("UPDATE sessions SET live = :yes WHERE refresh_hash IS NOT NULL").bindparams(yes=True))
    _keep_old_tokens()


def _keep_old_tokens() -> None:
    """Give each user one device for the tokens of v1 that name none, so that they can be revoked."""
    now = int(time.time() * 1000)
    add_devices = sa.text(
        "INSERT INTO devices (user_id, name, created_at, dialect) "
        "SELECT id, :name, :now, 'v1-old' FROM users WHERE deleted_at IS NULL"
    )
    op.execute(add_devices.bindparams(name=OLD_NAME, now=now))
    add_sessions = sa.text(
        "INSERT INTO sessions (device_id, number, generation, rotated_at, client_ip, live, began_at) "
        "SELECT devices.id, 1, users.generation, :now, '', :yes, :now FROM devices "
        "JOIN users ON users.id = devices.user_id WHERE devices.dialect = 'v1-old'"
    )
    op.execute(add_sessions.bindparams(now=now, yes=True))
