"""Bots in a browser: made, given a token and a group, marked wherever people see them, and ended."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.axe import check
from tests.support.browser import PHONE, People
from tests.support.daemon import Daemon


def test_bots(people: People, daemon: Daemon) -> None:
    (ann,) = people.registered("ann")
    page = ann.page
    page.set_viewport_size(PHONE)
    tell = ann.context.request
    own = {"Authorization": f"Bearer {daemon.issue('ann')}"}
    group = tell.post(f"{people.url}/v2/groups", data={"name": "ops"}, headers=own).json()
    ann.go("settings/bots", "Bots")
    page.get_by_role("button", name="Make a bot").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("ci")
    dialog.get_by_label("Display name").fill("Build")
    dialog.get_by_role("button", name="Make a bot").click()
    expect(page.get_by_role("heading", name="Tokens")).to_be_visible()
    page.get_by_role("button", name="Take in: ops").click()
    expect(page.get_by_role("button", name="Take out: ops")).to_be_visible()

    # A token for one group; it is shown once.
    page.get_by_role("button", name="Make a token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("runner")
    expect(dialog.get_by_label("read and hear")).to_have_css("opacity", "1")
    dialog.get_by_label("read and hear").uncheck()
    dialog.get_by_label("ops").check()
    check(ann, "what a token may")
    dialog.get_by_role("button", name="Make a token").click()
    token = dialog.get_by_label("Token", exact=True).input_value()
    assert token.startswith("hcb_")
    check(ann, "a token, once")
    dialog.get_by_role("button", name="Close").last.click()
    row = page.locator(".row", has_text="runner")
    expect(row).to_contain_text("write · ops · not used yet")
    assert token not in page.content()
    check(ann, "a bot")

    # Its messages have its mark, also under another name.
    headers = {"Authorization": f"Bearer {token}"}
    place = f"{people.url}/v2/conversations/group-{group['id']}/messages"
    assert tell.post(place, data={"text": "it is green"}, headers=headers).status == 201
    alias = {"name": "Build 42", "avatar": "🤖"}
    assert tell.post(place, data={"text": "it is red", "alias": alias}, headers=headers).status == 201
    ann.go(f"chats/group-{group['id']}", "it is red")
    expect(page.locator(".message-who")).to_have_text(["Build bot", "Build 42 bot"])
    expect(page.locator(".message-side .letter").last).to_have_text("🤖")
    check(ann, "messages of a bot")

    # Revoked at once, then the bot is deleted.
    ann.go("settings/bots", "Bots")
    page.locator(".row", has_text="Build").click()
    page.get_by_role("button", name="Revoke the token: runner").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert tell.post(place, data={"text": "x"}, headers=headers).status == 401
    page.get_by_role("button", name="Delete the bot").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the bot").click()
    expect(page.get_by_text("You have no bots.")).to_be_visible()
