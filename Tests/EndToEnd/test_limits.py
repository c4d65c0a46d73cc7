"""Limits in a real browser: what is used, a request for more, its answer by the operator, and what the account is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from browser import NARROW, WIDE, Browser, translations
from conftest import ADMINISTRATOR, OPERATOR
from console import Console
from installation import PASSWORD
from waiting import until


def shown_words(language):
    """As the browser gives a page's text back: without spaces at which no line breaks."""
    return {key: text.replace("\u00a0", " ").replace("\u202f", " ") for key, text in translations(language).items()}


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def staff(stage):
    """Of the platform, in no account."""
    console = Console(stage.product.port)
    console.sign_in(OPERATOR, PASSWORD)
    return console


def row(browser, words):
    return next(row for row in browser.all("main tbody tr") if row.find_elements("css selector", "th") and words in row.find_element("css selector", "th").text)


def ask(browser, words, limit, wanted, reason):
    browser.open("/settings/limits")
    link = row(browser, words[f"limit.{limit}"]).find_element("css selector", "td.cell-actions a")
    browser._leave(lambda: link.click())
    browser.fill(words["limit_request.wanted"], wanted).fill(words["limit_request.reason"], reason)
    return browser.press(words["limit_request.save"])


def open_request(browser, account):
    browser.open("/operator/requests")
    link = next(link for link in browser.all("main tbody th a") if account in link.text)
    return browser._leave(lambda: link.click())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_more_is_asked_for_given_and_used(stage, browser, plain, staff, scripts):
    words = shown_words("en")
    browser = browser if scripts else plain
    maximum = "SELECT maximum FROM account_limits l JOIN accounts a ON a.id = l.account_id WHERE a.slug = 'northwind' AND l.name = 'webhooks'"
    before = next((found for found, in stage.product.rows(maximum)), 20)
    browser.use(stage.administrator)
    # What is wrong is said, and nothing typed is lost.
    ask(browser, words, "webhooks", str(before), "One for each agency")
    assert browser.title.startswith("Error:") and words["limit_request.wanted.not_more"] in browser.text
    assert browser.value(words["limit_request.wanted"]) == str(before) and browser.value(words["limit_request.reason"]) == "One for each agency"
    browser.fill(words["limit_request.wanted"], str(before + 20)).press(words["limit_request.save"])
    assert browser.path == "/settings/limits" and words["limit_request.saved"] in browser.text
    assert words["limits.requests.state.submitted"] in browser.text and "One for each agency" in browser.text
    # The staff sees that something waits, from any page of theirs.
    browser.use(staff).open("/operator/accounts")
    assert browser.one("a[href='/operator/requests'] .count").text == "1"
    open_request(browser, "Northwind")
    assert browser.one("#granted").get_attribute("value") == str(before + 20)
    browser.press(words["limit_answer.save"])
    assert browser.title.startswith("Error:") and words["limit_answer.decision.needed"] in browser.text
    browser.one("input[name=decision][value=approve]").click()
    browser.fill(words["limit_answer.granted"], str(before + 10)).fill(words["limit_answer.note"], "Ten will do")
    browser.press(words["limit_answer.save"])
    assert browser.path == "/operator/requests" and words["limit_queue.empty.title"] in browser.text
    assert not browser.all("a[href='/operator/requests'] .count")
    assert stage.product.value(maximum) == before + 10
    # And the account is told, by the page, its notices and its change log.
    browser.use(stage.administrator).open("/settings/limits")
    assert str(before + 10) in row(browser, words["limit.webhooks"]).text and "Ten will do" in browser.text
    browser.open("/alerts")
    assert "Ten will do" in browser.text and "Webhooks" in browser.text
    browser.open("/changes")
    assert words["change.limit_request.approve"] in browser.text
    assert not browser.errors()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_a_request_is_refused_with_a_reason_and_another_is_withdrawn(stage, browser, plain, staff, scripts):
    words = shown_words("en")
    browser = browser if scripts else plain
    browser.use(stage.administrator)
    ask(browser, words, "roles", "60", "A role for each team")
    browser.use(staff)
    open_request(browser, "Northwind")
    browser.one("input[name=decision][value=refuse]").click()
    browser.press(words["limit_answer.save"])
    assert browser.status == 422 and words["limit_answer.refusal_reason.needed"] in browser.text
    browser.fill(words["limit_answer.refusal_reason"], f"Fifty roles are enough {scripts}").press(words["limit_answer.save"])
    assert browser.path == "/operator/requests"
    browser.use(stage.administrator)
    ask(browser, words, "roles", "70", "Then a few more")
    assert f"Fifty roles are enough {scripts}" in browser.text and words["limits.requests.state.refused"] in browser.text
    browser.press(words["limits.requests.withdraw"])
    assert words["limit_request.withdrawn"] in browser.text and words["limits.requests.state.withdrawn"] in browser.text
    assert stage.product.value("SELECT count(*) FROM limit_requests WHERE state = 'submitted'") == 0


def test_an_answer_to_what_was_withdrawn_shows_what_was_typed(stage, browser, staff):
    words = shown_words("en")
    browser.use(stage.administrator)
    ask(browser, words, "keys", "40", "More machines")
    browser.use(staff)
    open_request(browser, "Northwind")
    page = stage.administrator.get("/settings/limits")
    assert page.form(button=words["limits.requests.withdraw"]).submit().status == 200
    browser.one("input[name=decision][value=refuse]").click()
    browser.fill(words["limit_answer.refusal_reason"], "Use the ones that there are").press(words["limit_answer.save"])
    assert browser.status == 422 and words["limit_answer.unsaved"] in browser.text and "Use the ones that there are" in browser.text


def test_two_at_once_never_pass_a_limit_and_the_administrators_are_told(fresh):
    """Over the network, with as many at once as there are workers for."""
    stage = fresh("limit")
    staff = Console(stage.product.port)
    staff.sign_in(OPERATOR, PASSWORD)
    page = staff.get("/operator/accounts/northwind/limits/limit.roles")
    assert page.form("maximum").submit(maximum="6").status == 200
    consoles = []
    for _ in range(4):
        console = Console(stage.product.port)
        console.sign_in(ADMINISTRATOR, PASSWORD)
        consoles.append(console)
    forms = [console.get("/roles/new").form("name").set("name", f"Role {number}") for number, console in enumerate(consoles)]
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda form: form.submit().status, forms))
    assert statuses == [200, 200, 422, 422], "an account begins with four roles"
    account = "(SELECT id FROM accounts WHERE slug = 'northwind')"
    assert stage.product.value(f"SELECT count(*) FROM roles WHERE account_id = {account}") == 6
    kinds = stage.product.rows(f"SELECT kind, subject, times FROM alerts WHERE account_id = {account} AND resolved_at IS NULL ORDER BY kind")
    assert [tuple(kind) for kind in kinds] == [("limit_near", "roles", 1), ("limit_reached", "roles", 1)]
    text = consoles[0].get("/alerts").main.text
    words = translations("en")
    assert words["alert.limit_reached.title"].replace("{name}", "Roles") in text


def test_events_are_measured_and_never_refused(fresh):
    stage = fresh("events")
    staff = Console(stage.product.port)
    staff.sign_in(OPERATOR, PASSWORD)
    assert staff.get("/operator/accounts/northwind/limits/limit.events").form("maximum").submit(maximum="2").status == 200
    machine = stage.machine()
    for number in range(5):
        assert machine.publish("call:end", {"call_id": f"beyond-{number}"}).status == 202
    words = translations("en")
    text = stage.administrator.get("/settings/limits").main.text
    assert words["limits.measured"] in text and words["limit.events"] in text and words["limit.storage"] in text


def test_the_pages_of_limits_are_whole_in_french_and_on_a_phone(stage, browser, staff):
    words = shown_words("fr")
    browser.use(stage.french)
    ask(browser, words, "users", "1500", "Deux équipes de plus")
    assert words["limit_request.saved"] in browser.text
    request = stage.product.value("SELECT max(id) FROM limit_requests WHERE state = 'submitted'")
    problems = []
    for console, addresses in (
        (stage.french, ["/settings/limits", "/settings/limits/roles/request", "/settings/limits/storage/request"]),
        (staff, ["/operator/requests", f"/operator/requests/lrq_{request}", "/operator/accounts/horizon/limits"]),
    ):
        browser.use(console)
        for address in addresses:
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
    withdrawn = stage.french.get("/settings/limits").form(button=words["limits.requests.withdraw"]).submit()
    assert withdrawn.status == 200


def test_measures_come_by_themselves(stage):
    """The first look is at the start, on a thread of its own."""
    until(lambda: stage.product.value("SELECT count(*) FROM account_measures") > 0, what="something has been measured")


def test_a_member_sees_neither_menu_nor_page(stage):
    assert stage.member.get("/settings/limits").status == 403
    assert stage.member.get("/settings/limits/users/request").status == 403
    assert not [a for a in stage.member.get("/me").tree.all("a") if a.get("href") == "/settings/limits"]
