"""What those who run the server see and do is the same at each of two hosts, and takes effect at both."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import treq
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from hichat.accounts.roles import ServerRole
from hichat.admin.administration import NewPerson
from hichat.wire.frames import Close
from tests import guide
from tests.integration.hosts import TwoHosts
from tests.integration.system import PASSWORD
from tests.support import operators
from tests.support.daemon import Daemon, reactor
from tests.support.devices import Person
from tests.support.scene import fixture_of

SOON = 30.0
"""Seconds within which all is true at both hosts; most is so at once."""


class Administered(TwoHosts):
    """
    Rita is an administrator, Mona a moderator, Gus a guest in a group with Ann. Each test has people of its own.

    @ivar who: by name.
    """

    shared = True

    async def set_up(self) -> None:
        await super().set_up()
        roles = {"rita": ServerRole.ADMINISTRATOR, "mona": ServerRole.MODERATOR, "gus": ServerRole.GUEST}
        with self.daemon.administration() as administration:
            hashed = administration.passwords.hash_now(PASSWORD)
            people = {name: roles.get(name, ServerRole.MEMBER) for name in ("rita", "mona", "gus", "ann", "bob")}
            administration.add_many([NewPerson(self.named(name), hashed, role, {}) for name, role in people.items()])
            self.who: dict[str, Person] = {
                name: (administration.find(self.named(name)).id, administration.token(self.named(name), "token"))
                for name in people
            }
        self.team = self.insider.group(self.who["ann"][0], self.who["gus"][0])

    async def api(self, daemon: Daemon, by: str, method: str, path: str, body: object = None, status: int = 200) -> Any:
        """Make a call of C{/v2}. @return: the JSON of the answer."""
        token: dict[str | bytes, str | bytes] = {"Authorization": f"Bearer {self.who[by][1]}"} if by else {}
        answer = await treq.request(method, f"{daemon.url}/v2{path}", headers=token, json=body, persistent=False)
        text = await answer.text()
        assert answer.code == status, (method, path, text)
        return await treq.json_content(answer) if text else None

    async def comes_true(self, look: Callable[[Daemon], Awaitable[object]], wanted: object) -> None:
        """Wait until both hosts say the same."""
        found: object = None
        for _ in range(int(SOON / 0.1)):
            found = [await look(daemon) for daemon in self.daemons]
            if found == [wanted, wanted]:
                return
            await deferLater(reactor, 0.1)
        raise AssertionError(found)


class AdministeredWorkers(Administered):
    workers: ClassVar[int] = 2


administered = fixture_of(Administered)
administered_workers = fixture_of(AdministeredWorkers)


async def test_who_and_what_is_there(administered_workers: AdministeredWorkers) -> None:
    """Daemons, workers, and who is online with which device, of both hosts."""
    administered = administered_workers
    who, (here, there) = administered.who, administered.daemons
    await administered.enter_at(here, who["ann"])
    peer = await administered.enter_at(there, who["bob"])

    async def nodes(daemon: Daemon) -> object:
        found = await administered.api(daemon, "rita", "GET", "/admin/nodes")
        return [each["state"] for each in found["items"]]

    async def workers(daemon: Daemon) -> object:
        found = await administered.api(daemon, "rita", "GET", "/admin/workers")
        return sorted(each["worker"] for each in found["items"]), sum(each["users"] for each in found["items"])

    async def online(daemon: Daemon) -> object:
        found = await administered.api(daemon, "rita", "GET", "/admin/online")
        return [(each["user"]["name"], len(each["devices"])) for each in found["items"]]

    ann, bob = administered.named("ann"), administered.named("bob")

    await administered.comes_true(nodes, ["up", "up"])
    await administered.comes_true(workers, ([0, 0, 1, 1], 2))
    await administered.comes_true(online, [(ann, 1), (bob, 1)])
    await peer.leave()
    await administered.comes_true(online, [(ann, 1)])


async def test_the_dashboard(administered: Administered) -> None:
    """Each query of it has an answer when the daemons have been at work."""
    promtool = operators.run("promtool", "--version")
    assert promtool.startswith("promtool")
    ann, bob = administered.who["ann"], administered.who["bob"]

    async def metrics() -> dict[str, str]:
        return {str(daemon.port): (await daemon.get("/metrics"))[1] for daemon in administered.daemons}

    before = await metrics()
    one = await administered.enter_at(administered.daemon, ann)
    two = await administered.enter_at(administered.other, bob)
    for number in range(1, 6):
        await one.ask("ack", "send", counter=number, user=bob[0], text="hello")
        await two.take("event", SOON)
    for daemon in administered.daemons:
        log_in = {"name": administered.named("ann"), "password": PASSWORD, "device": "pc"}
        await administered.api(daemon, "", "POST", "/login", log_in)
        # The sizes are looked up once a minute, first at the start.
        await administered.reaches(daemon, "uploads_bytes", 0)
    after = await metrics()
    found = operators.queries(json.loads((guide.PAGES / "grafana.json").read_text()))
    # No commit has failed.
    asked = [query.replace("$__rate_interval", "5m").replace("$instance", ".*") for query in found]
    quiet = [query for query in asked if "commits_failed_total" in query and query.endswith("> 0")]
    assert len(quiet) == 1
    absent = ["hichat_nothing"]
    assert await deferToThread(operators.silent, asked + absent, before, after) == quiet + absent


async def test_what_is_decided_at_one(administered: Administered) -> None:
    """A report, a role, who may register: the other host goes by it, and closes the connections that it concerns."""
    who, (here, there) = administered.who, administered.daemons
    bob = await administered.enter_at(here, who["bob"])
    mona = await administered.enter_at(there, who["mona"])
    wanted = {"user": who["bob"][0], "reason": "spam"}
    report = (await administered.api(here, "ann", "POST", "/reports", wanted, 201))["id"]
    (found,) = (await administered.api(there, "mona", "GET", "/admin/reports"))["items"]
    assert (found["id"], found["about"]["name"]) == (report, administered.named("bob"))
    await administered.api(there, "mona", "POST", f"/admin/reports/{report}/close", {"outcome": "disabled"})
    assert await bob.gone(SOON) == Close.SIGNED_OUT
    (closed,) = (await administered.api(here, "mona", "GET", "/admin/reports?state=closed"))["items"]
    assert (closed["id"], closed["outcome"]) == (report, "disabled")
    log_in = {"name": administered.named("bob"), "password": PASSWORD, "device": "laptop"}
    for daemon in administered.daemons:
        await administered.api(daemon, "", "POST", "/login", log_in, 403)
    await administered.api(here, "rita", "PUT", f"/admin/people/{who['mona'][0]}/role", {"role": "guest"}, 204)
    assert await mona.gone(SOON) == Close.SIGNED_OUT
    for daemon in administered.daemons:
        await administered.api(daemon, "mona", "GET", "/me", None, 401)

    async def register(daemon: Daemon, name: str, status: int) -> Any:
        return await administered.api(daemon, "", "POST", "/accounts", {"name": name, "password": PASSWORD}, status)

    await administered.api(here, "rita", "PUT", "/admin/registration", {"policy": "closed"})
    for daemon in administered.daemons:
        assert (await register(daemon, "eve", 403))["code"] == "registration_closed"
    await administered.api(there, "rita", "PUT", "/admin/registration", {"policy": "open"})
    await register(here, "eve", 201)
    await register(there, "finn", 201)


async def test_a_guest(administered: Administered) -> None:
    """At one host the guest sees, of those who are at the other, only who is in the same group."""
    who, (here, there) = administered.who, administered.daemons
    ann, bob = [await administered.enter_at(there, who[name]) for name in ("ann", "bob")]
    gus = await administered.enter_at(here, who["gus"])
    gus.tell("watch", users=[ann_id := who["ann"][0], bob_id := who["bob"][0]])
    seen: set[int] = set()
    while ann_id not in seen:
        seen |= {*(await gus.take("presence", SOON))["online"]}
    assert bob_id not in seen
    await administered.api(there, "rita", "POST", "/admin/announcements", {"text": "to all"}, 201)
    # The group was made in the store: who joined it may be told late.
    while (heard := await gus.take("event", SOON))["kind"] != "message":
        assert heard["kind"] == "joined"
    announced = heard["id"]
    # The one after the other: what the guest hears then was said behind what the guest must not hear.
    for number, peer in enumerate((bob, ann), 1):
        await peer.ask("ack", "react", counter=number, message=announced, emoji="👍", on=True)
    heard = await gus.take("event", SOON)
    assert (heard["kind"], heard["from"]) == ("reacted", ann_id)
    await administered.api(there, "bob", "POST", f"/groups/{administered.team}/join", None, 200)
    while bob_id not in seen:
        seen |= {*(await gus.take("presence", SOON))["online"]}
