"""
When the provider of single sign-on has confirmed its users last, and since when it refuses them.
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    for name in ("confirmed_at", "looked_at"):
        op.add_column("identities", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("identities", sa.Column("refused_at", sa.BigInteger))
    # Nobody has asked before: the time in which somebody has to begins now.
    op.execute(
        sa.text("UPDATE identities SET confirmed_at = :now, looked_at = :now").bindparams(now=int(time.time() * 1000))
    )
