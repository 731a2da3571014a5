"""The reasons why the server closes a WebSocket, as a close frame has them beside its code (L{frames.Close})."""

from hichat.core.words import Words

SIGNED_OUT = Words("登录已失效", "signed out")
REPLACED = Words("同一设备已重新连接", "the same device has connected again")
STOPPING = Words("服务器即将停止；retry after {seconds} s", "the server stops; retry after {seconds} s")
"""Clients read the seconds: C{retry after N s} is the same in both languages."""

ANOTHER_LOG = Words("服务器的消息记录已更换，请重新连接", "the log is another one: come back")
SILENT = Words("一分钟内没有收到任何数据", "nothing was heard for a minute")
SLOW = Words("接收过慢，请重新连接并同步", "slow: reconnect and catch up")
HELLO_FIRST = Words("请先发送 hello", "say hello first")
HELLO_LATE = Words("没有及时收到 hello", "no hello came in time")
LATER = Words("请稍后再试", "try again later")
TOO_MANY = Words("连接数过多", "too many connections")
