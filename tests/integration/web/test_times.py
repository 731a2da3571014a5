"""Times as the client shows them: by the reader's calendar, in the reader's zone and language."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.support.browser import People, serve_sources


def texts(people: People, zone: str, locale: str, script: str, before: str = "") -> Any:
    """
    @param script: the body of a function that has the client's C{words}, and C{at}, a time's milliseconds.
    @param before: what runs before the client does.
    @return: what it returns, in a browser there.
    """
    # Not the client itself: it would start a worker.
    reader = people.person("reader", url=f"{people.url}/healthz", script=before, timezone_id=zone, locale=locale)
    # The browser asks for the icon of that page.
    reader.expect_fault("404 (Not Found)")
    serve_sources(reader.page)
    found = reader.page.evaluate(
        f"""async () => {{
            const words = await import('/sources/words/words.js');
            const at = (text) => Date.parse(text);
            {script}
        }}"""
    )
    # Between a time and "PM" browsers put one of several blanks.
    return [text.replace("\u202f", " ") for text in found]


def days(people: People, zone: str, locale: str, now: str, *times: str) -> Any:
    """@return: for each time what stands between the days, and what the list of conversations shows."""
    script = f"return {[*times]!r}.flatMap((time) => ['dayName', 'shortTime'].map("
    return texts(people, zone, locale, f"{script}(name) => words[name](at(time), at({now!r}))));")


def test_days_of_23_and_25_hours(people: People) -> None:
    """In Berlin the clocks went back on 2026-10-25 at 3 o'clock, and forward on 2026-03-29 at 2."""
    found = days(people, "Europe/Berlin", "en-GB", "2026-10-25T22:55Z", "2026-10-24T22:05Z", "2026-10-24T21:55Z")
    assert found == ["Today", "00:05", "Yesterday", "Sat"]
    found = days(people, "Europe/Berlin", "en-GB", "2026-03-29T22:05Z", "2026-03-28T23:05Z", "2026-03-28T22:55Z")
    assert found == ["Yesterday", "Sun", "Saturday", "Sat"]


def test_a_day_that_was_left_out(people: People) -> None:
    """Samoa had no 2011-12-30: the 29th was two days before the 31st by the calendar."""
    found = days(people, "Pacific/Apia", "en-US", "2011-12-31T02:00Z", "2011-12-30T09:00Z", "2011-12-30T11:00Z")
    assert found == ["Thursday", "Thu", "Today", "1:00 AM"]


def test_the_year(people: People) -> None:
    """Of last year's messages it is shown; a few days ago is a weekday, whatever the year."""
    times = ("2025-12-31T20:00Z", "2025-12-30T02:00Z", "2025-12-01T02:00Z", "2026-01-02T15:00Z")
    found = days(people, "Asia/Shanghai", "zh-CN", "2026-01-02T02:00Z", *times)
    assert found == ["昨天", "周四", "星期二", "周二", "2025年12月1日", "2025年12月1日", "今天", "23:00"]
    found = days(people, "America/New_York", "en-US", "2026-11-01T02:00Z", "2025-11-01T02:00Z", "2026-03-01T05:00Z")
    assert found == ["October 31, 2025", "Oct 31, 2025", "March 1, 2026", "Mar 1"]


def test_what_is_yet_to_come(people: People) -> None:
    """A clock that was wrong when something was said: that has no weekday of its own."""
    found = days(people, "UTC", "en-US", "2026-05-05T23:50Z", "2026-05-06T00:10Z", "2027-05-06T00:10Z")
    assert found == ["May 6, 2026", "May 6", "May 6, 2027", "May 6, 2027"]


def test_languages(people: People) -> None:
    """The words are of the language that was chosen; the clock is of the reader's kind of it, if that is one."""
    script = """
        const time = at('2026-05-01T12:00Z');
        return [words.dayName(time, at('2026-06-01T12:00Z')), words.clock(time)];
    """
    for locale, languages, shown in (
        ("en-GB", "['en-GB']", ["1 May 2026", "13:00"]),
        ("en-US", "['en-US']", ["May 1, 2026", "1:00 PM"]),
        ("en-US", "['en-US@posix']", ["May 1, 2026", "1:00 PM"]),
        ("de-DE", "['de-DE', 'zh-TW']", ["2026年5月1日", "下午1:00"]),
        ("de-DE", "['de-DE']", ["May 1, 2026", "1:00 PM"]),
    ):
        given = f"Object.defineProperty(navigator, 'languages', {{ get: () => {languages} }})"
        assert texts(people, "Europe/London", locale, script, given) == shown, languages


def test_midnight(people: People) -> None:
    """What was said today was said yesterday as soon as the day is over where the reader is, by itself."""
    for number, zone in enumerate(("Asia/Kathmandu", "America/St_Johns")):
        reader = people.person(f"night{number}", member=True, timezone_id=zone)
        reader.context.clock.install()
        reader.page.reload()
        (me,) = people.ids(reader)
        reader.go(f"chats/user-{me}")
        reader.write("late")
        reader.state("late", "sent")
        left = reader.page.evaluate("new Date().setHours(24, 0, 0, 0) - Date.now()")
        if left < 60_000 or left > 86_340_000:
            continue  # too near to midnight itself; in the other zone it is not
        day = reader.page.locator(".day span")
        expect(day).to_have_text("Today")
        weekday = reader.page.evaluate("new Intl.DateTimeFormat('en', { weekday: 'short' }).format()")
        # As a machine that sleeps: timers that were due meanwhile run once, when it wakes.
        reader.page.clock.fast_forward(left + 2000)
        expect(day).to_have_text("Yesterday")
        expect(reader.page.locator(".row-time")).to_have_text(weekday)
