"""The log has an epoch, which is told with every cursor."""

import secrets
import time

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    epochs = op.create_table(
        "epochs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(16), nullable=False, unique=True),
        sa.Column("secret", sa.LargeBinary(16), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("cluster", sa.BigInteger),
        sa.Column("timeline", sa.BigInteger),
    )
    first = {"number": 1, "name": secrets.token_hex(8), "secret": secrets.token_bytes(16), "position": 0}
    op.bulk_insert(epochs, [first | {"began_at": time.time_ns() // 1_000_000}])
