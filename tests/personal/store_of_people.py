"""A store with three people, who write and upload without a daemon."""

from __future__ import annotations

from pathlib import Path

from hichat.accounts.users import User
from hichat.admin.administration import Administration, DirectLedger
from hichat.core.events import Event, Scope
from hichat.daemon.media import make_files
from hichat.groups.service import Groups
from hichat.media.addresses import Addresses
from hichat.media.media import MediaUses
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import keys
from hichat.wire import stored, v2
from hichat.wire.frames import Send
from tests.support.doubles import NOW
from tests.support.filled import settings_for
from tests.support.ledger import message
from tests.support.scene import Scene


class StoreOfPeople(Scene):
    """Ann, Bob and Cat."""

    async def set_up(self) -> None:
        self.directory = Path(self.mktemp())
        self.url = self.database()
        self.settings = settings_for(self.directory, self.url)
        self.working = Administration(self.settings)
        self.addCleanup(self.working.store.engine.dispose)
        self.store = self.working.store
        self.files = make_files(self.settings)
        self.files.start()
        self.addresses = Addresses(keys.load_or_make(self.directory, "media.key"))
        self.ann, self.bob, self.cat = (
            self.working.add(name, "correct horse", False) for name in ("ann", "bob", "cat")
        )
        self.time = NOW
        self.writer = LogWriter(self.store, lambda: self.time)
        self.ledger = DirectLedger(self.writer)
        self.groups = Groups(self.store, self.ledger, lambda: self.time)

    def database(self) -> str:
        """@return: the URL of a new database."""
        return f"sqlite:///{self.directory}/hichat.db"

    def say(self, sender: User, text: str, url: str = "", **fields: object) -> int:
        """@return: the message's position."""
        of_file: dict[str, object] = {"url": url, "media": "file"} if url else {}
        frame = Send(text=text, **(of_file | fields))  # type: ignore[arg-type]
        scope, target = v2.scope_of(frame)
        uses = MediaUses(self.addresses)
        id = uses.named(url)
        body = stored.message_body(frame, sender.id, scope, target, id or "", uses.open_url(id) if id else "")
        draft = message(sender.id, target, Scope(scope), body)
        draft.device = 0
        if id:
            draft.change = uses.use(id)
        return self.do(draft)

    def do(self, draft: object) -> int:
        """@return: the position of what was written."""
        (outcome,) = self.writer.write([draft])  # type: ignore[list-item]
        assert isinstance(outcome, Event), outcome
        return outcome.position
