"""The words of the mails, in both languages. In braces are facts: C{host} and C{site} are the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hichat.accounts.telling import MailKind
from hichat.core.errors import Language


class LetterText(NamedTuple):
    """The text of a kind of mail."""

    subject: str
    body: str


_END_EN = """
If it was not you: set a new password at once. "Forgotten password?" at {site}/ does that, and signs everybody out.
Your devices and log-ins are listed at {site}/#/settings/security, where you can end each of them.
"""

_END_ZH = """
如果不是您本人操作：请立即设置新密码。在 {site}/ 点击“忘记密码？”即可，所有设备都会退出登录。
您的设备和登录列在 {site}/#/settings/security，可以在那里逐一结束。
"""

FACTORS: Mapping[Language, Mapping[str, str]] = {
    "en": {"totp": "codes of an app", "recovery": "recovery codes", "passkey": "a passkey"},
    "zh": {"totp": "验证器应用", "recovery": "恢复码", "passkey": "通行密钥"},
}
"""Second factors, in words."""

LETTERS: Mapping[Language, Mapping[MailKind, LetterText]] = {
    "en": {
        MailKind.FORGOTTEN: LetterText(
            "A new password for {host}",
            """Somebody, probably you, forgot the password of {name} at {host}.

This link sets a new one. It is good for an hour, and once:

{link}

The new password signs you out everywhere. A second factor stays: you need it to log in.

If it was not you: do nothing. The password stays as it is.
""",
        ),
        MailKind.ADDRESS_CODE: LetterText(
            "Your code for {host}",
            """The code is: {code}

Type it at {host}, where somebody, probably you, gave this address for an account. It is good for an hour.

If it was not you: do nothing. Without the code this address does not count. Tell nobody the code.
""",
        ),
        MailKind.NEW_DEVICE: LetterText(
            "A new device at {host}",
            """A new device has logged in as {name} at {host}.

Device:  {device}
Time:    {time}
Address: {address}
"""
            + _END_EN,
        ),
        MailKind.PASSWORD_CHANGED: LetterText(
            "Your password at {host} was changed",
            """The password of {name} at {host} was changed or taken away.

Time:    {time}
Address: {address}
"""
            + _END_EN,
        ),
        MailKind.FACTOR_REMOVED: LetterText(
            "A second factor was removed at {host}",
            """A second factor of {name} at {host} was removed.

Factor:  {factor}
Time:    {time}
"""
            + _END_EN,
        ),
        MailKind.ADDRESS_CHANGED: LetterText(
            "Your address at {host} was changed",
            """{name} at {host} has another e-mail address now, or none. This one does not count any more.

Time:    {time}

If it was not you: log in at {site}/ and set a new password and your address again; if you cannot, ask the people who
run the server.
""",
        ),
        MailKind.ADDRESS_VERIFIED: LetterText(
            "Your address at {host}",
            """This is the e-mail address of {name} at {host} from now on.

You get a mail when a new device logs in, when your password or this address is changed, and when you forgot your
password.
"""
            + _END_EN,
        ),
        MailKind.HOOK_OFF: LetterText(
            "A hook at {host} was switched off",
            """The outgoing hook "{hook}" of {name} at {host} was switched off.

Time:    {time}

Its receiver has failed for 5 days, or has answered that it wants no more (410), or you may not see its events any more.
The page of the hook says which. Switched on again, it goes on where it was: nothing is lost.
""",
        ),
        MailKind.TEST: LetterText(
            "Mails of {host}",
            """Mails of {host} go out. An operator of {site} has sent this one, to try that.
""",
        ),
    },
    "zh": {
        MailKind.FORGOTTEN: LetterText(
            "为 {host} 设置新密码",
            """有人（很可能是您本人）忘记了 {host} 上账号 {name} 的密码。

用此链接设置新密码。链接一小时内有效，只能使用一次：

{link}

设置新密码后，所有设备都会退出登录。第二步验证保持不变，登录时仍需使用。

如果不是您本人操作，请忽略此邮件，密码不会改变。
""",
        ),
        MailKind.ADDRESS_CODE: LetterText(
            "您在 {host} 的验证码",
            """验证码：{code}

有人（很可能是您本人）在 {host} 为一个账号填写了此邮箱，请在那里输入验证码。一小时内有效。

如果不是您本人操作，请忽略此邮件：没有验证码，此邮箱不会生效。请勿将验证码告诉任何人。
""",
        ),
        MailKind.NEW_DEVICE: LetterText(
            "{host} 上有新设备登录",
            """一台新设备以 {name} 的身份登录了 {host}。

设备：{device}
时间：{time}
地址：{address}
"""
            + _END_ZH,
        ),
        MailKind.PASSWORD_CHANGED: LetterText(
            "您在 {host} 的密码已更改",
            """{host} 上账号 {name} 的密码已被更改或取消。

时间：{time}
地址：{address}
"""
            + _END_ZH,
        ),
        MailKind.FACTOR_REMOVED: LetterText(
            "您在 {host} 的第二步验证已移除",
            """{host} 上账号 {name} 的一项第二步验证已被移除。

验证方式：{factor}
时间：{time}
"""
            + _END_ZH,
        ),
        MailKind.ADDRESS_CHANGED: LetterText(
            "您在 {host} 的邮箱已更改",
            """{host} 上账号 {name} 的邮箱已改为另一个或已移除，此邮箱不再生效。

时间：{time}

如果不是您本人操作：请登录 {site}/，设置新密码并重新填写邮箱；如果无法登录，请联系服务器的管理员。
""",
        ),
        MailKind.ADDRESS_VERIFIED: LetterText(
            "您在 {host} 的邮箱",
            """从现在起，此邮箱属于 {host} 上的账号 {name}。

有新设备登录、密码或此邮箱被更改，以及您忘记密码时，您会收到邮件。
"""
            + _END_ZH,
        ),
        MailKind.HOOK_OFF: LetterText(
            "您在 {host} 的 Webhook 已停用",
            """{host} 上账号 {name} 的 Webhook“{hook}”已停用。

时间：{time}

原因可能是：接收方连续 5 天失败，或接收方表示不再接收（410），或您已无权查看这些事件。Webhook 页面会显示具体原因。
重新启用后会从原来的位置继续，不会丢失事件。
""",
        ),
        MailKind.TEST: LetterText(
            "{host} 的邮件",
            """{host} 可以发送邮件。这是 {site} 的管理员发送的测试邮件。
""",
        ),
    },
}
