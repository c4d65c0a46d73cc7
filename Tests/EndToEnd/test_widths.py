"""No page is wider than its window: from a small phone to a large screen, in both languages, in light and dark, in the two font families
that Debian knows (Liberation is as narrow as Arial, DejaVu as wide as Verdana), with names that have no space to break at."""

import pytest

import walk
import webhooks
from receiver import Receiver, answering
from waiting import until

WIDTHS = (320, 380, 760, 1280, 1440, 1920)
FONTS = (('"DejaVu Sans"', '"DejaVu Sans Mono"'), ('"Liberation Sans"', '"Liberation Mono"'))
NAME = "Synchronisation_des_interactions_telephoniques_avec_le_CRM_du_siege"


@pytest.fixture(scope="module")
def filled(stage):
    """In both accounts a receiver that fails, one that is well, and one that is off with something kept."""
    with Receiver() as good, Receiver(answering(500, b"Broken")) as bad:
        for account, console in (("northwind", stage.administrator), ("horizon", stage.french)):
            webhooks.enable(console)
            webhooks.create(console, NAME, f"{bad.url}/{'a-long-path-without-a-break' * 6}", ["cdr"])
            webhooks.create(console, "Good", good.url, ["cdr", "call:end", "USER_LOGIN", "case:created"])
            off = webhooks.create(console, "Off", good.url, ["cdr"])
            webhooks.pause(console, off)
            for number in range(3):
                assert stage.machine(account).publish("cdr", {"call_id": f"w-{number}"}).status == 202
        until(
            lambda: stage.product.value("SELECT count(*) FROM webhooks WHERE failures_in_row >= 2 AND name = ?", NAME) == 2,
            what="both failing receivers are known to fail")
        yield stage


def wider(browser):
    return browser.script("const s = document.scrollingElement; return s.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("who", ["administrator", "french", "operator", "anonymous"])
def test_no_page_is_wider_than_its_window(filled, browser, who):
    console = getattr(filled, who)
    found = [page.path for page in walk.pages(console)] + ["/nothing"]
    browser.use(console)
    problems = []
    for path in found:
        browser.open(path)
        # What is folded counts too.
        browser.script("for (const d of document.querySelectorAll('main details')) d.open = true")
        for sans, mono in FONTS:
            browser.script(
                "const s = document.documentElement.style; s.setProperty('--sans', arguments[0]); s.setProperty('--mono', arguments[1])", sans, mono)
            for width in WIDTHS:
                browser.resize((width, 900))
                # Colours move nothing but where there is least room, if anywhere.
                for scheme in ("light", "dark") if width == WIDTHS[0] else ("light",):
                    browser.prefer(scheme)
                    if (more := wider(browser)) > 0:
                        problems.append(f"{path}: {more} px wider than {width} px, {scheme}, in {sans}")
    assert not problems, "\n".join(problems)


def test_on_a_phone_all_that_a_cell_holds_stands_beside_its_label(filled, browser):
    filled.administrator.get("/keys/new").form("scopes").set("name", "Two scopes").set("scopes", ["events:write", "media:write"]).submit()
    browser.use(filled.administrator)
    browser.resize((380, 900))
    for path in ("/roles", "/keys", "/users", "/changes", webhooks.LIST, "/settings/webhooks/history"):
        browser.open(path)
        assert browser.all("tbody [data-label]"), path
        under = browser.script(
            """
            return [...document.querySelectorAll('tbody [data-label] > *')].filter((e) => {
                const own = e.getBoundingClientRect(), cell = e.parentElement.getBoundingClientRect();
                return own.width > 1 && own.left < cell.left + 90;
            }).map((e) => e.outerHTML.slice(0, 120));
            """)
        assert under == [], path


def test_trouble_is_told_in_the_list_and_never_called_well(filled, browser, t):
    browser.use(filled.administrator)
    browser.resize((1280, 900))
    browser.open(webhooks.LIST)
    rows = {row.find_element("css selector", "th").text: row.text for row in browser.all("main tbody tr")}
    failing = t("webhooks.status.failing_since", since="")
    assert failing in rows[NAME] and t("webhooks.status.delivering") not in rows[NAME]
    assert t("webhooks.status.delivering") in rows["Good"]
    assert t("webhooks.status.paused_held.other", count=3) in rows["Off"]
    names = [action.get_attribute("textContent").split()[0] for action in browser.all("main tbody tr:first-child .act")]
    assert names == [t("webhooks.deliveries"), t("webhooks.edit"), t("webhooks.delete")]
