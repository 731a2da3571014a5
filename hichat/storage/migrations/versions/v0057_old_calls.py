"""
Calls of commands, and private answers, go when they are too old: what passed them by looks at them again.
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None
compatible = True

BEFORE_CALLS = "(SELECT min(position) - 1 FROM events WHERE kind IN (60, 61, 62))"


def upgrade() -> None:
    op.execute(f"UPDATE keeping_head SET position = {BEFORE_CALLS} WHERE position > {BEFORE_CALLS}")  # noqa: S608
    # Groups have days of their own, and no calls.
    op.execute(
        f"UPDATE keeping_apart SET position = {BEFORE_CALLS} WHERE days IS NULL AND position > {BEFORE_CALLS}"  # noqa: S608
    )
