"""
The tables. Migrations make them (C{storage/migrations}); a test compares the two.

Times are integer milliseconds since the epoch. Names are unique without regard to case: C{name_key} is the name's
casefold. It is NULL once the row is deleted, as are all columns by which names are compared.
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
    true,
)
from sqlalchemy.schema import ForeignKey
from sqlalchemy.types import UserDefinedType

from hichat.core import kinds

metadata = MetaData()

# SQLite gives a table its row id as key, without a further index, only if the type is INTEGER.
IdType = BigInteger().with_variant(Integer(), "sqlite")


def of_kinds(wanted: Collection[int], column: str = "events.kind") -> str:
    """@return: the condition that an event is of one of these kinds, in SQL, with the kinds' numbers as literals."""
    numbers = [str(int(kind)) for kind in sorted(wanted)]
    return f"{column} = {numbers[0]}" if len(numbers) == 1 else f"{column} IN ({', '.join(numbers)})"


def is_of(wanted: Collection[int]) -> ColumnElement[bool]:
    """@return: the same condition on the table C{events}, for a statement of SQLAlchemy's."""
    return literal_column(of_kinds(wanted), Boolean)


# The conditions of partial indexes. A query uses such an index only if it has the same condition, with literal numbers.
# On PostgreSQL the migrations set them: its own options here would load its dialect at each start on SQLite.
IS_COUNTED = text("counter > 0")
IS_FOLDED = text(of_kinds(kinds.FOLDED, "kind"))
IN_A_GROUP = text("group_id > 0")
IS_RECALL = text(of_kinds(kinds.RECALLS, "kind"))


users = Table(
    "users",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("name_key", String(192), unique=True),
    # New names are compared by these three as well; older names may be equal in them. See hichat.accounts.names.
    Column("name_match", String(192)),
    Column("name_look", String(192)),
    Column("name_script", String(32)),
    # The name that people see; at first the same. It is compared with all names of the other users.
    Column("display_name", String(64), nullable=False, server_default=""),
    Column("display_match", String(192)),
    Column("display_look", String(192)),
    Column("display_script", String(32)),
    # Both names as a search looks through them; see hichat.accounts.finding.
    Column("found_by", String(400)),
    Column("password_hash", String(255), nullable=False),
    Column("avatar", String(512), nullable=False, server_default=""),
    Column("gender", String(16), nullable=False, server_default=""),
    Column("phone", String(32), nullable=False, server_default=""),
    Column("email", String(254), nullable=False, server_default=""),
    Column("bio", String(1024), nullable=False, server_default=""),
    # See hichat.accounts.roles. `administrator` is for daemons of the version before, which know no roles.
    Column("role", SmallInteger, nullable=False, server_default="2"),
    Column("administrator", Boolean, nullable=False, server_default=false()),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    # Whether it is a program and no person; see the table bots.
    Column("bot", Boolean, nullable=False, server_default=false()),
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
    Index("users_by_display_match", "display_match"),
    Index("users_by_display_look", "display_look", "display_script"),
    Index("users_by_words", "found_by"),
)

# Names that were given up, as keyed hashes. No other user may take one before its time; see hichat.accounts.resting.
resting_names = Table(
    "resting_names",
    metadata,
    Column("name_hash", LargeBinary(32), primary_key=True),
    Column("look_hash", LargeBinary(32), nullable=False),
    Column("script", String(32), nullable=False),
    # The former owner, who may take the name again at any time.
    Column("user_id", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("resting_names_by_look", "look_hash"),
    Index("resting_names_by_user", "user_id"),
)

# A user signs in with a device; the client chooses its name. The device's id and a counter make the client id by which
# the ledger knows a repeated frame (events.device, events.counter).
devices = Table(
    "devices",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    # The protocol that its tokens are for, see L{hichat.accounts.devices.DeviceDialect}.
    Column("dialect", String(8), nullable=False, server_default="v2"),
    UniqueConstraint("user_id", "name", name="devices_key"),
)

# The session that a device is signed in with. The number is random, and grows with each login and each logout; all
# tokens carry it.
sessions = Table(
    "sessions",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True, autoincrement=False),
    Column("number", IdType, nullable=False),
    # users.generation at the login.
    Column("generation", Integer, nullable=False),
    # The valid refresh token, if it was issued before refresh tokens carried a turn; else NULL.
    Column("refresh_hash", LargeBinary(32)),
    # The refresh token that was exchanged last.
    Column("previous_hash", LargeBinary(32)),
    # When it was exchanged; before the first exchange: when the device logged in.
    Column("rotated_at", BigInteger, nullable=False),
    Column("client_ip", String(64), nullable=False),
    # The number of refreshes; the valid refresh tokens carry it.
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("live", Boolean, nullable=False, server_default=false()),
    Column("began_at", BigInteger, nullable=False, server_default="0"),
    # The last use, to some minutes; 0: none since HiChat notes it.
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    # The number of the app password that began it; 0: none did.
    Column("app_password", BigInteger, nullable=False, server_default="0"),
    # The way in; empty: it began before HiChat noted that.
    Column("via", String(16), nullable=False, server_default=""),
)

# Devices that wait for somebody who lets them in; see hichat.signin.device_codes.
device_logins = Table(
    "device_logins",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    # A keyed hash: the code is short.
    Column("user_code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("device", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    # The device's last poll, and the least seconds until the next one.
    Column("polled_at", BigInteger, nullable=False),
    Column("interval", SmallInteger, nullable=False),
    # Who has let it in, and users.generation at that time; 0: nobody has.
    Column("user_id", BigInteger, nullable=False, server_default="0"),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("refused", Boolean, nullable=False, server_default=false()),
    Index("device_logins_by_begin", "began_at"),
)

# Random passwords that users make for clients which know no second factor; see hichat.accounts.app_secrets.
app_passwords = Table(
    "app_passwords",
    metadata,
    # Random: sessions name it, and no number must be given again.
    Column("id", IdType, primary_key=True, autoincrement=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("name", String(64), nullable=False),
    # NULL: it is being revoked, and its sessions are ended.
    Column("secret_hash", LargeBinary(32)),
    Column("created_at", BigInteger, nullable=False),
    # The last log-in with it; 0: there was none.
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("user_id", "name", name="app_passwords_key"),
)

# Whose the accounts are that are bots; see hichat.bots.
bots = Table(
    "bots",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    # 0: the server.
    Column("owner_id", BigInteger, nullable=False),
    # Whether it counts among the owner's bots; that of a hook does not.
    Column("counted", Boolean, nullable=False, server_default=true()),
    # Whether it is disabled because its owner is.
    Column("stopped", Boolean, nullable=False, server_default=false()),
    Column("made_at", BigInteger, nullable=False),
    Index("bots_by_owner", "owner_id"),
)

# See hichat.plugins.kept.
plugins = Table(
    "plugins",
    metadata,
    Column("name", String(31), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("proof", String(64), nullable=False),
)

# The tokens of bots; see hichat.accounts.bot_tokens.
bot_tokens = Table(
    "bot_tokens",
    metadata,
    # Random: no number must be given again.
    Column("id", IdType, primary_key=True, autoincrement=False),
    Column("bot_id", ForeignKey("users.id"), nullable=False),
    # Each token has a device of its own, whose counters and keys are the token's.
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("scopes", SmallInteger, nullable=False),
    # Names of conversations with blanks between them; NULL: all of the bot's.
    Column("conversations", String(1024)),
    # NULL: never.
    Column("ends_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    # The last use, to some minutes; 0: there was none.
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("bot_id", "name", name="bot_tokens_key"),
)

# The secrets by which a log-in tells a known device from a stranger; see hichat.accounts.known.
device_secrets = Table(
    "device_secrets",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True, autoincrement=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
)

# The keys of users whose second factor is an app, sealed; see hichat.signin.totp.
totp_keys = Table(
    "totp_keys",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary(64), nullable=False),
    # The last step of which a code was used.
    Column("used_step", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# Recovery codes that were not used; see hichat.signin.recovery.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("code_hash", LargeBinary(32), primary_key=True),
)

# Devices that log in with the password alone; see hichat.signin.remembered.
remembered_devices = Table(
    "remembered_devices",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True, autoincrement=False),
    # device_secrets.secret_hash, and users.generation, at that time.
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

# Tickets of log-ins that were answered; see hichat.signin.tickets.
login_tickets = Table(
    "login_tickets",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("spent", Boolean, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

# The number of failed log-ins in a row of each account and of each known device; see hichat.accounts.failures.
login_failures = Table(
    "login_failures",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
)

# The passkeys of users; see hichat.signin.passkeys. The public key is in COSE.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("credential_id", LargeBinary(1023), nullable=False, unique=True),
    Column("public_key", LargeBinary(1024), nullable=False),
    # How often it has signed; 0: it does not count.
    Column("sign_count", BigInteger, nullable=False),
    # The ways to its authenticator, with blanks between them.
    Column("transports", String(128), nullable=False),
    Column("name", String(64), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    # 0: never.
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    Index("passkeys_by_user", "user_id"),
)

# The random names by which authenticators know users.
passkey_handles = Table(
    "passkey_handles",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("handle", LargeBinary(32), nullable=False),
)

# Challenges that were answered, until they expire.
used_challenges = Table(
    "used_challenges",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

# Addresses of users who have shown that the mailbox is theirs; see hichat.mail.addresses.
mail_addresses = Table(
    "mail_addresses",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("address", String(254), nullable=False),
    # In lower case: no two users have the same.
    Column("address_key", String(254), nullable=False, unique=True),
    Column("language", String(2), nullable=False),
    Column("verified_at", BigInteger, nullable=False),
)

# Addresses that users have given, and whose codes they have not typed yet.
address_claims = Table(
    "address_claims",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("address", String(254), nullable=False),
    Column("language", String(2), nullable=False),
    # Random: of it and of a key the code is made.
    Column("number", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
)

# The newest code of each user who forgot the password; see hichat.accounts.resets.
password_resets = Table(
    "password_resets",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    # The mail that has it: mails.mark, mails.created_at.
    Column("mark", String(32), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
)

# Mails that wait, and for a day those that were sent or given up, without address and facts; see hichat.mail.queue.
mails = Table(
    "mails",
    metadata,
    Column("id", IdType, primary_key=True),
    # NULL: somebody forgot the password of an account that there is not.
    Column("user_id", ForeignKey("users.id")),
    Column("kind", String(24), nullable=False),
    # Empty: the user's verified one, when it is sent.
    Column("address", String(254), nullable=False, server_default=""),
    # A hash of the address, by which mails to one mailbox are counted.
    Column("mailbox", LargeBinary(16)),
    Column("language", String(2), nullable=False),
    Column("facts", String(1024), nullable=False, server_default=""),
    # Random, for the Message-ID.
    Column("mark", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    # When to try it next; NULL: it is done.
    Column("next_at", BigInteger),
    Column("outcome", String(16), nullable=False, server_default=""),
    Index("mails_by_next", "next_at"),
    Index("mails_by_user", "user_id", "created_at"),
    Index("mails_by_mailbox", "mailbox", "created_at"),
)

# Invite codes: a stranger with one may make an account.
invites = Table(
    "invites",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("uses_left", Integer, nullable=False),
    # The role of those who come with it.
    Column("role", SmallInteger, nullable=False, server_default="2"),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # Who has made it, and for how many accounts; 0: somebody by a command, or by an earlier version.
    Column("made_by", BigInteger, nullable=False, server_default="0"),
    Column("uses", Integer, nullable=False, server_default="0"),
)

# What administrators have chosen while the daemon runs, in place of a setting; see hichat.accounts.choices.
choices = Table(
    "choices",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(255), nullable=False),
    Column("made_by", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
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

# Accounts that were deleted, and of which something is still to be removed; see hichat.personal.erasing.
erasures = Table(
    "erasures",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("created_at", BigInteger, nullable=False),
    # Whether messages go, too, as the setting said at the begin; NULL: it has not begun.
    Column("removes", Boolean),
    # The last conversation that is done, and how far the next one is.
    Column("conversation", BigInteger, nullable=False, server_default="0"),
    Column("position", BigInteger, nullable=False, server_default="0"),
    # Whether there may be texts, but for those in erasures_apart; and files.
    Column("texts", Boolean, nullable=False, server_default=true()),
    Column("files", Boolean, nullable=False, server_default=true()),
)

# Conversations that were passed because they were held: the account's texts there go when the hold ends. How far it is.
erasures_apart = Table(
    "erasures_apart",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("conversation", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False, server_default="0"),
)

# Open requests to be a contact. The answer to a request deletes its row.
contact_requests = Table(
    "contact_requests",
    metadata,
    Column("from_id", ForeignKey("users.id"), primary_key=True),
    Column("to_id", ForeignKey("users.id"), primary_key=True),
    Column("greeting", String(255), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("contact_requests_by_to", "to_id"),
)

# The owner has blocked the other user.
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
    Column("id", IdType, primary_key=True),
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
    # How a user becomes a member: open, approval or invite.
    Column("join_policy", String(16), nullable=False, server_default="open"),
    # Until this time only the owner and the admins may write; 0: all members may.
    Column("muted_until", BigInteger, nullable=False, server_default="0"),
    # Since when it can be read only; NULL: it is not archived.
    Column("archived_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Index("groups_by_owner", "owner_id"),
    Index("groups_by_match", "name_match"),
    Index("groups_by_look", "name_look", "name_script"),
)

# Memberships: from the position of the event that began one up to, but not at, that of the event that ended it. Where
# both are the same the user was no member, and may see that one event: an invitation, a request.
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
    # NULL: the user has asked to join.
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

# Muted users of a group. A user who leaves the group and comes back is still muted.
mutes = Table(
    "mutes",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# A user who shows the code of an invite link becomes a member.
invite_links = Table(
    "invite_links",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("code", String(64), nullable=False, unique=True),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("uses", Integer, nullable=False, server_default="0"),
    # NULL: no limit.
    Column("use_limit", Integer),
    # NULL: never.
    Column("expires_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index("invite_links_by_group", "group_id"),
)

# The addresses by which other programs write into a group; see hichat.hooks.incoming.records.
incoming_hooks = Table(
    "incoming_hooks",
    metadata,
    # Random: no number must be given again.
    Column("id", IdType, primary_key=True, autoincrement=False),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("bot_id", ForeignKey("users.id"), nullable=False),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    # Who made it; 0: somebody at the command line.
    Column("maker_id", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("language", String(2), nullable=False),
    Column("calls_all", Boolean, nullable=False),
    # What its callers sign with, sealed; NULL: nothing has to be signed.
    Column("signing_key", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    # The last message, and the last call that was refused; 0: there was none.
    Column("used_at", BigInteger, nullable=False, server_default="0"),
    Column("failed_at", BigInteger, nullable=False, server_default="0"),
    # The code of that refusal.
    Column("failure", String(64), nullable=False, server_default=""),
    Index("incoming_hooks_by_group", "group_id"),
    Index("incoming_hooks_by_bot", "bot_id"),
)

# A pair (the smaller user id first), a group (its id, 0), the announcements or the accounts' business (0, 0).
conversations = Table(
    "conversations",
    metadata,
    Column("id", IdType, primary_key=True),
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
    Column("position", IdType, primary_key=True, autoincrement=False),
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
    Index("events_by_counter", "device", "counter", unique=True, sqlite_where=IS_COUNTED),
    # Edits, recalls and reactions, which are shown in their message.
    Index("events_by_message", "subject", "position", sqlite_where=IS_FOLDED),
    # The messages that were recalled; see hichat.conversations.unread.
    Index("events_recalled", "conversation", "subject", sqlite_where=IS_RECALL),
)

# What each user has sent under each Idempotency-Key, for ever; see hichat.pipeline.ledger.repeats.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    # Of the key.
    Column("digest", LargeBinary(16), primary_key=True),
    # The event's.
    Column("position", BigInteger, nullable=False),
    # The digest of the request.
    Column("said", LargeBinary(16), nullable=False),
    sqlite_with_rowid=False,
)

# The messages that were imported and are not too old to be kept, and when they were written, in milliseconds since the
# epoch; see hichat.log.imported.
imported = Table(
    "imported",
    metadata,
    Column("position", IdType, primary_key=True, autoincrement=False),
    Column("conversation", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Index("imported_by_time", "time"),
    Index("imported_by_conversation", "conversation", "time"),
)

# What was imported, by its id at its source, so that nothing comes twice. The kind is person, group, message or file;
# ours is the number of the user or the group, or the position of the message. The digest is of what may change there
# later; see hichat.imports.known.
imported_ids = Table(
    "imported_ids",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("ours", BigInteger, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    sqlite_with_rowid=False,
)

# The index of the log by conversation, up to the position in places_head; see hichat.log.by_conversation.
places = Table(
    "places",
    metadata,
    Column("conversation", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    # A message's sender; 0: the event is no message; NULL: an earlier version made the entry, only the log has it.
    Column("sender", BigInteger),
    sqlite_with_rowid=False,
)

# The index's small first tier: entries that were not moved into places yet. An entry is in one of the two.
recent_places = Table(
    "recent_places",
    metadata,
    Column("conversation", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    # As in places.
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

# One row: the position up to which the log is indexed, the number of entries in recent_places, and the entry that was
# moved into places last.
places_head = Table(
    "places_head",
    metadata,
    Column("position", BigInteger, nullable=False),
    Column("recent", BigInteger, nullable=False, server_default="0"),
    Column("merged_conversation", BigInteger, nullable=False, server_default="0"),
    Column("merged_position", BigInteger, nullable=False, server_default="0"),
    # Equal to position: authors is complete. Otherwise an earlier version, which does not know authors, has advanced
    # the index.
    Column("authored", BigInteger, nullable=False, server_default="0"),
)

# The log's epochs; the last one is the present. See hichat.log.epochs.
epochs = Table(
    "epochs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(16), nullable=False, unique=True),
    # The key of the fingerprints of events; nobody else may know it.
    Column("secret", LargeBinary(16), nullable=False),
    # Clients of earlier epochs read the log again from here on.
    Column("position", BigInteger, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    # Whether a daemon has served it.
    Column("told", Boolean, nullable=False, server_default=false()),
    # PostgreSQL's system identifier, and its timeline; NULL: not known.
    Column("cluster", BigInteger),
    Column("timeline", BigInteger),
)

# The texts of recalled messages and of their edits, for a second or so: until the search index has removed their words.
# Beyond a number of them all are dropped; see hichat.log.reading.blank.
recalled_texts = Table(
    "recalled_texts",
    metadata,
    Column("position", IdType, primary_key=True, autoincrement=False),
    # The position of the message: of an edit, its subject.
    Column("message", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# The outcomes of each writer process's last batches; see hichat.pipeline.ledger.receipts.
receipts = Table(
    "receipts",
    metadata,
    Column("node", SmallInteger, primary_key=True, autoincrement=False),
    Column("worker", SmallInteger, primary_key=True, autoincrement=False),
    Column("incarnation", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("outcomes", LargeBinary, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The daemons that have, or had last, a number among those of the store; see hichat.cluster.nodes. On PostgreSQL only.
nodes = Table(
    "nodes",
    metadata,
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    # The name of its host, and the path of its state directory there.
    Column("host", String(255), nullable=False),
    Column("state", String(1024), nullable=False),
    Column("version", String(32), nullable=False),
    # When it took the number.
    Column("since", BigInteger, nullable=False),
    # The rest it says every few seconds; a daemon of version 0024 and earlier does not. Where it is reached.
    Column("address", String(300)),
    # When it said this, its open WebSockets, how far it has delivered the log, and the events that were behind that.
    Column("seen", BigInteger),
    Column("connections", BigInteger),
    Column("position", BigInteger),
    Column("lag", BigInteger),
    # The newest migration that it knows, which may not be the newest that there is.
    Column("revision", Integer),
)

# One row: the oldest migration that a daemon has to know; see hichat.storage.migrate.
compatibility = Table("compatibility", metadata, Column("oldest", Integer, nullable=False))

# Who did what; see hichat.audit.entries. Triggers refuse to change or delete rows.
audit = Table(
    "audit",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("act", String(64), nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("actor", BigInteger, nullable=False, index=True),
    Column("whose", BigInteger, nullable=False, index=True),
    Column("group_id", BigInteger, nullable=False),
    Column("device", BigInteger, nullable=False),
    Column("address", String(255), nullable=False),
    Column("via", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("detail", String(300), nullable=False),
)

# Which connections there were; see hichat.audit.connections. The id grows with the time: its bits above the 21st are
# milliseconds since the epoch.
connections = Table(
    "connections",
    metadata,
    Column("id", IdType, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, nullable=False),
    Column("device", BigInteger, nullable=False),
    Column("dialect", String(2), nullable=False),
    Column("address", String(64), nullable=False),
    Column("node", SmallInteger),
    Column("opened", BigInteger, nullable=False),
    Column("closed", BigInteger),
    Column("code", SmallInteger),
    Index("connections_of_user", "user_id", "opened"),
)

# How often frames of a device were refused within a minute.
refusals = Table(
    "refusals",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("user_id", BigInteger, nullable=False),
    Column("device", BigInteger, nullable=False),
    Column("code", String(64), nullable=False),
    Column("count", Integer, nullable=False),
    Index("refusals_of_user", "user_id", "at"),
)

# Messages and people that users have reported, with a copy of what was reported; see hichat.reports.
reports = Table(
    "reports",
    metadata,
    Column("id", IdType, primary_key=True),
    # The ids of users; 0: the account was deleted.
    Column("reporter", BigInteger, nullable=False),
    # Who is reported: the author of a message.
    Column("about", BigInteger, nullable=False),
    # The message's position; 0: the user is reported.
    Column("message", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("text", String(1000), nullable=False),
    # JSON; see hichat.reports.copies.
    Column("copy", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # NULL: it is open.
    Column("closed_at", BigInteger),
    Column("closed_by", BigInteger, nullable=False, server_default="0"),
    Column("outcome", String(32), nullable=False, server_default=""),
    Column("note", String(1000), nullable=False, server_default=""),
    Index("reports_by_end", "closed_at", "id"),
    Index("reports_by_reporter", "reporter", "created_at"),
    Index("reports_by_about", "about"),
)

# The fingerprints of the keys that all daemons of the store must have; see hichat.storage.keyring.
key_fingerprints = Table(
    "key_fingerprints",
    metadata,
    # The name of the key's file.
    Column("name", String(32), primary_key=True),
    Column("fingerprint", LargeBinary(16), nullable=False),
)

# A user's settings for a conversation. Scope and target name it as in events: the target is the other user's id, the
# group's, or 0.
conversation_settings = Table(
    "conversation_settings",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("scope", SmallInteger, primary_key=True, autoincrement=False),
    Column("target", BigInteger, primary_key=True, autoincrement=False),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("muted", Boolean, nullable=False, server_default=false()),
    # Positions of the log; 0: neither. A message behind the position brings the conversation back.
    Column("archived", BigInteger, nullable=False, server_default="0"),
    Column("hidden", BigInteger, nullable=False, server_default="0"),
    # Only mentions make a notification.
    Column("mentions_only", Boolean, nullable=False, server_default=false()),
    # Milliseconds since the epoch; 0: not for a time.
    Column("muted_until", BigInteger, nullable=False, server_default="0"),
    # The message from which on it counts as unread, 0: it is not marked so; and the position at which it was marked.
    Column("unread_from", BigInteger, nullable=False, server_default="0"),
    Column("unread_at", BigInteger, nullable=False, server_default="0"),
)

# The pinned messages of conversations. The place is the position of the event by which the message was pinned.
pins = Table(
    "pins",
    metadata,
    Column("conversation", ForeignKey("conversations.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False),
)

# The messages that users have saved for themselves. The place is the position of the event by which one was saved: the
# list is in its order.
saved_messages = Table(
    "saved_messages",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False),
    Index("saved_messages_by_place", "user_id", "place"),
    Index("saved_messages_by_position", "position"),
)

# One row: the position up to which the messages that are too old were blanked, but for those of the conversations in
# keeping_apart; the days for which messages are kept, 0: for ever; and the time that daemons have seen, 0: none yet.
# See hichat.keeping.
keeping_head = Table(
    "keeping_head",
    metadata,
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("days", Integer, nullable=False, server_default="0"),
    Column("seen", BigInteger, nullable=False, server_default="0"),
)

# Conversations whose messages are kept for another time than all others, or that a hold has kept back. The position is
# the conversation's own: up to there what is too old was blanked.
keeping_apart = Table(
    "keeping_apart",
    metadata,
    Column("conversation", ForeignKey("conversations.id"), primary_key=True),
    Column("position", BigInteger, nullable=False),
    # 0: for ever; NULL: as for all others.
    Column("days", Integer),
)

# The users and groups whose messages are kept, however old they are. Scope and target name one as in events.
holds = Table(
    "holds",
    metadata,
    Column("scope", SmallInteger, primary_key=True, autoincrement=False),
    Column("target", BigInteger, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    # Who has said so; 0: somebody by a command.
    Column("made_by", BigInteger, nullable=False),
    Column("reason", String(300), nullable=False),
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
    # The owner's name for it.
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    # Pixels of a picture, turned as it is shown. Of a PDF whose first page was drawn: of that thumbnail.
    Column("width", Integer),
    Column("height", Integer),
    # Of a picture or such a page: a WebP of a few pixels.
    Column("preview", LargeBinary),
    # Bytes that it takes of the owner's quota.
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
    # The group in which the message is; 0: it is in none, or a daemon of the version before has entered it.
    Column("group_id", BigInteger, nullable=False, server_default="0"),
    Index("media_uses_by_position", "position"),
    Index("media_uses_by_group", "group_id", "media_id", sqlite_where=IN_A_GROUP),
)

# One row: the position up to which the log was searched for uses; see hichat.media.records.
media_head = Table("media_head", metadata, Column("position", BigInteger, nullable=False))

# By the places of files that several daemons share: the mark there, and the one that it gets next. See
# hichat.media.ownership.
media_marks = Table(
    "media_marks",
    metadata,
    Column("place", String(700), primary_key=True),
    Column("mark", String(64), nullable=False),
    Column("next", String(64), nullable=False),
)


# Accounts at a provider of OpenID Connect that are linked to users. See hichat.signin.openid.identities.
identities = Table(
    "identities",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    # What the provider called it when it was used last.
    Column("label", String(255), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    # See hichat.signin.openid.dependants.
    Column("confirmed_at", BigInteger, nullable=False, server_default="0"),
    Column("looked_at", BigInteger, nullable=False, server_default="0"),
    Column("refused_at", BigInteger),
    UniqueConstraint("issuer", "subject", name="identities_key"),
    UniqueConstraint("user_id", "issuer", name="identities_by_user"),
)

# Sessions that came by a provider.
provider_sessions = Table(
    "provider_sessions",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True, autoincrement=False),
    # That of the device's session.
    Column("number", BigInteger, nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("issuer", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    # The provider's name for its session; may be empty.
    Column("sid", String(255), nullable=False),
    # The provider's refresh token, sealed; NULL: it gave none.
    Column("refresh", LargeBinary),
    Column("began_at", BigInteger, nullable=False),
    # When the provider was asked last, and since when it does not answer; NULL: it answers.
    Column("checked_at", BigInteger, nullable=False),
    Column("away_since", BigInteger),
    Index("provider_sessions_by_subject", "issuer", "subject"),
    Index("provider_sessions_by_sid", "issuer", "sid"),
    Index("provider_sessions_by_user", "user_id"),
)

# Hashes of the states of log-ins at a provider that came back, until they are too old anyway.
spent_states = Table(
    "spent_states",
    metadata,
    Column("state", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
    Index("spent_states_by_time", "until"),
)


# The commands of bots; see hichat.commands.records.
bot_commands = Table(
    "bot_commands",
    metadata,
    Column("bot_id", ForeignKey("users.id"), primary_key=True),
    Column("name", String(32), primary_key=True),
    # Its place among the bot's commands.
    Column("place", Integer, nullable=False),
    Column("description_en", String(200), nullable=False),
    Column("description_zh", String(200), nullable=False),
    Column("arguments_en", String(100), nullable=False),
    Column("arguments_zh", String(100), nullable=False),
    # Ids with blanks between them; NULL: wherever the bot is.
    Column("groups", String(1024)),
    # The address that calls are posted to; empty: none.
    Column("url", String(2048), nullable=False),
    Index("bot_commands_by_name", "name"),
)

# Bots whose calls are posted to an address; see hichat.commands.urls.
command_urls = Table(
    "command_urls",
    metadata,
    Column("bot_id", ForeignKey("users.id"), primary_key=True),
    # The token that has set the addresses: calls are posted as far as it reaches. It may be gone.
    Column("token_id", BigInteger, nullable=False),
    # What signs the calls, sealed.
    Column("secret", LargeBinary(128), nullable=False),
)

# Calls of bots that may still be answered: by the position of the call's event.
command_calls = Table(
    "command_calls",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", BigInteger, nullable=False),
    Column("answers", SmallInteger, nullable=False),
    Index("command_calls_by_time", "made_at"),
)

# What people want to be reminded of; see hichat.commands.reminders.
reminders = Table(
    "reminders",
    metadata,
    Column("id", IdType, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("text", String(1000), nullable=False),
    # By which a repeated wish is known; see hichat.core.repeats. NULL: by nothing.
    Column("key", LargeBinary(32)),
    Index("reminders_by_time", "due_at"),
    Index("reminders_by_user", "user_id"),
)

# Who is away, since when, and what they say about it.
absences = Table(
    "absences",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("text", String(200), nullable=False),
)


class _TSVector(UserDefinedType[str]):
    """PostgreSQL's C{tsvector}. SQLAlchemy's own class would load the whole dialect in a process on SQLite, too."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """@return: the type's name in a column's declaration."""
        return "TSVECTOR"


# The search index on PostgreSQL. On SQLite it is in a file of its own; see hichat.search.index.
search_metadata = MetaData()

search_entries = Table(
    "search_entries",
    search_metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("terms", _TSVector, nullable=False),
    # The migration makes it a GIN index. A search reads all of the pending list, so the migration keeps that short.
    Index("search_entries_by_term", "terms"),
)

# One row: the position and time of the last indexed event, and the version of the entries' form.
search_head = Table(
    "search_head",
    search_metadata,
    Column("position", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)

# Outgoing hooks: events that are POSTed to a URL.
outgoing_hooks = Table(
    "outgoing_hooks",
    metadata,
    Column("id", IdType, primary_key=True),
    # Random: its secrets are sealed for it, and it is in the ids of deliveries.
    Column("mark", String(32), nullable=False, unique=True),
    # The user whose rights it has: who made it, or has switched it on last.
    Column("owner_id", ForeignKey("users.id"), nullable=False),
    # Of which events: see Scope. A bot's, a group's, or the announcements.
    Column("scope", SmallInteger, nullable=False),
    Column("target", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("url", String(2048), nullable=False),
    # Their names, with blanks between them; empty: all kinds.
    Column("kinds", String(1024), nullable=False),
    Column("secret", LargeBinary(128), nullable=False),
    # The one before, which is good until then.
    Column("old_secret", LargeBinary(128)),
    Column("old_until", BigInteger, nullable=False, server_default="0"),
    # The last event of the log that was delivered, or is not to be.
    Column("position", BigInteger, nullable=False),
    # Since when the deliveries of the next event fail; NULL: they do not.
    Column("failing_since", BigInteger),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", BigInteger, nullable=False, server_default="0"),
    # Why it is switched off; empty: it is on.
    Column("off", String(16), nullable=False, server_default=""),
    # Grows with each change by people.
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Index("outgoing_hooks_by_place", "scope", "target"),
    Index("outgoing_hooks_by_owner", "owner_id"),
)

# The last deliveries of each outgoing hook: a ring, in which new ones take the places of old ones.
hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    Column("hook_id", ForeignKey("outgoing_hooks.id"), primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    # The event.
    Column("position", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    # The last try: when, and how many milliseconds it took.
    Column("at", BigInteger, nullable=False),
    Column("took", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    # Of HTTP; 0: there was no answer.
    Column("status", SmallInteger, nullable=False),
    # Why there was none.
    Column("trouble", String(400), nullable=False),
    # The beginning of the answer's body.
    Column("answer", String(1024), nullable=False),
)
