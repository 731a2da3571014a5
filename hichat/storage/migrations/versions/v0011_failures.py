"""Failed log-ins in a row are counted, and devices are known by a secret."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "device_secrets",
        sa.Column("device_id", Id, sa.ForeignKey("devices.id"), primary_key=True, autoincrement=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "login_failures",
        sa.Column("key", sa.LargeBinary(16), primary_key=True),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("failed_at", sa.BigInteger, nullable=False),
    )
