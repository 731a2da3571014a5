"""Asks axe what is wrong with a page for those who use a keyboard or a screen reader."""

from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import Person


def check(person: Person, where: str) -> None:
    """Nothing serious is wrong for those who use a keyboard or a screen reader."""
    # In the dark only the colours are others.
    options = {"resultTypes": ["violations"]} | ({"runOnly": ["color-contrast"]} if where.endswith("dark") else {})
    if not person.page.evaluate("'axe' in window"):
        person.page.evaluate(Axe().axe_script)
    found = person.page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    serious = [
        (where, each["id"], node["html"], node["failureSummary"])
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
    assert serious == []
