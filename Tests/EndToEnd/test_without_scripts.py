"""Everything works in a browser that runs no script."""

import pytest

import webhooks
from browser import Browser
from conftest import ADMINISTRATOR
from installation import PASSWORD
from receiver import Receiver


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


def test_scripts_are_really_off(plain, stage):
    plain.open("/sign-in")
    assert plain.script("return document.readyState") == "complete"
    plain.driver.get("data:text/html,<title>off</title><h1>x</h1><script>document.title='on'</script>")
    assert plain.title == "off"


def test_the_main_job_without_scripts(plain, stage, t):
    plain.open("/sign-in")
    plain.fill(t("sign_in.email"), ADMINISTRATOR).fill(t("sign_in.password"), PASSWORD).press(t("sign_in.save"))
    # The user menu is a disclosure of HTML's own.
    plain.one("details.menu summary").click()
    plain.follow(t("shared.menu.settings"), within="details.menu")
    plain.open("/settings/account")
    plain.fill(t("account.head_of_line"), "+44 20 7946 0123").press(t("account.save"))
    assert t("account.saved") in plain.text
    assert plain.value(t("account.head_of_line")).replace(" ", "") == "+442079460123"

    with Receiver() as receiver:
        webhooks.enable(stage.administrator)
        plain.open("/settings/webhooks/endpoints/new")
        webhooks.type_new(plain, "Without scripts", receiver.url)
        plain._leave(lambda: plain.one("main form[method=post] .save .primary").click())
        assert "Without scripts" in plain.one("main").text
        assert stage.machine().publish("call:end", {"call_id": "plain-1"}).status == 202
        receiver.wait_for(1)
        plain.open("/settings/webhooks/history")
        assert "call:end" in plain.text
        # A row does not open without the script: its link leads to all of it.
        assert not plain.all(".expand") and not plain.one(".expander").is_displayed()
        plain.follow(t("deliveries.enter"), within="main tbody")
        assert "plain-1" in plain.text

    plain.open("/settings/account")
    plain.fill(t("account.head_of_line"), "rubbish").press(t("account.save"))
    assert plain.title.startswith("Error:")
    assert "error-summary" in plain.focused.get_attribute("class"), "autofocus, without the script"
    plain.fill(t("account.head_of_line"), "").press(t("account.save"))

    plain.one("details.menu summary").click()
    plain._leave(lambda: plain.button(t("shared.menu.sign_out"), within="details.menu").click())
    plain.open("/settings/account")
    assert plain.path.startswith("/sign-in")
