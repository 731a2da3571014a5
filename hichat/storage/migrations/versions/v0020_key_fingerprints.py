"""Fingerprints of the keys that belong to the store. The next start enters them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_fingerprints",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(16), nullable=False),
    )
