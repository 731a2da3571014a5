"""Where Redis is: the setting C{HICHAT_REDIS}, taken apart."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

SENTINEL_PORT = 26379
REDIS_PORT = 6379


class RedisAddress(NamedTuple):
    """
    Where Redis is.

    @ivar servers: host and port of the server; or of the sentinels that know it.
    @ivar master: the name by which the sentinels know it; empty: there are none.
    """

    servers: list[tuple[str, int]]
    tls: bool = False
    user: str | None = None
    password: str | None = None
    database: int | None = None
    master: str = ""

    @classmethod
    def parse(cls, text: str) -> RedisAddress:
        """
        @param text: C{redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]}, the same with C{rediss://} for TLS, or
            C{redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT].../MASTER[/DATABASE]}, or with
            C{rediss+sentinel://}.
        @raise ValueError: it is none of these.
        """
        parts = urlsplit(text)
        kind, _, behind = parts.scheme.partition("+")
        if kind not in ("redis", "rediss") or behind not in ("", "sentinel"):
            raise ValueError("it does not begin with redis://, rediss:// or redis+sentinel://")
        if parts.query or parts.fragment:
            raise ValueError("a # or a ? in a name or a password is written %23 or %3F")
        login, _, hosts = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        names = [unquote(part) for part in parts.path.split("/") if part]
        master = names.pop(0) if behind and names else ""
        if behind and not master:
            raise ValueError("it does not name the master that the sentinels watch")
        if len(names) > 1 or not all(name.isdecimal() for name in names):
            raise ValueError("behind the host there may be the number of a database only")
        port = SENTINEL_PORT if behind else REDIS_PORT
        servers = [_host(each, port) for each in hosts.split(",")]
        if len(servers) > 1 and not behind:
            raise ValueError("several hosts are for redis+sentinel:// only")
        database = int(names[0]) if names else None
        return cls(servers, kind == "rediss", unquote(user) or None, unquote(password) or None, database, master)

    def __str__(self) -> str:
        """@return: it without the password, for people."""
        return ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.servers)


def _host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("it names no host")
    try:
        return parts.hostname, parts.port or port
    except ValueError:
        # Not its own words: the text may be a part of a password.
        raise ValueError("its port is not a number up to 65535") from None
