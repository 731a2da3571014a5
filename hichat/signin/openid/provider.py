"""
A provider of OpenID Connect, as this server asks it: where its endpoints are, its keys, its tokens.

What the provider says of itself is kept for an hour, and its keys for as long; one worker keeps one of each. A token
with an unknown key has them asked for anew, at most once in L{KEYS_STEP} seconds: so providers change their keys, and
strangers with invented tokens do not make the provider busy.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from hichat.core.errors import BadProof, ProviderAway, ProviderRefused
from hichat.signin.openid.fetching import Fetch, ProviderAnswer
from hichat.signin.openid.proof import (
    PROVIDER_KEYS_LIMIT,
    SUBJECT_LIMIT,
    KeySet,
    KeyUnknown,
    check_id_token,
    check_logout_token,
)
from hichat.signin.openid.rules import is_safe

DESCRIPTION_KEPT = 3600.0
"""Seconds for which the provider's description and keys are kept."""

THERE_FOR = 1.0
"""Seconds for which a provider that has answered counts as being there when somebody is sent to it."""

KEYS_STEP = 60.0
"""Seconds between two times that the keys are asked for, because a token has another one."""

WELL_KNOWN = "/.well-known/openid-configuration"

SCOPES = ("openid", "profile", "email", "groups", "offline_access")
"""What is asked for, as far as the provider has it, unless the operator names scopes."""

_PLAIN_SCOPES = ("openid", "profile", "email")
_FORM = "application/x-www-form-urlencoded"
_TOKEN_LIMIT = 16 * 1024
_REFRESHING = "refresh_token"


class ProviderDescription(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery, 3), as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    scopes_supported: list[str] = []
    token_endpoint_auth_methods_supported: list[str] = []
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


class ProvenUser(NamedTuple):
    """
    Who somebody is, as the provider says.

    @ivar claims: of the ID token and of the user info.
    @ivar session: the provider's name for the session; may be empty.
    @ivar refresh: the refresh token; empty: there is none.
    @ivar complete: whether an ID token came with that. Without one, a claim that is missing says nothing, unless the
        user info had it before.
    @ivar user_info: the claims of the user info alone; empty: there was none.
    """

    subject: str
    claims: Mapping[str, Any]
    session: str
    refresh: str
    complete: bool = True
    user_info: Mapping[str, Any] = MappingProxyType({})


class Provider:
    """
    @param issuer: the URL by which the provider calls itself.
    @param secret: the client's secret; empty: it has none, and PKCE alone protects the code.
    @param scopes: the scopes to ask for; empty: those of L{SCOPES} that it has.
    @param now: the time in milliseconds since the epoch.
    @param ticks: milliseconds of a monotonic clock.
    """

    def __init__(
        self,
        issuer: str,
        client: str,
        secret: str,
        scopes: str,
        fetch: Fetch,
        now: Callable[[], int],
        ticks: Callable[[], int],
    ) -> None:
        self._log = Logger()
        self.issuer = issuer
        self.client = client
        self._secret = secret
        self._scopes = scopes
        self._fetch = fetch
        self._now = now
        self._ticks = ticks
        self._description: tuple[int, ProviderDescription] | None = None
        self._keys: tuple[int, KeySet] | None = None
        # When the keys were asked for anew, because of tokens that strangers send, and of others.
        self._renewed: dict[bool, int] = {}

    async def begin(self, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """
        Send nobody to a provider that is not there: the browser would wait for it, or show an error that is not ours.

        @return: where the browser has to go.
        @raise ProviderAway: the provider does not answer now.
        """
        described = await self.describe(THERE_FOR)
        scope = self._scopes or " ".join(
            each for each in SCOPES if each in (described.scopes_supported or _PLAIN_SCOPES) or each == "openid"
        )
        extra = {"prompt": "consent"} if "offline_access" in scope.split() else {}
        return prepare_grant_uri(
            described.authorization_endpoint,
            client_id=self.client,
            response_type="code",
            redirect_uri=redirect,
            scope=scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            response_mode="query",
            **extra,
        )

    async def check_sender(self, named: str | None) -> None:
        """
        Check who has sent the browser back (RFC 9207): it might be another provider, which was given the code.

        @param named: the issuer that the answer names; None: it names none.
        @raise BadProof: it is another one, or must be named.
        """
        described = await self.describe()
        if named != self.issuer and (named is not None or described.authorization_response_iss_parameter_supported):
            self._log.warn("the answer to a log-in does not name the issuer, or another one: it may be mixed up")
            raise BadProof

    async def exchange(self, code: str, verifier: str, redirect: str, nonce: str) -> ProvenUser:
        """
        Exchange a code for tokens.

        @raise ProviderRefused: the code is not good, such as used.
        @raise ProviderAway: the provider does not answer.
        @raise BadProof: what it answers proves nothing.
        """
        tokens = await self._ask_for_tokens(
            "authorization_code", code=code, code_verifier=verifier, redirect_uri=redirect
        )
        claims = await self._checked(tokens, nonce)
        return await self._person(tokens, claims, "")

    async def refresh(self, token: str, subject: str, keep: Callable[[str], Awaitable[None]]) -> ProvenUser:
        """
        Ask whether somebody may go on.

        @param token: the refresh token.
        @param subject: who it is of.
        @param keep: called with the next refresh token as soon as there is one: the one before is good no more then,
            whatever becomes of the other questions.
        @raise ProviderRefused: the user may not.
        @raise ProviderAway: the provider does not answer.
        @raise BadProof: what it answers proves nothing.
        """
        tokens = await self._ask_for_tokens(_REFRESHING, refresh_token=token)
        following = _refresh_token(tokens)
        if following and following != token:
            await keep(following)
        # OpenID Connect Core, 12.2: there need not be an ID token.
        claims = await self._checked(tokens, None) if "id_token" in tokens else {"sub": subject}
        if claims["sub"] != subject:
            self._log.warn("the provider has given tokens of somebody else")
            raise BadProof
        return await self._person(tokens, claims, token)

    async def logged_out(self, token: str) -> dict[str, Any]:
        """
        @return: the claims of a logout token.
        @raise BadProof: it is none of the provider's.
        """
        return await self._with_keys(
            lambda keys: check_logout_token(token, keys, self.issuer, self.client, self._now() // 1000),
            from_anybody=True,
        )

    async def log_out_url(self, back: str) -> str:
        """@return: where a browser logs out of the provider (RP-Initiated Logout); empty: the provider has no such."""
        described = await self.describe()
        if not described.end_session_endpoint:
            return ""
        fields = {"client_id": self.client, "post_logout_redirect_uri": back}
        joined = "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items())
        return f"{described.end_session_endpoint}{'&' if '?' in described.end_session_endpoint else '?'}{joined}"

    async def describe(self, kept_for: float = DESCRIPTION_KEPT) -> ProviderDescription:
        """
        @param kept_for: seconds for which it may have been kept. If that is less than usual, no older one will do.
        @return: what the provider says of itself.
        @raise ProviderAway: it cannot be reached; or it says what will not do, and the log says what.
        """
        kept = self._description
        if kept is not None and self._ticks() - kept[0] < kept_for * 1000:
            return kept[1]
        try:
            said = await self._get(self.issuer.rstrip("/") + WELL_KNOWN, {})
            found = self._read(said)
        except ProviderAway:
            if kept is None or kept_for < DESCRIPTION_KEPT:
                raise
            # It may come back; where its endpoints are has hardly changed. The next log-in asks again.
            return kept[1]
        self._description = self._ticks(), found
        return found

    def _read(self, said: ProviderAnswer) -> ProviderDescription:
        try:
            found = msgspec.convert(said.value, ProviderDescription) if said.status == 200 else None
        except msgspec.ValidationError as e:
            self._log.error("the provider's description is wrong: {why}", why=str(e))
            raise ProviderAway from e
        if found is None:
            self._log.error(
                "HICHAT_OIDC_ISSUER: {issuer} has no description at {path}: the answer is {status}",
                issuer=self.issuer,
                path=WELL_KNOWN,
                status=said.status,
            )
            raise ProviderAway
        if found.issuer != self.issuer:
            self._log.error(
                "HICHAT_OIDC_ISSUER: it is {issuer}, but the provider calls itself {named}: write exactly that",
                issuer=self.issuer,
                named=found.issuer[:300],
            )
            raise ProviderAway
        plain = self.issuer.startswith("http://")
        endpoints = found.authorization_endpoint, found.token_endpoint, found.jwks_uri
        optional = found.userinfo_endpoint, found.end_session_endpoint
        if not all(is_safe(url, among_loopback=plain) for url in (*endpoints, *filter(None, optional))):
            self._log.error("an endpoint of the provider is not https")
            raise ProviderAway
        return found

    async def _ask_for_tokens(self, grant: str, **fields: str) -> dict[str, Any]:
        described = await self.describe()
        body = prepare_token_request(grant, **fields)
        headers = {"Accept": "application/json", "Content-Type": _FORM}
        body = self._authenticate(described, headers, body)
        said = await self._fetch("POST", described.token_endpoint, headers, body.encode())
        if said.status == 200 and said.value is not None:
            return said.value
        error = str((said.value or {}).get("error", ""))[:40]
        self._log.warn(
            "the provider's token endpoint answers {status} {error}",
            status=said.status,
            error=error or "without a reason",
        )
        refusals = {"invalid_grant", "access_denied"}
        if grant == _REFRESHING:
            # What some say of a token whose user is gone.
            refusals.add("invalid_request")
        if said.status in (400, 401, 403) and error in refusals:
            raise ProviderRefused
        # Such as invalid_client: then the operator has to do something, and nobody is to be thrown out for it.
        raise ProviderAway

    def _authenticate(self, described: ProviderDescription, headers: dict[str, str], body: str) -> str:
        methods = described.token_endpoint_auth_methods_supported
        if self._secret and "client_secret_post" in methods and "client_secret_basic" not in methods:
            return f"{body}&client_id={quote_plus(self.client)}&client_secret={quote_plus(self._secret)}"
        if self._secret:
            # RFC 6749, 2.3.1: both are encoded as in a form first.
            pair = f"{quote_plus(self.client)}:{quote_plus(self._secret)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
            return body
        return f"{body}&client_id={quote_plus(self.client)}"

    async def _checked(self, tokens: Mapping[str, Any], nonce: str | None) -> dict[str, Any]:
        token, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(token, str) or not isinstance(access, str):
            self._log.warn("the provider has given no ID token, or no access token")
            raise BadProof
        now = self._now() // 1000
        return await self._with_keys(
            lambda keys: check_id_token(token, keys, self.issuer, self.client, now, nonce, access)
        )

    async def _with_keys(self, check: Callable[[KeySet], dict[str, Any]], from_anybody: bool = False) -> dict[str, Any]:
        """
        @param from_anybody: whether anybody may have sent the token. The limits of these and of other tokens are two:
            else a stranger could keep log-ins from learning of a new key.
        """
        keys = await self._known_keys()
        try:
            return check(keys)
        except KeyUnknown:
            renewed = self._renewed.get(from_anybody)
            if renewed is not None and self._ticks() - renewed < KEYS_STEP * 1000:
                self._log.warn("a token of the provider has an unknown key, or a wrong signature")
                raise
            # The provider may have changed its keys. Noted first: others who come meanwhile do not ask as well.
            self._renewed[from_anybody] = self._ticks()
            return check(await self._ask_for_keys())

    async def _known_keys(self) -> KeySet:
        kept = self._keys
        return (
            kept[1]
            if kept is not None and self._ticks() - kept[0] < DESCRIPTION_KEPT * 1000
            else await self._ask_for_keys()
        )

    async def _ask_for_keys(self) -> KeySet:
        described = await self.describe()
        said = await self._get(described.jwks_uri, {})
        found = (said.value or {}).get("keys")
        if said.status != 200 or not isinstance(found, list):
            self._log.warn("the provider's keys cannot be read: the answer is {status}", status=said.status)
            raise ProviderAway
        keys = [key for key in found[:PROVIDER_KEYS_LIMIT] if isinstance(key, dict)]
        self._keys = self._ticks(), keys
        return keys

    async def _person(self, tokens: Mapping[str, Any], claims: dict[str, Any], old: str) -> ProvenUser:
        described, access = await self.describe(), tokens.get("access_token")
        info: Mapping[str, Any] = {}
        if described.userinfo_endpoint and isinstance(access, str):
            headers = {"Accept": "application/json", "Authorization": f"Bearer {access}"}
            said = await self._get(described.userinfo_endpoint, headers)
            if said.status == 200 and said.value is not None:
                if said.value.get("sub") != claims["sub"]:
                    self._log.warn("the provider's user info is of somebody else")
                    raise BadProof
                info = said.value
                claims = {**info, **claims}
            elif said.status != 200:
                raise ProviderAway
        session, given = claims.get("sid"), _refresh_token(tokens)
        if not isinstance(session, str) or len(session) > SUBJECT_LIMIT or not session.isprintable():
            session = ""
        return ProvenUser(claims["sub"], claims, session, given or old, "id_token" in tokens, info)

    def _get(self, url: str, headers: Mapping[str, str]) -> Deferred[ProviderAnswer]:
        return self._fetch("GET", url, {"Accept": "application/json", **headers}, b"")


def _refresh_token(tokens: Mapping[str, Any]) -> str:
    """@return: the refresh token among what the token endpoint gives; empty: there is none."""
    found = tokens.get("refresh_token")
    return found if isinstance(found, str) and len(found) <= _TOKEN_LIMIT else ""
