"""The change log and the notices, as people read them: with and without scripts, in both languages."""

import pytest

from browser import NARROW, Browser, translations


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


@pytest.fixture(params=["with scripts", "without scripts"])
def reader(request, stage):
    return request.getfixturevalue("browser" if request.param == "with scripts" else "plain")


def change_number(browser, t, number):
    browser.open("/settings/account").fill(t("account.head_of_line"), number).press(t("account.save"))
    assert t("account.saved") in browser.text


def test_a_change_is_found_from_the_page_that_it_was_made_on(stage, reader, t):
    reader.use(stage.administrator)
    change_number(reader, t, "")
    change_number(reader, t, "+44 20 7946 0123")
    reader.follow(t("shared.changes"), within="main")
    assert reader.path.startswith("/changes?tab=")
    row = reader.one("main tbody tr").text
    for words in (t("change.account.update"), t("account.title"), t("account.head_of_line"), "+442079460123", "127.0.0.1"):
        assert words in row, row
    reader.fill(t("changes.search"), "7946 0123".replace(" ", "")).press(t("shared.filters.apply"))
    assert "+442079460123" in reader.one("main tbody tr").text
    reader.fill(t("changes.search"), "nothing has these words").press(t("shared.filters.apply"))
    assert t("changes.empty.title") in reader.text
    reader.follow(t("shared.filters.clear"), within="main")
    assert reader.path == "/changes" and t("change.account.update") in reader.text
    change_number(reader, t, "")


def test_an_account_reads_of_staff_who_opened_it_and_dismisses_the_notice(stage, reader, t):
    accounts = stage.operator.get("/operator/accounts")
    row = next(row for row in accounts.main.all("tr") if "Northwind" in row.text)
    assert next(form for form in accounts.forms if form.element in row.all("form")).submit().status == 200
    reader.use(stage.administrator).open("/me")
    reader._leave(lambda: reader.one("a.attention").click())
    assert reader.heading == t("alerts.title")
    row = reader.one("main tbody tr")
    assert t("alert.account_opened.text") in row.text
    while reader.all("main .cell-actions button"):
        reader._leave(lambda: reader.one("main .cell-actions button").click())
    assert t("alerts.dismissed") in reader.text and not reader.all("a.attention")
    reader.open("/changes?tab=%2Falerts")
    assert t("change.alert.dismiss") in reader.text


def test_both_in_french(stage, browser):
    words = translations("fr")
    browser.use(stage.french).open("/changes")
    assert browser.heading == words["changes.title"] and words["changes.lead"] in browser.text
    browser.resize(NARROW)
    assert browser.overflow() <= 0
    browser.open("/alerts")
    assert browser.heading == words["alerts.title"] and browser.overflow() <= 0
