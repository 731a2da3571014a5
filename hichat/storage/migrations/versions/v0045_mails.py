"""
Mails: verified addresses, codes for forgotten passwords, and the queue.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    def user() -> sa.Column:
        return sa.Column("user_id", number, sa.ForeignKey("users.id"), primary_key=True, autoincrement=False)

    op.create_table(
        "mail_addresses",
        user(),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False, unique=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("verified_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "address_claims",
        user(),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_table(
        "password_resets",
        user(),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "mails",
        sa.Column("id", number, primary_key=True),
        sa.Column("user_id", number, sa.ForeignKey("users.id")),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("address", sa.String(254), nullable=False, server_default=""),
        sa.Column("mailbox", sa.LargeBinary(16)),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("facts", sa.String(1024), nullable=False, server_default=""),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("outcome", sa.String(16), nullable=False, server_default=""),
    )
    op.create_index("mails_by_next", "mails", ["next_at"])
    op.create_index("mails_by_user", "mails", ["user_id", "created_at"])
    op.create_index("mails_by_mailbox", "mails", ["mailbox", "created_at"])
