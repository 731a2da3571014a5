"""
The tables. Migrations make them (C{storage/migrations}); a test holds the two together.

Times are integer milliseconds since the epoch. Names are unique without regard to case: C{name_key} is the name's
casefold, and NULL once the row is deleted, as all that is compared of a name.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.schema import ForeignKey
from sqlalchemy.types import UserDefinedType

from hichat.core import kinds

metadata = MetaData()

# SQLite gives a table its row id as key, without a further index, only if the type is INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


def of_kinds(wanted: Collection[int], column: str = "events.kind") -> str:
    """@return: the condition that an event is of one of these kinds, in SQL, with the numbers in it."""
    numbers = [str(int(kind)) for kind in sorted(wanted)]
    return f"{column} = {numbers[0]}" if len(numbers) == 1 else f"{column} IN ({', '.join(numbers)})"


def is_of(wanted: Collection[int]) -> ColumnElement[bool]:
    """@return: the same, of the table C{events} in a statement."""
    return literal_column(of_kinds(wanted), Boolean)


# The conditions of partial indexes. A query that is to use one says the same, with the numbers in it. They hold on
# PostgreSQL too, by the migrations: said here by its own options, they would load its dialect at each start on SQLite.
COUNTED = text("counter > 0")
FOLDED = text(of_kinds(kinds.FOLDED, "kind"))
RECALLS = text(of_kinds(kinds.RECALLS, "kind"))


users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("name_key", String(192), unique=True),
    # What newer names are compared by: two from before may have one. See hichat.accounts.names.
    Column("name_match", String(192)),
    Column("name_look", String(192)),
    Column("name_script", String(32)),
    Column("password_hash", String(255), nullable=False),
    Column("avatar", String(512), nullable=False, server_default=""),
    Column("gender", String(16), nullable=False, server_default=""),
    Column("phone", String(32), nullable=False, server_default=""),
    Column("email", String(254), nullable=False, server_default=""),
    Column("bio", String(1024), nullable=False, server_default=""),
    Column("administrator", Boolean, nullable=False, server_default=false()),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    # Tokens carry the generation they were issued in; raising it voids them all.
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("client_ip", String(64), nullable=False, server_default=""),
    Column("client_port", String(8), nullable=False, server_default=""),
    Column("login_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Index("users_by_match", "name_match"),
    Index("users_by_look", "name_look", "name_script"),
)

# Names that were given up, as keyed hashes. Until then nobody else is called so; see hichat.accounts.resting.
resting_names = Table(
    "resting_names",
    metadata,
    Column("name_hash", LargeBinary(32), primary_key=True),
    Column("look_hash", LargeBinary(32), nullable=False),
    Column("script", String(32), nullable=False),
    # Who may take it again.
    Column("user_id", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("resting_names_by_look", "look_hash"),
    Index("resting_names_by_user", "user_id"),
)

# What a user signs in with: the client's own name of itself. Its id is half of every client id (events.counter).
devices = Table(
    "devices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    # What its tokens are for, see L{hichat.accounts.devices.Dialect}.
    Column("dialect", String(8), nullable=False, server_default="v2"),
    UniqueConstraint("user_id", "name", name="devices_key"),
)

# What a device is signed in with. The number grows with each login and each end of one, and all tokens carry it.
sessions = Table(
    "sessions",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    # Of the user's tokens, at the login.
    Column("generation", Integer, nullable=False),
    # The refresh token that is good, if it is from before these carried their turn; else NULL.
    Column("refresh_hash", LargeBinary(32)),
    # The refresh token that was exchanged last.
    Column("previous_hash", LargeBinary(32)),
    # When that was, or the login.
    Column("rotated_at", BigInteger, nullable=False),
    Column("client_ip", String(64), nullable=False),
    # How often it was refreshed: those refresh tokens are good that carry this number.
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("live", Boolean, nullable=False, server_default=false()),
    Column("began_at", BigInteger, nullable=False, server_default="0"),
    # To some minutes; 0: not since it is known.
    Column("used_at", BigInteger, nullable=False, server_default="0"),
)

# By what a device is told from strangers at a log-in; see hichat.accounts.known.
device_secrets = Table(
    "device_secrets",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True, autoincrement=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
)

# How many log-ins failed in a row, by the hash of whose they were; see hichat.accounts.failures.
login_failures = Table(
    "login_failures",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
)

# With what a stranger may make an account.
invites = Table(
    "invites",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("uses_left", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# Two rows for each two users who are contacts. The remark is the owner's own name for the other.
contacts = Table(
    "contacts",
    metadata,
    Column("owner_id", ForeignKey("users.id"), primary_key=True),
    Column("friend_id", ForeignKey("users.id"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("remark", String(64), nullable=False, server_default=""),
)

# Who asks whom to be a contact; gone once that is answered.
contact_requests = Table(
    "contact_requests",
    metadata,
    Column("from_id", ForeignKey("users.id"), primary_key=True),
    Column("to_id", ForeignKey("users.id"), primary_key=True),
    Column("greeting", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("contact_requests_by_to", "to_id"),
)

# Who does not want to hear from whom.
blocks = Table(
    "blocks",
    metadata,
    Column("owner_id", ForeignKey("users.id"), primary_key=True),
    Column("blocked_id", ForeignKey("users.id"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Index("blocks_by_blocked", "blocked_id"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("name_key", String(192), unique=True),
    Column("name_match", String(192)),
    Column("name_look", String(192)),
    Column("name_script", String(32)),
    Column("owner_id", ForeignKey("users.id"), nullable=False),
    Column("category", Integer, nullable=False, server_default="0"),
    Column("image", String(512), nullable=False, server_default=""),
    Column("description", String(1024), nullable=False, server_default=""),
    Column("size", Integer, nullable=False, server_default="0"),
    # How one becomes a member: open, approval or invite.
    Column("join_policy", String(16), nullable=False, server_default="open"),
    # Until when nobody writes but the owner and the admins; 0: everybody may.
    Column("muted_until", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Index("groups_by_owner", "owner_id"),
    Index("groups_by_match", "name_match"),
    Index("groups_by_look", "name_look", "name_script"),
)

# Memberships: from the position of the event that began one up to (not at) the one that ended it. Where both are the
# same the user was no member, and may see that one event: an invitation, a request.
members = Table(
    "members",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger),
    Column("admin", Boolean, nullable=False, server_default=false()),
    Index("members_by_user", "user_id"),
)

# Users who were invited to a group, or have asked to join it.
candidates = Table(
    "candidates",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    # NULL: the user has asked for it.
    Column("invited_by", ForeignKey("users.id")),
    Column("created_at", BigInteger, nullable=False),
    Index("candidates_by_user", "user_id"),
)

bans = Table(
    "bans",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("banned_by", ForeignKey("users.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# Whoever leaves and comes back is still muted.
mutes = Table(
    "mutes",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# Whoever knows the code of one becomes a member.
invite_links = Table(
    "invite_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("code", String(64), nullable=False, unique=True),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("uses", Integer, nullable=False, server_default="0"),
    # NULL: without end; as is the next one.
    Column("use_limit", Integer),
    Column("expires_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index("invite_links_by_group", "group_id"),
)

# A pair (the smaller user id first), a group (its id, 0), the announcements or the accounts' business (0, 0).
conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scope", SmallInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("second", BigInteger, nullable=False),
    UniqueConstraint("scope", "first", "second", name="conversations_key"),
    Index("conversations_by_second", "second", "scope"),
)

# The log. Nothing but the ledger writes it, and it only appends.
events = Table(
    "events",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("conversation", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("scope", SmallInteger, nullable=False),
    Column("sender", BigInteger, nullable=False),
    Column("target", BigInteger, nullable=False),
    Column("subject", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("device", BigInteger, nullable=False, server_default="0"),
    Column("counter", BigInteger, nullable=False, server_default="0"),
    Index("events_by_counter", "device", "counter", unique=True, sqlite_where=COUNTED),
    # Edits, recalls and reactions, which are shown in their message.
    Index("events_by_message", "subject", "position", sqlite_where=FOLDED),
    # The messages that were recalled; see hichat.conversations.unread.
    Index("events_recalled", "conversation", "subject", sqlite_where=RECALLS),
)

# Where a conversation's events are, up to the position in places_head; see hichat.log.by_conversation.
places = Table(
    "places",
    metadata,
    Column("conversation", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    # Of a message; 0: it is none; NULL: an earlier version has put it here, and the log knows.
    Column("sender", BigInteger),
    sqlite_with_rowid=False,
)

# Entries that are not in places yet; some events are here, all others there.
recent_places = Table(
    "recent_places",
    metadata,
    Column("conversation", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    # Of a message; 0: it is none; NULL: an earlier version has put it here, and the log knows.
    Column("sender", BigInteger),
    sqlite_with_rowid=False,
)

# The last message of each sender among a conversation's entries in places; see hichat.conversations.unread.
authors = Table(
    "authors",
    metadata,
    Column("conversation", BigInteger, primary_key=True, autoincrement=False),
    Column("sender", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# One row: how far the index is, how many entries are recent, and which was the last to be merged.
places_head = Table(
    "places_head",
    metadata,
    Column("position", BigInteger, nullable=False),
    Column("recent", BigInteger, nullable=False, server_default="0"),
    Column("merged_conversation", BigInteger, nullable=False, server_default="0"),
    Column("merged_position", BigInteger, nullable=False, server_default="0"),
    # The same as position: authors is whole. Else an earlier version has taken the index on, which does not know it.
    Column("authored", BigInteger, nullable=False, server_default="0"),
)

# What the writers' processes did with their last batches; see hichat.pipeline.ledger.receipts.
receipts = Table(
    "receipts",
    metadata,
    Column("worker", SmallInteger, primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("incarnation", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("outcomes", LargeBinary, nullable=False),
)

# What a user has set for a conversation, named as in events: a scope and the other user's id, the group's or 0.
conversation_settings = Table(
    "conversation_settings",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("scope", SmallInteger, primary_key=True, autoincrement=False),
    Column("target", BigInteger, primary_key=True, autoincrement=False),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("muted", Boolean, nullable=False, server_default=false()),
)

# How far a user has received and read a conversation: positions, and the message count n at the read one.
marks = Table(
    "marks",
    metadata,
    Column("conversation", ForeignKey("conversations.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("received", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
    Column("read_n", BigInteger, nullable=False),
)

# Files that were uploaded. See hichat.media.
media = Table(
    "media",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("owner_id", ForeignKey("users.id"), nullable=False),
    # picture, audio or file; and the media type, by the content.
    Column("kind", String(8), nullable=False),
    Column("type", String(128), nullable=False),
    # What the owner calls it.
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    # Of pictures, as they are shown.
    Column("width", Integer),
    Column("height", Integer),
    # What it takes of the owner's quota.
    Column("room", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # Since when no message uses it; NULL: one does.
    Column("unused_since", BigInteger),
    Index("media_by_owner", "owner_id", "room"),
    Index("media_unused", "unused_since"),
)

# Which messages use a file, by their positions in the log.
media_uses = Table(
    "media_uses",
    metadata,
    Column("media_id", ForeignKey("media.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Index("media_uses_by_position", "position"),
)

# One row: up to where the log was searched for uses; see hichat.media.records.
media_head = Table("media_head", metadata, Column("position", BigInteger, nullable=False))


class _TSVector(UserDefinedType[str]):
    """PostgreSQL's type of that name. SQLAlchemy's own brings the whole dialect, which a process on SQLite pays for."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """@return: as what a column of it is declared."""
        return "TSVECTOR"


# The search index, on PostgreSQL. SQLite has the like in a file of its own; see hichat.search.index.
search_metadata = MetaData()

search_entries = Table(
    "search_entries",
    search_metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("terms", _TSVector, nullable=False),
    # By the migration it is a GIN index. Who searches goes through all that is pending: not much.
    Index("search_entries_by_term", "terms"),
)

# One row.
search_head = Table(
    "search_head",
    search_metadata,
    Column("position", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)
