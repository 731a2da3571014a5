"""
The addresses that calls of bots' commands are posted to: by which token they were set, and what signs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "command_urls",
        sa.Column("bot_id", number, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("token_id", sa.BigInteger, nullable=False),
        sa.Column("secret", sa.LargeBinary(128), nullable=False),
    )
