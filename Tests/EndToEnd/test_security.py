"""Security in a real browser: domains added as people paste them, asked about where they deceive, deleted with what follows; and kept."""

import pytest

from browser import Browser, translations
from conftest import MEMBER


def shown_words(language):
    """As the browser gives a page's text back: without spaces at which no line breaks."""
    return {key: text.replace("\u00a0", " ").replace("\u202f", " ") for key, text in translations(language).items()}


def text(browser):
    return browser.text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


def add(browser, words, kind, path, domain):
    browser.open(path + "/new").fill(words[f"{kind}.domain"], domain)
    return browser.press(words[f"{kind}.save"])


def delete(browser, words, path, domain):
    browser.open(path)
    row = next(row for row in browser.all("main tbody tr") if row.find_element("css selector", "th").text.split("\n")[0] == domain)
    link = row.find_element("css selector", "td.cell-actions a")
    browser._leave(lambda: link.click())
    asked = text(browser)
    browser.press(words["security.delete.submit"])
    assert browser.path == path and words["security.deleted"].replace("{domain}", domain) in text(browser)
    return asked


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_domains_are_added_asked_about_and_deleted(stage, browser, plain, scripts, language):
    words = shown_words(language)
    browser = browser if scripts else plain
    browser.use(stage.administrator if language == "en" else stage.french)
    path = "/settings/security/domains"
    browser.open("/settings/security")
    assert browser.path == path and words["chat_domain.empty.title"] in text(browser)
    # What is wrong is said, and what was typed stays.
    add(browser, words, "chat_domain", path, "*.com")
    assert browser.status == 422 and words["security.wrong.wildcard_suffix"] in text(browser)
    assert browser.value(words["chat_domain.domain"]) == "*.com"
    # A page's address is taken by its domain.
    browser.fill(words["chat_domain.domain"], "https://Shop.münchen.example/cart").press(words["chat_domain.save"])
    assert browser.path == path and words["security.created.part"] in text(browser)
    assert "shop.münchen.example" in text(browser) and "shop.xn--mnchen-3ya.example" in text(browser)
    # One that deceives is asked about first.
    add(browser, words, "chat_domain", path, "аррӏе.example")
    assert words["security.lookalike.strong"] in text(browser) and "xn--80ak6aa92e.example" in text(browser)
    browser.press(words["security.add.anyway"].replace("{domain}", "аррӏе.example"))
    assert browser.path == path and words["security.lookalike"] in text(browser)
    asked = delete(browser, words, path, "аррӏе.example")
    assert words["chat_domain.delete.strong"].replace("{domain}", "аррӏе.example") in asked
    delete(browser, words, path, "shop.münchen.example")
    assert words["chat_domain.empty.title"] in text(browser)


def test_only_allowed_domains_are_taken_from_then_on(stage, browser):
    words = shown_words("en")
    path = "/settings/security/user-domains"
    browser.use(stage.administrator)
    add(browser, words, "user_domain", path, "example.com")
    # Those of the stage are of another domain.
    assert words["user_domain.outside.stay"] in text(browser)
    browser.press(words["security.add.anyway"].replace("{domain}", "example.com"))
    assert browser.path == path
    browser.open("/users/new").fill(words["user.name"], "Ana Lima").fill(words["user.email"], "ana@northwind.example")
    browser.press(words["user.save"])
    assert browser.status == 422 and "Allowed: example.com" in text(browser)
    asked = delete(browser, words, path, "example.com")
    assert words["user_domain.delete.last"].replace("{domain}", "example.com") in asked


def test_a_user_without_the_right_has_no_such_pages(stage):
    console = stage.console(MEMBER)
    for path in ("domains", "user-domains"):
        assert console.get(f"/settings/security/{path}").status == 403
        assert console.get(f"/settings/security/{path}/new").status == 403
