"""The marks of stores with uploaded files, which say to which database the files belong. See hichat.media.ownership."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
compatible = True


def upgrade() -> None:
    op.create_table(
        "media_marks",
        sa.Column("place", sa.String(700), primary_key=True),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("next", sa.String(64), nullable=False),
    )
