"""An HTTP site in memory: real HTTP bytes, the real resource tree, a real store; no socket."""

import http.client
import io
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from twisted.internet import task
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.roles import ServerRole
from hichat.accounts.tokens import TokenSigner
from hichat.bots.bots import Bots
from hichat.commands.calls import Calls
from hichat.commands.posting import CallPosts
from hichat.commands.service import Commands
from hichat.commands.urls import CommandURLs
from hichat.contacts.contacts import Contacts
from hichat.conversations.marks import MarkWriter
from hichat.conversations.settings import Conversations
from hichat.fetching.fetcher import Fetcher
from hichat.groups.service import Groups
from hichat.hooks.incoming.called import WRONG_SECRETS, HookCalls
from hichat.hooks.incoming.service import IncomingHooks
from hichat.hooks.outgoing.posting import HookPost
from hichat.hooks.outgoing.service import HOOK_CALLS_RATE, OutgoingHooks
from hichat.hooks.outgoing.signing import HookSecrets
from hichat.keeping.service import Keeping
from hichat.mail.codes import AddressCodes
from hichat.mail.forgetting import MailForgotten
from hichat.mail.mail import FORGOTTEN_RATE, Mail
from hichat.media.addresses import Addresses
from hichat.media.folder import Folder
from hichat.media.media import MediaLimits, MediaStore, MediaUses
from hichat.personal.exports import EXPORT_RATE, Exports
from hichat.pipeline.gateway.admission import Capacity, Caps, Refusals
from hichat.pipeline.gateway.writing import Writing
from hichat.pipeline.ledger.writer import LogWriter
from hichat.reports.reports import Reports
from hichat.runtime.limits import Limits, Rate, local_limit
from hichat.runtime.metrics import Metrics
from hichat.runtime.sealing import Sealing
from hichat.runtime.work import Budgets
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.device_flow import DeviceFlow
from hichat.signin.kinds import FactorKinds
from hichat.signin.parties import AT_LOCALHOST
from hichat.signin.ways import SignIn
from hichat.v1 import complaints as v1_complaints
from hichat.v1 import credentials as v1_credentials
from hichat.v1 import uploads as v1_uploads
from hichat.v1.calls import V1Calls
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.api.hook_calls import hook_bodies, hook_callers, hook_routes
from hichat.web.api.router import make_api
from hichat.web.credentials import callers
from hichat.web.docs.openapi import document
from hichat.web.server import no_view
from hichat.web.services import ApiServices
from hichat.web.site import Branch, Site
from hichat.web.uploads import Files, upload_paths
from tests.support.accounts import quick_hasher
from tests.support.doubles import NOW, FakeLedger, make_search_index, make_store, run_now, take_in_now
from tests.support.fetching import TraversalDoor
from tests.support.hooks import Receiver
from tests.support.ledger import make_inlet
from tests.support.openapi_checker import OpenAPIChecker
from tests.support.streams import make_streams

UPLOAD_LIMIT = 200_000
QUOTA = 600_000
FORM = "application/x-www-form-urlencoded"


class Transport(StringTransport):
    """
    A transport that tells its protocol when the connection has ended.

    @ivar lost: fires when it has ended.
    """

    def __init__(self, protocol, peer):
        super().__init__(peerAddress=peer)
        self.protocol = protocol
        self.connected = True
        self.lost: Deferred[None] = Deferred()

    def loseConnection(self):  # noqa: N802
        if self.connected:
            self.connected = False
            self.disconnecting = True
            self.protocol.connectionLost(Failure(ConnectionDone()))
            self.lost.callback(None)

    abortConnection = loseConnection  # noqa: N815


class Connection:
    """One connection to a site."""

    def __init__(self, site, address="192.168.1.1"):
        peer = IPv4Address("TCP", address, 54321)
        self.protocol = site.buildProtocol(peer)
        self.transport = Transport(self.protocol, peer)
        self.protocol.makeConnection(self.transport)

    def send(self, data):
        self.protocol.dataReceived(data)

    def received(self):
        return self.transport.value()

    def answer(self, method="GET"):
        return Answer(self.received(), method)


class _Socket:
    def __init__(self, data):
        self.data = data

    def makefile(self, mode):
        return io.BytesIO(self.data)


class Answer:
    """
    An HTTP response.

    @ivar status: the HTTP status.
    @ivar headers: by lower-case name.
    @ivar body: bytes.
    """

    def __init__(self, data, method):
        connection: Any = _Socket(data)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


def request_bytes(method, target, body=b"", headers=None):
    """@return: the bytes of a request; C{target} is not escaped."""
    if isinstance(target, str):
        target = target.encode()
    lines = [method.encode() + b" " + target + b" HTTP/1.1"]
    headers = {"Host": "chat.example"} | (headers or {})
    if body or method == "POST":
        headers.setdefault("Content-Length", str(len(body)))
    lines += [f"{name}: {value}".encode("latin-1") for name, value in headers.items()]
    return b"\r\n".join([*lines, b"", b""]) + body


def multipart(fields, files=(), boundary="xYz"):
    """
    @param files: tuples of name, filename and content.
    @return: a multipart body and its content type.
    """
    parts = [(f'form-data; name="{name}"', value.encode()) for name, value in fields.items()]
    parts += [(f'form-data; name="{name}"; filename="{filename}"', content) for name, filename, content in files]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
        for disposition, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class SiteFixture(SynchronousTestCase):
    """
    The site and the services behind it. L{build} makes them.

    @ivar sign_on: single sign-on; None: there is no provider.
    """

    sign_on: Any = None

    def build(self):
        self.now = NOW
        self.clock = task.Clock()
        self.store = make_store(self)
        self.ledger: Any = self.make_ledger()
        self.tokens = TokenSigner(bytes(32), lambda: self.now)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name) / "uploads"
        self.addresses = Addresses(bytes(32))
        self.folder = Folder(self.directory)
        self.folder.start()
        self.media = self.make_media()
        self.contacts = Contacts(self.store, self.ledger, lambda: self.now)
        self.conversations = Conversations(self.store, self.ledger, lambda: self.now)
        self.marked: list[Any] = []
        self.marks = MarkWriter(self.store, self.clock, lambda *marked: self.marked.append(marked))
        self.search_index = make_search_index(self, self.store)
        self.groups = Groups(self.store, self.ledger, lambda: self.now)
        self.server = no_view(self.clock)
        self.reports = Reports(self.store, self.ledger, lambda: self.now)
        self.kinds = FactorKinds(bytes(32), AT_LOCALHOST)
        self.needed: tuple[ServerRole, ...] = ()
        self.bots_here: Bots | None = None
        self.mail = Mail(
            self.store,
            AddressCodes(bytes(32)),
            local_limit("forgotten", FORGOTTEN_RATE, lambda: self.now),
            lambda: self.now,
            on=True,
        )
        self.persons_told: list[Any] = []
        self.accounts = make_accounts(
            self.store,
            self.ledger,
            Passwords(run_now, quick_hasher()),
            self.tokens,
            lambda: self.now,
            leaves=(self.contacts, self.groups, self.reports, self.kinds.all, MailForgotten()),
            changed=lambda *told: self.persons_told.append(told),
            mail=self.mail.tell,
        )
        limit = local_limit("exports", EXPORT_RATE, lambda: self.now)
        # No test in memory starts a process.
        self.exports = Exports(self.store.read, None, {}, b"key", limit, lambda: self.now)
        inlet = make_inlet(LogWriter(self.store, lambda: self.now), self.clock)
        self.writing = Writing(inlet, MediaUses(self.addresses), self.store)
        self.present: set[int] = set()
        self.noted: list[Any] = []
        calls = Calls(self.store, self.writing, lambda: self.now, contacts_only=False)
        self.streams = make_streams(self.store, inlet, MediaUses(self.addresses), self.clock, lambda: self.now)
        self.commands = Commands(
            self.store,
            self.groups,
            self.writing,
            calls,
            self.call_posts_of(calls),
            self.present.__contains__,
            self.accounts.profiles.set_away,
            lambda: self.now,
            self.noted.append,
        )
        self.caps, self.rate, self.hook_rate = Caps(), Rate(0, 1), Rate(0, 1)
        self.mount(self.accounts)

    def mount(self, accounts):
        """Make the site, with these accounts."""
        services = ApiServices(
            accounts,
            self.contacts,
            self.conversations,
            self.groups,
            self.marks,
            self.search_index,
            self.store,
            self.media,
            self.exports,
            self.reports,
            self.commands,
            self.server,
            Keeping(self.store, lambda: self.now),
            self.writing,
            self.streams,
            *self.ways_in_of(accounts),
        )._replace(sign_on=self.sign_on)
        self.root = Branch(V1Calls(services).routes())
        self.root.putChild(b"uploads", Files(self.media))
        self.root.putChild(b"hooks", Branch(hook_routes(self.hook_calls)))
        self.root.putChild(b"v2", Branch(make_api(OPERATIONS, services)))
        metrics, recogniser = Metrics(), accounts.recogniser
        self.site = Site(
            self.root,
            self.clock,
            UPLOAD_LIMIT,
            metrics,
            upload_paths(recogniser, self.media)
            | v1_uploads.upload_paths(recogniser, self.media)
            | hook_bodies(self.hook_calls),
            capacity=Capacity(self.caps, Refusals(metrics, self.clock)),
            budgets=Budgets(self.rate, self.clock),
            caller=hook_callers(self.hook_calls, v1_credentials.callers(recogniser, callers(recogniser))),
            complain=v1_complaints.complain,
        )

    def sign_in_with(self, accounts, limits=None, needed=None):
        """@return: the ways to sign in to these accounts."""
        off = Rate(0, 1)
        limits = limits or Limits(off, off, off, lambda: self.now)
        here = accounts, self.store, bytes(32), lambda: self.now, self.kinds, limits, needed or self.needed
        return SignIn(*here, mail=self.mail.tell)

    def ways_in_of(self, accounts):
        """@return: the ways to sign in, the app passwords, what signs devices in, mail, the bots, and hooks."""
        sign_in, now = self.sign_in_with(accounts), lambda: self.now
        let_in = partial(sign_in.came_by, via="device_flow", factor_done=True)
        flow = DeviceFlow(self.store, let_in, bytes(32), now, local_limit, now)
        bots = self.bots_here or Bots(self.store, accounts, self.groups, now)
        self.hook_calls = self.hook_calls_of(accounts, bots)
        hooks = self.make_hooks(), self.hook_calls.hooks
        return sign_in, AppPasswords(self.store, accounts.sessions, now), flow, self.mail, bots, *hooks

    def make_hooks(self):
        """@return: outgoing hooks, which ask C{self.receiver}."""
        self.receiver = Receiver()
        self.receiver_door = TraversalDoor(self.receiver.agent)
        secrets = HookSecrets(bytes(32))
        fetcher = Fetcher(self.clock, self.receiver_door)
        self.hook_post = HookPost(fetcher, secrets, self.clock, lambda: self.now)
        limit = local_limit("hooks", HOOK_CALLS_RATE, lambda: self.now)
        return OutgoingHooks(self.store, fetcher, secrets, self.hook_post, limit, lambda: self.now)

    def call_posts_of(self, calls):
        """@return: what posts calls of commands, to C{self.endpoint}."""
        self.endpoint = Receiver()
        self.endpoint_door = TraversalDoor(self.endpoint.agent)
        fetcher = Fetcher(self.clock, self.endpoint_door)
        limit = local_limit("command addresses", HOOK_CALLS_RATE, lambda: self.now)
        urls = CommandURLs(self.store, fetcher, HookSecrets(bytes(32)), limit)
        self.call_posts = CallPosts(self.store, calls, fetcher, urls, lambda: self.now)
        return self.call_posts

    def hook_calls_of(self, accounts, bots):
        """@return: what finds the hooks that are called."""
        now = lambda: self.now  # noqa: E731
        hooks = IncomingHooks(self.store, accounts.profiles, self.groups, bots, Sealing(bytes(32), b"hooks"), now)
        limits = local_limit("incoming hooks", self.hook_rate, now), local_limit("hook secrets", WRONG_SECRETS, now)
        return HookCalls(self.store, hooks, self.writing, *limits, now, run_now)

    def make_media(self, in_thread=run_now):
        return MediaStore(
            self.store,
            self.folder,
            self.addresses,
            in_thread,
            take_in_now,
            self.clock,
            lambda: self.now,
            MediaLimits(UPLOAD_LIMIT, QUOTA),
            ticks=lambda: self.now,
        )

    def make_ledger(self):
        return FakeLedger(self.store, lambda: self.now)

    def connect(self, address="192.168.1.1"):
        """@param address: the client's address."""
        return Connection(self.site, address)

    def feed_by_clock(self):
        """Let the clock drive the sending of files: twisted.web uses the global cooperator of the reactor."""
        cooperator = task.Cooperator(scheduler=lambda step: self.clock.callLater(0, step))
        self.patch(task, "_theCooperator", cooperator)

    def fetch(self, target, method="GET", **headers):
        """Make a request and read the answer to the end of the connection; see L{feed_by_clock}."""
        connection = self.connect()
        connection.send(request_bytes(method, target, headers={"Connection": "close", **headers}))
        self.finish(connection)
        return connection.answer(method)

    def finish(self, connection):
        """Advance the clock until a connection has ended."""
        while connection.transport.connected:
            self.assertTrue(self.clock.getDelayedCalls(), "nothing more comes")
            self.clock.advance(0)

    def run_now(self, coroutine):
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def request(self, method, target, body=b"", **headers):
        connection = self.connect()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.send(request_bytes(method, target, body, given))
        return connection.answer(method)


TOO_SHORT = "password_too_short", "the password is too short: at least 8 characters", "密码太短，至少需要 8 个字符"
TOO_LONG = "password_too_long", "the password is too long: at most 256 characters", "密码太长，最多 256 个字符"
TOO_COMMON = (
    "password_too_common",
    "this password is among the first that others would guess; take several words",
    "该密码太常见或太容易被猜到，请换一个",
)
HAS_NAME = "password_has_name", "the password must not contain the user's name", "密码中不能包含用户名"

BAD_PASSWORDS = [
    *((bad, *TOO_SHORT) for bad in ("", "seven c", "e\u0301" * 7)),
    *((bad, *TOO_LONG) for bad in ("x" * 257, "x" * 5000)),
    *((bad, *TOO_COMMON) for bad in ("password", "PASSWORD1", "12345678", "qwertyuiop", "P@ssw0rd", "88888888")),
    *((bad, *HAS_NAME) for bad in ("my name is ANN's", "Ａｎｎ's 4711 4711", "xx a n n s xx")),
]
"""Passwords that a user named Ann or Ann's cannot have: with the code, and the reason in both languages."""


class SiteCase(SiteFixture):
    """A site with two users."""

    def setUp(self):
        self.build()
        self.checker = OpenAPIChecker(document())

    def make_user(self, name, password="correct horse"):
        """@return: the user, and a query of v1: C{?token=T&userId=U}."""
        user = self.run_now(self.accounts.registrar.register(name, password, password))
        return user, f"?token={self.token_of(user.id)}&userId={user.id}"

    def token_of(self, user_id):
        """@return: a token for v1 and v2, as C{hichat token} gives it."""
        return self.run_now(self.accounts.sessions.issue(self.successResultOf(self.store.read(users.get, user_id))))

    def api(self, method, target, body=None, token="", **headers):
        """
        Make a call of C{/v2}, and check the answer against the OpenAPI document.

        @param target: the path after C{/v2}, with the query.
        @param body: a value to send as JSON; None: no body.
        """
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = b""
        if body is not None:
            content = json.dumps(body).encode()
            headers.setdefault("Content_Type", "application/json")
        answer = self.request(method, f"/v2{target}", content, **headers)
        self.checker.check(method, f"/v2{target}", answer.status, answer.headers, answer.body)
        return answer

    def problem(self, answer, status, code):
        """Check that the answer is this problem (RFC 9457). @return: its JSON."""
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual((answer.status, answer.json["status"], answer.json["code"]), (status, status, code))
        return answer.json

    def form(self, method, target, fields, **headers):
        return self.request(method, target, urlencode(fields).encode(), Content_Type=FORM, **headers)

    def post(self, target, fields=(), **headers):
        return self.form("POST", target, fields, **headers)
