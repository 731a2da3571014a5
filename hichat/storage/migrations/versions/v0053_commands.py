"""
Commands of bots, reminders, and who is away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "bot_commands",
        sa.Column("bot_id", number, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("description_en", sa.String(200), nullable=False),
        sa.Column("description_zh", sa.String(200), nullable=False),
        sa.Column("arguments_en", sa.String(100), nullable=False),
        sa.Column("arguments_zh", sa.String(100), nullable=False),
        sa.Column("groups", sa.String(1024)),
        sa.Column("url", sa.String(2048), nullable=False),
    )
    op.create_index("bot_commands_by_name", "bot_commands", ["name"])
    op.create_table(
        "command_calls",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("answers", sa.SmallInteger, nullable=False),
    )
    op.create_index("command_calls_by_time", "command_calls", ["made_at"])
    op.create_table(
        "reminders",
        sa.Column("id", number, primary_key=True),
        sa.Column("user_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
    )
    op.create_index("reminders_by_time", "reminders", ["due_at"])
    op.create_index("reminders_by_user", "reminders", ["user_id"])
    op.create_table(
        "absences",
        sa.Column("user_id", number, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
    )
