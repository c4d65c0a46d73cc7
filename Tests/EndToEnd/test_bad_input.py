"""Bad input, through the real nginx: each ends as a clear error, in time, and changes nothing."""

import json
import threading
import time
import zlib

import pytest

import images
import webhooks
from console import File
from machine import Machine


def logo(console, file):
    return console.get("/settings/account").form("logo").set("logo", file).submit()


LOGOS = {
    "a text with a picture's name": (File("logo.png", b"<svg onload=alert(1)>", "image/png"), "account.logo.not_an_image"),
    "an SVG": (File("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"), "account.logo.file_extension"),
    "a name with a character that is not allowed": (File("lo<go>.png", images.png(), "image/png"), "account.logo.file_name"),
    "a name that does not fit its content": (File("logo.gif", images.png(), "image/gif"), "account.logo.mismatch"),
    "30,000 × 30,000 pixels": (File("logo.png", images.bomb(), "image/png"), "account.logo.dimensions"),
    "a picture cut off": (File("logo.png", images.png()[:60], "image/png"), "account.logo.damaged"),
    "2.5 MB": (File("logo.png", images.png() + b"\0" * 2_500_000, "image/png"), "account.logo.too_large"),
}


@pytest.mark.parametrize("what", LOGOS)
def test_a_bad_logo_is_refused_with_its_reason_and_the_rest_of_the_form_is_kept(stage, t, what):
    file, key = LOGOS[what]
    console = stage.administrator
    started = time.monotonic()
    form = console.get("/settings/account").form("logo").set("password_days", "77").set("logo", file)
    answer = form.submit()
    assert time.monotonic() - started < 3
    assert answer.status == 422
    assert answer.title.startswith("Error:")
    wanted = t(key).split("{")[0]
    assert any(text.startswith(wanted) for _, text in answer.errors), answer.errors
    assert answer.form("logo").get("password_days") == "77"
    assert not console.get("/settings/account").tree.first("img", class_="own")


def test_a_logo_of_10_megabytes_is_told_to_be_too_large_by_the_web_server(stage):
    answer = logo(stage.administrator, File("logo.png", b"\x89PNG" + b"\0" * 10_000_000, "image/png"))
    assert answer.status == 413
    assert answer.heading


def test_texts_within_a_picture_are_not_unpacked(stage):
    """Two hundred of them would be 1.6 GB, and took the decoder 14 s."""
    text = images.chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 7_999_000, 9))
    whole = images.png()
    started = time.monotonic()
    answer = logo(stage.administrator, File("logo.png", whole[:33] + 200 * text + whole[33:], "image/png"))
    assert answer.status == 200 and time.monotonic() - started < 3
    assert answer.form("logo").submit(logo_remove="yes").status == 200


def test_many_large_pictures_at_once_leave_the_others_their_pages(stage, t):
    """Each takes a second of a processor: of sixteen from one account one is looked at, and the others are asked to come again."""
    console, other = stage.administrator, stage.french
    form = console.get("/settings/account").form("logo").set("logo", File("logo.png", images.png(4096, 4096), "image/png"))
    body, kind = form.encoded(form.buttons[0])
    answers = []
    posts = [
        threading.Thread(target=lambda: answers.append(console.request("POST", form.action, body, {"Content-Type": kind}, follow=False)))
        for _ in range(16)]
    for post in posts:
        post.start()
    slowest = 0
    while any(post.is_alive() for post in posts):
        started = time.monotonic()
        assert other.get("/me").status == 200
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 2, f"{slowest:.1f} s"
    busy = [answer for answer in answers if answer.status == 422]
    assert len(answers) == 16 and busy and all((form.name_of("logo"), t("account.logo.busy")) in answer.errors for answer in busy)
    page = console.get("/settings/account").form("logo")
    if "logo_remove" in page.names():
        page.submit(logo_remove="yes")


def test_a_path_in_a_file_name_is_no_path(stage):
    console = stage.administrator
    answer = logo(console, File("../../../../etc/cron.d/logo.png", images.png(), "image/png"))
    assert answer.status in (200, 422)
    names = [path.name for path in (stage.product.data / "logos").rglob("*") if path.is_file()]
    assert "logo.png" not in names, "stored under a name that was generated"
    form = console.get("/settings/account").form("logo")
    if "logo_remove" in form.names():
        form.submit(logo_remove="yes")


TARGETS = [
    "http://user:secret@127.0.0.1:8081/", "ftp://example.com/", "javascript:alert(1)", "https://", "https://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/", "https://10.0.0.1/", "https://[::1]:8443/", "https://[::ffff:10.0.0.1]/", "https://0x0a000001/",
    "https://167772161/", "https://012.0.0.1/", "https://10.1/", "https://example.com:22/", "https://example.com:99999/", "not a url",
    "https://169.254.169.254./", "https://１６９.２５４.１６９.２５４/", "https://[::ffff:a9fe:a9fe]/",
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_webhook_may_not_point_there(stage, target):
    console = stage.administrator
    before = stage.product.value("SELECT count(*) FROM webhooks")
    answer = webhooks.submit_new(console, "Nowhere", target)
    assert answer.status == 422, f"{target} was taken"
    assert answer.errors
    assert target in [value for form in answer.forms for _, value in form.values], "what was typed is kept"
    assert stage.product.value("SELECT count(*) FROM webhooks") == before


@pytest.fixture
def machine(stage):
    return stage.machine()


def problem(answer, status):
    assert answer.status == status, (answer.status, answer.body)
    assert answer.headers["content-type"].startswith("application/problem+json")
    value = answer.json
    assert value["status"] == status and value["title"] and value["type"]
    return value


def test_broken_json_is_told_with_line_and_column(machine):
    value = problem(machine.post("events", '{"event_type": "call:end",\n "data": {'), 400)
    assert value["line"] == 2


def test_an_unknown_event_type_is_told_with_the_nearest_names(machine):
    value = problem(machine.publish("call:ended"), 422)
    assert "call:end" in value["nearest"]


def test_too_large_is_413_also_from_the_web_server(machine):
    problem(machine.publish("call:end", {"note": "x" * 300_000}), 413)
    problem(machine.publish("call:end", {"note": "x" * 5_000_000}), 413)


def test_a_wrong_key_is_401_and_another_accounts_is_404(stage):
    problem(Machine(stage.product.port, "northwind", "hsk_" + "0" * 64).publish(), 401)
    problem(Machine(stage.product.port, "northwind", "").publish(), 401)
    problem(Machine(stage.product.port, "northwind", stage.keys["horizon"]).publish(), 404)
    problem(Machine(stage.product.port, "nobody", stage.keys["horizon"]).publish(), 404)


def test_a_key_without_the_scope_is_403(stage):
    key = stage.product.create_key("northwind", "media:write", name="Recorder")
    problem(Machine(stage.product.port, "northwind", key).publish(), 403)


def test_a_batch_with_a_bad_item_keeps_the_good_and_tells_the_bad(machine):
    events = [{"event_type": "call:end", "data": {"n": 1}}, {"event_type": "call:ended", "data": {}}, {"event_type": "cdr", "data": {"n": 3}}]
    answer = machine.post("events", events)
    assert answer.status == 207
    assert [item["status"] for item in answer.items] == [202, 422, 202]
    assert "call:end" in json.dumps(answer.items[1]["problem"])
    lines = "\n".join(json.dumps(event) for event in events) + "\n{broken\n"
    answer = machine.post("events", lines, content_type="application/x-ndjson")
    assert [item["status"] for item in answer.items] == [202, 422, 202, 400]


def test_the_same_event_again_is_the_same_event(machine):
    first = machine.publish("call:end", {"n": 1}, event_id="twice")
    second = machine.publish("call:end", {"n": 1}, event_id="twice")
    assert (first.status, second.status) == (202, 202)
    assert second.id == first.id and second.json["duplicate"] is True
    by_header = machine.post("events", {"event_type": "call:end", "data": {}}, headers={"Idempotency-Key": "twice"})
    assert by_header.id == first.id


@pytest.mark.parametrize("body, kind", [
    (b"\xff\xfe{}", "application/json"), (b"[" * 5000, "application/json"), (b"", "application/json"), (b"null", "application/json"),
    (b'{"event_type":"call:end","event_type":"cdr"}', "application/json"), (b"event_type=call:end", "application/x-www-form-urlencoded"),
])
def test_nonsense_is_a_problem_of_the_callers(machine, body, kind):
    answer = machine.post("events", body, content_type=kind)
    assert 400 <= answer.status < 500, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_guessing_passwords_is_slowed_and_the_owner_gets_in(fresh):
    from conftest import MEMBER
    from console import Console
    stage = fresh("guess")
    console = Console(stage.product.port)
    statuses = []
    for number in range(30):
        page = console.get("/sign-in").form("email", "password").submit(email=MEMBER, password=f"wrong password {number}")
        statuses.append(page.status)
    assert set(statuses) <= {422, 429, 503}
    assert 429 in statuses, "the web server counts"
