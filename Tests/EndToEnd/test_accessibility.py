"""axe finds nothing on any page, in light and dark, on a laptop and a phone; nothing is written to the browser's console."""

import pytest

import walk
import webhooks
from browser import NARROW, WIDE
from receiver import Receiver, answering


@pytest.fixture(scope="module")
def filled(stage):
    """Deliveries that went well and that did not, so that every badge is on some page."""
    with Receiver() as good, Receiver(answering(500, b"<h1>Broken</h1>")) as bad:
        console = stage.administrator
        webhooks.enable(console)
        webhooks.create(console, "Good receiver", good.url)
        webhooks.create(console, "Bad receiver", bad.url)
        machine = stage.machine()
        for number in range(3):
            assert machine.publish("call:end", {"call_id": f"a-{number}", "caller": "+33612345678"}).status == 202
        good.wait_for(3)
        bad.wait_for(3)
        yield stage


def inspect(browser, path):
    problems = []
    browser.open(path)
    # A page that cannot be had is no page: the walk asks only for what is there.
    problems += [f"console: {entry['message']}" for entry in browser.errors()]
    for size in (WIDE, NARROW):
        browser.resize(size)
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            problems += [f"{size[0]} px, {scheme}: {problem}" for problem in browser.violations()]
        if browser.overflow() > 0:
            problems.append(f"{size[0]} px: the page is {browser.overflow()} px wider than the window")
    return problems


@pytest.mark.parametrize("who", ["administrator", "operator", "anonymous", "french"])
def test_axe_finds_nothing_on_any_page(filled, browser, who):
    console = getattr(filled, who)
    browser.use(console)
    problems = {}
    found = [page.path for page in walk.pages(console)]
    for path in found:
        if wrong := inspect(browser, path):
            problems[path] = wrong
    assert not problems, "\n".join(f"{path}\n    " + "\n    ".join(wrong) for path, wrong in problems.items())


def test_axe_finds_nothing_on_pages_with_errors(filled, browser, t):
    browser.use(filled.administrator)
    problems = []
    for path, button in (("/settings/webhooks/endpoints/new", None), ("/password", t("password.save"))):
        browser.open(path)
        if button is None:
            button = browser._words(browser.one("main .save button"))
        browser.press(button)
        assert browser.title.startswith("Error:")
        browser.errors()
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            problems += [f"{path} {scheme}: {problem}" for problem in browser.violations()]
    browser.open("/nothing")
    browser.errors()
    problems += browser.violations()
    assert not problems, "\n".join(problems)
