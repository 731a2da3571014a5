"""Messages are found again."""

from playwright.sync_api import expect

from tests.support.browser import People


def test_searching(people: People) -> None:
    """Everywhere and in one conversation; from what was found one gets to where it was said."""
    ann, bob = people.registered("ann", "bob")
    (two,) = people.ids(bob)
    ann.go(f"chats/user-{two}")
    ann.write("the needle, <b>sharp</b>")
    for number in range(30):
        ann.write(f"hay {number:02}\n\n\n\n\n")
    ann.state("hay 29", "delivered")
    people.indexed()
    bob.go("chats")
    bob.page.get_by_label("Search").fill("needle")
    listed = bob.page.locator(".list-pane")
    expect(listed.locator("mark")).to_have_text("needle")
    expect(listed.get_by_text("Nothing found.")).to_have_count(0)
    bob.page.get_by_label("Search").fill("haystack")
    expect(listed.get_by_text("No message has “haystack”.")).to_be_visible()
    bob.page.get_by_label("Search").fill("needle")
    bob.page.get_by_role("link", name="Search messages for").click()
    found = bob.page.locator(".detail-pane .row")
    expect(found).to_have_count(1)
    expect(found.locator("mark")).to_have_text("needle")
    expect(found).to_contain_text("<b>sharp</b>")
    found.get_by_role("link").click()
    expect(bob.message("the needle")).to_be_in_viewport()

    bob.page.get_by_role("button", name="Search in this conversation").click()
    expect(bob.page.get_by_label("Search messages")).to_be_focused()
    expect(bob.page.get_by_role("main").get_by_role("link", name="Back")).to_be_visible()
    bob.page.get_by_label("Search messages").fill("hay 07")
    bob.page.get_by_role("button", name="Search", exact=True).click()
    expect(bob.page.locator(".detail-pane .row").first).to_contain_text("hay 07")
    bob.page.locator(".detail-pane .row").first.get_by_role("link").click()
    expect(bob.message("hay 07")).to_be_in_viewport()
