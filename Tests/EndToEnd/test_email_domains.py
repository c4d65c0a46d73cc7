"""Email address domains: the operator adds one, machines feed its blacklist, the account's people see it and delete it."""

import pytest

from browser import Browser, translations
from machine import Machine
from test_accessibility import inspect
from test_reference import open_account

PATH = "/settings/security/email-domains"
ENTRIES = "SELECT count(*) FROM blacklist_entries e JOIN email_domains d ON d.id = e.domain_id WHERE d.domain = '{}'"


def shown_words(language):
    """As the browser gives a page's text back: without spaces at which no line breaks."""
    return {key: text.replace("\u00a0", " ").replace("\u202f", " ") for key, text in translations(language).items()}


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


def feeder(stage, account="northwind"):
    return Machine(stage.product.port, account, stage.product.create_key(account, "email_domains:read", "email_domains:write"))


def add(browser, console, domain, words):
    browser.use(console).open(PATH)
    browser.follow(words["email_domains.add"], within="main")
    return browser.fill(words["email_domain.domain"], domain).press(words["email_domain.save"])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_a_domain_is_added_fed_looked_at_and_deleted(stage, browser, plain, scripts):
    words = shown_words("en")
    browser = browser if scripts else plain
    label = "münchen" if scripts else "bücher"
    stored = "xn--mnchen-3ya.example" if scripts else "xn--bcher-kva.example"
    domain = f"{label}.example"
    add(browser, stage.operator, "not a domain", words)
    assert browser.title.startswith("Error:") and browser.value(words["email_domain.domain"]) == "not a domain"
    browser.fill(words["email_domain.domain"], domain.upper()).press(words["email_domain.save"])
    page = browser.path
    assert browser.heading == domain and stored in browser.text and words["email_domains.no_entries.title"] in browser.text
    # That a form was refused is no fault of the pages to come.
    browser.errors()
    call = f"/api/v1/accounts/northwind/email-domains/{stored}/blacklist"
    machine = feeder(stage)
    batch = [
        {"email": "zoe@outside.example", "source": "unsubscribe"},
        {"email": "tom@outside.example", "address": f"news@{domain}", "source": "bounce", "at": "2026-01-02T03:04:05+01:00"},
        {"email": "ann@outside.example", "source": "manual"},
        {"email": "nobody", "source": "manual"},
    ]
    fed = machine.call("POST", call, batch)
    assert fed.status == 207 and [item["status"] for item in fed.items] == [201, 201, 201, 422]
    assert machine.call("POST", call, batch).json["items"][0] == {**fed.items[0], "status": 200, "duplicate": True}
    # The account's people see it, and add none.
    browser.use(stage.administrator).open(PATH)
    assert domain in browser.text and not browser.all(f"main a[href='{PATH}/new']")
    assert stage.administrator.get(f"{PATH}/new").status == 404
    browser.follow(domain, within="main")
    for text in ("zoe@outside.example", f"news@{domain}", words["email_domains.whole"], words["email_domains.source.bounce"]):
        assert text in browser.text
    browser.open(f"{page}?source=automatic")
    assert "tom@outside.example" in browser.text and "ann@outside.example" not in browser.text
    file = stage.administrator.get(f"{page}/blacklist.csv?source=manual")
    assert "ann@outside.example" in file.text and "tom@outside.example" not in file.text
    if scripts:
        problems = {path: inspect(browser, path) for path in (PATH, page, f"{page}?q=zoe", f"{page}/delete")}
        assert not any(problems.values()), problems
        browser.use(stage.operator)
        assert not inspect(browser, f"{PATH}/new")
        browser.use(stage.administrator).resize((1280, 900))
    browser.open(page).follow(words["email_domains.delete.action"], within="main")
    facts = [element.text for element in browser.all("main dl.facts dd")]
    assert facts[0] == "3" and words["email_domains.users.none"] in facts
    browser.press(words["email_domains.delete.submit"])
    assert browser.path == PATH and words["email_domains.deleted"].format(domain=domain) in browser.text
    assert stage.product.value(ENTRIES.format(stored)) == 0
    history = stage.administrator.get("/settings/deletions").main.text
    assert words["entity.email_domain"] in history and words["entity.blacklist_entry"] in history and domain in history
    assert machine.call("GET", call).status == 404


def test_in_french_a_client_asks_the_operator_and_reads_why(stage, browser):
    words = shown_words("fr")
    open_account(stage.operator, "horizon")
    try:
        add(browser, stage.operator, "lettre.example", words)
        page = browser.path
        machine = feeder(stage, "horizon")
        fed = machine.call("POST", "/api/v1/accounts/horizon/email-domains/lettre.example/blacklist", {
            "email": "zoe@ailleurs.example", "address": "info@lettre.example", "source": "complaint"})
        assert fed.status == 201
        browser.use(stage.french).open(PATH)
        assert browser.heading == words["email_domains.title"] and words["email_domains.by_operator"] in browser.text
        browser.follow("lettre.example", within="main")
        assert words["email_domains.source.complaint"] in browser.text and words["email_domains.source.automatic"] in browser.text
        assert not inspect(browser, page)
        browser.resize((1280, 900))
        browser.open(f"{page}/delete").press(words["email_domains.delete.submit"])
        assert words["email_domains.deleted"].format(domain="lettre.example") in browser.text
    finally:
        open_account(stage.operator, "northwind")
