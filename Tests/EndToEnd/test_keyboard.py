"""Everything can be reached and done by keyboard alone, and the focus can always be seen."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import walk
from conftest import ADMINISTRATOR
from installation import PASSWORD


def test_sign_in_and_save_a_form_by_keyboard_alone(stage, browser, t):
    browser.open("/sign-in")
    browser.tab_to(lambda e: e.get_attribute("name") == "email")
    browser.send(ADMINISTRATOR)
    browser.tab_to(lambda e: e.get_attribute("name") == "password")
    browser.send(PASSWORD)
    browser._leave(lambda: browser.send(Keys.ENTER))
    # The user capsule: opened by Enter, left by Escape, which gives the focus back.
    capsule = browser.tab_to(lambda e: e.tag_name == "summary" and e.find_elements("css selector", ".initials"))
    browser.send(Keys.ENTER)
    assert browser.one("details.menu").get_attribute("open")
    browser.send(Keys.TAB)
    assert browser.focused.text == t("shared.menu.me")
    browser.send(Keys.ESCAPE)
    assert not browser.one("details.menu").get_attribute("open")
    assert browser.focused == capsule

    browser.open("/settings/account")
    browser.tab_to(lambda e: e.get_attribute("name") == "head_of_line")
    ActionChains(browser.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    browser.send("+442079460155")
    browser.tab_to(lambda e: e.tag_name == "button" and browser._words(e) == t("account.save"))
    browser._leave(lambda: browser.send(Keys.ENTER))
    assert t("account.saved") in browser.text
    assert browser.one("[name=head_of_line]").get_attribute("value").replace(" ", "") == "+442079460155"
    stage.administrator.get("/settings/account").form("head_of_line").submit(head_of_line="")


def test_the_first_tab_leads_past_the_navigation(stage, browser, t):
    browser.use(stage.administrator).open("/settings/account")
    browser.send(Keys.TAB)
    assert browser.focused.text == t("shared.skip")
    browser.send(Keys.ENTER)
    assert browser.focused.get_attribute("id") == "main"


def test_tab_reaches_every_control_of_every_page_and_the_focus_is_seen(stage, browser):
    browser.use(stage.administrator)
    problems = []
    for page in walk.pages(stage.administrator):
        browser.open(page.path)
        # A group of radio buttons is one stop, as is what a closed disclosure hides.
        wanted = browser.script(
            """
            const groups = new Set();
            return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter((e) => {
                if (e.disabled || !e.checkVisibility({visibilityProperty: true}) || e.tabIndex < 0) return false;
                if (e.type !== 'radio') return true;
                const group = e.form ? [...e.form.elements].filter((x) => x.name === e.name) : [e];
                const stop = group.find((x) => x.checked) || group[0];
                return e === stop;
            }).length
            """)
        reached, unseen, last = set(), [], None
        # Each page holds far fewer than this; a date is several stops for the keyboard, one for the page.
        for _ in range(min(wanted, 150) + 20):
            browser.send(Keys.TAB)
            element = browser.focused
            if element == last:
                continue
            if element.tag_name == "body" or element.id in reached:
                break
            last = element
            reached.add(element.id)
            if not browser.shows_focus(element):
                unseen.append(element.get_attribute("outerHTML")[:100])
        if len(reached) < min(wanted, 150):
            problems.append(f"{page.path}: Tab reaches {len(reached)} of {wanted}")
        if unseen:
            problems.append(f"{page.path}: no focus is seen on {unseen[:3]}")
    assert not problems, "\n".join(problems)
