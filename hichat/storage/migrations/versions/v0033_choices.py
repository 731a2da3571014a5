"""
What administrators choose while the daemon runs; and who has made an invite, for how many accounts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.add_column("invites", sa.Column("made_by", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("invites", sa.Column("uses", sa.Integer, nullable=False, server_default="0"))
