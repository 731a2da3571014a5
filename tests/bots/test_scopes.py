"""What bots may do with their tokens over HTTP: each operation by each scope, in the conversations of the token."""

import re

from hichat.accounts.bot_passes import BotScope
from hichat.core.events import Scope
from hichat.web.api.catalogue import OPERATIONS
from tests.support.bots import BotCase
from tests.support.conversations import TEAM
from tests.support.pictures import picture
from tests.support.postgres import OnPostgreSQL
from tests.support.site import request_bytes

REFUSALS = {"not_for_bots", "token_may_not", "not_in_token"}

FOR_BOTS = {
    BotScope.SEND: """
        acceptContact requestContact rejectContact withdrawRequest
        getUploadLimits! uploadMedia!
        answerCall! setBotCommands! makeCommandSecret! tellTyping*
        sendMessage* forwardMessage* editMessage! recallMessage! reactToMessage!
    """,
    BotScope.READ: """
        getMe! findPeople getPerson!
        getContacts getContact getReceivedRequests getSentRequests
        getConversations getSettings* getMessages* getMessage! getMarks* setMarks* getChangesBetween* getPins*
        findGroups getMyGroups getGroup* getMembers* getReaders* getChanges* getMyInvitations getMyRequests
        getMediaLinks!
        search! getMentions
        listCommands* getBotCommands! getEvents! getPresence!
    """,
    BotScope.MANAGE: """
        createGroup changeGroup* dissolveGroup* joinGroup* joinByLink leaveGroup*
        getInvitations* invite* withdrawInvitation* getRequests* approveRequest* rejectRequest*
        getLinks* createLink* revokeLink* removeMember* setRole* muteMember* unmuteMember* muteGroup* unmuteGroup*
        getBans* ban* unban* pinMessage* unpinMessage*
    """,
}
"""
By scope: the operations that bots may call. C{*}: with a token that is limited to a conversation, there only; C{!}:
with such a token, too, and the handler looks. All others are not for bots, or not for such tokens.
"""


ASKS_BOTH = {"makeCommandSecret"}
"""What a URL gets is read, and what it answers is sent."""


class ScopeTests(BotCase):
    def test_what_is_for_bots(self):
        """Whoever declares an operation decides about bots; nothing is for bots by chance."""
        wanted = {word.rstrip("*!"): (scope, word[-1]) for scope, words in FOR_BOTS.items() for word in words.split()}
        found = {}
        for each in OPERATIONS:
            if each.scope is not None:
                has_place = "{conversation}" in each.path or "{group}" in each.path
                mark = "!" if each.limits else "*" if has_place else each.id[-1]
                found[each.id] = (each.scope, mark)
        self.maxDiff = None
        self.assertEqual(found, wanted)

    def test_each_scope(self):
        tokens = {scope: self.token(scope, name=scope.name) for scope in BotScope}
        for each in OPERATIONS:
            if each.is_open:
                continue
            for scope, token in tokens.items():
                code = self.code(each, token)
                if each.scope is None:
                    self.assertEqual(code, "not_for_bots", each.id)
                elif each.id in ASKS_BOTH:
                    self.assertEqual(code, "token_may_not", each.id)
                elif each.scope is scope:
                    self.assertNotIn(code, REFUSALS, each.id)
                else:
                    self.assertEqual(code, "token_may_not", (each.id, scope))

    def test_limited_to_a_conversation(self):
        group = 1_000_000_001
        all_scopes = BotScope.SEND | BotScope.READ | BotScope.MANAGE
        token = self.token(all_scopes, {(Scope.GROUP, group), (Scope.USER, self.ann.id)})
        for each in OPERATIONS:
            if each.is_open or each.scope is None:
                continue
            has_place = "{conversation}" in each.path or "{group}" in each.path
            for name, target, inside in (("group-1000000001", group, True), ("group-1000000002", group + 1, False)):
                path = each.path.replace("{conversation}", name).replace("{group}", str(target))
                code = self.code(each, token, path)
                if each.id == "search":
                    # Its handler has refused it: no conversation is named.
                    self.assertEqual(code, "not_in_token")
                elif each.limits or (has_place and inside):
                    self.assertNotIn(code, REFUSALS, each.id)
                else:
                    self.assertEqual(code, "not_in_token", each.id)

    def test_handlers_that_look(self):
        """Messages and what is found of another conversation stay hidden from a limited token."""
        secret = self.say(self.ann.id, "secret plan", user=self.bot.id)
        known = self.say(self.ben.id, "open plan", user=self.bot.id)
        token = self.token(BotScope.READ, {(Scope.USER, self.ben.id)})
        self.assertEqual(self.api("GET", f"/messages/{secret}", token=token).json["code"], "not_in_token")
        self.assertEqual(self.api("GET", f"/messages/{known}", token=token).json["message"]["text"], "open plan")
        for query in ("", f"&user={self.ann.id}", "&group=1000000001", "&announcements=true"):
            answer = self.api("GET", f"/search?q=plan{query}", token=token)
            self.assertEqual(answer.json["code"], "not_in_token", query)
        found = self.api("GET", f"/search?q=plan&user={self.ben.id}", token=token)
        self.assertEqual([hit["message"]["text"] for hit in found.json["items"]], ["open plan"])

    def test_links_to_files(self):
        """Of the files in its conversations, and its own, a limited token gets links; of no others."""
        self.run_now(self.bots.add_to_group(self.bot.id, TEAM))
        ids: list[str] = []
        places_of = (self.ann, f"user-{self.bot.id}"), (self.ben, f"user-{self.bot.id}"), (self.ann, f"group-{TEAM}")
        for sender, place in places_of:
            bearer = f"Bearer {self.tokens_of[sender.id]}"
            image = picture(8, 8 + len(ids))
            uploaded = self.request("POST", "/v2/media?name=x.png", image, Authorization=bearer).json
            ids.append(uploaded["id"])
            said = {"media": "picture", "url": uploaded["url"]}
            self.good(sender.id, "POST", f"/conversations/{place}/messages", said, 201)
        for places, wanted in (
            (None, ids),
            ({(Scope.USER, self.ben.id)}, ids[1:2]),
            ({(Scope.GROUP, TEAM)}, ids[2:]),
            ({(Scope.EVERYONE, 0)}, []),
        ):
            token = self.token(BotScope.READ, places, name=str(places))
            found = self.api("POST", "/media/links", {"ids": ids}, token).json["items"]
            self.assertEqual([each["id"] for each in found], wanted)

    def code(self, operation, token, path=None):
        """@return: the code of a refusal, the status of another answer, or None if none comes at once."""
        asked = (path or operation.path).replace("{conversation}", "user-1").replace("{group}", "1000000001")
        asked = re.sub(r"\{media\}", "a" * 22, asked)
        target = re.sub(r"\{[a-z]+\}", "1", asked)
        connection = self.connect()
        connection.send(request_bytes(operation.method, f"/v2{target}", b"", {"Authorization": f"Bearer {token}"}))
        if not connection.received():
            # It is at work.
            return None
        answer = connection.answer(operation.method)
        is_problem = answer.headers.get("content-type") == "application/problem+json"
        return answer.json["code"] if is_problem else answer.status


class ScopeTestsOnPostgreSQL(OnPostgreSQL, ScopeTests):
    """The same, on PostgreSQL."""
