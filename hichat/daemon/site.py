"""Puts the whole web site together: the v1 calls, the WebSocket, uploaded files and the operator's pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import IResource

from hichat.accounts.accounts import Accounts
from hichat.audit.book import Note, no_notes
from hichat.bots.bots import Bots
from hichat.commands.service import Commands
from hichat.contacts.contacts import Contacts
from hichat.conversations.marks import MarkWriter
from hichat.conversations.settings import Conversations
from hichat.groups.service import Groups
from hichat.hooks.incoming.called import HookCalls
from hichat.hooks.outgoing.service import OutgoingHooks
from hichat.keeping.service import Keeping
from hichat.mail.mail import Mail
from hichat.media.media import MediaStore
from hichat.personal.exports import Exports
from hichat.pipeline.gateway.admission import Capacity, Caps, Refusals
from hichat.pipeline.gateway.connection import ChatFactory
from hichat.pipeline.gateway.streams import Streams
from hichat.pipeline.gateway.writing import Writing
from hichat.reports.reports import Reports
from hichat.runtime.metrics import HostMetrics, Metrics
from hichat.runtime.work import Budgets
from hichat.search.index import Index
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.device_flow import DeviceFlow
from hichat.signin.ways import SignIn
from hichat.storage.store import Store
from hichat.v1 import complaints as v1_complaints
from hichat.v1 import credentials as v1_credentials
from hichat.v1 import uploads as v1_uploads
from hichat.v1.calls import V1Calls, V1Gone
from hichat.v1.socket import SocketResource
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.api.hook_calls import hook_bodies, hook_callers, hook_routes
from hichat.web.api.router import make_api
from hichat.web.browser.device import DevicePage
from hichat.web.browser.files import WebClient
from hichat.web.browser.session import PASSWORD_ONLY, BrowserWays, SessionResource
from hichat.web.browser.signing_on import SignOnResource
from hichat.web.credentials import callers
from hichat.web.docs.documents import mount_documents
from hichat.web.docs.handbook import Handbook
from hichat.web.outside import Outside
from hichat.web.server import ServerView
from hichat.web.services import ApiServices
from hichat.web.site import Branch, NotFound, Site
from hichat.web.sockets import SocketV2Resource
from hichat.web.status import Exposition, Health, Ready
from hichat.web.uploads import Files, upload_paths

if TYPE_CHECKING:
    from hichat.signin.openid.sign_on import SingleSignOn

SCRAPERS = 64
"""The most connections at the endpoint of the metrics."""


def make_site(
    *,
    accounts: Accounts,
    sign_in: SignIn,
    app_passwords: AppPasswords,
    device_flow: DeviceFlow,
    contacts: Contacts,
    conversations: Conversations,
    groups: Groups,
    reports: Reports,
    commands: Commands,
    server: ServerView,
    marks: MarkWriter,
    search_index: Index,
    store: Store,
    sockets: ChatFactory,
    sockets_v2: ChatFactory,
    metrics: Metrics,
    stopping: Callable[[], bool],
    probe: Callable[[], Awaitable[object]],
    media: MediaStore,
    exports: Exports,
    mail: Mail,
    writing: Writing,
    bots: Bots,
    outgoing_hooks: OutgoingHooks,
    hook_calls: HookCalls,
    streams: Streams,
    reactor: IReactorTime,
    capacity: Capacity,
    budgets: Budgets,
    outside: Outside,
    v1: bool = True,
    shown: HostMetrics | None = None,
    note: Note = no_notes,
    ways: BrowserWays = PASSWORD_ONLY,
    sign_on: SingleSignOn | None = None,
    plugins: IResource | None = None,
) -> Site:
    """
    Put the site together.

    @param stopping: tells whether the daemon is stopping.
    @param probe: see L{Ready}.
    @param v1: whether clients of v1 are served.
    @param shown: the metrics to answer with at C{/metrics}; None: they are not here.
    @param note: notes in the audit log.
    @param ways: the ways in that browsers may offer.
    @param sign_on: single sign-on; None: there is no provider.
    @param plugins: the calls of plugins; None: there are none.
    """
    rooms = accounts, contacts, conversations, groups, marks, search_index, store, media, exports, reports, commands
    signing_in = sign_in, app_passwords, device_flow
    keeping = Keeping(store, conversations.now)
    hooks = outgoing_hooks, hook_calls.hooks
    services = ApiServices(*rooms, server, keeping, writing, streams, *signing_in, mail, bots, *hooks, note, sign_on)
    # The calls of v1 answer whatever no other part of the site takes: they look at the whole path, as clients spell it.
    root = Branch(V1Calls(services).routes() if v1 else NotFound())
    if v1:
        root.mount("v1/user/SendUserMsg", SocketResource(sockets, accounts.recogniser))
    else:
        root.putChild(b"v1", V1Gone())
    root.putChild(b"v2", Branch(make_api(OPERATIONS, services)))
    root.mount("v2/ws", SocketV2Resource(sockets_v2))
    mount_documents(root, outside.public)
    root.putChild(b"hooks", Branch(hook_routes(hook_calls)))
    root.putChild(b"uploads", Files(media))
    root.putChild(b"docs", Handbook(outside.prefix))
    client = WebClient(outside.prefix, accounts.passwords.least, media.limit)
    root.putChild(b"", client.page)
    root.putChild(b"app", client.directory)
    root.putChild(b"plugins", NotFound() if plugins is None else plugins)
    root.putChild(b"device", DevicePage(outside.prefix))
    root.putChild(b"service-worker.js", client.service)
    session = SessionResource(accounts, sign_in, note, ways)
    if sign_on is not None:
        session.putChild(b"oidc", SignOnResource(sign_on, accounts.recogniser, accounts.guard))
    root.putChild(b"session", session)
    root.mount("healthz", Health())
    ready = Ready(stopping, probe, reactor)
    root.mount("readyz", ready)
    metrics.gauges["ready"] = "Whether it could serve when that was checked last", lambda: float(ready.known())
    if shown is not None:
        root.mount("metrics", Exposition(shown))
    recogniser = accounts.recogniser
    uploads = upload_paths(recogniser, media) | v1_uploads.upload_paths(recogniser, media, v1)
    uploads |= hook_bodies(hook_calls)
    return Site(
        root,
        reactor,
        media.limit,
        metrics,
        uploads,
        media.directory,
        capacity=capacity,
        budgets=budgets,
        outside=outside,
        caller=hook_callers(hook_calls, v1_credentials.callers(recogniser, callers(recogniser))),
        complain=v1_complaints.complain,
    )


def make_metrics_site(shown: HostMetrics, metrics: Metrics, refusals: Refusals, reactor: IReactorTime) -> Site:
    """Put the site together that has the metrics only, for an endpoint of its own."""
    root = Branch(NotFound())
    root.mount("metrics", Exposition(shown))
    return Site(root, reactor, 0, metrics, {}, capacity=Capacity(Caps(total=SCRAPERS), refusals))
