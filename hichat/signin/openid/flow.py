"""
What a browser keeps while it is away at the provider, in a cookie that only this server can read or make.

So no worker and no host has to remember it, and whoever comes back has been sent: the state, the nonce and the verifier
of PKCE are in no place but this browser. The hash of a state that came back is kept in the store until it is too old:
each is good once.
"""

from __future__ import annotations

import secrets

import msgspec

FLOW_LIFETIME = 10 * 60
"""Seconds in which a log-in at the provider has to be done."""

FLOW_CHARACTERS = 3600
"""The most characters of the cookie; browsers keep at least 4096 bytes of each."""


class Flow(msgspec.Struct, frozen=True, array_like=True):
    """
    A log-in at the provider that is under way.

    @ivar expires: milliseconds since the epoch.
    @ivar redirect: the address to which the provider sends the browser back.
    @ivar device: the name of the browser's device; empty: it has none yet.
    @ivar label: what the person would recognise the browser by.
    @ivar secrets: the device secrets that the browser has.
    @ivar link: the id of the user who links an account; 0: somebody logs in.
    @ivar generation: the generation of that user's tokens.
    """

    state: str
    nonce: str
    verifier: str
    expires: int
    redirect: str
    device: str
    label: str
    secrets: list[str]
    link: int = 0
    generation: int = 0


def begin_flow(
    now: int, redirect: str, device: str, label: str, known: list[str], link: int = 0, generation: int = 0
) -> Flow:
    """@return: a new log-in, with random numbers of its own."""
    state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    return Flow(state, nonce, verifier, now + FLOW_LIFETIME * 1000, redirect, device, label, known, link, generation)


def shorter(flow: Flow) -> Flow:
    """@return: the flow with one device secret less: a cookie takes only so much."""
    return msgspec.structs.replace(flow, secrets=flow.secrets[:-1])
