"""The sentences of v1, beside those of refusals."""

from hichat.core.errors import Language
from hichat.core.words import Words

DEFAULT_OF_V1: Language = "zh"
"""Clients of v1 that ask for no language are spoken to in Chinese."""

GREETING = "欢迎进入聊天系统"
"""The first frame of a connection. The contract has it in Chinese only."""

REGISTERED = Words("注册成功", "registered")
LOGGED_IN = Words("登录成功", "logged in")
UPDATED = Words("修改成功", "updated")
DELETED = Words("注销成功", "deleted")
BEFRIENDED = Words("添加好友成功", "you are friends now")
GROUP_MADE = Words("建群成功", "the group is made")
JOINED = Words("加群成功", "you are a member now")
UPLOADED = Words("上传成功", "uploaded")
