"""Of a picture, a preview of a few pixels. Older pictures have none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("preview", sa.LargeBinary()))
