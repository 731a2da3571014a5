"""
The only place that puts the parts of a daemon together.

A part gets its collaborators as arguments; none makes its own. Nothing runs until L{hichat.daemon.service} starts it.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec
from msgspec.structs import replace
from sqlalchemy import Engine
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IReactorTime
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from hichat import __version__
from hichat.accounts import sessions
from hichat.accounts.accounts import Accounts, make_accounts
from hichat.accounts.passwords import THREADS as PASSWORD_THREADS
from hichat.accounts.passwords import Passwords
from hichat.accounts.recognising import Recogniser
from hichat.accounts.roles import ServerRole
from hichat.accounts.telling import TellByMail
from hichat.accounts.tokens import TokenSigner
from hichat.audit.book import AuditBook, Note
from hichat.audit.connections import ConnectionBook
from hichat.audit.events import note_event
from hichat.bots.bots import Bots
from hichat.cluster.locks import (
    AUDIT_LOCK,
    ERASE_LOCK,
    HOOKS_LOCK,
    MAIL_LOCK,
    MEDIA_LOCK,
    PLUGINS_LOCK,
    REMIND_LOCK,
    SEARCH,
    SIGN_ON_LOCK,
    SWEEP_LOCK,
    ClusterClaim,
    Lock,
    SessionLocks,
    SignOfLife,
)
from hichat.cluster.members import AllNeighbours
from hichat.cluster.nodes import NodeKeeper, NumberOwner
from hichat.commands.calls import Calls
from hichat.commands.posting import CallPosts
from hichat.commands.reminders import Reminding
from hichat.commands.service import Commands
from hichat.commands.urls import CommandURLs
from hichat.contacts.contacts import Contacts, blocked_by_many
from hichat.conversations import marks
from hichat.conversations.settings import Conversations
from hichat.core import lookalikes
from hichat.core.drafts import Draft, Outcome
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind, PersonBody
from hichat.core.ports import ICarrier, INeighbours, Runner
from hichat.daemon.backups import last_backup
from hichat.daemon.forgotten import forgotten_silently
from hichat.daemon.hosts import Hosts, assemble_hosts, assemble_hosts_carrier
from hichat.daemon.media import filers_of, make_files, show_files_in, warn_of_left_files
from hichat.daemon.service import Assembly, Chore, Cluster, Following, Way, address_of, udp_error
from hichat.daemon.settings import Bounds, DaemonSettings, to_environment
from hichat.daemon.signing_on import assemble_asking, assemble_sign_on, provider_name
from hichat.daemon.site import make_metrics_site, make_site
from hichat.daemon.sizes import Sizes, directories_of
from hichat.daemon.view import assemble_view
from hichat.fetching.fetcher import make_fetcher
from hichat.groups.service import Groups
from hichat.hooks.incoming.called import WRONG_SECRETS, HookCalls
from hichat.hooks.incoming.service import IncomingHooks
from hichat.hooks.outgoing.posting import HookPost
from hichat.hooks.outgoing.pump import HookPump
from hichat.hooks.outgoing.service import HOOK_CALLS_RATE, OutgoingHooks
from hichat.hooks.outgoing.signing import HookSecrets
from hichat.keeping.auditing import AuditForgotten
from hichat.keeping.sweeping import Sweeper
from hichat.log import reading
from hichat.log.epochs import Place
from hichat.log.follower import AskWhetherOurs, Claim, Follower, always
from hichat.log.reading import ConversationKey
from hichat.log.watch import HighWaterMark, LogWatch
from hichat.mail.codes import AddressCodes
from hichat.mail.letters import MailSender
from hichat.mail.mail import FORGOTTEN_RATE, Mail
from hichat.mail.postman import Postman, PostOffice, ThreadedSender
from hichat.mail.smtp import SmtpServer
from hichat.media.addresses import Addresses
from hichat.media.decoder import Decoder
from hichat.media.media import MediaLimits, MediaStore, MediaUses, TakeIn
from hichat.personal.erasing import Eraser
from hichat.personal.exports import EXPORT_RATE, Exports
from hichat.pipeline.gateway.admission import Capacity, Refusals, caps_of, open_files_limit
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol
from hichat.pipeline.gateway.endings import Endings
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.roster import Roster, device_of
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.streams import HttpConnection, Streams
from hichat.pipeline.gateway.v2_connection import V2Protocol
from hichat.pipeline.gateway.v2_session import SessionServices, SignedIn, make_signal, no_calls
from hichat.pipeline.gateway.writing import Writing
from hichat.pipeline.ledger.exchange import WriterSetup
from hichat.pipeline.ledger.gate import Write, WriteGate
from hichat.pipeline.ledger.gather import Ledger
from hichat.pipeline.ledger.memory import CATCH_UP_LIMIT, FEW
from hichat.pipeline.ledger.process import WRITER_NAME, Batches, LogProcess, WriterProcess
from hichat.pipeline.ledger.receipts import BatchNames
from hichat.pipeline.ledger.writer import LogWriter
from hichat.pipeline.plane.datagram import Codec
from hichat.pipeline.plane.faults import FaultyTransport
from hichat.pipeline.plane.faults import parse as parse_faults
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.plane.interests import Interests
from hichat.pipeline.plane.queue import PlaneWriter
from hichat.pipeline.plane.udp import SocketAddress, UDPCarrier
from hichat.pipeline.routing.arrivals import read_arrivals, read_generation
from hichat.pipeline.routing.delivery import Routing
from hichat.plugins.host import PluginHost
from hichat.plugins.installed import check_plugins
from hichat.reports.forgetting import ReportsForgotten
from hichat.reports.reports import Reports
from hichat.runtime import keys
from hichat.runtime.clock import ticks
from hichat.runtime.limits import Limits, MakeLimit, host_limits
from hichat.runtime.link import Link
from hichat.runtime.metrics import HostMetrics, Metrics
from hichat.runtime.neighbours import ALONE
from hichat.runtime.sealing import Sealing
from hichat.runtime.waits import Wait, Waits
from hichat.runtime.work import Budgets, metered
from hichat.search.index import make_index
from hichat.search.process import NAME, FollowerProcess
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.device_flow import DeviceFlow
from hichat.signin.kinds import FactorKinds
from hichat.signin.ways import SignIn
from hichat.storage.engine import make_engine
from hichat.storage.gathered import Gathered
from hichat.storage.store import Store
from hichat.storage.turnstile import Turnstile
from hichat.v1.connection import V1Protocol
from hichat.web.browser.session import BrowserWays
from hichat.web.outside import Outside, party_of
from hichat.web.plugins import PluginCalls
from hichat.web.proxies import Proxies

if TYPE_CHECKING:
    from hichat.signin.openid.sign_on import SingleSignOn

READERS = 4
"""The number of threads that read the store; one more thread writes it."""

WRITER_SOCKET = "writer.sock"
"""The socket in the state directory at which workers find the log's writer."""


def assemble(
    settings: DaemonSettings,
    reactor: Any,
    stopping: Callable[[], bool],
    neighbours: INeighbours = ALONE,
    host: int | None = None,
) -> Assembly:
    """
    Put the parts of one daemon together. Nothing runs yet.

    @param settings: the settings; their state directory exists.
    @param stopping: tells whether the daemon is stopping.
    @param neighbours: the other workers of this host, if there are several.
    @param host: a random number that these have in common; None: a new one.
    @raise StartError: a key file or the database's URL is wrong.
    """
    state = settings.state_dir
    worker = neighbours.number
    metrics = Metrics()
    threads = {"read": READERS, "write": 1, "hash": PASSWORD_THREADS, "file": filers_of(settings)}
    pools = readers, writer, hashers, filers = [ThreadPool(n, n, f"hichat-{name}") for name, n in threads.items()]
    # The writer's thread is not metered: its transactions serve many calls at once.
    in_readers, in_hashers, in_filers = (
        metered(partial(deferToThreadPool, reactor, pool)) for pool in (readers, hashers, filers)
    )

    engine = make_engine(settings.database_url)
    # Several writers share SQLite's file: the thread of each worker, the log's writer, an administrator's commands.
    turn = Turnstile(state).turn if settings.on_sqlite else nullcontext
    store = Store(engine, in_readers, partial(deferToThreadPool, reactor, writer), turn, serves=True)
    metrics.store_failures = lambda: store.reads.count + store.changes.count
    shared_key = keys.load_or_make(state, "plane.key")
    codec = Codec(shared_key, worker, incarnation=secrets.randbits(64))
    index = make_index(engine)
    cluster = None if settings.on_sqlite else assemble_cluster(engine)
    do_for_all = claims_of(cluster, reactor)
    bounds = settings.bounds
    watch = LogWatch(store, _now, HighWaterMark(state), notes=worker == 0)
    following = assemble_following(settings, reactor, metrics, do_for_all(SEARCH), lambda: watch.place.position)
    plane = plane_of(settings, reactor, worker)
    token_key = keys.load_or_make(state, "token.key")
    hosts = assemble_hosts(settings.redis, token_key, host, reactor, neighbours, metrics) if settings.redis else None
    everybody = AllNeighbours(neighbours, hosts.members) if hosts is not None else neighbours
    batches = batches_of(settings, reactor, worker)
    records = ConnectionBook(store, reactor, _now, settings.connection_days)
    way = assemble_way(
        store, codec, bounds, metrics, reactor, _now, plane, batches, everybody, watch, hosts, records.refused
    )
    show_connections(way, records)
    if cluster is not None and settings.workers == 1:
        assemble_keeper(cluster, settings, reactor, way.node_is)

    book = assemble_book(store, reactor, way)
    passwords = Passwords(in_hashers, least=settings.password_length)
    people = assemble_people(settings, token_key, passwords, way, everybody, reactor, ticks, book.note)
    addresses = Addresses(keys.load_or_make(state, "media.key"))
    decoder = Decoder(reactor)
    media = assemble_media(
        settings, addresses, store, in_filers, decoder.take_in, reactor, do_for_all(MEDIA_LOCK), metrics
    )
    exports = assemble_exports(settings, store, reactor, everybody, token_key)
    hooks = assemble_hooks(
        settings, store, token_key, reactor, everybody, do_for_all(HOOKS_LOCK), metrics, book.note, people.mail.tell
    )
    counters = Gathered(lambda device_ids: store.read(reading.last_counters, device_ids))
    commands = assemble_commands(settings, way, people, MediaUses(addresses), token_key, reactor, everybody, book.note)
    services = assemble_services(
        way, partial(_sign_in, people.accounts.recogniser, counters), bounds, _now, commands.writing.media, commands
    )
    shared = way.inlet, way.roster, way.routing, way.presence, reactor
    sockets = ChatFactory(V1Protocol, *shared, unsent_limit=bounds.unsent, records=records)
    sockets_v2 = ChatFactory(V2Protocol, *shared, services=services, unsent_limit=bounds.unsent, records=records)
    capacity = assemble_capacity(settings, way.refusals)
    shown = HostMetrics(metrics, neighbours, reactor)
    factories = [sockets, sockets_v2]
    streams = Streams(way.inlet, services, reactor, bounds.unsent, records)
    # They are the same for all workers.
    sizes = Sizes(store, index, directories_of(settings), reactor) if worker == 0 else None
    site = make_site(
        capacity=capacity,
        budgets=Budgets(settings.http_limit, reactor, everybody),
        accounts=people.accounts,
        sign_in=people.sign_in,
        app_passwords=people.app_passwords,
        device_flow=people.device_flow,
        contacts=people.contacts,
        conversations=Conversations(store, way.ledger, _now),
        groups=people.groups,
        reports=people.reports,
        commands=commands,
        server=assemble_view(settings, way, factories, sizes, everybody, reactor, _now),
        marks=way.marks,
        search_index=index,
        store=store,
        sockets=sockets,
        sockets_v2=sockets_v2,
        metrics=metrics,
        stopping=stopping,
        probe=partial(_probe, way),
        media=media,
        exports=exports,
        mail=people.mail,
        writing=commands.writing,
        bots=people.bots,
        outgoing_hooks=hooks.service,
        hook_calls=assemble_incoming(settings, token_key, people, way, commands.writing, everybody, in_filers),
        streams=streams,
        reactor=reactor,
        outside=assemble_outside(settings),
        plugins=PluginCalls(reactor, settings.plugins.names, state, people.accounts.recogniser),
        v1=settings.v1,
        shown=None if settings.metrics_listen else shown,
        note=book.note,
        ways=ways_of(settings),
        sign_on=people.sign_on,
    )
    metrics.gauges.update(
        connections_open=("Open connections, HTTP's too", lambda: capacity.taken),
        connections=("Open WebSocket connections", lambda: sum(len(f.connections) for f in factories)),
        streams=("Open event streams, and calls that wait for events", lambda: len(streams.connections)),
        workers=("Workers that this daemon is to have", lambda: settings.workers),
        backup_made_seconds=("When the last backup was made; since the epoch", partial(last_backup, state)),
    )
    return Assembly(
        engines=[engine] if index.engine is engine else [engine, index.engine],
        pools=pools,
        way=way,
        sockets=[*factories, streams],
        sites=[site, *([make_metrics_site(shown, metrics, way.refusals, reactor)] if settings.metrics_listen else [])],
        media=media,
        decoder=decoder,
        exports=exports,
        index=index,
        following=following,
        cluster=cluster,
        plugins=assemble_plugins(settings, store, people, site, reactor, do_for_all(PLUGINS_LOCK), metrics, worker),
        chores=[
            *signs_of_life(cluster, settings, reactor),
            assemble_sweeper(settings, store, reactor, do_for_all(SWEEP_LOCK), metrics),
            hooks.pump,
            *assemble_postmen(settings, store, token_key, reactor, do_for_all(MAIL_LOCK), metrics),
            *(
                [
                    *assemble_chores(sizes, store, metrics, reactor),
                    assemble_eraser(settings, way, reactor, do_for_all(ERASE_LOCK)),
                    Reminding(store, way.ledger, reactor, _now, do_for_all(REMIND_LOCK)),
                    AuditForgotten(store, reactor, settings.audit_days, book.note, do_for_all(AUDIT_LOCK)),
                    *assemble_asking(people.sign_on, reactor, do_for_all(SIGN_ON_LOCK)),
                ]
                if sizes is not None
                else []
            ),
        ],
        book=book,
        records=records,
    )


def limits_of(key: bytes, neighbours: INeighbours) -> MakeLimit:
    """
    @param key: of the tokens; all daemons of the store have it.
    @return: makes limits that all workers of all hosts count together.
    """
    # With the store's key: so all of them mean the same by a hash.
    return host_limits(neighbours, blake2b(b"limits", key=key, digest_size=16).digest())


def assemble_incoming(
    settings: DaemonSettings,
    key: bytes,
    people: People,
    way: Way,
    writing: Writing,
    neighbours: INeighbours,
    in_thread: Runner,
) -> HookCalls:
    """
    Put together the incoming hooks.

    @param key: of the tokens; all daemons of the store have it.
    @param neighbours: the other workers, with which the limits are counted.
    @param in_thread: runs a function in a thread.
    """
    hooks = IncomingHooks(way.store, people.accounts.profiles, people.groups, people.bots, Sealing(key, b"hooks"), _now)
    make_limit = limits_of(key, neighbours)
    limits = make_limit("incoming hooks", settings.hook_limit, ticks), make_limit("hook secrets", WRONG_SECRETS, ticks)
    return HookCalls(way.store, hooks, writing, *limits, _now, in_thread)


def ways_of(settings: DaemonSettings) -> BrowserWays:
    """@return: the ways in that browsers may offer."""
    passkey = party_of(settings.public_url) is not None
    oidc, mail = provider_name(settings), bool(settings.smtp)
    return BrowserWays(password=settings.passwords, passkey=passkey, oidc=oidc, mail=mail)


def assemble_chores(sizes: Sizes, store: Store, metrics: Metrics, clock: IReactorTime) -> list[Chore]:
    """@return: what one worker does for all: look up how much room everything takes, and delete old reports."""
    sizes.show_in(metrics)
    return [sizes, ReportsForgotten(store, clock, _now)]


def assemble_plugins(
    settings: DaemonSettings,
    store: Store,
    people: People,
    site: IProtocolFactory,
    reactor: Any,
    is_ours: AskWhetherOurs,
    metrics: Metrics,
    worker: int,
) -> PluginHost:
    """
    Make the part that runs plugins: one of the workers of each host does that.

    @raise StartError: one of them is not installed.
    """
    names = settings.plugins.names if worker == 0 else None
    check_plugins(names or ())
    memory = settings.plugin_memory * 1024 * 1024
    recogniser = people.accounts.recogniser
    made = PluginHost(reactor, names, memory, store, recogniser, people.bots, settings.state_dir, is_ours)
    made.serve(site)
    metrics.labelled.update(
        plugin_up=("Whether a plugin runs here, by its name", "plugin", made.running),
        plugin_starts=("How often a plugin was started here, by its name", "plugin", made.starts),
        plugin_lines_left_out=("Lines of a plugin that are not in the log, by its name", "plugin", made.left_out),
    )
    return made


def assemble_eraser(settings: DaemonSettings, way: Way, clock: IReactorTime, is_ours: AskWhetherOurs) -> Eraser:
    """Make the part that removes what deleted accounts have left: it works in one of the daemons, for all."""
    removes = settings.deleted_messages == "remove"
    return Eraser(way.store, way.ledger, clock, removes, partial(_tell_person, way), is_ours)


def assemble_postmen(
    settings: DaemonSettings, store: Store, key: bytes, reactor: Any, is_ours: AskWhetherOurs, metrics: Metrics
) -> list[Postman]:
    """
    Make the part that sends mails: it works in one of the workers of one of the daemons, for all.

    @param key: of the tokens; all daemons of the store have it.
    @return: it; nothing if no mail server is set.
    """
    if not settings.smtp or settings.public_url is None:
        return []
    url = settings.public_url
    office = PostOffice(
        MailSender.parse(settings.mail_from), str(url), TokenSigner(key, _now), AddressCodes(key), settings.passwords
    )
    sender = ThreadedSender(SmtpServer.parse(settings.smtp), url.origin.host, reactor)
    made = Postman(store, office, sender.send, reactor, _now, claim(settings, "mail"), is_ours)
    metrics.gauges.update(
        mail_queue=("Mails that wait; only where they are sent", lambda: made.state and made.state.waiting),
        mail_queue_age_seconds=("Since the oldest of them was put in; only where they are sent", made.age),
    )
    metrics.labelled["mails"] = "Mails that this worker is done with, by outcome", "outcome", lambda: made.counts
    return [made]


class People(NamedTuple):
    """The rooms about people."""

    accounts: Accounts
    contacts: Contacts
    groups: Groups
    reports: Reports
    sign_in: SignIn
    app_passwords: AppPasswords
    device_flow: DeviceFlow
    mail: Mail
    sign_on: SingleSignOn | None
    bots: Bots


def assemble_people(
    settings: DaemonSettings,
    key: bytes,
    passwords: Passwords,
    way: Way,
    neighbours: INeighbours,
    reactor: Any,
    ticks: Callable[[], int],
    note: Note,
) -> People:
    """
    Put together the rooms about people.

    @param key: of the tokens; all daemons of the store have it.
    @param neighbours: the other workers, with which the limits are counted.
    @param ticks: the time in milliseconds, by a monotonic clock.
    @param note: notes in the audit log.
    """
    store, bounds = way.store, settings.bounds
    make_limit = limits_of(key, neighbours)
    limits = Limits(settings.login_limit, settings.address_limit, settings.register_limit, ticks, make_limit)
    # Read the table now, and not while the first user waits for it.
    lookalikes.prototypes()
    contacts = Contacts(store, way.ledger, _now, bounds.contacts_only, ticks, bounds.strangers, make_limit)
    groups = Groups(store, way.ledger, _now, settings.group_limits)
    reports = Reports(store, way.ledger, _now)
    kinds = FactorKinds(key, party_of(settings.public_url))
    limit = make_limit("forgotten", FORGOTTEN_RATE, ticks)
    mail = Mail(store, AddressCodes(key), limit, _now, bool(settings.smtp), note)
    accounts = make_accounts(
        store,
        way.ledger,
        passwords,
        TokenSigner(key, _now),
        _now,
        limits,
        settings.registration_rule,
        keys.load_or_make(settings.state_dir, "names.key"),
        bounds.session,
        leaves=(
            contacts,
            groups,
            reports,
            kinds.all,
            *forgotten_silently(),
        ),
        changed=partial(_tell_person, way),
        logged_in=way.metrics.logged_in,
        note=note,
        mail=mail.tell,
        passwords_on=settings.passwords,
    )
    roles, issuer = settings.second_factor, _issuer(settings)
    sign_in = SignIn(accounts, store, key, _now, kinds, limits, roles, note, issuer, mail.tell)
    accounts.refresher.before_refresh.append(sign_in.check_session)
    let_in = partial(sign_in.came_by, via="device_flow", factor_done=True)
    device_flow = DeviceFlow(store, let_in, key, _now, make_limit, ticks)
    app_passwords = AppPasswords(store, accounts.sessions, _now)
    sign_on = assemble_sign_on(settings, accounts, sign_in, store, key, reactor, _now, ticks, note)
    bots = Bots(store, accounts, groups, _now, settings.bot_makers == "everybody")
    return People(accounts, contacts, groups, reports, sign_in, app_passwords, device_flow, mail, sign_on, bots)


def assemble_commands(
    settings: DaemonSettings,
    way: Way,
    people: People,
    media: MediaUses,
    key: bytes,
    reactor: Any,
    neighbours: INeighbours,
    note: Note,
) -> Commands:
    """
    Make the part that does what commands say, or has bots do it; and what writes for those without a session.

    @param key: of the tokens; all daemons of the store have it.
    @param neighbours: the other workers, with which addresses that are checked are counted.
    """
    writing = Writing(way.inlet, media, way.store)
    calls = Calls(way.store, writing, _now, settings.bounds.contacts_only)
    make_limit = limits_of(key, neighbours)
    limit = make_limit("command addresses", HOOK_CALLS_RATE, ticks)
    fetcher = make_fetcher(reactor, settings.fetch_private)
    urls = CommandURLs(way.store, fetcher, HookSecrets(key), limit)
    posts = CallPosts(way.store, calls, fetcher, urls, _now)
    set_away = people.accounts.profiles.set_away
    return Commands(way.store, people.groups, writing, calls, posts, way.presence.is_online, set_away, _now, note)


def _issuer(settings: DaemonSettings) -> str:
    """@return: the name by which apps for second factors list the server."""
    return f"HiChat {settings.public_url.origin.host}" if settings.public_url else "HiChat"


def show_connections(way: Way, records: ConnectionBook) -> None:
    """Let the records have each connection that is let in."""

    def opened(user: int, connection: ChatProtocol | HttpConnection) -> None:
        if not connection.is_recorded:
            return
        dialect, device = device_of(connection)
        connection.record = records.opened(user, device, dialect, connection.came_from)

    way.roster.admitted = opened
    names = way.batches.names if way.batches is not None else None
    records.node = lambda: names.node if names is not None else None


def assemble_book(store: Store, clock: IReactorTime, way: Way) -> AuditBook:
    """@return: the writer of the audit log, which also hears of messages to all, and of those that are taken back."""
    book = AuditBook(store, clock, _now)
    way.ledger.noticed = partial(note_event, store, book.note)
    return book


def batches_of(
    settings: DaemonSettings, reactor: Any, worker: int
) -> Callable[[Write, Callable[..., Deferred[Any]]], Batches]:
    """@return: a function that makes the way of a worker's batches to the process that writes the log."""
    names = BatchNames(worker, secrets.randbits(63))

    def find_writer(heard: Callable[[bytes], None], lost: Callable[[], None]) -> LogProcess:
        if settings.workers > 1:
            return Link(WRITER_NAME, settings.state_dir / WRITER_SOCKET, reactor, heard, lost)
        return WriterProcess(writer_setup(settings), reactor, heard, lost)

    def make_batches(here: Write, locked: Callable[..., Deferred[Any]]) -> Batches:
        return Batches(names, reactor, here, locked, find_writer)

    return make_batches


def writer_setup(settings: DaemonSettings) -> WriterSetup:
    """@return: the settings of the process that writes the log."""
    bounds = settings.bounds
    # A file has other writers beside it: the threads of the workers, and an administrator's commands.
    turns = str(settings.state_dir) if settings.on_sqlite else None
    door = str(settings.state_dir / WRITER_SOCKET) if settings.workers > 1 else None
    return WriterSetup(settings.database_url, turns, door, bounds.edit, bounds.contacts_only, bounds.strangers)


class Plane(NamedTuple):
    """
    The addresses of a worker's plane.

    @ivar others: the addresses of the other workers, by their numbers.
    @ivar bind: see L{UDPCarrier}.
    """

    others: Mapping[int, SocketAddress] = {}
    bind: Callable[[DatagramProtocol], IListeningPort] | None = None


def plane_of(settings: DaemonSettings, reactor: Any, worker: int) -> Plane:
    """@return: the addresses of a worker's plane: the workers of one host have consecutive ports."""
    host, first = settings.udp

    def bind(protocol: DatagramProtocol) -> IListeningPort:
        port = first + worker
        try:
            # By default Twisted cuts datagrams off at 8 KiB.
            listening = reactor.listenUDP(port, protocol, interface=host, maxPacketSize=65536)
        except (CannotListenError, OSError) as e:
            raise udp_error(settings, e, port) from e
        faults = parse_faults(settings.test_faults)
        if faults:
            Logger().warn("HICHAT_TEST_FAULTS is set: this daemon breaks its own plane")
            protocol.transport = FaultyTransport(protocol.transport, reactor, faults)  # type: ignore[assignment]
        return cast(IListeningPort, listening)

    return Plane({other: (host, first + other) for other in range(settings.workers) if other != worker}, bind)


def assemble_capacity(settings: DaemonSettings, refusals: Refusals) -> Capacity:
    """Make the limits of connections, and their counts."""
    limit = open_files_limit()
    caps = caps_of(limit, settings.connections, settings.address_connections, settings.user_connections)
    if (settings.connections or 0) > caps.total:
        Logger().warn(
            "HICHAT_CONNECTIONS: {wanted} are too many for {limit} open files; {total} are taken",
            wanted=settings.connections,
            limit=limit,
            total=caps.total,
        )
    return Capacity(caps, refusals)


def assemble_outside(settings: DaemonSettings) -> Outside:
    """Make the object that knows the proxies before the site, and its public URL."""
    return Outside(Proxies(settings.trusted_proxies), settings.public_url, settings.origins.found, settings.hsts)


def assemble_media(
    settings: DaemonSettings,
    addresses: Addresses,
    store: Store,
    in_thread: Runner,
    take_in: TakeIn,
    clock: IReactorTime,
    is_ours: AskWhetherOurs,
    metrics: Metrics,
) -> MediaStore:
    """Make the store of uploaded files, and the directory for those that are under way."""
    files = make_files(settings)
    files.start()
    warn_of_left_files(settings)
    show_files_in(metrics, files)
    limits = MediaLimits(settings.upload_limit, settings.upload_quota)
    return MediaStore(
        store, files, addresses, in_thread, take_in, clock, _now, limits, claim(settings, "media"), is_ours
    )


def assemble_exports(
    settings: DaemonSettings, store: Store, reactor: Any, neighbours: INeighbours, key: bytes
) -> Exports:
    """
    Make the part that lets people have all their data.

    @param key: of the tokens; all daemons of the store have it.
    @param neighbours: the other workers, with which exports are counted.
    """
    make_limit = limits_of(key, neighbours)
    limit = make_limit("exports", EXPORT_RATE, ticks)
    return Exports(store.read, reactor, to_environment(settings), key, limit, _now)


class Hooks(NamedTuple):
    """Outgoing hooks: for those who call, and what delivers."""

    service: OutgoingHooks
    pump: HookPump


def assemble_hooks(
    settings: DaemonSettings,
    store: Store,
    key: bytes,
    reactor: Any,
    neighbours: INeighbours,
    is_ours: AskWhetherOurs,
    metrics: Metrics,
    note: Note,
    tell: TellByMail,
) -> Hooks:
    """
    Make what delivers events to outgoing hooks: it works in one of the workers of one of the daemons, for all.

    @param key: of the tokens; all daemons of the store have it.
    @param neighbours: the other workers, with which trials are counted.
    @param is_ours: whether it is this daemon's work.
    """
    make_limit = limits_of(key, neighbours)
    limit = make_limit("hooks", HOOK_CALLS_RATE, ticks)
    secrets_of_hooks = HookSecrets(key)
    # Who tries receivers that do not answer takes no place of the deliveries.
    fetcher, by_hand = (make_fetcher(reactor, settings.fetch_private) for _ in range(2))
    post, trial = (HookPost(each, secrets_of_hooks, reactor, _now) for each in (fetcher, by_hand))
    pump = HookPump(store, post, reactor, _now, note, tell, claim(settings, "hooks"), is_ours)
    metrics.gauges["hook_queue_age_seconds"] = (
        "Since the oldest event happened that an outgoing hook has to deliver; only where they are delivered",
        pump.age,
    )
    metrics.labelled["hooks"] = "Outgoing hooks that are on; only where they are delivered", "state", pump.states
    metrics.labelled["hook_deliveries"] = "Deliveries that this worker has tried", "outcome", lambda: pump.counts
    return Hooks(OutgoingHooks(store, by_hand, secrets_of_hooks, trial, limit, _now), pump)


def assemble_following(
    settings: DaemonSettings, reactor: Any, metrics: Metrics, is_ours: AskWhetherOurs, head: Callable[[], int]
) -> Following:
    """
    Make the follower that advances the search index: it runs in one of the workers of one of the daemons, for all.

    @param is_ours: whether it is this daemon's work.
    @param head: returns the log's end.
    """
    process = FollowerProcess(settings.database_url, reactor)
    follower = Follower(NAME, process.step, reactor, claim(settings, "search"), process.start, is_ours=is_ours)

    def behind() -> int:
        return max(0, head() - follower.progress.position)

    metrics.gauges.update(
        search_position=(
            "How far the search index is; only where it is made",
            lambda: follower.progress.position if follower.leads else None,
        ),
        search_lag_events=(
            "Events of the log that are not in the search index yet; only where it is made",
            lambda: behind() if follower.leads else None,
        ),
    )
    return Following(process, follower)


def assemble_sweeper(
    settings: DaemonSettings, store: Store, clock: IReactorTime, is_ours: AskWhetherOurs, metrics: Metrics
) -> Sweeper:
    """Make the part that blanks old messages: it works in one of the workers of one of the daemons, for all."""
    made = Sweeper(store, settings.retention, clock, _now, claim(settings, "sweeper"), is_ours)
    metrics.gauges.update(
        expired_messages=("Messages that this worker has blanked because they were too old", lambda: made.swept),
        expiry_step_seconds=("The longest step of that, in which nobody else writes", lambda: made.longest),
    )
    return made


def assemble_cluster(engine: Engine) -> Cluster:
    """Make the part that agrees with other daemons of the same store; on SQLite there are none."""
    return Cluster(SessionLocks(engine), ThreadPool(1, 1, "hichat-locks"), None)


def signs_of_life(cluster: Cluster | None, settings: DaemonSettings, reactor: Any) -> list[Chore]:
    """@return: what keeps the session of one of several workers; for one worker the keeper of its number does."""
    if cluster is None or settings.workers == 1:
        return []
    return [SignOfLife(cluster.locks, partial(deferToThreadPool, reactor, cluster.pool), reactor)]


def claims_of(cluster: Cluster | None, reactor: Any) -> Callable[[Lock], AskWhetherOurs]:
    """
    @param cluster: None: there are no other daemons.
    @return: a function that gives for some work the question whether it is this daemon's.
    """
    if cluster is None:
        return lambda lock: always
    in_locks = partial(deferToThreadPool, reactor, cluster.pool)
    return lambda lock: ClusterClaim(cluster.locks, lock, in_locks).take


def assemble_keeper(
    cluster: Cluster, settings: DaemonSettings, reactor: Any, changed: Callable[[int | None], object]
) -> NodeKeeper:
    """
    Let the cluster's part have one that keeps the daemon's number. For C{changed} see L{NodeKeeper}. A daemon that is
    too old for its store is stopped as an operator would stop it.
    """
    host, state = socket.gethostname()[:255], str(settings.state_dir)[:1024]
    owner = NumberOwner(host, state, __version__, address_of(settings))
    in_locks = partial(deferToThreadPool, reactor, cluster.pool)
    end = partial(os.kill, os.getpid(), signal.SIGTERM)
    cluster.keeper = NodeKeeper(cluster.locks, owner, in_locks, reactor, _now, changed, end)
    return cluster.keeper


def claim(settings: DaemonSettings, name: str) -> Claim:
    """@return: the claim by which one of the workers does some work for all."""
    return Claim(settings.state_dir / f"{name}.lock")


def assemble_way(
    store: Store,
    codec: Codec,
    bounds: Bounds,
    metrics: Metrics,
    clock: IReactorTime,
    now: Callable[[], int],
    plane: Plane | None = None,
    make_batches: Callable[[Write, Callable[..., Deferred[Any]]], Batches] | None = None,
    neighbours: INeighbours = ALONE,
    watch: LogWatch | None = None,
    hosts: Hosts | None = None,
    refused: Callable[[int, int, str], object] = lambda user, device, code: None,
) -> Way:
    """
    Put together the parts through which a message goes, from the sessions' inlet to the roster.

    @param clock: for all timers of these parts.
    @param now: the time in milliseconds since the epoch.
    @param plane: the addresses of the plane; None: there are no other workers, and the caller gives the carrier a
        transport.
    @param make_batches: makes the way of the batches to the process that writes the log, see L{Batches}; None: the
        store's writer thread writes them.
    @param neighbours: the other workers.
    @param watch: looks at the log's end; None: one that keeps no mark.
    @param hosts: the other hosts; None: there are none.
    @param refused: see L{Inlet}.
    """
    watch = watch or LogWatch(store, now)
    interests = Interests()
    intake = Intake(bounds.drafts, bounds.drafts // 2)
    refusals = Refusals(metrics, clock)

    def blocked_by(user: int) -> Iterable[int]:
        return routing.blocked_by(user)

    presence = HostPresence(bounds.presence, neighbours, blocked_by)
    roster = Roster(metrics, bounds.connections, refusals.count, presence.watchers, presence.blocks_changed, neighbours)
    routing = Routing(
        roster,
        read_log=lambda position, limit: store.read(reading.after, position, limit),
        read_head=lambda: Deferred.fromCoroutine(watch.look()),
        read_arrival=Gathered(lambda arrivals: store.read(read_arrivals, arrivals, _over(bounds, now()))),
        clock=clock,
        metrics=metrics,
        interests=interests,
    )
    plane = plane or Plane()
    carrier: ICarrier = UDPCarrier(codec, routing, clock, metrics, plane.others, interests, plane.bind)
    if hosts is not None:
        carrier = assemble_hosts_carrier(carrier, routing, watch, hosts, metrics)
    writer = PlaneWriter(carrier, intake, bounds.drafts)
    log_writer = LogWriter(
        store,
        now,
        bounds.edit,
        bounds.contacts_only,
        tail=CATCH_UP_LIMIT if make_batches is None else FEW,
        ticks=lambda: round(clock.seconds() * 1000),
        strangers=bounds.strangers,
    )

    def write(drafts: Sequence[Draft], epoch: str) -> list[Outcome]:
        log_writer.epoch = epoch
        return log_writer.write(drafts)

    def here(drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        return store.in_writer(write, drafts, watch.place.epoch)

    def begin_anew(place: Place) -> None:
        roster.start_anew()
        routing.begin_anew(place.position)

    watch.changed = begin_anew
    batches = make_batches(here, store.write) if make_batches else None
    if batches is not None:
        batches.epoch = lambda: watch.place.epoch
    gate = WriteGate(batches.write if batches else here)
    ledger = Ledger(gate.write, intake, writer.put, clock, metrics, bounds.batch)

    def signal(event: Event) -> None:
        if intake.spare and intake.admit():
            writer.put([event])
        else:
            metrics.signals_dropped += 1

    def announce(key: ConversationKey, moved: marks.MovedMark, device: int) -> None:
        mark, alone = moved
        scope, first, second = key
        target = (first if mark.user == second else second) if scope == Scope.USER else first
        body = b"%d %d" % (mark.received, mark.read)
        signal(make_signal(Kind.MARKED, scope, mark.user, target, device, body, mark.user if alone else 0))

    metrics.gauges.update(
        drafts_in_flight=("Drafts accepted and not yet handed to the plane's carrier", lambda: intake.count),
        queue_depth=("Events that wait for the plane's carrier", lambda: writer.depth),
        position=("The log position that routing has delivered to", lambda: routing.position),
        # The watch looks once a second: routing may be further.
        lag_events=(
            "Events of the log that this worker has not delivered yet",
            lambda: max(0, watch.place.position - routing.position),
        ),
        senders_paused=("Senders that are not read from, for lack of room", lambda: intake.paused),
    )
    waits = Waits(
        clock,
        {
            "senders": Wait(lambda: intake.pauses - intake.paused, lambda: intake.paused),
            "plane": Wait(lambda: writer.done, lambda: writer.depth),
        },
    )
    metrics.labelled["queue_age_seconds"] = (
        "Since the oldest sender was paused, the oldest commit began, or the oldest event waits for the plane",
        "queue",
        lambda: {**waits.ages(), "log": ledger.age},
    )
    return Way(
        store=store,
        inlet=Inlet(
            ledger.submit,
            signal,
            intake,
            metrics,
            clock,
            bounds.rate,
            Quota(bounds.messages, clock, neighbours) if bounds.messages.attempts else None,
            refused,
            Quota(bounds.bot_messages, clock, neighbours, "bot_messages") if bounds.bot_messages.attempts else None,
        ),
        watch=watch,
        ledger=ledger,
        gate=gate,
        batches=batches,
        writer=writer,
        carrier=carrier,
        routing=routing,
        roster=roster,
        presence=presence,
        marks=marks.MarkWriter(store, clock, announce),
        metrics=metrics,
        waits=waits,
        refusals=refusals,
        endings=Endings(
            roster, lambda found: store.read(sessions.over, found, now(), bounds.session), clock, bounds.session
        ),
    )


def assemble_services(
    way: Way,
    sign_in: Callable[[str, str], Awaitable[SignedIn]],
    bounds: Bounds,
    now: Callable[[], int],
    media: MediaUses,
    commands: Commands | None = None,
) -> SessionServices:
    """
    Put together the services that v2 sessions use.

    @param sign_in: gives the user and the device for a token and a device's name.
    @param now: the time in milliseconds since the epoch.
    @param media: handles the files that messages name.
    @param commands: does what commands say; None: there are none.
    """
    return SessionServices(
        sign_in=sign_in,
        store=way.store,
        routing=way.routing,
        roster=way.roster,
        presence=way.presence,
        marks=way.marks,
        read_generation=lambda connection, user, device, login, bound: read_generation(
            connection, user, device, login, bound, _over(bounds, now())
        ),
        sync_page=bounds.sync_page,
        now=now,
        media=media,
        watch=way.watch,
        call=no_calls if commands is None else commands.take,
    )


def _tell_person(way: Way, user: int, person: PersonBody) -> None:
    """A user has other names or another picture: tell those who watch the user, but for those whom the user blocks."""

    def tell(blocked: dict[int, set[int]]) -> None:
        body = msgspec.json.encode(replace(person, hidden_from=sorted(blocked.get(user, ()))))
        way.inlet.signal(make_signal(Kind.PERSON, Scope.EVERYONE, user, 0, body=body))

    # In the thread of the changes, which come back in order: so the last name is told last.
    telling = way.store.write(blocked_by_many, [user])
    telling.addCallback(tell)
    telling.addErrback(lambda failure: Logger().failure("nobody was told of the new names of a user", failure))


async def _sign_in(
    recogniser: Recogniser, last_counter: Callable[[int], Awaitable[int]], token: str, name: str
) -> SignedIn:
    user, device, claims = await recogniser.sign_in(token, name)
    bound = claims.device if claims.device != device.id else 0
    return SignedIn(
        user.id,
        device.id,
        await last_counter(device.id),
        user.generation,
        claims.session,
        bound,
        user.administrator,
        user.role is ServerRole.GUEST,
        bool(user.app_password),
        user.bot_pass,
    )


async def _probe(way: Way) -> None:
    """Check that the store can be read and written. Fails if it cannot."""
    await way.store.read(reading.head)
    await way.ledger.probe()


def _over(bounds: Bounds, now: int) -> Callable[[int], bool]:
    return partial(sessions.is_over, now=now, duration=bounds.session)


def _now() -> int:
    """@return: the time of day, for times that are stored and shown; for durations see L{hichat.runtime.clock}."""
    return time.time_ns() // 1_000_000
