"""Tests for L{hichat.commands.moments}."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from twisted.trial.unittest import SynchronousTestCase

from hichat.commands.moments import REMINDER_LIMIT, wish_of, zone_of
from hichat.core.errors import CommandUsage, InvalidField

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 27, 12, 0, tzinfo=BERLIN)


class MomentTests(SynchronousTestCase):
    def wish(self, said: str, now: datetime = NOW) -> tuple[str, str]:
        found = wish_of(said, round(now.timestamp() * 1000), BERLIN)
        return f"{datetime.fromtimestamp(found.at / 1000, BERLIN):%m-%d %H:%M}", found.text

    def test_what_people_type(self) -> None:
        for said, expected in {
            "me in 10 minutes to call Bob": ("03-27 12:10", "call Bob"),
            "in 2h tea": ("03-27 14:00", "tea"),
            "in an hour tea": ("03-27 13:00", "tea"),
            "in 1 week to water it": ("04-03 12:00", "water it"),
            "at 17:30 tea": ("03-27 17:30", "tea"),
            "9:00 tea": ("03-28 09:00", "tea"),
            "tomorrow 9:00 to pay": ("03-28 09:00", "pay"),
            "me tomorrow at 9:15 to pay": ("03-28 09:15", "pay"),
            "10分钟后 开会": ("03-27 12:10", "开会"),
            "半小时后提醒我喝茶": ("03-27 12:30", "喝茶"),
            "明天9点半 交报告": ("03-28 09:30", "交报告"),
            "我后天 18：00 买菜": ("03-29 18:00", "买菜"),
        }.items():
            self.assertEqual(self.wish(said), expected, said)

    def test_by_the_wall_clock(self) -> None:
        """The night from March 28 to 29 is an hour shorter there: 9:00 is 9:00 all the same."""
        self.assertEqual(self.wish("tomorrow 9:00 x", datetime(2026, 3, 28, 12, tzinfo=BERLIN)), ("03-29 09:00", "x"))

    def test_refused(self) -> None:
        long = "x" * (REMINDER_LIMIT + 1)
        for said in ("", "call Bob", "in 10 minutes", "in 10 parsecs x", "at 25:00 x", "today 9:00 x", "in 400 days x"):
            self.assertRaises(CommandUsage, self.wish, said)
        self.assertRaises(CommandUsage, self.wish, f"in 1 m {long}")

    def test_zones(self) -> None:
        self.assertEqual(zone_of(""), UTC)
        self.assertEqual(datetime(2026, 1, 1, tzinfo=zone_of("-03:30")).utcoffset(), zone_of("-0330").utcoffset(None))
        for name in ("Mars/Base", "../etc/passwd", "/etc/passwd", "+99:00", "\0"):
            self.assertRaises(InvalidField, zone_of, name)
