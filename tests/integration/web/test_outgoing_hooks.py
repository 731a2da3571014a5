"""A group's outgoing hooks, in a browser: they are made, tried, looked at, switched off, and removed."""

from playwright.sync_api import expect

from tests.support.browser import People


def test_hooks_of_a_group(people: People) -> None:
    """What is no public address is refused at its field; the secret is shown once."""
    (ann,) = people.registered("ann")
    page = ann.page
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("link", name="New group").first.click()
    page.get_by_label("Group name").fill("Builders")
    page.get_by_role("button", name="Create group").click()
    page.get_by_role("link", name="Information").click()
    page.get_by_role("button", name="Outgoing hooks").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("There are none.")).to_be_visible()
    dialog.get_by_role("button", name="New hook").click()
    dialog.get_by_label("Name").fill("CI")
    dialog.get_by_label("URL").fill("http://127.0.0.1:9/x")
    dialog.get_by_role("button", name="New hook").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not on the public Internet")
    ann.faults.clear()
    dialog.get_by_label("URL").fill("https://receiver.invalid/x")
    dialog.get_by_label("Messages, their edits").check()
    dialog.get_by_role("button", name="New hook").click()
    secret = dialog.get_by_label("Secret").input_value()
    assert secret.startswith("whsec_")
    dialog.get_by_role("button", name="Close").last.click()
    dialog.get_by_role("button", name="CI").click()
    expect(dialog.get_by_role("status")).to_have_text("On")
    dialog.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("The receiver: no_name")).to_be_visible()
    dialog.get_by_role("button", name="New secret").click()
    page.get_by_role("dialog").get_by_role("button", name="New secret").click()
    assert dialog.get_by_label("Secret").input_value() not in ("", secret)
    dialog.get_by_role("button", name="Close").last.click()
    dialog.get_by_role("button", name="CI").click()
    dialog.get_by_role("button", name="Switch off").click()
    expect(dialog.get_by_role("status")).to_have_text("Switched off")
    dialog.get_by_role("button", name="Remove hook").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove hook").click()
    expect(dialog.get_by_text("There are none.")).to_be_visible()
