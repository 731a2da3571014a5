"""
Idempotency keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(16), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("said", sa.LargeBinary(16), nullable=False),
        sqlite_with_rowid=False,
    )
