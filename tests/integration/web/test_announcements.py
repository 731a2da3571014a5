"""What an administrator writes to everybody, and what each says of themselves."""

from playwright.sync_api import expect

from tests.support.browser import PASSWORD, People
from tests.support.daemon import Daemon


def test_announcements_and_profiles(people: People, daemon: Daemon) -> None:
    """Who is an administrator writes to everybody; a profile that is changed is seen by others."""
    (finn,) = people.registered("finn")
    with daemon.administration() as administration:
        administration.add("root", PASSWORD, administrator=True)
    root = people.person("root")
    root.log_in()
    root.go("chats/announcements")
    root.write("Cake in the kitchen")
    finn.page.get_by_role("link", name="Announcements").click()
    finn.sees("Cake in the kitchen")
    expect(finn.page.get_by_text("Only administrators write here.")).to_be_visible()

    finn.go("settings/profile")
    finn.page.get_by_label("About you").fill("I like cake")
    finn.page.get_by_role("button", name="Save").click()
    expect(finn.page.get_by_text("Saved")).to_be_visible()
    (number,) = people.ids(finn)
    root.go(f"contacts/{number}")
    expect(root.page.get_by_text("I like cake")).to_be_visible()
