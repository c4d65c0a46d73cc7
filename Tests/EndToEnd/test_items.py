"""Stored items and legal holds in a real browser: found, put under hold by item and by filter, released, and seen by who may only look."""

import pytest

import media
from browser import Browser, translations
from conftest import ADMINISTRATOR, FRENCH, MEMBER


def shown_words(language):
    """As WebDriver gives a page's text back: U+00A0 as a space, U+202F as it is."""
    return {key: text.replace("\u00a0", " ") for key, text in translations(language).items()}


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def items(stage):
    """Of each account two messages of the IVR and one recording."""
    return {account: [
        media.register(stage.machine(account), "ivr_recorder", 3, external_id="items-1"),
        media.register(stage.machine(account), "ivr_recorder", 2, external_id="items-2"),
        media.register(stage.machine(account), "recordings", 1, external_id="items-3"),
    ] for account in ("northwind", "horizon")}


def held(stage, account, items):
    return [stage.machine(account).call("GET", f"/api/v1/accounts/{account}/media/{item['id']}").json["hold"] for item in items]


def release(browser, words, reason):
    """The newest of those in force."""
    browser.open("/settings/retention/holds")
    link = browser.one("main tbody td.cell-actions a")
    browser._leave(lambda: link.click())
    assert browser.heading == words["media_release.title"]
    browser.fill(words["media_release.reason"], reason).press(words["media_release.save"])
    assert browser.path == "/settings/retention/holds"


@pytest.mark.parametrize("language, email, account", [("en", ADMINISTRATOR, "northwind"), ("fr", FRENCH, "horizon")])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_held_by_item_and_by_filter_and_free_after_both(stage, browser, plain, items, scripts, language, email, account):
    words, items = shown_words(language), items[account]
    browser = browser if scripts else plain
    browser.use(stage.console(email)).open("/settings/retention/items?kind=ivr_recorder")
    assert browser.heading == words["media.title"] and len(browser.all("main tbody tr")) == 2
    # One of them, from its row; what is wrong is said.
    link = browser.one(f"main tbody a[href$='{items[0]['id']}/hold']")
    browser._leave(lambda: link.click())
    browser.fill(words["media_hold.reason"], "   ").press(words["media_hold.save"])
    assert browser.status == 422 and words["media_hold.reason.needed"] in browser.text
    browser.fill(words["media_hold.reason"], "Complaint 118").press(words["media_hold.save"])
    assert browser.path.endswith(items[0]["id"]) and "Complaint 118" in browser.text
    assert held(stage, account, items) == [True, False, False]
    # All that match.
    browser.open("/settings/retention/items?kind=ivr_recorder")
    link = browser.one("a[href^='/settings/retention/holds/new']")
    browser._leave(lambda: link.click())
    assert words["media_hold.filter.strong.other"].replace("{count}", "2") in browser.text
    browser.fill(words["media_hold.reason"], "Dispute 7").press(words["media_hold.save"])
    assert browser.path == "/settings/retention/holds" and "Dispute 7" in browser.text
    assert held(stage, account, items) == [True, True, False]
    release(browser, words, "Settled 7")
    assert held(stage, account, items) == [True, False, False]
    release(browser, words, "Settled 118")
    assert held(stage, account, items) == [False, False, False] and words["media.holds.none.title"] in browser.text
    browser.open(f"/settings/retention/items/{items[0]['id']}")
    for text in ["Complaint 118", "Dispute 7", "Settled 7", "Settled 118"]:
        assert text in browser.text
    # Chromium notes the refused form itself.
    assert not [entry for entry in browser.errors() if "422" not in entry["message"]]


def test_the_french_list_stays_within_the_window(stage, browser, items):
    browser.use(stage.console(FRENCH))
    try:
        for width in (1200, 1100, 380, 320):
            browser.resize((width, 900))
            browser.open("/settings/retention/items")
            assert browser.overflow() <= 0, width
    finally:
        browser.resize((1280, 900))


def test_search_leads_to_an_item_and_its_page_back_to_the_search(stage, browser, items):
    words = shown_words("en")
    browser.use(stage.administrator).open("/settings/retention/items")
    browser.fill(words["media.search"], "items-3").press(words["shared.filters.apply"])
    assert len(browser.all("main tbody tr")) == 1
    link = browser.one("main tbody th a")
    browser._leave(lambda: link.click())
    assert items["northwind"][2]["id"] in browser.text
    back = browser.one("a[href^='/settings/retention/items?']")
    browser._leave(lambda: back.click())
    assert len(browser.all("main tbody tr")) == 1


def test_who_may_only_look_sees_all_and_changes_nothing(fresh):
    stage = fresh("items")
    item = media.register(stage.machine(), "recordings", 1, hold=True, hold_reason="Case 7")
    administrator = stage.administrator
    assert administrator.get("/roles/new").form("name").submit(name="Archivist", rights=["retention.view"]).status == 200
    role = stage.product.value("SELECT id FROM roles WHERE name = 'Archivist'")
    user = stage.product.value("SELECT id FROM users WHERE email = ?", MEMBER)
    assert administrator.get(f"/users/usr_{user}/edit").form("role").submit(role=f"rol_{role}").status == 200
    hold = stage.product.value("SELECT id FROM media_holds")
    pages = ["/settings/retention/items", f"/settings/retention/items/{item['id']}", "/settings/retention/holds"]
    for path in pages:
        page = stage.member.get(path)
        assert page.status == 200 and "/hold\"" not in page.text and "/release\"" not in page.text and "holds/new" not in page.text
    assert "Case 7" in stage.member.get(pages[1]).text and "Case 7" in stage.member.get(pages[2]).text
    for path in [pages[1] + "/hold", "/settings/retention/holds/new", f"/settings/retention/holds/hld_{hold}/release"]:
        assert stage.member.get(path).status == 403
