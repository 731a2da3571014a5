"""
Accounts at a provider of OpenID Connect, the sessions that came from there, and the log-ins that came back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "identities",
        sa.Column("id", number, primary_key=True),
        sa.Column("user_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("issuer", "subject", name="identities_key"),
        sa.UniqueConstraint("user_id", "issuer", name="identities_by_user"),
    )
    op.create_table(
        "provider_sessions",
        sa.Column("device_id", number, sa.ForeignKey("devices.id"), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("user_id", number, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("sid", sa.String(255), nullable=False),
        sa.Column("refresh", sa.LargeBinary),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
        sa.Column("away_since", sa.BigInteger),
    )
    op.create_index("provider_sessions_by_subject", "provider_sessions", ["issuer", "subject"])
    op.create_index("provider_sessions_by_sid", "provider_sessions", ["issuer", "sid"])
    op.create_index("provider_sessions_by_user", "provider_sessions", ["user_id"])
    op.create_table(
        "spent_states",
        sa.Column("state", sa.LargeBinary(32), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("spent_states_by_time", "spent_states", ["until"])
