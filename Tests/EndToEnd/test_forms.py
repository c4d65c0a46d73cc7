"""Forms in a real browser: what is wrong is said at the top and at the field, nothing typed is lost, nothing is changed twice."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains

import webhooks
from receiver import Receiver
from waiting import until

# path: (what is typed wrongly, what is typed rightly and must stay), by field name
FORMS = {
    "/settings/account": ({"head_of_line": "12ab"}, {"password_days": "91"}),
    "/settings/webhooks/endpoints/new": ({"target": "https://user:secret@example.com/"}, {"name": "Kept name", "headers": ("X-Kept: yes", "X-Kept: ")}),
    "/settings/retention": ({"recordings_days": "400"}, {"voice_mailbox_days": "31"}),
    "/settings/webhooks": ({"url": "ftp://example.com/"}, {}),
    "/settings/sms": ({"url": "ftp://example.com/"}, {"sender": "Kept", "login": "kept-login"}),
    "/roles/new": ({"name": "x" * 101}, {}),
    "/settings/security/domains/new": ({"domain": "a.*.example.com"}, {}),
    "/settings/security/user-domains/new": ({"domain": "ana@example.com"}, {}),
    "/settings/limits/users/request": ({"wanted": "12ab"}, {"reason": "Kept reason"}),
}
# What shows only while a switch is on, and the switch.
SWITCHES = {
    "password_days": "[name=password_expiration]", "recordings_days": "[name=recordings][value=days]",
    "voice_mailbox_days": "[name=voice_mailbox][value=days]", "login": "[name=authentication]",
}


@pytest.mark.parametrize("path", FORMS)
def test_errors_are_told_at_the_top_focused_and_linked_and_nothing_typed_is_lost(stage, browser, path):
    wrong, right = FORMS[path]
    browser.use(stage.administrator).open(path)
    heading = browser.heading
    typed = {}
    for name, value in {**right, **wrong}.items():
        # What may be a secret does not come back: typed, and kept.
        value, kept = value if isinstance(value, tuple) else (value, value)
        control = browser.one(f"[name={name}]")
        if not control.is_displayed():
            browser.one(SWITCHES[name]).click()
        control.clear()
        control.send_keys(value)
        typed[control.get_attribute("id")] = kept
    browser._leave(lambda: browser.one("main form[method=post] .save .primary").click())
    assert browser.status == 422
    assert browser.title.startswith("Error:")
    assert browser.heading == heading
    summary = browser.focused
    assert "error-summary" in summary.get_attribute("class")
    links = summary.find_elements("css selector", "a")
    assert links
    for name, value in typed.items():
        assert browser.one("#" + name).get_attribute("value") == value, f"#{name} has lost what was typed"
    for link in links:
        text = link.text
        link.click()
        focused = browser.focused
        assert focused.tag_name in ("input", "select", "textarea"), f"“{text}” leads to its field"
        assert text in focused.find_element("xpath", "ancestor::*[contains(@class, 'row')][1]").text, "the field has the same words"


def test_a_double_click_on_save_makes_one(stage, browser):
    with Receiver() as receiver:
        browser.use(stage.administrator).open("/settings/webhooks/endpoints/new")
        webhooks.type_new(browser, "Clicked twice", receiver.url)
        before = browser.one("html").id
        ActionChains(browser.driver).double_click(browser.one("main form[method=post] .save .primary")).perform()
        browser.arrive(before)
        count = stage.product.value("SELECT count(*) FROM webhooks WHERE name = 'Clicked twice'")
        assert count == 1


def test_the_same_form_sent_twice_at_once_is_saved_once(stage):
    """Without the script's help: two identical posts, as an impatient click makes them."""
    console = stage.administrator
    form = console.get("/me").form("own_theme")
    form.set("own_theme", "light")
    assert form.submit().status == 200
    count = "SELECT count(*) FROM audit WHERE action = 'profile.update'"
    before = stage.product.value(count)
    second = form.submit()
    assert second.status == 200, "all of it is stored already"
    assert not second.title.startswith("Error:")
    assert stage.product.value(count) == before
    console.get("/me").form("own_theme").submit(own_theme="system")


def test_a_stale_form_shows_both_values_and_overwrites_nothing(stage, t):
    console = stage.administrator
    mine = console.get("/settings/account").form("head_of_line")
    theirs = console.get("/settings/account").form("head_of_line")
    assert theirs.submit(head_of_line="+442079460018").status == 200
    answer = mine.submit(head_of_line="+442079460099")
    assert answer.status == 422
    assert "9460018" in answer.main.text.replace(" ", "")
    assert answer.form("head_of_line").get("head_of_line").replace(" ", "").endswith("9460099")
    kept = console.get("/settings/account").form("head_of_line").get("head_of_line")
    assert kept.replace(" ", "").endswith("9460018")
    console.get("/settings/account").form("head_of_line").submit(head_of_line="")


def test_a_conflict_has_the_focus_and_fits_a_phone_whatever_was_typed(stage, browser):
    with Receiver() as receiver:
        console = stage.administrator
        webhooks.create(console, "For two", receiver.url)
        browser.use(console).open("/settings/webhooks/endpoints")
        browser.resize((320, 640))
        browser._leave(lambda: browser.link("For two").click())
        path = browser.path + "/edit"
        browser.open(path)
        console.get(path).form("name").submit(name="By the other")
        browser.one("[name=name]").send_keys("x" * 80)
        browser._leave(lambda: browser.one("main form[method=post] .save .primary").click())
        assert browser.status == 422
        assert "By the other" in browser.focused.text and browser.focused.get_attribute("role") == "alert"
        assert browser.overflow() == 0


def test_back_works_and_a_list_keeps_its_filters(stage, browser, t):
    with Receiver() as receiver:
        console = stage.administrator
        webhooks.enable(console)
        webhooks.create(console, "For the way back", receiver.url)
        stage.machine().publish("call:end", {"call_id": "back-1"})
        receiver.wait_for(1)
        # The answer is written down a moment after the receiver gave it.
        until(
            lambda: stage.product.value("SELECT count(*) FROM deliveries WHERE webhook_name = 'For the way back' AND state = 'delivered'") == 1,
            what="the delivery is in the history")
        browser.use(console).open("/settings/webhooks/history?state=delivered")
        browser._leave(lambda: browser.one("main tbody td.cell-actions a").click())
        assert browser.path.startswith("/settings/webhooks/deliveries/")
        browser.follow(t("deliveries.history.title"), within="nav.up")
        assert "state=delivered" in browser.path
        assert browser.one("[name=state]").get_attribute("value") == "delivered"
        before = browser.one("html").id
        browser.driver.back()
        browser.arrive(before)
        assert browser.path.startswith("/settings/webhooks/deliveries/")
        assert not browser.errors()


def test_a_form_whose_session_had_ended_is_kept_until_signed_in_again(stage, t):
    from console import Console
    from conftest import ADMINISTRATOR
    from installation import PASSWORD
    console = Console(stage.product.port)
    console.sign_in(ADMINISTRATOR, PASSWORD)
    form = console.get("/settings/account").form("head_of_line").set("head_of_line", "+442079460077")
    console.cookies = {name: value for name, value in console.cookies.items() if not name.endswith("session")}
    page = form.submit()
    assert page.form("email", "password"), "the way to sign in"
    resumed = page.form("email", "password").submit(email=ADMINISTRATOR, password=PASSWORD)
    assert "+442079460077" in resumed.main.text.replace(" ", "") or "+442079460077" in resumed.text
    again = next(form for form in resumed.forms if "/settings/account" in form.action).submit()
    assert again.status in (200, 422)
    assert "9460077" in again.text.replace(" ", "")
    console.get("/settings/account").form("head_of_line").submit(head_of_line="")
