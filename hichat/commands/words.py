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
}
"""The help of each built-in command, in the order in which they are listed."""

ANSWERS: Final = {
    "topic_is": Words("群简介：{text}", "The group's description: {text}"),
    "no_topic": Words("这个群还没有简介", "The group has no description yet"),
    "topic_set": Words("已设置群简介", "The group's description is set"),
}
"""The answers of built-in commands."""
