"""The kinds of factors that there are."""

from __future__ import annotations

from hichat.signin.factors import Factors
from hichat.signin.parties import RelyingParty
from hichat.signin.passkeys import PasskeyFactor
from hichat.signin.recovery import RecoveryCodes
from hichat.signin.totp import TotpKeys


class FactorKinds:
    """
    One object of each kind.

    @param key: the key of the tokens.
    @param party: this server, as passkeys know it; None: it has no name that they can be bound to.
    @ivar all: what asks all of them.
    """

    def __init__(self, key: bytes, party: RelyingParty | None = None) -> None:
        self.totp = TotpKeys(key)
        self.passkey = PasskeyFactor(key, party)
        self.recovery = RecoveryCodes()
        self.all = Factors([self.totp, self.passkey, self.recovery])
