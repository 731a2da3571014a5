"""Hostile tokens, and keys that change: tests for L{hichat.signin.openid.proof} and of the provider that uses it."""

from typing import Any

from joserfc import jwk, jwt
from joserfc.jws import JWSRegistry
from twisted.internet.defer import succeed

from hichat.accounts import users
from hichat.core.errors import BadProof, ProviderAway
from hichat.signin.openid.fetching import ProviderAnswer
from hichat.signin.openid.proof import LEEWAY
from hichat.signin.openid.provider import DESCRIPTION_KEPT, KEYS_STEP, THERE_FOR, Provider
from tests.support.doubles import watch_log
from tests.support.openid import CLIENT, ISSUER, OpenIDCase, rsa_key, unsigned, with_public_key


class HostileTokenTests(OpenIDCase):
    def refused(self):
        self.come_in_vain(BadProof)
        self.assertEqual(self.successResultOf(self.store.read(users.everyone)), [])
        self.assertEqual(self.noted[-1].outcome, "bad_proof")

    def test_a_good_one(self):
        """So what the others are refused for is what is wrong with them."""
        self.come()

    def test_no_signature(self):
        for word in ("none", "None", "NONE", ""):
            self.far.forge = lambda header, claims, word=word: unsigned(header, claims).replace("none", word)
            self.refused()

    def test_the_public_key_as_a_secret(self):
        self.far.forge = with_public_key(self.far.key)
        self.refused()

    def test_the_clients_secret_as_a_secret(self):
        key = jwk.import_key("s3cret/+" * 4, "oct")
        self.far.forge = lambda header, claims: jwt.encode({**header, "alg": "HS256"}, claims, key, ["HS256"])
        self.refused()

    def test_a_key_of_somebody_else(self):
        other = rsa_key("other")
        self.far.forge = lambda header, claims: jwt.encode(header, claims, other, ["RS256"])
        self.refused()

    def test_a_key_in_the_token_itself(self):
        other = rsa_key("other")
        more = {"jwk": other.as_dict(private=False), "jku": "https://evil.example/keys", "x5u": "https://evil.example"}
        self.far.forge = lambda header, claims: _encode({**header, "kid": "other", **more}, claims, other)
        self.refused()
        self.assertFalse([path for path in self.far.asked if "evil" in path])

    def test_a_secret_among_the_keys(self):
        """A symmetric key that is published is none."""
        secret = jwk.generate_key("oct", 256, {"kid": "shared"})
        self.far.forge = lambda header, claims: jwt.encode({"alg": "HS256", "kid": "shared"}, claims, secret, ["HS256"])
        self.far.keys = [self.far.key, secret]
        self.refused()

    def test_a_key_for_something_else(self):
        key = jwk.import_key({**rsa_key("first").as_dict(private=True), "use": "enc"})
        self.far.key, self.far.keys = key, [key]
        self.far.forge = lambda header, claims: jwt.encode(header, claims, rsa_key("first"), ["RS256"])
        self.refused()

    def test_claims(self):
        seconds = self.now // 1000
        wrong: dict[str, Any]
        for wrong in (
            {"iss": "https://evil.example"},
            {"iss": ISSUER + "/"},
            {"iss": [ISSUER]},
            {"aud": "other"},
            {"aud": ["other"]},
            {"aud": ["other", CLIENT]},
            {"aud": [CLIENT, "other"], "azp": "other"},
            {"aud": CLIENT, "azp": "other"},
            {"aud": []},
            {"aud": {CLIENT: 1}},
            {"nonce": "other"},
            {"nonce": [1]},
            {"sub": ""},
            {"sub": 5},
            {"sub": "x" * 256},
            {"sub": "x\n"},
            {"exp": seconds - 90},
            {"exp": str(seconds + 90)},
            {"exp": True},
            {"iat": seconds + 90},
            {"iat": "now"},
            {"nbf": seconds + 90},
            {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        ):
            self.far.claims = wrong
            self.refused()

    def test_claims_that_are_missing(self):
        for name in ("iss", "aud", "sub", "exp", "iat", "nonce"):
            self.far.claims = {name: None}
            self.refused()

    def test_claims_that_will_do(self):
        seconds = self.now // 1000
        for good in (
            {"aud": [CLIENT]},
            {"aud": ["other", CLIENT], "azp": CLIENT},
            {"exp": seconds - LEEWAY + 1},
            {"iat": seconds + LEEWAY},
        ):
            self.far.claims = good
            self.come()

    def test_a_clock_that_is_wrong_is_named(self):
        lines: list[str] = []
        watch_log(self, lambda event: lines.append(event.get("why", "")))
        self.far.claims = {"iat": self.now // 1000 + 90}
        self.refused()
        self.assertIn("it is from the future by 90 seconds: set both clocks, as by NTP", lines)

    def test_what_is_no_token(self):
        for text in ("", "x", "..", "a.b", "a.b.c.d", "a.b.c.d.e", "x" * 200_000, "\u4e2d.x.y", "e30.e30.e30"):
            self.far.forge = lambda header, claims, text=text: text
            self.refused()

    def test_the_user_info_is_of_somebody_else(self):
        self.far.people["s-ann"]["sub"] = "s-bob"
        self.far.claims = {"sub": "s-ann"}
        self.refused()

    def test_other_algorithms(self):
        elliptic = jwk.generate_key("EC", "P-256", {"kid": "e"})
        edwards = jwk.generate_key("OKP", "Ed25519", {"kid": "o"})
        keys: list[tuple[Any, str]] = [(rsa_key("first"), "PS256"), (elliptic, "ES256"), (edwards, "Ed25519")]
        for key, algorithm in keys:
            self.sso = self.make_sso()
            self.far.key, self.far.keys, self.far.header = key, [key], {"alg": algorithm}
            self.come()


class KeyTests(OpenIDCase):
    """The provider's keys change."""

    def keys_asked(self):
        return self.far.asked.count("/keys")

    def test_a_new_key(self):
        self.come()
        self.far.key = rsa_key("second")
        self.far.keys = [rsa_key("second")]
        self.come()
        self.assertEqual(self.keys_asked(), 2)
        self.come()
        self.assertEqual(self.keys_asked(), 2)

    def test_an_unknown_key_has_them_asked_for_once_a_minute(self):
        self.come()
        self.far.key = rsa_key("other")
        for _ in range(5):
            self.come_in_vain(BadProof)
        self.assertEqual(self.keys_asked(), 2)
        self.now += round(KEYS_STEP * 1000)
        self.come_in_vain(BadProof)
        self.assertEqual(self.keys_asked(), 3)

    def test_a_strangers_token_keeps_nobody_from_a_new_key(self):
        self.come()
        self.far.key = rsa_key("other")
        event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
        for _ in range(3):
            self.fails(BadProof, self.sso.log_out(self.far.id_token("s-ann", jti="1", events=event)))
        self.assertEqual(self.keys_asked(), 2)
        self.far.keys = [self.far.key]
        self.come()
        self.assertEqual(self.keys_asked(), 3)

    def test_keys_without_names(self):
        keys = [_Nameless(rsa_key(name)) for name in ("first", "second")]
        self.far.forge = lambda header, claims: jwt.encode({"alg": "RS256"}, claims, self.far.key.key, ["RS256"])
        self.far.keys, self.far.key = keys, keys[1]
        self.come()
        self.far.keys, self.far.key = keys[1:], keys[0]
        self.come()
        self.now += round(DESCRIPTION_KEPT * 1000)
        self.come_in_vain(BadProof)

    def test_keys_that_cannot_be_read(self):
        real = self.far.fetch
        strange = [5, {"kty": "RSA"}, {"kty": "RSA", "n": "!", "e": "x", "kid": "first"}]
        for keys, kind in (({}, ProviderAway), ({"keys": 5}, ProviderAway), ({"keys": strange}, BadProof)):
            self.far.fetch = _in_place(real, "/keys", ProviderAnswer(200, keys))
            self.sso = self.make_sso()
            self.come_in_vain(kind)

    def test_they_are_kept_for_an_hour(self):
        self.come()
        self.come()
        self.now += round(DESCRIPTION_KEPT * 1000)
        self.come()
        self.assertEqual((self.keys_asked(), self.far.asked.count("/.well-known/openid-configuration")), (2, 2))


class DescriptionTests(OpenIDCase):
    def begin_in_vain(self):
        self.fails(ProviderAway, self.sso.begin("https://chat.example/back", "", "Firefox", [], "192.0.2.7"))

    def test_a_description_that_will_not_do(self):
        good = dict(self.far.described)
        for wrong in (
            {"issuer": ISSUER + "/"},
            {"issuer": "https://evil.example"},
            {"token_endpoint": "http://id.example/token"},
            {"token_endpoint": "http://127.0.0.1/token"},
            {"jwks_uri": "file:///etc/passwd"},
            {"userinfo_endpoint": "https://user:password@id.example/"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"authorization_endpoint": "https://id.example/\r\nX: y"},
            {"end_session_endpoint": "//id.example"},
            {"token_endpoint": 5},
        ):
            self.far.described = {**good, **wrong}
            self.begin_in_vain()
        del good["jwks_uri"]
        self.far.described = good
        self.begin_in_vain()

    def test_there_is_none(self):
        for answer in (
            ProviderAnswer(404, None),
            ProviderAnswer(200, None),
            ProviderAnswer(500, dict(self.far.described)),
            ProviderAnswer(302, None),
        ):
            real = self.far.fetch
            self.far.fetch = _in_place(real, "/.well-known/openid-configuration", answer)
            self.sso = self.make_sso()
            self.begin_in_vain()
            self.far.fetch = real

    def test_nobody_is_sent_to_a_provider_that_is_away(self):
        self.begin()
        self.far.away = True
        self.begin()
        self.now += round(THERE_FOR * 1000)
        self.begin_in_vain()
        self.assertEqual(self.acts()[-1], ("begin_sign_on", "provider_away"))

    def test_an_old_one_will_do_for_those_who_are_here(self):
        came = self.come()
        self.now += round(DESCRIPTION_KEPT * 1000)
        real = self.far.fetch
        self.far.fetch = _in_place(real, "/.well-known/openid-configuration", ProviderAnswer(503, None))
        self.get(self.accounts.refresher.refresh(came.grant.refresh, "192.0.2.7"))
        self.assertEqual(self.far.sent[-1]["grant_type"], "refresh_token")
        self.assertEqual(len(self.far.tokens), 1)

    def test_a_slash_at_the_end_belongs_to_the_issuer(self):
        self.far.issuer = self.far.described["issuer"] = ISSUER + "/"
        fetch = self.far.fetch
        provider = Provider(
            ISSUER + "/",
            CLIENT,
            "",
            "",
            lambda method, url, *rest: fetch(method, url.replace(ISSUER, ISSUER + "/", 1), *rest),
            lambda: self.now,
            lambda: self.now,
        )
        self.assertEqual(self.get(provider.describe()).issuer, ISSUER + "/")


class _Nameless:
    def __init__(self, key):
        self.key = key

    def as_dict(self, private=False):
        return {name: value for name, value in self.key.as_dict(private=private).items() if name != "kid"}


def _in_place(real, path, answer):
    return lambda method, url, headers, body: (
        succeed(answer) if url.endswith(path) else real(method, url, headers, body)
    )


def _encode(header, claims, key):
    return jwt.encode(header, claims, key, registry=JWSRegistry(algorithms=["RS256"], strict_check_header=False))
