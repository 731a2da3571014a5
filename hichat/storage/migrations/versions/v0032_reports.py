"""
Reports of messages and people.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("reporter", sa.BigInteger, nullable=False),
        sa.Column("about", sa.BigInteger, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("copy", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_by", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("outcome", sa.String(32), nullable=False, server_default=""),
        sa.Column("note", sa.String(1000), nullable=False, server_default=""),
    )
    op.create_index("reports_by_end", "reports", ["closed_at", "id"])
    op.create_index("reports_by_reporter", "reports", ["reporter", "created_at"])
    op.create_index("reports_by_about", "reports", ["about"])
