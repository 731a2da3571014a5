"""
Errors that are shown to people.

L{Refused} and its subclasses go to users: a stable C{code} for programs, and a sentence in each language for people.
They never contain what the user sent. L{StartError} goes to the operator.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal, Self

Language = Literal["zh", "en"]


def amount(size: int) -> str:
    """
    @param size: bytes.
    @return: the size as people write it, such as C{1.5 MB}, in units of 1024; rounded down, because it may be a limit.
    """
    unit, name = next((each for each in ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB")) if size >= each[0]), (1, "B"))
    tenths = size * 10 // unit
    return f"{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} {name}"


class StartError(Exception):
    """The daemon cannot start. The text is one line, which names the setting and says what to do."""


class Refused(Exception):
    """A request is refused."""

    retry_after: float | None = None
    """Seconds after which the same request may succeed; None: it never will."""
    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    """Its HTTP status (RFC 9110, 15) under C{/v2}."""
    zh: ClassVar[str] = "请求被拒绝"
    en: ClassVar[str] = "not possible"

    def text(self, language: Language) -> str:
        """@return: the sentence for a person, without braces (v1 clients show what has braces as a message)."""
        return self.zh if language == "zh" else self.en


# Frames


class NotJSON(Refused):
    code, zh, en = "not_json", "内容不是有效的 JSON", "this is not valid JSON"


class NotAnObject(Refused):
    code, zh, en = "not_an_object", "消息必须是 JSON 对象", "the frame must be a JSON object"


class WrongField(Refused):
    code, zh, en = "wrong_field", "消息的字段类型不正确", "a field of the frame has a wrong type or value"


class AmbiguousField(Refused):
    code, zh, en = "ambiguous_field", "消息的同一字段出现了两次", "a field of the frame is given twice"


class UnknownType(Refused):
    code, zh, en = "unknown_type", "未知的消息类型", "the frame's Type is unknown"


class NotYourself(Refused):
    code, status, zh, en = "not_yourself", 403, "发送者必须是当前登录用户", "the sender must be the authenticated user"


class TooLong(Refused):
    code, zh, en = "too_long", "消息内容过长", "the content is too long"


class NotText(Refused):
    code, zh, en = "not_text", "消息必须是文本", "binary frames, NUL and lone surrogates are not accepted"


# Who may write to whom


class NoSuchTarget(Refused):
    code, status, zh, en = "no_such_target", 404, "接收者不存在", "there is no such user or group"


class NoSuchCommand(Refused):
    code, status, zh, en = "no_such_command", 404, "没有这个命令", "there is no such command here"


class AmbiguousCommand(Refused):
    code, status, zh, en = (
        "ambiguous_command",
        409,
        "这里有多个机器人有这个命令，请用 /命令@机器人 指定",
        "several bots here have this command: say whose it is, as in /command@bot",
    )


class NoSuchCall(Refused):
    code, status, zh, en = (
        "no_such_call",
        404,
        "没有这个调用，或已超过回答的时间",
        "there is no such call that may be answered",
    )


class TooManyAnswers(Refused):
    code, status, zh, en = "too_many_answers", 409, "对这个调用的回答过多", "there are enough answers to this call"


class NoSuchAction(Refused):
    code, status, zh, en = "no_such_action", 409, "这个按钮已不可用", "this button is not there any more"


class OnlyBotsOffer(Refused):
    code, status, zh, en = "only_bots_offer", 403, "只有机器人的消息可以带按钮", "only messages of bots have buttons"


class CommandUsage(Refused):
    code, status, zh, en = (
        "command_usage",
        400,
        "请在命令后写上内容，帮助可见命令列表",
        "the command needs something behind its name; the list of commands says what",
    )


class NoSuchReminder(Refused):
    code, status, zh, en = "no_such_reminder", 404, "没有这个提醒", "there is no such reminder"


class TooManyReminders(Refused):
    code, status, zh, en = "too_many_reminders", 409, "提醒过多", "there are too many reminders; cancel one"


class NotForPeople(Refused):
    code, status, zh, en = "not_for_people", 403, "只有机器人可以这样做", "only bots may do this"


class OnlyInGroups(Refused):
    code, status, zh, en = "only_in_groups", 409, "这个命令只能在群中使用", "this command works in groups only"


class NotAMember(Refused):
    code, status, zh, en = "not_a_member", 403, "你不是该群成员", "you are not a member of this group"


class NotAdministrator(Refused):
    code, status, zh, en = "not_administrator", 403, "只有管理员可以这样做", "only an administrator may do this"


class GuestsMayNot(Refused):
    code, status = "guests_may_not", 403
    zh, en = (
        "访客不能这样做，只能参与受邀加入的群",
        "guests may not do this: they are only where they were invited",
    )


class NoSharedGroup(Refused):
    code, status = "no_shared_group", 403
    zh, en = "访客只能与同群的人来往，你们没有共同的群", "one of you is a guest, and you are in no group together"


class LastOwner(Refused):
    code, status = "last_owner", 409
    zh, en = "服务器至少要有一位所有者", "the server needs an owner: make somebody else one first"


class Blocked(Refused):
    code, status, zh, en = "blocked", 403, "对方拒收你的消息", "this user does not want to hear from you"


class NotContacts(Refused):
    code, status, zh, en = "not_contacts", 403, "对方还不是你的好友", "you are not contacts"


class TooManyStrangers(Refused):
    """
    @ivar retry_after: seconds.
    """

    code, status, zh, en = (
        "too_many_strangers",
        429,
        "新的陌生人会话过多，请稍后再试",
        "too many new conversations with people who are no contacts of yours, please wait",
    )

    def __init__(self, retry_after: float = 60.0) -> None:
        super().__init__()
        self.retry_after = retry_after


class SignedOut(Refused):
    code, status, zh, en = "signed_out", 401, "登录已失效，请重新登录", "you are signed out"


class NotAddressed(Refused):
    code, zh, en = "not_addressed", "请指定一个用户或一个群", "name one user or one group"


class CounterUsed(Refused):
    code, status, zh, en = "counter_used", 409, "该编号已用于另一条消息", "this counter was used for something else"


class KeyUsed(Refused):
    code, status = "key_used", 409
    zh, en = "该 Idempotency-Key 已用于另一个请求", "this Idempotency-Key was used for another request"


class NoSuchMessage(Refused):
    code, status, zh, en = "no_such_message", 404, "消息不存在", "there is no such message in this conversation"


class MessageRecalled(Refused):
    code, status, zh, en = "recalled", 409, "消息已被撤回", "the message was recalled"


class NotYours(Refused):
    code, status, zh, en = "not_yours", 403, "只能修改自己的消息", "this is not your message"


class MayNotMentionAll(Refused):
    code, status, zh, en = (
        "may_not_mention_all",
        403,
        "只有群主和管理员可以在群中 @所有人",
        "only the owner and the admins of a group may mention all, and only in the group",
    )


class TooLate(Refused):
    code, status, zh, en = "too_late", 409, "已超过可修改的时间", "it is too late to change this message"


class ForwardedMessage(Refused):
    code, status, zh, en = "forwarded", 409, "转发的消息不能编辑", "a forwarded message cannot be edited"


class TooManyPins(Refused):
    code, status, zh, en = "too_many_pins", 409, "置顶的消息过多", "too many messages are pinned here; unpin one"


class AlreadyReported(Refused):
    code, status, zh, en = (
        "already_reported",
        409,
        "你已举报过，管理员会处理",
        "you have reported this already; the moderators will look at it",
    )


class TooManyReports(Refused):
    """
    @ivar retry_after: seconds.
    """

    code, status, zh, en = "too_many_reports", 429, "举报过多，请稍后再试", "too many reports, please wait"

    def __init__(self, retry_after: float = 3600.0) -> None:
        super().__init__()
        self.retry_after = retry_after


class NoSuchReport(Refused):
    code, status, zh, en = "no_such_report", 404, "该举报不存在", "there is no such report"


class ReportClosed(Refused):
    code, status, zh, en = "report_closed", 409, "该举报已处理", "this report is closed already"


class TooManySaved(Refused):
    code, status, zh, en = "too_many_saved", 409, "收藏的消息过多", "you have saved too many messages; remove one"


class NotAnEmoji(Refused):
    code, zh, en = "not_an_emoji", "只能用一个表情符号（emoji）回应", "only a single emoji can be a reaction"


class TooManyReactions(Refused):
    code, status, zh, en = (
        "too_many_reactions",
        409,
        "对该消息的回应过多",
        "you have reacted too often to this message",
    )


class NoSuchPosition(Refused):
    code, zh, en = "no_such_position", "日志中没有该位置", "there is no such position in the log"


class ResyncRequired(Refused):
    """
    @ivar position: behind it a new C{sync} brings all that is new; None: the client has to connect anew.
    """

    code, status, zh, en = (
        "resync_required",
        409,
        "服务器的消息记录已恢复到较早的状态，请重新同步",
        "the server has gone back to an earlier state of its log: start anew",
    )

    def __init__(self, position: int | None = None) -> None:
        super().__init__()
        self.position = position


class UnknownFrame(Refused):
    code, zh, en = "unknown_op", "未知的操作", "there is no such op that clients may send"


class NotNow(Refused):
    code, status, zh, en = "not_now", 409, "现在不能执行该操作", "this frame was sent already, or comes too early"


class TooFast(Refused):
    """
    @ivar retry_after: seconds.
    """

    code, status, zh, en = "too_fast", 429, "发送过快，请稍后再试", "too many frames, please wait"

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__()
        self.retry_after = retry_after


class NoSuchDevice(Refused):
    code, status, zh, en = "no_such_device", 404, "该设备不存在", "there is no such device"


class DeviceRevoked(Refused):
    code, status, zh, en = "device_revoked", 403, "该设备已被停用", "this device was revoked; take another name"


class OtherDevice(Refused):
    code, status, zh, en = (
        "other_device",
        403,
        "该令牌属于另一个设备，请使用那个设备名",
        "this token is bound to another device; name that one",
    )


class DeviceNeeded(Refused):
    code, status, zh, en = "device_needed", 403, "请使用 /v2/login 登录", "this needs a token of /v2/login"


class TooManyDevices(Refused):
    code, status, zh, en = "too_many_devices", 409, "设备数量过多", "this account has too many devices; revoke one"


class TooManyConnections(Refused):
    code, status, zh, en = "too_many_connections", 429, "连接数过多，请稍后再试", "too many connections, close some"
    retry_after = 10.0


class TooManyRequests(Refused):
    """
    @ivar retry_after: seconds.
    """

    code, status, zh, en = "too_many_requests", 429, "请求过于频繁，请稍后再试", "too many requests, please wait"

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__()
        self.retry_after = retry_after


# The daemon's own state


class Busy(Refused):
    code, status, zh, en = "busy", 503, "服务器繁忙，请稍后再试", "the server is busy, please try again"
    retry_after = 1.0


COMMIT_CAUSES = ("full", "locked", "read_only", "away", "broken", "event", "number", "writer", "doubt")
"""
Why a commit failed, for the metrics. The store is full; another transaction held its lock; it is read-only; it cannot
be reached; it is broken, or its tables are. One of the events was the cause. The daemon had lost its number among those
of the store. The writer's process or thread ended. Nobody knows whether the commit was done.
"""


class NotStored(Refused):
    """
    @ivar cause: one of L{COMMIT_CAUSES}.
    """

    code, status, zh, en = "not_stored", 503, "消息未能保存，请重试", "it could not be stored, please try again"
    retry_after = 1.0

    def __init__(self, cause: str = "writer") -> None:
        super().__init__()
        self.cause = cause


class StoreAway(Refused):
    """The store failed, or cannot be reached. The log has the reason already: code that catches this logs nothing."""

    code, status, zh, en = (
        "store_away",
        503,
        "服务器暂时无法访问数据，请稍后再试",
        "the server cannot reach its data now, please try again",
    )
    retry_after = 2.0


class FilesAway(Refused):
    """
    The store of uploaded files cannot be reached. The log has the reason already: code that catches this logs nothing.
    """

    code, status, zh, en = (
        "files_away",
        503,
        "服务器暂时无法访问文件，请稍后再试",
        "the server cannot reach its files now, please try again",
    )
    retry_after = 2.0


class Unauthorized(Refused):
    code, status, zh, en = "unauthorized", 401, "身份验证失败，请重新登录", "the token is missing, wrong or expired"
    user: int = 0
    """The user for whom this server has made the token; 0: it has not, or that is not known. Never told to clients."""
    device: int = 0
    """The device's number in the token; 0: there is none."""

    def of(self, user: int, device: int) -> Self:
        """Say whose token it is. @return: itself."""
        self.user, self.device = user, device
        return self


class TokenOfV1(Unauthorized):
    zh, en = "该令牌只能用于 v1，请通过 /v2/login 登录", "this token is for v1 only; log in at /v2/login"


class LogInNeeded(Refused):
    code, status, zh, en = (
        "log_in_needed",
        403,
        "请重新登录，并在 5 分钟内再试（或提供 oldPassword）",
        "log in again and try within 5 minutes, or send oldPassword",
    )


class V1Off(Refused):
    code, status, zh, en = "v1_off", 410, "本服务器不再支持 v1，请使用 v2", "this server does not speak v1; use v2"


# Accounts, contacts and groups


class InvalidField(Refused):
    """
    @ivar field: the name of the field, as the client knows it.
    """

    code, zh, en = "invalid_field", "字段无效", "invalid field"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field

    def text(self, language: Language) -> str:
        return f"{super().text(language)}: {self.field}"


class UnknownWord(InvalidField):
    """
    A word of a list is none of those that the field takes.

    @param place: where the word stands in the list, from 0 on.
    @param words: those that it takes.
    """

    def __init__(self, field: str, place: int, words: Iterable[str]) -> None:
        super().__init__(f"{field}[{place}]")
        self._words = ", ".join(words)

    def text(self, language: Language) -> str:
        """@return: the sentence, with those words."""
        return f"{super().text(language)}{'；可用' if language == 'zh' else '; known are'}: {self._words}"


class InvalidName(InvalidField):
    """
    A name that the rules for names do not allow.

    @param kind: a user's or a group's: each has rules of its own.
    """

    _RULES: ClassVar = {
        ("user", "zh"): "用户名由文字、数字和键盘上的符号组成，中间最多一个空格，最长 64 个字符",
        (
            "user",
            "en",
        ): "a name consists of letters, digits, a keyboard's signs and single blanks, at most 64 characters",
        ("group", "zh"): "群名由看得见的字符组成，最长 64 个字符",
        ("group", "en"): "a name consists of visible characters, at most 64",
    }

    def __init__(self, field: str, kind: Literal["user", "group"]) -> None:
        super().__init__(field)
        self._kind = kind

    def text(self, language: Language) -> str:
        return f"{super().text(language)}; {self._RULES[self._kind, language]}"


class PasswordTooShort(InvalidField):
    """
    @param least: the least number of characters.
    """

    code, zh, en = "password_too_short", "密码太短", "the password is too short"

    def __init__(self, field: str, least: int) -> None:
        super().__init__(field)
        self.least = least

    def text(self, language: Language) -> str:
        """@return: the sentence, with that number."""
        if language == "zh":
            return f"{self.zh}，至少需要 {self.least} 个字符"
        return f"{self.en}: at least {self.least} characters"


class PasswordTooLong(InvalidField):
    """
    @param most: the largest number of characters.
    """

    code, zh, en = "password_too_long", "密码太长", "the password is too long"

    def __init__(self, field: str, most: int) -> None:
        super().__init__(field)
        self.most = most

    def text(self, language: Language) -> str:
        """@return: the sentence, with that number."""
        if language == "zh":
            return f"{self.zh}，最多 {self.most} 个字符"
        return f"{self.en}: at most {self.most} characters"


class PasswordTooCommon(InvalidField):
    code, zh, en = (
        "password_too_common",
        "该密码太常见或太容易被猜到，请换一个",
        "this password is among the first that others would guess; take several words",
    )

    def text(self, language: Language) -> str:
        """@return: the sentence without the field: it names it itself."""
        return Refused.text(self, language)


class PasswordHasName(InvalidField):
    code, zh, en = "password_has_name", "密码中不能包含用户名", "the password must not contain the user's name"

    def text(self, language: Language) -> str:
        """@return: the sentence without the field: it names it itself."""
        return Refused.text(self, language)


class NameRefused(Exception):
    """
    A name that keeps the rules, and still cannot be had.

    @ivar field: the name of the field, as the client knows it.
    """

    def __init__(self, field: str = "name") -> None:
        super().__init__(field)
        self.field = field


class NameTaken(NameRefused, Refused):
    code, status, zh, en = "name_taken", 409, "该名称已被使用", "this name is taken"


class NameReserved(NameRefused, Refused):
    code, status, zh, en = (
        "name_reserved",
        409,
        "该名称已被保留，请换一个",
        "this name is reserved; take another one",
    )


class PasswordsDiffer(Refused):
    code, zh, en = "passwords_differ", "两次输入的密码不一致", "the two passwords differ"


class WrongPassword(Refused):
    code, status, zh, en = "wrong_password", 403, "用户名或密码错误", "unknown name or wrong password"


class AppPasswordNeeded(Refused):
    """The password is right; but over v1 nobody can be asked for a second factor."""

    code, status, zh, en = (
        "app_password_needed",
        403,
        "用户名或密码错误：此账号在这里需用应用专用密码登录，请在网页版的“安全与设备”中创建",
        "unknown name or wrong password: here this account logs in with an app password; make one in the web client, "
        "under Security and devices",
    )


class FreshLogInNeeded(Refused):
    """Whoever has neither a password nor a second factor to show proves it by a log-in of just now."""

    code, status = "fresh_log_in_needed", 403
    zh, en = "请重新登录，并在 5 分钟内再试", "log in again, and do this within 5 minutes"


class NotByAppPassword(Refused):
    code, status, zh, en = (
        "not_by_app_password",
        403,
        "用应用专用密码登录的设备不能更改登录方式、邮箱或删除账号",
        "a device that has logged in with an app password may not change how you sign in, nor end the account",
    )


class NotForBots(Refused):
    code, status, zh, en = "not_for_bots", 403, "机器人不能这样做", "this is not for bots"


class TokenMayNot(Refused):
    code, status = "token_may_not", 403
    zh, en = (
        "这个令牌没有所需的权限，请用另一个令牌",
        "the bot's token lacks the scope for this: make one that has it",
    )


class NotInToken(Refused):
    code, status = "not_in_token", 403
    zh, en = (
        "这个令牌只用于另一些会话",
        "the bot's token is for certain conversations only, and this is in none of them",
    )


class NoSuchBot(Refused):
    code, status, zh, en = "no_such_bot", 404, "没有这个机器人", "you have no such bot"


class TooManyBots(Refused):
    code, status, zh, en = "too_many_bots", 409, "机器人太多了", "you have too many bots: remove one that is not needed"


class NoSuchBotToken(Refused):
    code, status, zh, en = "no_such_bot_token", 404, "没有这个令牌", "the bot has no such token"


class BotTokenExists(Refused):
    code, status, zh, en = "bot_token_exists", 409, "已有同名的令牌", "the bot has a token of this name: choose another"


class TooManyBotTokens(Refused):
    code, status = "too_many_bot_tokens", 409
    zh, en = "令牌太多了", "the bot has too many tokens: revoke one that is not needed"


class BotsByAdministrators(Refused):
    code, status = "bots_by_administrators", 403
    zh, en = "在此服务器上只有管理员可以创建机器人", "on this server only administrators make bots"


class NoSuchAppPassword(Refused):
    code, status, zh, en = "no_such_app_password", 404, "没有这个应用专用密码", "there is no such app password"


class AppPasswordExists(Refused):
    code, status, zh, en = (
        "app_password_exists",
        409,
        "已有同名的应用专用密码",
        "you have an app password of this name",
    )


class TooManyAppPasswords(Refused):
    code, status, zh, en = (
        "too_many_app_passwords",
        409,
        "应用专用密码过多，请先撤销一个",
        "you have too many app passwords; revoke one first",
    )


class SecondFactorNeeded(Refused):
    """
    The first step of a log-in is done, and the user has a second factor.

    @ivar ticket: what the second step shows.
    @ivar factors: what the user may answer with; see L{hichat.signin.factors.FactorName}.
    """

    code, status = "second_factor_needed", 401
    zh, en = "还需要第二步验证：请输入验证码", "a second step is needed: the code of your app, or a recovery code"

    def __init__(self, ticket: str, factors: Sequence[Literal["totp", "recovery", "passkey"]]) -> None:
        super().__init__()
        self.ticket, self.factors = ticket, factors


class EnrolmentNeeded(Refused):
    """
    The first step of a log-in is done. The user's role needs a second factor, and the user has none.

    @ivar ticket: with it the user sets one up.
    """

    code, status = "enrolment_needed", 401
    zh, en = (
        "你的角色需要第二步验证：请先在网页版登录并设置",
        "your role needs a second factor: log in to the web client, and set one up there",
    )

    def __init__(self, ticket: str) -> None:
        super().__init__()
        self.ticket = ticket


class BadTicket(Refused):
    code, status = "bad_ticket", 403
    zh, en = "本次登录已过期或已使用，请重新登录", "this log-in has expired or was used: begin anew"


class WrongCode(Refused):
    code, status = "wrong_code", 403
    zh, en = (
        "验证码错误或已使用；请检查手机的时间是否准确",
        "the code is wrong or was used; if it comes from an app, check that the clock of its device is right",
    )


class NoSuchFactor(Refused):
    code, status, zh, en = "no_such_factor", 404, "尚未设置第二步验证", "there is no such second factor"


class FactorRequired(Refused):
    code, status = "factor_required", 409
    zh, en = "你的角色需要第二步验证：请先设置另一种", "your role needs a second factor: set up another one first"


class ClockSkewed(Refused):
    code, status = "clock_skewed", 409
    zh, en = (
        "验证码来自其他时间：请校准手机的时间后再试",
        "the code is of another time: set the clock of the app's device, and try again",
    )


class ProviderAway(Refused):
    """The provider cannot be reached, or does not answer in time, or not as it should."""

    code, status = "provider_away", 503
    zh, en = "登录服务暂时没有应答，请稍后再试", "the service that signs you in does not answer now, please try again"
    retry_after = 10.0


class ProviderRefused(Refused):
    """The provider says no: to a log-in, or to go on with one."""

    code, status = "provider_refused", 403
    zh, en = "登录服务拒绝了这次登录", "the service that signs you in has refused"


class SignOnNeeded(Refused):
    """The account depends on the provider, which has let nobody in for too long, or lets the user in no more."""

    code, status = "sign_on_needed", 403
    zh, en = "请先在网页版用单点登录服务重新登录", "sign in by the web client, with single sign-on, first"


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


class PasswordsOff(Refused):
    """Local passwords are switched off, but for owners'."""

    code, status = "passwords_off", 403
    zh, en = "本服务器不使用密码登录，请用其他方式登录", "this server takes no passwords: sign in in the other way"


class AuthorizationPending(Refused):
    """These four are the errors of a device's sign-in (RFC 8628, 3.5)."""

    code, zh, en = "authorization_pending", "尚未有人允许此登录", "nobody has allowed this sign-in yet"


class SlowDown(Refused):
    code, zh, en = "slow_down", "请求过于频繁，请放慢", "asked too soon: wait five seconds longer each time"


class ExpiredToken(Refused):
    code, zh, en = "expired_token", "此登录请求已过期，请重新开始", "this sign-in has expired: begin anew"


class AccessDenied(Refused):
    code, zh, en = "access_denied", "此登录请求已被拒绝", "this sign-in was refused"


class NoSuchUserCode(Refused):
    code, status, zh, en = (
        "no_such_user_code",
        404,
        "验证码错误、已使用或已过期",
        "no device waits with this code: it is wrong, was used, or has expired",
    )


class TooManyAttempts(Refused):
    """
    @ivar retry_after: seconds.
    """

    code, status, zh, en = "too_many_attempts", 429, "尝试次数过多，请稍后再试", "too many attempts, please wait"

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__()
        self.retry_after = retry_after


class RegistrationClosed(Refused):
    code, status, zh, en = "registration_closed", 403, "本服务器不开放注册", "only the administrator makes accounts"


class BadInvite(Refused):
    code, status, zh, en = "bad_invite", 403, "需要有效的邀请码", "a valid invite code is needed"


class NoSuchInvite(Refused):
    code, status, zh, en = "no_such_invite", 404, "该邀请码不存在", "there is no such invite"


class Disabled(Refused):
    code, status, zh, en = "disabled", 403, "该账号已被停用", "this account is disabled"


class ForeignAccount(Refused):
    code, status, zh, en = "foreign_account", 403, "只能操作自己的账号", "this is not your account"


class ForeignOrigin(Refused):
    """A browser sends this for a page of another site."""

    code, status = "foreign_origin", 403
    zh = "该网页不属于本服务器：请管理员设置 HICHAT_PUBLIC_URL 或 HICHAT_ORIGINS"
    en = "this page does not belong to this server: its administrator can set HICHAT_PUBLIC_URL or HICHAT_ORIGINS"


class NoSuchUser(Refused):
    code, status, zh, en = "no_such_user", 404, "该用户不存在", "there is no such user"


class NoSuchGroup(Refused):
    code, status, zh, en = "no_such_group", 404, "该群不存在", "there is no such group"


class NoSuchHold(Refused):
    code, status, zh, en = "no_such_hold", 404, "没有这样的保留", "there is no such hold"


class AddedOneself(Refused):
    code, status, zh, en = "added_oneself", 409, "不能添加自己为好友", "you cannot add yourself"


class AlreadyFriends(Refused):
    code, status, zh, en = "already_friends", 409, "已经是好友", "you are friends already"


class Oneself(Refused):
    code, status, zh, en = "oneself", 409, "不能对自己执行该操作", "you cannot do this to yourself"


class RequestSent(Refused):
    code, status, zh, en = (
        "request_sent",
        409,
        "好友申请已发出，对方同意后即成为好友",
        "you have asked; the other has to accept",
    )


class RequestWaits(Refused):
    code, status, zh, en = "request_waits", 409, "对方已向你发出好友申请", "this user has sent you a request: accept it"


class NoSuchContact(Refused):
    code, status, zh, en = "no_such_contact", 404, "该用户不是你的好友", "this user is not a contact of yours"


class BlockedByYou(Refused):
    code, status, zh, en = "blocked_by_you", 409, "你已屏蔽该用户", "you have blocked this user"


class NotBlocked(Refused):
    code, status, zh, en = "not_blocked", 404, "你没有屏蔽该用户", "you have not blocked this user"


class TooManyContacts(Refused):
    code, status, zh, en = (
        "too_many_contacts",
        409,
        "好友、申请或屏蔽的数量已达上限",
        "one of you has reached the limit of contacts, requests or blocks",
    )


class TooManyPinned(Refused):
    code, status, zh, en = "too_many_pinned", 409, "置顶的会话过多", "too many conversations are pinned"


class AlreadyAMember(Refused):
    code, status, zh, en = "already_a_member", 409, "你已加入该群", "you are a member already"


class GroupFull(Refused):
    code, status, zh, en = "group_full", 409, "该群人数已满", "the group is full"


class NoSuchAddress(Refused):
    code, status, zh, en = "not_found", 404, "没有这个地址", "there is nothing at this address"


class MethodNotTaken(Refused):
    code, status, zh, en = "method_not_allowed", 405, "此地址不支持该方法", "this address does not take that method"


class UpgradeNeeded(Refused):
    code, status, zh, en = (
        "upgrade_needed",
        426,
        "此地址需要 WebSocket 连接",
        "this address is for WebSockets: version 13, over HTTP/1.1",
    )


class BodyNotTaken(Refused):
    code, zh, en = "body_not_taken", "建立 WebSocket 的请求不能有正文", "a request that opens a WebSocket has no body"


class NotJSONType(Refused):
    code, status, zh, en = "not_json_type", 415, "内容必须是 application/json", "the body must be application/json"


class FormNotTaken(Refused):
    code, status, zh, en = (
        "form_not_taken",
        415,
        "正文必须是文件本身，而不是表单：curl 用 --data-binary，不用 -F",
        "the body has to be the file itself, not a form around it: with curl, --data-binary instead of -F",
    )


class BadCursor(Refused):
    code, zh, en = "bad_cursor", "游标无效", "the cursor is not from this list"


class Broken(Refused):
    code, status, zh, en = "internal", 500, "服务器内部错误", "something went wrong inside the server"


class TooManyGroups(Refused):
    code, status, zh, en = (
        "too_many_groups",
        409,
        "群数量已达上限",
        "you have reached the limit of groups: leave one, or hand one over",
    )


class NotPermitted(Refused):
    code, status, zh, en = "not_permitted", 403, "你没有权限进行此操作", "your role does not allow it"


class NoSuchMember(Refused):
    code, status, zh, en = "no_such_member", 404, "该用户不是群成员", "this user is not a member of the group"


class Banned(Refused):
    code, status, zh, en = "banned", 403, "你已被该群封禁", "you are banned from this group"


class UserBanned(Refused):
    code, status, zh, en = "user_banned", 409, "该用户已被封禁", "this user is banned from the group"


class NotBanned(Refused):
    code, status, zh, en = "not_banned", 404, "该用户未被封禁", "this user is not banned"


class ApprovalRequired(Refused):
    code, status, zh, en = (
        "approval_required",
        403,
        "加入该群需要管理员同意",
        "an admin has to approve new members: ask to join",
    )


class InviteOnly(Refused):
    code, status, zh, en = "invite_only", 403, "该群仅限受邀加入", "only invited users may join this group"


class AlreadyRequested(Refused):
    code, status, zh, en = "already_requested", 409, "已申请，请等待同意", "you have asked already"


class AlreadyInvited(Refused):
    code, status, zh, en = "already_invited", 409, "该用户已被邀请", "this user is invited already"


class NoSuchRequest(Refused):
    code, status, zh, en = "no_such_request", 404, "没有该申请", "there is no such request"


class NoSuchInvitation(Refused):
    code, status, zh, en = "no_such_invitation", 404, "没有该邀请", "this user is not invited"


class TooManyPending(Refused):
    code, status, zh, en = (
        "too_many_pending",
        409,
        "待处理的申请和邀请过多",
        "too many invitations and requests are open; wait for answers",
    )


class AskedTooOften(Refused):
    code, status, zh, en = (
        "asked_too_often",
        409,
        "申请或邀请过于频繁",
        "there were too many invitations or requests of this user and this group",
    )


class NoSuchLink(Refused):
    code, status, zh, en = (
        "no_such_link",
        404,
        "邀请链接无效或已过期",
        "the invite link is unknown, expired, used up or revoked",
    )


class TooManyLinks(Refused):
    code, status, zh, en = "too_many_links", 409, "邀请链接过多", "the group has too many invite links; revoke one"


class Muted(Refused):
    code, status, zh, en = "muted", 403, "你已被禁言", "you may not write in this group now"


class BadCode(Refused):
    code, status = "bad_code", 403
    zh, en = "链接无效、已使用或已过期", "the link is not valid, was used or has expired: ask for a new one"


class NoPasskeysHere(Refused):
    code, status = "no_passkeys_here", 409
    zh = "本服务器不能使用通行密钥：请管理员用 https 域名设置 HICHAT_PUBLIC_URL"
    en = "this server takes no passkeys: its administrator can set HICHAT_PUBLIC_URL to https and the name of a host"


class ChallengeOver(Refused):
    code, status = "challenge_over", 409
    zh, en = "用时过长，或已经完成，请重新开始", "this took too long, or was done already: begin again"


class WrongPasskey(Refused):
    code, status = "wrong_passkey", 403
    zh, en = (
        "本服务器不认识该通行密钥，或验证失败",
        "this server does not know that passkey, or could not verify it",
    )


class PasskeyCopied(Refused):
    code, status = "passkey_copied", 403
    zh, en = (
        "该通行密钥可能已被复制：请移除它并重新创建",
        "there may be a copy of this passkey: remove it, and make another one",
    )


class PasskeyTaken(Refused):
    code, status, zh, en = "passkey_taken", 409, "该通行密钥已被登记", "this passkey is registered already"


class TooManyPasskeys(Refused):
    code, status, zh, en = "too_many_passkeys", 409, "通行密钥过多，请先移除一个", "too many passkeys; remove one"


class NoSuchPasskey(Refused):
    code, status, zh, en = "no_such_passkey", 404, "没有这个通行密钥", "there is no such passkey"


class NoMail(Refused):
    code, status, zh, en = "no_mail", 403, "此服务器不发送邮件", "this server sends no mails"


class WrongAddressCode(Refused):
    code, status = "wrong_address_code", 403
    zh, en = "验证码错误或已失效", "the code is wrong, or not good any more"


class AddressTaken(Refused):
    code, status, zh, en = "address_taken", 409, "该邮箱已属于另一个账号", "another account has this address"


class GroupArchived(Refused):
    code, status, zh, en = "group_archived", 403, "该群已归档，只能阅读", "the group is archived: it can be read only"


class NotArchived(Refused):
    code, status, zh, en = "not_archived", 404, "该群未归档", "the group is not archived"


class OwnerNotLost(Refused):
    code, status = "owner_not_lost", 409
    zh, en = "群主仍在，只有群主可以转让该群", "the group's owner can log in: only the owner hands it over"


class NotMuted(Refused):
    code, status, zh, en = "not_muted", 404, "未被禁言", "there is no such mute"


class OwnerCannotLeave(Refused):
    code, status, zh, en = (
        "owner_cannot_leave",
        409,
        "群主请先转让或解散该群",
        "hand the group over first, or dissolve it",
    )


class AlreadyOwner(Refused):
    code, status, zh, en = "already_owner", 409, "该用户已是群主", "this user is the owner already"


class FormTooLarge(Refused):
    """
    @param limit: the largest number of bytes.
    """

    code, status, zh, en = "form_too_large", 413, "提交的内容过大", "the request is too large"

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def text(self, language: Language) -> str:
        most = amount(self.limit)
        return f"{self.zh}，最多 {most}" if language == "zh" else f"{self.en}: at most {most}"


class MalformedForm(Refused):
    code, zh, en = "malformed_form", "提交的内容格式不正确", "the request cannot be read"


class QuotaExceeded(Refused):
    code, status, zh, en = "quota_exceeded", 413, "你的存储空间已满", "there is no room left for your files"


class EmptyFile(Refused):
    code, zh, en = "empty_file", "文件为空", "the file is empty"


class DamagedPicture(Refused):
    code, status, zh, en = "damaged_picture", 422, "图片已损坏", "this picture is damaged"


class PictureTooLarge(Refused):
    code, status, zh, en = "picture_too_large", 422, "图片尺寸过大", "this picture has too many pixels"


class NoSuchMedia(Refused):
    code, status, zh, en = (
        "no_such_media",
        404,
        "文件不存在，或你无权使用",
        "there is no such file, or you may not see it",
    )


class BadLink(Refused):
    code, status, zh, en = "bad_link", 403, "链接无效或已过期", "the link is wrong or has expired; get another one"


class UnknownFileType(Refused):
    code, status, zh, en = "unknown_file_type", 415, "不支持的文件类型", "only pictures and audio are taken"


# URLs that the server asks


class BadURL(Refused):
    code, zh, en = (
        "bad_url",
        "网址无效：只接受 http:// 或 https:// 开头、不含用户名和密码的网址",
        "this is no URL that can be asked: http:// or https://, without a user and a password",
    )


class NotPublic(Refused):
    code, status, zh, en = (
        "not_public",
        403,
        "该网址不在公共网络上；管理员可用 HICHAT_FETCH_PRIVATE 允许其地址",
        "this URL's host is not on the public Internet; the operator may allow its address: HICHAT_FETCH_PRIVATE",
    )


class PluginAway(Refused):
    code, status = "plugin_away", 503
    zh = "该插件没有运行，或正忙，请稍后再试"
    en = "this plugin does not run now, or has too much to do; please try again"
    retry_after = 2.0


class PluginLate(Refused):
    code, status = "plugin_late", 504
    zh = "该插件没有及时应答"
    en = "this plugin has not answered in time"


# What a hook is sent. Slack's clients know some of the codes.


class NoSuchHook(Refused):
    code, status = "no_service", 404
    zh = "此地址没有钩子：它已被移除，或地址已更换"
    en = "there is no hook at this address: it was removed, or has another address by now"


class HookOff(Refused):
    """Its bot is disabled, as are those of a person whose account is, or was taken out of the group."""

    code, status = "action_prohibited", 403
    zh = "钩子已停用：其机器人被禁用，或已被移出群"
    en = "the hook is off: its bot is disabled, or was taken out of the group"


class HookEnded(Refused):
    code, status = "hook_ended", 410
    zh = "钩子已失效：它的群已解散，或其机器人已被删除"
    en = "the hook has ended: its group was dissolved, or its bot deleted; call it no more"


class HookExists(Refused):
    code, status, zh, en = "hook_exists", 409, "该群已有同名的钩子", "the group has a hook of this name"


class NoSuchIncomingHook(Refused):
    code, status, zh, en = "no_such_incoming_hook", 404, "没有这个钩子", "the group has no such hook"


class GroupHooksFull(Refused):
    code, status = "too_many_incoming_hooks", 409
    zh, en = "该群的钩子过多，请先移除一个", "the group has too many hooks; remove one"


class NoSuchTemplate(Refused):
    code, status = "no_such_template", 404
    zh = "没有这种模板：可用 slack、mattermost、github、gitlab、alertmanager、grafana"
    en = "there is no such template: there are slack, mattermost, github, gitlab, alertmanager and grafana"


class HookTextTooLong(Refused):
    code, status, zh, en = "text_too_long", 413, "文本过长", "the text is too long, even for several messages"


class InvalidPayload(Refused):
    code = "invalid_payload"
    zh = "无法读取内容：应为 JSON 对象（嵌套不超过 64 层）、表单或 UTF-8 文本"
    en = "the body cannot be read: it has to be a JSON object, at most 64 levels deep, a form, or a text in UTF-8"


class NoHookText(Refused):
    code = "no_text"
    zh = "没有可显示的内容：请提供 text、blocks 或 attachments"
    en = "there is nothing to show: say it in text, blocks or attachments"


class WrongSignature(Refused):
    code, status = "wrong_signature", 403
    zh = "签名或令牌与钩子的密钥不符"
    en = "the signature or token is not made with the secret of this hook: set the same one at the sender"


# Outgoing hooks


class NoSuchOutgoingHook(Refused):
    code, status, zh, en = "no_such_hook", 404, "该 Webhook 不存在", "there is no such hook"


class TooManyHooks(Refused):
    code, status, zh, en = (
        "too_many_hooks",
        409,
        "这里的 Webhook 已达到上限，请先删除一个",
        "there are as many hooks here as may be: remove one first",
    )


class NoSuchDelivery(Refused):
    code, status, zh, en = (
        "no_such_delivery",
        404,
        "该事件不存在，或不由此 Webhook 投递",
        "there is no such event, or this hook does not deliver it",
    )
