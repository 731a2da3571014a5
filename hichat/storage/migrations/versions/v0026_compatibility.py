"""
Daemons of two versions on one database: which migrations a daemon has to know, and which each of them knows. See
L{hichat.storage.migrate}.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    table = op.create_table("compatibility", sa.Column("oldest", sa.Integer, nullable=False))
    op.bulk_insert(table, [{"oldest": 0}])
    op.add_column("nodes", sa.Column("revision", sa.Integer))
