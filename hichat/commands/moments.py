"""
When somebody wants to be reminded, and of what: in English and in Chinese. No I/O here.

The time stands first, as in C{in 10 minutes to call Bob}, C{at 17:30 tea}, C{tomorrow 9:00 tea}, or 10分钟后,
17:30, 明天9点 in Chinese.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hichat.core.errors import CommandUsage, InvalidField

REMINDER_LIMIT = 500
"""The most characters of what somebody wants to be reminded of."""

FARTHEST = timedelta(days=366)

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒", "秒钟"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours", "小时", "个小时"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "天"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks", "周", "星期"), timedelta(weeks=1)),
}
_DAYS = {"tomorrow": 1, "明天": 1, "后天": 2, "today": 0, "今天": 0}

_IN = re.compile(r"in\s+(?P<count>\d{1,5}|an?)\s*(?P<unit>[a-z]+)\b", re.IGNORECASE)
_IN_ZH = re.compile(r"(?P<count>\d{1,5}|半)\s*(?P<unit>秒钟?|分钟?|个?小时|天|周|星期)(?:之后|以后|后)")
_AT = re.compile(
    r"(?:(?P<day>tomorrow|today|明天|后天|今天)\s*)?(?:at\s+)?(?P<hour>\d{1,2})(?:[:：](?P<minute>\d{2})|点(?P<half>半)?)(?!\d)",
    re.IGNORECASE,
)
_WORDS_BEFORE = re.compile(r"(?:me\s+)?(?=in\b|at\b|to[dm]|\d)|(?:我)?", re.IGNORECASE)
_WORDS_BETWEEN = re.compile(r"[\s,:，：]*(?:(?:to|that|about)\s+|提醒我|我)?", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


class TimedWish(NamedTuple):
    """
    A wish to be reminded.

    @ivar at: milliseconds since the epoch.
    """

    at: int
    text: str


def zone_of(name: str) -> tzinfo:
    """
    @param name: of a time zone, such as C{Europe/Berlin}, or an offset, such as C{+02:00}; empty: UTC.
    @raise InvalidField: there is no such time zone.
    """
    if not name:
        return UTC
    found = _OFFSET.fullmatch(name)
    try:
        if found is None:
            return ZoneInfo(name)
        shift = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(shift if found[1] == "+" else -shift)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise InvalidField("zone") from None


def wish_of(said: str, now: int, zone: tzinfo) -> TimedWish:
    """
    @param said: what stands behind C{/remind}.
    @param now: milliseconds since the epoch.
    @param zone: the time zone in which times of day are meant.
    @raise CommandUsage: it says no time, or nothing to be reminded of.
    """
    said = said[_at(_WORDS_BEFORE, said) :].strip()
    present = datetime.fromtimestamp(now / 1000, zone)
    found = _IN.match(said) or _IN_ZH.match(said)
    if found is not None:
        due = present + _span(found["count"], found["unit"].lower())
    else:
        found = _AT.match(said)
        if found is None:
            raise CommandUsage
        due = _time_of_day(found, present)
    text = said[found.end() :]
    text = text[_at(_WORDS_BETWEEN, text) :].strip()
    if not text or len(text) > REMINDER_LIMIT or not present < due <= present + FARTHEST:
        raise CommandUsage
    return TimedWish(round(due.timestamp() * 1000), text)


def _at(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return 0 if found is None else found.end()


def _span(count: str, unit: str) -> timedelta:
    if unit not in _UNITS:
        raise CommandUsage
    if count == "半":
        return _UNITS[unit] / 2
    return _UNITS[unit] * (int(count) if count.isdigit() else 1)


def _time_of_day(found: re.Match[str], present: datetime) -> datetime:
    hour, minute = int(found["hour"]), int(found["minute"] or (30 if found["half"] else 0))
    if hour > 23 or minute > 59:
        raise CommandUsage
    # By the wall clock: a day on which clocks are set has another length.
    due = present.replace(hour=hour, minute=minute, second=0, microsecond=0)
    day = found["day"]
    if day is not None:
        return due + timedelta(days=_DAYS[day.lower()])
    return due if due > present else due + timedelta(days=1)
