"""The terminal's sentences, beside those about events in L{hichat.core.kinds}: each in Chinese and in English."""

from __future__ import annotations

from typing import Final

from hichat.core.kinds import TRAITS
from hichat.core.words import Words

_BOTH: Final = {
    "hello": ("已登录：{name}。输入 /help 查看命令", "signed in as {name}; /help shows what you can type"),
    "help": (
        "/to 用户 | /group 群 | /history [条数] | /search 词 | /mentions | /conversations | /groups | /new 群"
        " | /join 群 | /who | /quit\n"
        "/add 用户 | /friends | /requests | /accept 用户 | /reject 用户 | /remove 用户 | /block 用户 | /unblock 用户"
        " | /blocked\n"
        "/find 名称 查找群；在群中：/who | /invite 用户 | /leave | /dissolve 群名 | /link | /requests"
        " | /approve 用户 | /reject 用户 | /kick 用户 | /ban 用户 | /unban 用户 | /mute 用户 [分钟] | /unmute 用户"
        " | /admin 用户 | /unadmin 用户 | /owner 用户\n"
        "/reply 编号 文字 | /edit 编号 文字 | /recall 编号 | /react 编号 表情 | /unreact 编号 表情："
        "编号即消息前的 #号，“.”表示最后一条（/edit 和 /recall 指自己的，其余指别人的）\n"
        "/report 编号 [原因] [说明] 向管理员举报消息\n"
        "/press 编号 按钮：按下机器人消息下的按钮（按钮的编号或文字）\n"
        "/send 文件 发送文件 | /save 编号 [文件] 保存收到的文件\n"
        "/commands 列出当前会话中服务器和机器人的命令（如 /me、/remind）\n"
        "其他内容发送给当前对象；以 // 开头可发送以 / 开头的内容",
        "/to USER | /group GROUP | /history [N] | /search WORDS | /mentions | /conversations | /groups | /find TEXT"
        " | /new GROUP | /join GROUP | /who | /quit\n"
        "/add USER | /friends | /requests | /accept USER | /reject USER | /remove USER | /block USER | /unblock USER"
        " | /blocked\nin a group: /who | /invite USER | /leave | /dissolve NAME | /link | /requests"
        " | /approve USER | /reject USER | /kick USER | /ban USER | /unban USER | /mute USER [MINUTES] | /unmute USER"
        " | /admin USER | /unadmin USER | /owner USER\n"
        "/reply N TEXT | /edit N TEXT | /recall N | /react N EMOJI | /unreact N EMOJI: N is the number that a message"
        " has after its #, or . for the last one (your own with /edit and /recall, else somebody else's)\n"
        "/report N [REASON] [TEXT]: tell the moderators of a message\n"
        "/press N BUTTON: what a bot offers under a message, by its number or its text\n"
        "/send FILE | /save N [FILE]: a file to whom you talk to; keep the one of a message\n"
        "/commands: those of the server and of bots where you talk, such as /me and /remind\n"
        "anything else is sent to whom you talk to; // at the start sends one /",
    ),
    "to": ("正在与 {name} 聊天", "talking to {name}"),
    "to_group": ("正在群 [{name}] 中聊天", "talking in [{name}]"),
    "nobody": ("请先用 /to 或 /group 选择聊天对象", "choose whom to talk to first: /to USER or /group GROUP"),
    "no_user": ("没有这个用户：{name}", "no such user: {name}"),
    "no_group": ("你没有加入这个群：{name}", "you are in no such group: {name}"),
    "no_button": ("那里没有 {name}", "there is no {name} to press"),
    "no_command": ("未知命令：/{name}，输入 /help 查看命令", "unknown command: /{name} (try /help)"),
    "no_message": ("没有这条消息：{name}", "no such message: {name}"),
    "no_reply": ("不能回复公告", "there is no reply to an announcement"),
    "usage": ("用法：/{name}", "usage: /{name}"),
    "empty": ("（无）", "(none)"),
    "more": ("……还有 {count} 个", "... and {count} more"),
    "older_too": ("……还有更多，请输入更多的词", "... and more: say more words"),
    "lost": ("连接已断开，正在重新连接……", "connection lost, reconnecting..."),
    "back": ("已重新连接", "connected again"),
    "anew": (
        "服务器的消息记录已恢复到较早的状态：最近的消息可能已丢失",
        "the server has gone back to an earlier state of its log: the latest messages may be gone",
    ),
    "anew_lost": (
        "服务器的消息记录已恢复到较早的状态：已丢失 {count} 条你收到或发送过的消息或操作",
        "the server has gone back to an earlier state of its log: lost of what you had or sent: {count}",
    ),
    "private": ("（仅你可见）{text}", "(only you see this) {text}"),
    "server": ("服务器：{text}", "server: {text}"),
    "no_file": ("{name} 中没有文件", "there is no file in {name}"),
    "saved": ("已保存到 {name}（{size} 字节）", "saved as {name} ({size} bytes)"),
    "away": ("{name} 已离开", "{name} is away"),
    "away_with": ("{name} 已离开：{text}", "{name} is away: {text}"),
    "sent": ("#{number} 已送达", "#{number} sent"),
    "failed": ("没有发送“{line}”：{why}", "not sent ({line}): {why}"),
    "doubt": ("可能没有送达“{line}”：连接在服务器确认之前结束", "may not have arrived ({line}): no answer came"),
    "not_connected": ("未连接", "not connected"),
    "late": ("服务器没有及时应答", "the server does not answer in time"),
    "picture": ("[图片]", "[picture]"),
    "audio": ("[语音]", "[audio]"),
    "file": ("[文件]", "[file]"),
    "everyone": ("[全体]", "[everyone]"),
    "reported": ("已举报，管理员会处理", "reported; the moderators will look at it"),
    "gone": ("（已撤回）", "(taken back)"),
    "expired": ("（已过期删除）", "(no longer kept)"),
    "deleted_before": ("{date}之前的消息已被删除", "messages before {date} were deleted"),
    "kept_since": (
        "{date}之前的消息已被删除：本服务器只保留 {days} 天",
        "messages before {date} were deleted, as this server keeps them for {days} days",
    ),
    "changed": ("（已编辑）", "(edited)"),
    "older": ("较早的消息", "an older message"),
    "reply": ("（回复 {what}）", "(to {what})"),
    "forwarded": ("（转自 {name}）", "(forwarded from {name})"),
    "unreacted": ("{name} 取消了对 {what} 的回应 {emoji}", "{name} took {emoji} back from {what}"),
    "contact_requested_with": ("{name} 请求加 {other} 为好友：{text}", "{name} asks {other} to be a contact: {text}"),
    "contacts_now": ("已成为好友", "you are contacts now"),
    "announcements": ("公告", "announcements"),
    "nobody_any_more": ("（已注销）", "(deleted)"),
    "muted_all": ("{by} 开启了全员禁言{until}", "{by} lets only the owner and the admins write{until}"),
    "unmuted_all": ("{by} 解除了全员禁言", "{by} lets everybody write again"),
    "yesterday": ("昨天 {time}", "yesterday {time}"),
    "until": ("，直到 {time}", " until {time}"),
    "invited_me": ("{by} 邀请你加入，输入 /join {group} 接受", "{by} invites you: /join {group}"),
    "owner": ("群主", "the owner"),
    "admin": ("管理员", "an admin"),
    "member": ("普通成员", "a member"),
    "mark_owner": ("（群主）", " (owner)"),
    "mark_admin": ("（管理员）", " (admin)"),
    "mark_member": ("", ""),
    "mark_bot": ("（机器人）", " [bot]"),
    "mark_muted": ("（禁言）", " (muted)"),
    "made_group": ("已创建，正在群 [{name}] 中聊天", "made; talking in [{name}]"),
    "not_dissolved": (
        "解散后无法恢复；如要解散，请输入 /dissolve {name}",
        "this ends the group for everybody: type /dissolve {name} to do it",
    ),
    "asked": ("已申请，请等待同意", "asked; wait for an answer"),
    "link": ("邀请码：{code}（对方输入 /join {code} 加入）", "whoever types /join {code} becomes a member"),
    "no_chosen_group": ("请先用 /group 选择群", "choose a group first: /group GROUP"),
    "done": ("完成", "done"),
    "unreachable": ("连不上服务器（{text}）", "{text}"),
    "start_one": (
        "那里是否有 HiChat 在运行？可用 twistd -n hichat 启动，或用 --server URL 指定其他服务器",
        "does a HiChat run there? Start one with: twistd -n hichat; or name another server with --server URL",
    ),
    "bad_answer": ("这不是 HiChat 服务器的应答：{text}", "{text}"),
    "not_sendable": ("消息过长或不是有效文本", "{text}"),
    "unauthorized": ("登录已失效，请重新登录", "the login is no longer valid, log in again"),
    "file_gone": ("文件已不存在，或你无权查看", "this file is gone, or is not for you"),
    "foreign_file": ("这不是本服务器的文件", "this is not a file of the server"),
    "bad_address": (
        "服务器地址无效，应为 http://主机:端口 或 https://主机",
        "{text}",
    ),
    "long_line": ("输入的一行过长", "a line of the input is too long"),
    "password": ("密码：", "Password: "),
    "password_again": ("再次输入密码：", "Again: "),
    "passwords_differ": ("两次输入的密码不一致", "the two passwords differ"),
    "open_browser": (
        "请在已登录的浏览器中打开 {uri} 并输入验证码：{code}",
        "open {uri} in a browser where you are signed in, and type the code {code}",
    ),
    "ask_code": (
        "验证器应用的验证码或恢复代码（留空则用浏览器登录）：",
        "Code of your app, or a recovery code (empty: sign in by a browser): ",
    ),
    "another_user": (
        "登录的是 {name}，而不是 {wanted}；已退出",
        "{name} has let this terminal in, not {wanted}; it is signed out again",
    ),
    "replaced": ("此设备已在别处连接", "another connection of this device has taken over"),
}

REPORT_REASONS: Final = {
    "spam": Words("垃圾信息", "spam"),
    "harassment": Words("骚扰", "harassment"),
    "hate": Words("仇恨", "hate"),
    "sexual": Words("色情", "sexual"),
    "violence": Words("暴力", "violence"),
    "private": Words("隐私", "private"),
    "impersonation": Words("冒充", "impersonation"),
    "other": Words("其他", "other"),
}
"""The reasons to report a message: by the word of the API, the words to type."""

TEXTS = {key: Words(*both) for key, both in _BOTH.items()}
"""The sentences, by a name. Some are variants of one in L{EVENT_WORDS}, for special cases."""

EVENT_WORDS = {traits.name: Words(traits.zh, traits.en) for traits in TRAITS.values() if traits.en}
"""The sentences for events, by kind."""

USAGE = {
    "send": Words("文件", "FILE"),
    "save": Words("编号 [文件]", "N [FILE]"),
    "to": Words("用户", "USER"),
    "group": Words("群", "GROUP"),
    "new": Words("群", "GROUP"),
    "join": Words("群", "GROUP"),
    "find": Words("名称", "TEXT"),
    "search": Words("词", "WORDS"),
    "reply": Words("编号 文字", "N TEXT"),
    "edit": Words("编号 文字", "N TEXT"),
    "recall": Words("编号", "N"),
    "react": Words("编号 表情", "N EMOJI"),
    "unreact": Words("编号 表情", "N EMOJI"),
    "history": Words("[条数]", "[N]"),
    "press": Words("编号 按钮", "N BUTTON"),
    "report": Words(
        f"编号 [{'|'.join(words.zh for words in REPORT_REASONS.values())}] [说明]",
        f"N [{'|'.join(REPORT_REASONS)}] [TEXT]",
    ),
    "mute": Words("用户 [分钟]", "USER [MINUTES]"),
}
"""The arguments of commands, but for those that take L{A_USER} only."""

A_USER = Words("用户", "USER")

DATE = Words("{day.year}年{day.month}月{day.day}日", "{day:%Y-%m-%d}")
"""A day. In Chinese the month and the day have no zeros, as people write them."""
