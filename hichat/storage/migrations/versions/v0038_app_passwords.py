"""
App passwords, and which of them has begun a session.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "app_passwords",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("user_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.UniqueConstraint("user_id", "name", name="app_passwords_key"),
    )
    op.add_column("sessions", sa.Column("app_password", sa.BigInteger, nullable=False, server_default="0"))
