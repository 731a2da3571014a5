"""
Devices that wait for somebody who lets them in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "device_logins",
        sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("user_code_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("polled_at", sa.BigInteger, nullable=False),
        sa.Column("interval", sa.SmallInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("generation", sa.Integer, nullable=False, server_default="0"),
        sa.Column("refused", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("device_logins_by_begin", "device_logins", ["began_at"])
