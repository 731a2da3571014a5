"""The services behind the calls over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hichat.accounts.accounts import Accounts
from hichat.audit.book import Note, no_notes
from hichat.bots.bots import Bots
from hichat.commands.service import Commands
from hichat.contacts.contacts import Contacts
from hichat.conversations.marks import MarkWriter
from hichat.conversations.settings import Conversations
from hichat.groups.service import Groups
from hichat.hooks.incoming.service import IncomingHooks
from hichat.hooks.outgoing.service import OutgoingHooks
from hichat.keeping.service import Keeping
from hichat.mail.mail import Mail
from hichat.media.media import MediaStore
from hichat.personal.exports import Exports
from hichat.pipeline.gateway.streams import Streams
from hichat.pipeline.gateway.writing import Writing
from hichat.reports.reports import Reports
from hichat.search.index import Index
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.device_flow import DeviceFlow
from hichat.signin.ways import SignIn
from hichat.storage.store import Store
from hichat.web.server import ServerView

if TYPE_CHECKING:
    from hichat.signin.openid.sign_on import SingleSignOn


class ApiServices(NamedTuple):
    """
    The services that the calls over HTTP use.

    @ivar note: notes in the audit log.
    @ivar sign_on: single sign-on; None: there is no provider.
    """

    accounts: Accounts
    contacts: Contacts
    conversations: Conversations
    groups: Groups
    marks: MarkWriter
    search_index: Index
    store: Store
    media: MediaStore
    exports: Exports
    reports: Reports
    commands: Commands
    server: ServerView
    keeping: Keeping
    writing: Writing
    streams: Streams
    sign_in: SignIn
    app_passwords: AppPasswords
    device_flow: DeviceFlow
    mail: Mail
    bots: Bots
    outgoing_hooks: OutgoingHooks
    incoming_hooks: IncomingHooks
    note: Note = no_notes
    sign_on: SingleSignOn | None = None
