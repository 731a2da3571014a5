"""
How long messages are kept: how far those that are too old were blanked, the conversations where that is another time,
and holds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    head = op.create_table(
        "keeping_head",
        sa.Column("position", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("days", sa.Integer, nullable=False, server_default="0"),
    )
    op.bulk_insert(head, [{"position": 0, "days": 0}])
    op.create_table(
        "keeping_apart",
        sa.Column("conversation", id_type, sa.ForeignKey("conversations.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("days", sa.Integer),
    )
    op.create_table(
        "holds",
        sa.Column("scope", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("target", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
    )
    op.create_index("saved_messages_by_position", "saved_messages", ["position"])
