"""
PostgreSQL makes the room of blanked messages free after so many of them, and not only after a fifth of the log.
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.02)")
