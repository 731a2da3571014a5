"""The HTTP API's conversations on a store."""

from hichat.accounts import users
from hichat.admin.administration import DirectLedger
from hichat.core.events import FIRST_GROUP_ID, Event
from hichat.log import reading
from hichat.pipeline.ledger.writer import LogWriter
from hichat.wire import stored, v2
from hichat.wire.frames import Send
from tests.support.ledger import message
from tests.support.site import SiteCase

TEAM = FIRST_GROUP_ID


class ConversationsCase(SiteCase):
    """Ann and Bob are in a group, Cat is not and is an administrator."""

    def make_ledger(self):
        self.writer = LogWriter(self.store, lambda: self.now)
        return DirectLedger(self.writer)

    def setUp(self):
        super().setUp()
        self.users, self.tokens_of = {}, {}
        for name in ("Ann", "Bob", "Cat"):
            user, _ = self.make_user(name)
            self.users[user.id], self.tokens_of[user.id] = user, self.token_of(user.id)
        self.successResultOf(self.store.write(users.make_administrator, 3, self.now))
        self.run_now(self.groups.create(self.users[1], "team"))
        self.run_now(self.groups.join(self.users[2], "team"))

    def say(self, sender, text, **place):
        """@return: the message's id."""
        frame = Send(text=text, **place)
        scope, target = v2.scope_of(frame)
        draft = message(sender, target, scope, stored.message_body(frame, sender, scope, target))
        draft.device = 0
        (outcome,) = self.writer.write([draft])
        assert isinstance(outcome, Event)
        return outcome.position

    def call(self, user, method, target, body=None):
        return self.api(method, target, body, self.tokens_of[user])

    def good(self, user, method, target, body=None, status=200):
        answer = self.call(user, method, target, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def events(self, kind):
        with self.store.snapshot() as connection:
            return [event for event in reading.after(connection, 0, 1000) if event.kind == kind]
