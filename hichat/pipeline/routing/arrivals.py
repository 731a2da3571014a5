"""
Arrivals: the facts about a device that routing needs before it delivers events to it.

Functions of a connection, for L{hichat.storage.store.Store}.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import Connection

from hichat.accounts import devices, guests, sessions, users
from hichat.accounts.roles import ServerRole
from hichat.contacts import contacts
from hichat.groups import queries
from hichat.pipeline.routing.delivery import Arrival, Arrived


def read_arrivals(
    connection: Connection, arrivals: Collection[Arrival], is_over: Callable[[int], bool] = lambda began_at: False
) -> dict[Arrival, Arrived]:
    """
    @param is_over: whether a session that began at this time has expired; milliseconds since the epoch.
    @return: the facts about each arrival, for L{Routing}.
    """
    found = users.find_many(connection, [arrival.user for arrival in arrivals])
    owners = devices.owners(connection, [arrival.device for arrival in arrivals if arrival.device])
    logins = sessions.standing(connection, {each.bound or each.device for each in arrivals if each.login})
    inside = queries.memberships(connection, [(arrival.user, arrival.position) for arrival in arrivals])
    blocked = contacts.blocked_by_many(connection, found)

    def look(arrival: Arrival) -> Arrived:
        user, device = arrival.user, arrival.device
        current, login = found[user], logins.get(arrival.bound or device)
        good = current is not None and not current.disabled and (not device or owners.get(device) == user)
        if arrival.login:
            good = good and login is not None and (login.user, login.number) == (user, arrival.login)
            good = good and login is not None and not is_over(login.began_at)
        return Arrived(
            current.generation if good and current is not None else None,
            inside[user, arrival.position],
            frozenset(blocked.get(user, ())),
            0 if login is None else login.used_at,
            current is not None and current.administrator and not (login is not None and login.app_password),
            guests.people(connection, user) if current is not None and current.role is ServerRole.GUEST else None,
            login is not None and bool(login.app_password),
        )

    return {arrival: look(arrival) for arrival in arrivals}


def read_generation(
    connection: Connection,
    user: int,
    device: int,
    login: int,
    bound: int = 0,
    is_over: Callable[[int], bool] = lambda began_at: False,
) -> int | None:
    """
    @param device: the device's number; 0 for a client without one.
    @param login: the number of the session that the token is bound to; 0: it is bound to none.
    @param bound: the number of the device whose session that is, if it is another one than C{device}.
    @param is_over: see L{read_arrivals}.
    @return: the generation of the user's tokens that is valid now; None if the user or the device may not connect.
    """
    arrival = Arrival(user, 0, device, login, bound)
    return read_arrivals(connection, [arrival], is_over)[arrival].generation
