"""A provider of OpenID Connect in memory, which can lie; and single sign-on with it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jws, jwt
from twisted.internet.defer import Deferred, fail, succeed

from hichat.core.errors import ProviderAway
from hichat.runtime.limits import Limits, Rate
from hichat.signin.kinds import FactorKinds
from hichat.signin.openid.fetching import ProviderAnswer
from hichat.signin.openid.provider import Provider
from hichat.signin.openid.sign_on import SingleSignOn
from hichat.signin.ways import SignIn
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW

ISSUER = "https://id.example/realm"
CLIENT = "hichat"
BACK = "https://chat.example/session/oidc/back"
PEER = ("192.0.2.7", "4711")


@cache
def rsa_key(name):
    """@return: a key of that name; the same one each time, because it takes long to make one."""
    return jwk.generate_key("RSA", 2048, {"kid": name, "use": "sig"})


class LyingProvider:
    """
    A provider that answers L{hichat.signin.openid.fetching.Fetch}.

    @ivar described: what it says of itself.
    @ivar header: changes to the header of its ID tokens; C{claims} to their claims, where None leaves one out.
    @ivar forge: makes the ID token of a header and claims; None: it is signed with C{key}.
    @ivar answer: if set, the next answer of the token endpoint.
    @ivar away: whether it does not answer; C{away_paths}: the paths at which it does not.
    @ivar asked: the paths that it was asked for.
    @ivar people: what the user info of a subject says.
    """

    def __init__(self, issuer=ISSUER, now=lambda: NOW):
        self.issuer, self.now = issuer, now
        self.key = rsa_key("first")
        self.keys = [self.key]
        self.described: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "userinfo_endpoint": f"{issuer}/me",
            "end_session_endpoint": f"{issuer}/end",
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "response_types_supported": ["code"],
        }
        self.header: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.forge: Any = None
        self.answer: ProviderAnswer | None = None
        self.away = False
        self.away_paths: set[str] = set()
        self.asked: list[str] = []
        self.fetch: Any = self._fetch
        self.sent: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.people: dict[str, dict[str, Any]] = {"s-ann": {"preferred_username": "ann", "email": "ann@x.example"}}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.gives_refresh, self.gives_id_token = True, True
        self.disabled: set[str] = set()
        self.count = 0

    def _fetch(self, method, url, headers, body) -> Deferred[ProviderAnswer]:
        path = url.removeprefix(self.issuer)
        self.asked.append(path)
        if self.away or path in self.away_paths:
            return fail(ProviderAway())
        self.headers.append(dict(headers))
        answer: Any = {
            "/.well-known/openid-configuration": lambda: ProviderAnswer(200, self.described),
            "/keys": lambda: ProviderAnswer(200, {"keys": [key.as_dict(private=False) for key in self.keys]}),
            "/token": lambda: self._token(body),
            "/me": lambda: self._me(headers),
        }.get(path, lambda: ProviderAnswer(404, None))
        return succeed(answer())

    def sign_in(self, url, subject="s-ann"):
        """Somebody signs in at the address to which the browser was sent. @return: the parameters to come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(self.described["authorization_endpoint"])
        self.count += 1
        code = f"code-{self.count}"
        self.codes[code] = {**asked, "subject": subject}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def id_token(self, subject, nonce=None, access="", **more):
        seconds = self.now() // 1000
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": CLIENT,
            "iat": seconds,
            "exp": seconds + 300,
            "nonce": nonce,
            "sid": f"sid-{subject}",
            **self.people.get(subject, {}),
            **more,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.as_dict().get("kid"), **self.header}
        header = {name: value for name, value in header.items() if value is not None}
        if self.forge is not None:
            return self.forge(header, claims)
        return jwt.encode(header, claims, self.key, [header["alg"]])

    def signed(self, header, claims):
        """@return: a token, also with signs that are no characters; see C{forge}."""
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.key)

    def _token(self, body):
        said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.sent.append(said)
        answer, self.answer = self.answer, None
        if answer is not None:
            return answer
        if said["grant_type"] == "refresh_token":
            # Each is good once.
            subject = self.tokens.pop(said["refresh_token"], "")
            nonce = None
        else:
            flow = self.codes.pop(said["code"], {})
            hashed = hashlib.sha256(said["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(hashed).decode().rstrip("=") != flow.get("code_challenge"):
                return ProviderAnswer(400, {"error": "invalid_grant"})
            if said["redirect_uri"] != flow["redirect_uri"]:
                return ProviderAnswer(400, {"error": "invalid_grant"})
            subject, nonce = flow["subject"], flow["nonce"]
        if not subject or subject in self.disabled:
            return ProviderAnswer(400, {"error": "invalid_grant"})
        self.count += 1
        given = {"access_token": f"access {subject}", "token_type": "Bearer"}
        if self.gives_refresh:
            given["refresh_token"] = f"refresh-{self.count}"
            self.tokens[given["refresh_token"]] = subject
        if nonce is not None or self.gives_id_token:
            given["id_token"] = self.id_token(subject, nonce, given["access_token"])
        return ProviderAnswer(200, given)

    def _me(self, headers):
        subject = headers["Authorization"].removeprefix("Bearer access ")
        return ProviderAnswer(200, {"sub": subject, **self.people.get(subject, {})})


def unsigned(header, claims):
    """@return: a token with the algorithm C{none}."""
    return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."


def with_public_key(key):
    """@return: a forger that signs by HS256, with the provider's public key as the secret."""

    def forge(header, claims):
        signed = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
        mac = hmac.new(key.as_pem(private=False), signed.encode(), "sha256").digest()
        return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    return forge


def _part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class SignOnScene:
    """Single sign-on with a provider that can lie, for a test that has accounts."""

    accounts: Any
    store: Any
    now: int
    rules: Any = None
    secret = "s3cret/+"
    scopes = ""
    passwords_on = True

    def meet_provider(self):
        self.noted: list[Any] = []
        self.far = LyingProvider(now=lambda: self.now)
        self.sso = self.make_sso()
        self.accounts.refresher.before_refresh = [self.sso.check]

    def make_sso(self, key=bytes(32)):
        ticks = lambda: self.now  # noqa: E731
        off = Rate(0, 1)
        limits = Limits(off, off, off, ticks)
        sign_in = SignIn(self.accounts, self.store, key, ticks, FactorKinds(key), limits)
        fetch = lambda *asked: self.far.fetch(*asked)  # noqa: E731, PLW0108
        provider = Provider(ISSUER, CLIENT, self.secret, self.scopes, fetch, ticks, ticks)
        label, note = (lambda text: f"{text}-4711"), self.noted.append
        return SingleSignOn(
            provider,
            "Example",
            self.rules,
            self.accounts,
            self.store,
            key,
            sign_in.came_by,
            label,
            ticks,
            ticks,
            note,
            self.passwords_on,
        )


class OpenIDCase(SignOnScene, AccountsCase):
    """Accounts, and single sign-on with a provider that can lie."""

    def setUp(self):
        super().setUp()
        self.meet_provider()

    def begin(self, link=None, secrets=(), device=""):
        return self.get(self.sso.begin(BACK, device, "Firefox", secrets, PEER[0], link))

    def come(self, subject="s-ann", **kept):
        """Somebody signs in at the provider, and comes back. @return: what L{SingleSignOn.finish} gives."""
        url, cookie = self.begin(**kept)
        return self.get(self.sso.finish(cookie, self.far.sign_in(url, subject), PEER))

    def come_in_vain(self, kind, subject="s-ann", **kept):
        url, cookie = self.begin(**kept)
        return self.fails(kind, self.sso.finish(cookie, self.far.sign_in(url, subject), PEER))

    def acts(self):
        """@return: what was noted, as pairs of an act and an outcome."""
        return [(entry.act, entry.outcome) for entry in self.noted]
