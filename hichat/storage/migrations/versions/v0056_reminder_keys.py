"""
By what a repeated wish to be reminded is known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.add_column("reminders", sa.Column("key", sa.LargeBinary(32)))
