"""A guest in the web client: what guests cannot do is not offered, and where it is tried all the same, said."""

from playwright.sync_api import expect

from hichat.accounts.roles import ServerRole
from tests.support.browser import PASSWORD, People
from tests.support.daemon import Daemon


def test_a_guest(people: People, daemon: Daemon) -> None:
    """Who is invited joins and talks; nothing else is offered. The address of a form leads to the server's words."""
    (owner,) = people.registered("owner-x")
    with daemon.administration() as administration:
        number = administration.add("visitor", PASSWORD, role=ServerRole.GUEST).id
    guest = people.person("visitor")
    guest.log_in()
    page = guest.page
    expect(page.get_by_text("You are a guest here")).to_be_visible()
    for name in ("New group", "Find people", "Invite people"):
        expect(page.get_by_text(name, exact=True)).to_have_count(0)
    guest.go("groups", "You are in the groups to which others invite you")
    expect(page.get_by_role("link", name="New group")).to_have_count(0)
    expect(page.get_by_role("link", name="Find groups")).to_have_count(0)
    guest.go("contacts", "People in your groups can be some")
    expect(page.get_by_role("link", name="Find people")).to_have_count(0)

    guest.expect_fault("403")
    guest.go("groups/new")
    page.get_by_label("Group name").fill("my own")
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_text("guests may not do this")).to_be_visible()

    owner.go("groups/new")
    owner.page.get_by_label("Group name").fill("room")
    owner.page.get_by_role("button", name="Create group").click()
    owner.page.get_by_role("link", name="Information").click()
    owner.page.get_by_role("button", name="Invite", exact=True).click()
    owner.page.get_by_label("Part of a name").fill("visitor")
    owner.page.get_by_role("dialog").get_by_role("button", name="Invite").click()
    expect(owner.page.get_by_text("visitor is invited")).to_be_visible()
    owner.page.get_by_role("button", name="Close").click()

    guest.go("groups")
    page.get_by_role("button", name="Join").click()
    guest.write("good morning")
    owner.go(f"chats/user-{number}")
    owner.write("and to you")
    owner.has_sent("and to you")
    page.get_by_role("link", name="Information").click()
    expect(page.locator(".portrait")).to_contain_text("2 members")
    expect(page.get_by_role("button", name="Leave")).to_be_visible()
    expect(page.get_by_role("button", name="Invite")).to_have_count(0)
