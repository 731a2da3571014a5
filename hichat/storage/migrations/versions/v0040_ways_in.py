"""
The way in of each session, and an event that ends several sessions of a user at once. Daemons that do not know the
event leave the connections of these sessions open until their clients refresh their tokens.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.add_column("sessions", sa.Column("via", sa.String(16), nullable=False, server_default=""))
