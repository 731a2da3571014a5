"""
Plugins: their bots, and how far each is in the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "plugins",
        sa.Column("name", sa.String(31), primary_key=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("proof", sa.String(64), nullable=False),
    )
