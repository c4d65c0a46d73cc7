"""The operator's console: an account is suspended, resumed, closed, exported and taken back, with scripts and without."""

import io
import json
import tarfile

import pytest

from browser import NARROW, WIDE, Browser
from conftest import ADMINISTRATOR, OPERATOR
from console import Console
from installation import PASSWORD
from waiting import until

PATH = "/operator/accounts/northwind"


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no scripts"])
def any_browser(request):
    browser = Browser(scripts=request.param)
    yield browser
    browser.close()


def operator(stage, language="en"):
    console = Console(stage.product.port, language)
    console.sign_in(OPERATOR, PASSWORD)
    return console


def test_suspending_signs_people_out_and_tells_them_and_resuming_lets_them_in(fresh, any_browser, t):
    stage = fresh("suspend")
    ada = stage.administrator
    any_browser.address = stage.product.address
    any_browser.use(operator(stage)).open("/operator/accounts")
    any_browser.follow("Northwind Support", within="main")
    any_browser.follow(t("operator.suspend.save"), within="main")
    any_browser.press(t("operator.suspension.save"))
    assert any_browser.status == 422 and t("operator.suspension.reason.needed") in any_browser.text
    any_browser.fill(t("operator.suspension.reason"), "Unpaid since August").press(t("operator.suspension.save"))
    assert "Unpaid since August" in any_browser.text
    assert ada.get("/settings/account").heading == t("sign_in.title")
    refused = Console(stage.product.port).get("/sign-in").form("password").submit(email=ADMINISTRATOR, password=PASSWORD)
    assert refused.status == 403 and refused.heading == t("errors.403.suspended.title")
    assert refused.link(t("errors.back")) == "/", "there is a way on for whoever has another account"
    assert stage.machine().publish("call:end", {"call_id": "held-1"}).status == 202
    any_browser.press(t("operator.resume.save"))
    assert stage.product.value("SELECT state FROM accounts WHERE slug = 'northwind'") == "active"
    console = Console(stage.product.port)
    console.sign_in(ADMINISTRATOR, PASSWORD)
    assert console.get("/settings/account").status == 200


def test_closing_exports_the_account_and_reopening_takes_it_back(fresh, any_browser, t):
    stage = fresh("close")
    assert stage.machine().publish("call:end", {"call_id": "kept-1"}).status == 202
    console = operator(stage)
    any_browser.address = stage.product.address
    any_browser.use(console).open(PATH)
    any_browser.follow(t("operator.close.save"), within="main")
    any_browser.fill(t("operator.closing.slug"), "horizon").press(t("operator.closing.save"))
    assert any_browser.status == 422 and any_browser.value(t("operator.closing.slug")) == "horizon"
    any_browser.fill(t("operator.closing.slug"), "northwind").press(t("operator.closing.save"))
    until(lambda: t("operator.closure.download") in console.get(PATH).main.text, what="the export is made")
    answer = console.get(PATH + "/export")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
        events = archive.extractfile("./events.jsonl").read().decode().splitlines()
        people = archive.extractfile("./users.jsonl").read().decode()
    assert {"./settings.json", "./webhooks.jsonl", "./media.jsonl", "./audit.jsonl"} <= set(names)
    assert any("kept-1" in json.loads(line)["body"] for line in events)
    assert ADMINISTRATOR in people and "horizon.example" not in people
    any_browser.open(PATH)
    any_browser.press(t("operator.closure.reopen"))
    assert stage.product.value("SELECT state FROM accounts WHERE slug = 'northwind'") == "active"


def test_an_export_that_was_killed_is_made_after_the_restart(fresh):
    stage = fresh("killed")
    console = operator(stage)
    console.get(PATH + "/closing").form("slug").submit(slug="northwind")
    stage.product.kill()
    stage.product.start_process()
    until(lambda: stage.product.value("SELECT exported_at FROM account_closures") is not None, what="the export is made")


def test_the_console_is_whole_in_french_and_on_a_phone(stage, browser, t):
    console = operator(stage, "fr")
    for path in ("/operator/accounts", PATH, PATH + "/limits", PATH + "/closing", PATH + "/suspension", "/operator/health", "/operator/certificates"):
        page = console.get(path)
        assert page.status == 200 and page.tree.first("html").get("lang") == "fr", path
    assert "Clôturer le compte" in console.get(PATH).main.text
    assert "Tout fonctionne" in console.get("/operator/health").main.text
    browser.use(console)
    for size in (WIDE, NARROW):
        browser.resize(size)
        for path in (PATH, PATH + "/limits", PATH + "/closing", "/operator/health"):
            browser.open(path)
            assert browser.overflow() <= 0, (path, size)
            assert browser.violations() == [], (path, size)
    # Where the form stands beside the facts.
    browser.resize((1440, 900))
    browser.open(PATH)
    assert browser.one("#reason").size["width"] >= 240, "room for a reason"


def test_the_strip_says_all_of_it_on_a_phone(stage, browser):
    console = operator(stage, "fr")
    console.get(PATH).form("reason").submit(reason="Ticket 4711")
    browser.use(console)
    browser.resize(NARROW)
    browser.open("/settings/account")
    cut = browser.script(
        "const p = document.querySelector('.strip p'); return [p.scrollHeight - p.clientHeight, p.scrollWidth - p.clientWidth]")
    assert max(cut) <= 1
