"""What built-in commands are for, how they are typed, and their answers: each sentence in Chinese and in English."""

from __future__ import annotations

from typing import Final, NamedTuple

from hichat.core.words import Words


class Help(NamedTuple):
    """
    A built-in command's help.

    @ivar description: what it does.
    @ivar arguments: what is typed behind its name.
    """

    description: Words
    arguments: Words


HELP: Final = {
    "me": Help(
        Words("以动作的形式发送消息，如“张三 挥挥手”", "Say what you do, such as “Ann waves”"),
        Words("动作", "what you do"),
    ),
    "topic": Help(
        Words("设置群简介（群主和管理员）", "Set the group's description (owner and admins)"),
        Words("新的简介", "the new description"),
    ),
    "remind": Help(
        Words("到时提醒你；list 列出，cancel 1 取消", "Remind you of something; list shows, cancel 1 cancels"),
        Words("10分钟后 开会 | 明天9:00 交报告", "in 10 minutes to call Bob | at 17:30 … | tomorrow 9:00 …"),
    ),
    "away": Help(
        Words("告诉别人你离开了；再次输入 /away 结束", "Tell others that you are away; /away again ends it"),
        Words("原因，如：开会", "why, such as: in a meeting"),
    ),
}
"""The help of each built-in command, in the order in which they are listed."""

ANSWERS: Final = {
    "reminded": Words("好的，会在 {time} 提醒你", "You will be reminded at {time}"),
    "no_reminders": Words("没有提醒", "There are no reminders"),
    "cancelled": Words("提醒已取消", "The reminder is cancelled"),
    "topic_is": Words("群简介：{text}", "The group's description: {text}"),
    "no_topic": Words("这个群还没有简介", "The group has no description yet"),
    "is_away": Words("你已设为离开；再次输入 /away 结束", "You are away; /away ends it"),
    "away_with": Words("你已设为离开：{text}；输入 /away 结束", "You are away: {text}; /away ends it"),
    "is_back": Words("你回来了", "You are back"),
    "topic_set": Words("已设置群简介", "The group's description is set"),
}
"""The answers of built-in commands."""

TROUBLES: Final = {
    "busy": Words(
        "{name}：机器人正忙，请稍后再试",
        "{name} was not done: its bot is busy with other calls; try again in a moment",
    ),
    "no_answer": Words(
        "{name}：机器人没有应答（{why}），可能未执行",
        "{name} has no answer: its bot's server cannot be reached, or does not answer in time ({why})",
    ),
    "bad_answer": Words(
        "{name}：机器人的应答无法使用（{why}）",
        "{name} has no answer that can be shown: its bot's server has answered with an error ({why})",
    ),
    "no_token": Words(
        "{name}：机器人设置此地址的令牌已失效，或不适用于此会话，请联系机器人的所有者",
        "{name} was not done: the token by which its bot set it up has ended, or is not for this conversation",
    ),
}
"""Why a call that is posted to an address has no answer."""
