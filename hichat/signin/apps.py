"""An app that is set up as a second factor: what it is told, and the code with which it shows that it has its key."""

from __future__ import annotations

import io
from typing import NamedTuple

import segno
from pyotp import TOTP
from sqlalchemy import Connection

from hichat.core.errors import ClockSkewed, Refused, WrongCode
from hichat.signin import tickets
from hichat.signin.factors import Totp
from hichat.signin.tickets import Ticket, Tickets
from hichat.signin.totp import FAR_SKEW, TOTP_KEY_SIZE, TOTP_STEP, base32_of, find_step


class AppSetUp(NamedTuple):
    """
    What an app is told.

    @ivar secret: its key in Base32, for people who type it.
    @ivar uri: all of it, for an app on this device (C{otpauth:}).
    @ivar qr: the same as a QR code, for the camera of another one: an SVG document.
    """

    secret: str
    uri: str
    qr: str


def key_for(made: Tickets, ticket: Ticket) -> bytes:
    """@return: the key that the app gets for which this ticket was made."""
    return made.secret_of(ticket, TOTP_KEY_SIZE)


def describe(key: bytes, name: str, issuer: str) -> AppSetUp:
    """
    Takes some milliseconds: call it in a thread.

    @param name: whose app it is.
    @param issuer: the name of the server, by which the app lists it.
    """
    secret = base32_of(key)
    uri = TOTP(secret, interval=TOTP_STEP).provisioning_uri(name=name, issuer_name=issuer)
    drawn = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, light="#fff"
    )
    return AppSetUp(secret, uri, drawn.getvalue().decode())


def look(connection: Connection, ticket: Ticket, key: bytes, answer: Totp, now: int) -> Refused | None:
    """
    Look whether a code shows that the app has the key, and count it for the ticket.

    @return: the refusal, which is not raised because what was counted has to stay; None: it shows it.
    @raise BadTicket: see L{tickets.come}.
    """
    tickets.come(connection, ticket, now)
    if find_step(key, answer, now) is not None:
        return None
    tickets.count_wrong(connection, ticket)
    # Here nobody guesses: whoever enrols knows the key. So the reason may be told.
    return WrongCode() if find_step(key, answer, now, FAR_SKEW) is None else ClockSkewed()
