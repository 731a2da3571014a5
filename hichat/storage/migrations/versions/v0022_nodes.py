"""
Several daemons on one store: each has a number, and receipts have the daemon's number and incarnation in their names.

Receipts that are there are of writers that have ended: nobody reads them any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nodes",
        sa.Column("number", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("state", sa.String(1024), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.drop_table("receipts")
    op.create_table(
        "receipts",
        sa.Column("node", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("worker", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("incarnation", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("slot", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("outcomes", sa.LargeBinary, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
