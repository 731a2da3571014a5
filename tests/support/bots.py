"""A site with two people and a bot of one of them."""

from hichat.accounts.bot_passes import BotScope
from hichat.bots.bots import Bots
from tests.support.conversations import ConversationsCase


class BotCase(ConversationsCase):
    """
    @ivar ann: the owner of C{bot}.
    """

    def setUp(self):
        super().setUp()
        self.ann, self.ben = self.users[1], self.users[2]
        self.bots = Bots(self.store, self.accounts, self.groups, lambda: self.now)
        self.bot = self.run_now(self.bots.make("helper", self.ann.id))

    def token(self, scopes=BotScope.SEND, conversations=None, ends_at=None, name="one"):
        """@return: the secret of a new token of the bot."""
        return self.run_now(self.bots.make_token(self.bot.id, name, scopes, conversations, ends_at))[1]
