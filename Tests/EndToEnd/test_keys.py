"""Keys in a real browser: made, shown once, used by a machine, revoked."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from browser import NARROW, WIDE, Browser, translations
from machine import Machine


def shown_words(language):
    """As the browser gives a page's text back: without spaces at which no line breaks."""
    return {key: text.replace("\u00a0", " ") for key, text in translations(language).items()}


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


def fill_in(browser, t, name, *scopes):
    browser.open("/keys").follow(t("keys.add"), within="main")
    browser.fill(t("key.name"), name)
    for scope in scopes:
        browser.one(f"input[name=scopes][value='{scope}']").click()


def save(browser):
    return browser._leave(lambda: browser.one("main form[method=post] .save .primary").click())


def shown(browser):
    return re.search(r"hsk_[0-9a-f]{64}", browser.one("main").get_attribute("textContent")).group()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_a_key_is_made_shown_once_used_and_revoked(stage, browser, plain, t, scripts):
    browser = browser if scripts else plain
    name = f"Telephony {scripts}"
    browser.use(stage.administrator)
    fill_in(browser, t, name)
    save(browser)
    assert browser.title.startswith("Error:") and t("key.scopes.needed") in browser.text and browser.value(t("key.name")) == name
    browser.one("input[name=scopes][value='events:write']").click()
    save(browser)
    secret = shown(browser)
    assert "hsk_" not in browser.path and all("hsk_" not in cookie["value"] for cookie in browser.driver.get_cookies())
    # Neither again by a reload, nor by Back and Forward.
    browser.driver.refresh()
    assert browser.path == "/keys" and secret not in browser.driver.page_source
    browser.driver.back()
    assert secret not in browser.driver.page_source
    browser.driver.forward()
    assert secret not in browser.driver.page_source
    machine = Machine(stage.product.port, "northwind", secret)
    assert machine.publish("call:end", {"call_id": f"key-{scripts}"}).status == 202
    browser.open("/keys")
    row = next(row for row in browser.all("main tbody tr") if name in row.text)
    assert secret[-4:] in row.text and t("scope.events:write") in row.text and "Ada Lindqvist" in row.text
    assert t("keys.last_used.never") not in row.text and t("keys.expires.never") in row.text
    browser._leave(lambda: row.find_element("css selector", "a").click())
    assert name in browser.heading
    browser.press(t("keys.revoke.submit"))
    assert machine.publish("call:end", {"call_id": "refused"}).status == 401
    row = next(row for row in browser.all("main tbody tr") if name in row.text)
    assert t("keys.state.revoked") in row.text and not row.find_elements("css selector", "a")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_a_double_click_makes_one_key_and_shows_it(stage, browser, plain, t, scripts):
    browser = browser if scripts else plain
    browser.use(stage.administrator)
    fill_in(browser, t, f"Clicked twice {scripts}", "events:write")
    before = browser.one("html").id
    ActionChains(browser.driver).double_click(browser.one("main form[method=post] .save .primary")).perform()
    browser.arrive(before)
    assert stage.product.value("SELECT count(*) FROM api_keys WHERE name = ?", f"Clicked twice {scripts}") == 1
    assert Machine(stage.product.port, "northwind", shown(browser)).publish("call:end", {"call_id": f"twice-{scripts}"}).status == 202


def test_a_key_with_an_end_says_when_in_french(stage, browser):
    words = shown_words("fr")
    browser.use(stage.french).open("/keys").follow(words["keys.add"], within="main")
    browser.fill(words["key.name"], "Plateforme")
    browser.one("input[name=scopes][value='settings:read']").click()
    browser.one("input[name=expiry]").click()
    browser.one("input[name=expiry_days]").clear()
    browser.one("input[name=expiry_days]").send_keys("0")
    save(browser)
    assert browser.title.startswith("Erreur")
    browser.one("input[name=expiry_days]").clear()
    browser.one("input[name=expiry_days]").send_keys("30")
    save(browser)
    assert words["keys.secret.once"] in browser.text and words["scope.settings:read"] in browser.text
    assert words["keys.expires.never"] not in browser.text
    assert browser.violations() == []


def test_axe_finds_nothing_on_the_pages_of_keys(stage, browser, t):
    browser.use(stage.administrator)
    fill_in(browser, t, "Looked at", "events:write")
    save(browser)
    problems = []
    # The page with the secret first: nobody comes back to it.
    for address in [None, "/keys", "/keys/new"]:
        if address:
            browser.open(address)
        for size in (WIDE, NARROW):
            browser.resize(size)
            for scheme in ("light", "dark"):
                browser.prefer(scheme)
                problems += [f"{address} {size[0]} {scheme}: {problem}" for problem in browser.violations()]
            if browser.overflow() > 0:
                problems.append(f"{address} {size[0]}: {browser.overflow()} px too wide")
    browser.resize(WIDE)
    browser.prefer("light")
    assert not problems, "\n".join(problems)


def test_a_member_sees_neither_menu_nor_page(stage):
    assert stage.member.get("/keys").status == 403 and stage.member.get("/keys/new").status == 403
    assert not [a for a in stage.member.get("/me").tree.all("a") if a.get("href") in ("/keys", "/roles")]
