"""Groups with rules: who may come in, who is an admin, who may not write."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("groups", sa.Column("join_policy", sa.String(16), nullable=False, server_default="open"))
    op.add_column("groups", sa.Column("muted_until", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("groups_by_owner", "groups", ["owner_id"])
    op.add_column("members", sa.Column("admin", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "candidates",
        *_of_a_user(),
        sa.Column("invited_by", Id, sa.ForeignKey("users.id")),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("candidates_by_user", "candidates", ["user_id"])
    op.create_table(
        "bans",
        *_of_a_user(),
        sa.Column("banned_by", Id, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table("mutes", *_of_a_user(), sa.Column("until", sa.BigInteger, nullable=False))
    op.create_table(
        "invite_links",
        sa.Column("id", Id, primary_key=True),
        sa.Column("group_id", Id, sa.ForeignKey("groups.id"), nullable=False),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("made_by", Id, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("uses", sa.Integer, nullable=False, server_default="0"),
        sa.Column("use_limit", sa.Integer),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("invite_links_by_group", "invite_links", ["group_id"])


def _of_a_user() -> tuple[sa.Column[int], sa.Column[int]]:
    """@return: what names a user's affair with a group."""
    return (
        sa.Column("group_id", Id, sa.ForeignKey("groups.id"), primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey("users.id"), primary_key=True),
    )
