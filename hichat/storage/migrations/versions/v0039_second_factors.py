"""
Second factors: sealed keys of apps, recovery codes, remembered devices, and tickets of log-ins between their two steps.

A daemon of the version before asks nobody for a second factor. The documentation tells operators.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "totp_keys",
        sa.Column("user_id", number, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(64), nullable=False),
        sa.Column("used_step", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", number, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
        sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    )
    op.create_table(
        "remembered_devices",
        sa.Column("device_id", number, sa.ForeignKey("devices.id"), primary_key=True, autoincrement=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "login_tickets",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("spent", sa.Boolean, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
