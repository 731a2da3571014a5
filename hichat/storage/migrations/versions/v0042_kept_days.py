"""
The time that daemons have seen, by which old messages go; and rows of the audit log that are old enough can be deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None
compatible = True

REFUSED = "the audit log is append-only"

SPARED = 28
"""Days for which the database refuses to delete a row. A setting of less than 30 is refused; clocks may differ."""


def upgrade() -> None:
    op.add_column("keeping_head", sa.Column("seen", sa.BigInteger, nullable=False, server_default="0"))
    # The clock of this machine may be wrong. The last event's time is right, or too early.
    op.execute("UPDATE keeping_head SET seen = coalesce((SELECT time FROM events ORDER BY position DESC LIMIT 1), 0)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF OLD.at < (extract(epoch FROM now()) - {SPARED} * 86400) * 1000 "
            f"THEN RETURN OLD; END IF; END IF; RAISE EXCEPTION '{REFUSED}'; END $$"
        )
        return
    op.execute("DROP TRIGGER audit_refuses_delete")
    op.execute(
        "CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit "
        f"WHEN OLD.at >= (CAST(strftime('%s', 'now') AS INTEGER) - {SPARED} * 86400) * 1000 "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )
