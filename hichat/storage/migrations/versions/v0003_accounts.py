"""Users' texts about themselves, the sessions of devices, and invites."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("users", sa.Column("bio", sa.String(1024), nullable=False, server_default=""))
    op.create_table(
        "sessions",
        sa.Column("device_id", Id, sa.ForeignKey("devices.id"), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary(32)),
        sa.Column("previous_hash", sa.LargeBinary(32)),
        sa.Column("rotated_at", sa.BigInteger, nullable=False),
        sa.Column("client_ip", sa.String(64), nullable=False),
    )
    op.create_table(
        "invites",
        sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("uses_left", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
