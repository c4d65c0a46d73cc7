"""Playlists, queues and tracking numbers: kept by the operator in an account and by the platform's services; what is in use stays."""

import pytest

import webhooks
from browser import Browser, translations
from machine import Machine
from receiver import Receiver
from test_accessibility import inspect


def open_account(console, slug):
    """Their session reads and writes that account from now on."""
    opened = console.get("/operator/accounts").form(action=f"/operator/accounts/{slug}/open").submit()
    assert opened.status == 200


@pytest.fixture
def operator(stage):
    return stage.operator


@pytest.fixture
def operator_in_horizon(stage):
    open_account(stage.operator, "horizon")
    yield stage.operator
    open_account(stage.operator, "northwind")


@pytest.fixture
def plain(stage, operator):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser.use(operator)
    browser.close()


def add(console, word, **values):
    form = console.get(f"/operator/{word}/new").form("name")
    for name, value in values.items():
        form.set(name, value)
    page = form.submit()
    assert page.status == 200 and not page.errors, page.errors
    return page.path


def test_a_playlist_is_made_put_to_use_freed_and_deleted(stage, browser, operator, t):
    browser.use(operator).open("/settings/account")
    browser.follow(t("playlist.list.title"), within="nav.tabs")
    browser.follow(t("playlist.add"))
    browser.fill(t("reference.name"), "Jazz").fill(t("reference.reference"), "no spaces please").press(t("playlist.save"))
    assert browser.title.startswith("Error:") and browser.value(t("reference.name")) == "Jazz"
    browser.fill(t("reference.reference"), "media-7").press(t("playlist.save"))
    assert browser.heading == "Jazz" and t("reference.uses.none") in browser.text
    playlist = browser.path
    browser.open("/operator/queues").follow(t("queue.add"))
    browser.fill(t("reference.name"), "Support").fill(t("queue.playlist"), "Jazz").fill(t("queue.head_of_line"), "020 7946 0018")
    browser.press(t("queue.save"))
    assert "+44 20 7946 0018" in browser.text
    queue = browser.path
    browser.open(f"{playlist}/delete")
    assert t("playlist.in_use") in browser.text and not browser.all("main .confirm")
    # That a form was refused is no fault of the pages to come.
    browser.errors()
    problems = {path: inspect(browser, path) for path in (
        "/operator/playlists", "/operator/playlists/new", playlist, f"{playlist}/edit", f"{playlist}/delete", queue, f"{queue}/delete")}
    assert not any(problems.values()), problems
    browser.resize((1280, 900))
    browser.open(f"{playlist}/delete").follow("Support", within="main")
    assert browser.path == queue
    browser.follow(t("reference.edit")).fill(t("queue.playlist"), t("queue.playlist.none")).press(t("queue.save"))
    browser.open(f"{playlist}/delete").press(t("playlist.delete.submit"))
    assert browser.path == "/operator/playlists" and t("reference.deleted", name="Jazz") in browser.text
    assert "Jazz" in stage.administrator.get("/settings/deletions").main.text


def test_a_number_that_a_webhook_needs_stays_without_scripts(stage, plain, t):
    plain.open("/operator/tracking-numbers/new")
    plain.fill(t("reference.name"), "Sales").fill(t("tracking_number.number"), "3900").press(t("tracking_number.save"))
    assert plain.title.startswith("Error:") and "error-summary" in plain.focused.get_attribute("class")
    plain.fill(t("tracking_number.number"), "020 7946 0031").press(t("tracking_number.save"))
    number = plain.path
    with Receiver() as receiver:
        form = webhooks.new_form(stage.administrator, "For sales", receiver.url, ["cdr"])
        webhook = form.set("restriction", "tracking_number").set("numbers", ["+442079460031"]).submit().path
        plain.open(number)
        plain._leave(lambda: plain.link(t("reference.delete"), within="main").click())
        assert t("tracking_number.in_use") in plain.text
        plain.follow("For sales", within="main")
        assert plain.path == webhook
        edit = stage.administrator.get(f"{webhook}/edit").form("name", "restriction")
        assert edit.set("restriction", "none").submit().status == 200
    plain.open(f"{number}/delete").press(t("tracking_number.delete.submit"))
    assert plain.path == "/operator/tracking-numbers"


def test_in_a_french_account_a_queue_with_members_says_who_they_are(stage, browser, operator_in_horizon):
    words = translations("fr")
    console = operator_in_horizon
    queue = add(console, "queues", name="Sinistres", reference="acd.sinistres")
    person = stage.french.get("/users").link("Camille Laurent")
    browser.use(stage.french).open(f"{person}/edit")
    assert words["user.queues"] in browser.text
    browser.switch("Sinistres").press(words["user.save"])
    assert "Sinistres" in browser.text
    assert not inspect(browser, f"{person}/edit")
    browser.resize((1280, 900))
    browser.use(console).open(f"{queue}/delete")
    assert words["queue.in_use"] in browser.text
    assert not inspect(browser, f"{queue}/delete")
    browser.resize((1280, 900))
    browser.follow("Camille Laurent", within="main").follow(words["users.edit"]).switch("Sinistres", on=False).press(words["user.save"])
    browser.open(f"{queue}/delete").press(words["queue.delete.submit"])
    assert words["queue.empty.title"] in browser.text


def test_nobody_of_the_account_comes_there(stage):
    page = stage.administrator.get("/settings/account")
    assert not [a for a in page.tree.all("a") if (a.get("href") or "").startswith("/operator")]
    for word in ("playlists", "queues", "tracking-numbers"):
        assert stage.administrator.get(f"/operator/{word}").status == 404


def test_the_platform_hands_it_over_by_the_api(stage, operator):
    def machine(account, *scopes):
        return Machine(stage.product.port, account, stage.product.create_key(account, *scopes))
    both, reader = machine("northwind", "reference:write", "reference:read"), machine("northwind", "reference:read")
    stranger = machine("horizon", "reference:write", "reference:read")
    base = "/api/v1/accounts/northwind"
    made = both.call("PUT", f"{base}/playlists/api.1", {"name": "By the API"})
    assert made.status == 201 and made.headers["location"] == f"{base}/playlists/api.1"
    assert both.call("PUT", f"{base}/playlists/api.1", {"name": "By the API"}).status == 200
    assert both.call("PUT", f"{base}/queues/api.1", {"name": "Its queue", "playlist": "api.1"}).status == 201
    assert "By the API" in operator.get("/operator/queues").main.text
    assert [item["reference"] for item in reader.call("GET", f"{base}/playlists?limit=1").json["items"]]
    used = both.call("DELETE", f"{base}/playlists/api.1")
    assert used.status == 409 and used.headers["content-type"].startswith("application/problem+json")
    assert [use["name"] for use in used.json["uses"]] == ["Its queue"]
    wrong = both.call("PUT", f"{base}/tracking-numbers/api.1", {"name": "", "number": "12ab", "colour": "red"})
    assert wrong.status == 422
    assert {error["pointer"] for error in wrong.json["errors"]} == {"#/colour", "#/name", "#/number"}
    assert both.call("PUT", f"{base}/queues/api.1", "{", content_type="application/json").status == 400
    assert reader.call("DELETE", f"{base}/queues/api.1").status == 403
    assert stranger.call("GET", f"{base}/queues/api.1").status == 404
    assert stranger.call("DELETE", f"{base}/queues/api.1").status == 404
    assert both.call("DELETE", f"{base}/queues/api.1").status == 204
    assert both.call("DELETE", f"{base}/playlists/api.1").status == 204
