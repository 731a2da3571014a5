"""What can go wrong with a provider of OpenID Connect, as people hear of it."""

from __future__ import annotations

from hichat.core.errors import Refused


class ProviderAway(Refused):
    """The provider cannot be reached, or does not answer in time, or not as it should."""

    code, status = "provider_away", 503
    zh, en = "登录服务暂时没有应答，请稍后再试", "the service that signs you in does not answer now, please try again"
    retry_after = 10.0


class ProviderRefused(Refused):
    """The provider says no: to a log-in, or to go on with one."""

    code, status = "provider_refused", 403
    zh, en = "登录服务拒绝了这次登录", "the service that signs you in has refused"


class BadProof(Refused):
    """What has come from the provider does not prove who somebody is. The log says what is wrong."""

    code, status = "bad_proof", 403
    zh, en = "登录服务的答复无法核实", "the answer of the service that signs you in cannot be trusted"


class StrangeReturn(Refused):
    """The browser comes back from the provider without having been sent, too late, or a second time."""

    code, status = "strange_return", 403
    zh, en = "登录已过期或已使用，请重新开始", "this log-in is too old or was used: begin again"


class NotWelcome(Refused):
    """The provider knows the user, and the user may not come in here."""

    code, status = "not_welcome", 403
    zh, en = "你的账号无权使用本服务器，请联系管理员", "your account may not use this server: ask its administrator"


class IdentityTaken(Refused):
    """The account at the provider belongs to another user here."""

    code, status = "identity_taken", 409
    zh, en = "该登录账号已关联到另一位用户", "that account is linked to another user"


class LinkedAlready(Refused):
    """The user is linked to an account at this provider already."""

    code, status = "linked_already", 409
    zh, en = "你已关联了一个登录账号，请先解除", "you are linked to an account there already: unlink it first"


class LastWay(Refused):
    """Without the link the user could not come in any more."""

    code, status = "last_way", 409
    zh, en = "这是你唯一的登录方式，请先设置密码", "it is your only way to sign in: set a password first"


class NoSuchIdentity(Refused):
    """The user is not linked to that account."""

    code, status = "no_such_identity", 404
    zh, en = "没有该关联账号", "there is no such linked account"


class NoProvider(Refused):
    """This server has no provider."""

    code, status = "no_provider", 404
    zh, en = "本服务器没有设置登录服务", "this server has no service that signs people in"
