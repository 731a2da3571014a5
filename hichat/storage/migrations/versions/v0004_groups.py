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
    _give_away_what_was_left()


def _give_away_what_was_left() -> None:
    """Before, an owner could leave. Such a group is now its oldest member's; one without members is deleted."""
    groups = sa.table("groups", *map(sa.column, ("id", "owner_id", "name_key", "size", "updated_at", "deleted_at")))
    members = sa.table("members", *map(sa.column, ("group_id", "user_id", "since", "until")))
    users = sa.table("users", *map(sa.column, ("id", "deleted_at")))
    current = (
        sa.select(members.c.user_id)
        .join_from(members, users, users.c.id == members.c.user_id)
        .where(members.c.group_id == groups.c.id, members.c.until.is_(None), users.c.deleted_at.is_(None))
        .order_by(members.c.since)
        .correlate(groups)
    )
    live = groups.c.deleted_at.is_(None)
    owned = current.where(members.c.user_id == groups.c.owner_id).exists()
    heir = current.limit(1).scalar_subquery()
    op.execute(groups.update().where(live, ~owned, current.exists()).values(owner_id=heir))
    gone = {"name_key": None, "size": 0, "deleted_at": groups.c.updated_at}
    op.execute(groups.update().where(live, ~current.exists()).values(gone))


def _of_a_user() -> tuple[sa.Column[int], sa.Column[int]]:
    """@return: the key of a table about a user in a group."""
    return (
        sa.Column("group_id", Id, sa.ForeignKey("groups.id"), primary_key=True),
        sa.Column("user_id", Id, sa.ForeignKey("users.id"), primary_key=True),
    )
