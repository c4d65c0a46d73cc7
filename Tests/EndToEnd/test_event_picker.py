"""The boxes of a webhook's events: counted while they are ticked, found by the beginnings of words, covered where "all" covers them."""

import pytest

from browser import Browser

NEW = "/settings/webhooks/endpoints/new"


def module(browser, slug):
    """Its summary's words, and its boxes with what is seen of them."""
    box = browser.one(f"[id='event-module:{slug}']")
    return box.find_element("xpath", "ancestor::details")


def shown(browser):
    return [code.text for code in browser.all(".modules code") if code.is_displayed()]


def test_counts_move_and_what_is_chosen_whole_shows_as_covered(stage, browser, t):
    browser.use(stage.administrator).open(NEW)
    interaction = module(browser, "interaction")
    summary = interaction.find_element("css selector", "summary")
    assert summary.text.split() == ["Interaction", "15"]
    summary.click()
    for name in ("cdr", "call:end"):
        browser.one(f"[id='event-{name}']").click()
    assert summary.text.split() == ["Interaction", "2", t("webhooks.events.of"), "15"]
    browser.one("[id='event-module:interaction']").click()
    assert summary.text.split() == ["Interaction", t("webhooks.events.every"), "15"]
    assert not browser.one("[id='event-cdr']").is_displayed(), "it is ticked, and not here to be unticked"
    assert interaction.find_element("xpath", ".//code[.='cdr']").is_displayed()
    browser.one("[id='event-module:interaction']").click()
    assert summary.text.split() == ["Interaction", "2", t("webhooks.events.of"), "15"], "what was ticked singly is still"
    browser.one("#events-all").click()
    assert summary.text.split() == ["Interaction", t("webhooks.events.every"), "15"]
    assert module(browser, "users").find_element("css selector", "summary").text.split() == ["Users", t("webhooks.events.every"), "56"]


def test_events_are_found_by_the_beginnings_of_words(stage, browser, t):
    browser.use(stage.administrator).open(NEW)
    search = browser.one(".picker input[type=search]")
    search.send_keys("call")
    found = shown(browser)
    assert {"call", "call:end", "call:start"} <= set(found)
    assert "PHYSICAL_VERIFICATION" not in found and "USER_LOGIN" not in found
    search.send_keys(":en")
    assert shown(browser) == ["call:end"]
    search.send_keys(" zzz")
    assert shown(browser) == [] and t("webhooks.events.none") in browser.one(".picker").text
    search.clear()
    search.send_keys("x")
    search.send_keys("\b")
    assert shown(browser) == [], "folded again, as it was"
    assert t("webhooks.events.none") not in browser.one(".picker").text


@pytest.mark.parametrize("width", [320, 1440])
def test_it_fits_the_window(stage, browser, width):
    browser.resize((width, 900))
    browser.use(stage.administrator).open(NEW)
    browser.script("for (const fold of document.querySelectorAll('.modules > details')) fold.open = true")
    assert browser.overflow() == 0
    places = {round(box.rect["x"]) for box in browser.all(".modules .choice:not(.all)")}
    assert len(places) == (1 if width == 320 else 3)


def test_without_scripts_nothing_is_dead(stage):
    plain = Browser(scripts=False)
    try:
        plain.address = stage.product.address
        plain.use(stage.administrator).open(NEW)
        assert plain.all(".picker input[type=search]") == []
        plain.one("#events-all").click()
        summaries = [summary.text for summary in plain.all(".modules summary")]
        assert all("all" in summary.split() for summary in summaries), summaries
    finally:
        plain.close()
