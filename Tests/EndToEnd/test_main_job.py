"""The main job, end to end, in a real browser: from signing in to a signed webhook that somebody else's library verifies.

The tests follow one another as a person does; each begins where the one before has ended."""

import hashlib
import hmac
import json
import re

import pytest
from standardwebhooks import Webhook

import media
import images
import webhooks
from conftest import ADMINISTRATOR, make_stage
from installation import PASSWORD
from receiver import Receiver, answering, failing_first
from waiting import until


@pytest.fixture(scope="module")
def job():
    stage = make_stage("job")
    yield stage
    stage.product.stop()


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def page(chromium, job):
    chromium.resize((1280, 900))
    chromium.prefer("light")
    chromium.address = job.product.address
    chromium.forget()
    return chromium


@pytest.fixture(autouse=True)
def at_the_job(chromium, job):
    chromium.address = job.product.address
    yield
    assert not [e for e in chromium.errors() if "422" not in e["message"]], "nothing is written to the browser's console"


def test_sign_in_and_open_client_account_settings_from_the_user_capsule(page, t):
    page.open("/sign-in")
    page.fill(t("sign_in.email"), ADMINISTRATOR).fill(t("sign_in.password"), PASSWORD).press(t("sign_in.save"))
    capsule = page.one("details.menu summary")
    assert "Ada Lindqvist" in capsule.text and "AL" in capsule.text
    capsule.click()
    page.follow(t("shared.menu.settings"), within="details.menu")
    assert page.path == "/settings/account"
    assert page.heading == t("account.title")
    assert page.title.startswith(t("account.title"))


def test_change_account_settings(page, job, t):
    page.open("/settings/account")
    page.fill(t("account.time_zone"), "Europe/Paris")
    page.fill(t("account.head_of_line"), "+33 1 42 68 53 00")
    page.switch(t("account.password_expiration")).fill(t("account.password_days"), "90")
    page.press(t("account.save"))
    assert t("account.saved") in page.text
    assert page.value(t("account.time_zone")) == "Europe/Paris"
    assert page.field(t("account.password_expiration")).is_selected()
    assert job.product.rows("SELECT time_zone, head_of_line, password_days FROM accounts WHERE slug = 'northwind'") == [
        ("Europe/Paris", "+33142685300", 90)]


def test_upload_a_logo_and_see_it_in_the_header(page, job, t, tmp_path):
    file = tmp_path / "Northwind (new).png"
    file.write_bytes(images.png(text=b"made by somebody, somewhere"))
    page.open("/settings/account")
    page.fill(t("account.logo"), file).press(t("account.save"))
    logo = page.one("header.header .brand img")
    assert page.script("return arguments[0].complete && arguments[0].naturalWidth", logo) == 64
    stored = [path for path in (job.product.data / "logos").rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert "Northwind" not in stored[0].name
    assert b"somebody" not in stored[0].read_bytes(), "what the file said besides the picture is gone"


def test_shorten_a_retention_see_the_figures_confirm_and_purge(page, job, t):
    machine = job.machine()
    old = [media.register(machine, "recordings", 40 + n, connector="Archive") for n in range(3)]
    held = media.register(machine, "recordings", 50, hold=True)
    new = media.register(machine, "recordings", 2)
    other = media.register(machine, "voice_mailbox", 400)
    assert len(media.files(job.product)) == 6

    page.open("/settings/retention")
    page.one("[name=recordings][value=days]").click()
    page.one("[name=recordings_days]").clear()
    page.one("[name=recordings_days]").send_keys("30")
    page.press(t("retention.preview"))
    row = page.driver.find_element("xpath", f"//section[@id='preview']//tr[th[normalize-space()='{t('entity.recordings')}']]").text
    assert "3" in row and "1" in row
    assert page.one("[name=recordings_days]").get_attribute("value") == "30", "what was typed is still there"
    assert job.product.value("SELECT count(*) FROM retention_policies WHERE days IS NOT NULL") == 0, "a preview saves nothing"

    page.press(t("retention.save"))
    assert page.heading == t("retention.confirm.title")
    assert re.search(r"\b3 items\b", page.text)
    assert len(media.files(job.product)) == 6, "nothing is deleted before it is confirmed"
    page.press(t("retention.confirm.save"))
    assert t("retention.saved") in page.text

    page.follow(t("retention.purge_now"))
    assert re.search(r"\b3 items\b", page.text)
    page.press(t("retention.purge.button.other", count=3))
    until(lambda: len(media.files(job.product)) == 3, what="the three files are gone")
    left = {record["id"] for record in (held, new, other)}
    stored = {f"{row[0]}" for row in job.product.rows("SELECT id FROM media_files")}
    assert stored == {identifier.split("_", 1)[1] for identifier in left}
    for record in (held, new, other):
        assert any(record["id"].split("_", 1)[1] in name for name in media.files(job.product)), "the held, the new and the other file are there"
    for record in old:
        assert not any(record["id"].split("_", 1)[1] in name for name in media.files(job.product))


def test_the_purge_stands_in_deletion_history(page, t):
    page.open("/settings/deletions")
    row = page.one("main tbody tr").text
    assert t("entity.recordings") in row
    assert "Ada Lindqvist" in row
    assert re.search(r"\b3\b", row)


def test_add_a_webhook_and_test_it(page, receiver, job, t):
    page.open("/settings/webhooks")
    page.switch(t("webhook_settings.enabled")).press(t("webhook_settings.save"))
    assert t("webhook_settings.saved") in page.text
    page.follow(t("webhooks.endpoints.title"), within="nav.tabs")
    page.follow(t("webhooks.endpoints.add"))
    webhooks.type_new(page, "CRM synchronisation", receiver.url)
    page.press(t("webhooks.new.save"))
    assert page.heading == "CRM synchronisation"

    page.press(t("webhooks.test.send"))
    got = receiver.wait_for(1)[0]
    assert json.loads(got.body)["event_type"] == "test"
    assert page.heading == t("webhooks.test.title", name="CRM synchronisation")
    assert t("outgoing.test.good") in page.text and "200" in page.text
    timings = page.one("ul.timings").text
    for phase in (t("outgoing.phase.first_byte"), t("outgoing.phase.total")):
        assert phase in timings
    assert re.search(r"[\d.,]+\s(ms|s)\b", timings)


def test_an_event_reaches_the_receiver_signed_so_that_others_can_verify_it(receiver, job):
    endpoint = job.administrator.get(webhooks.LIST).link("CRM synchronisation")
    secret = webhooks.secret(job.administrator, endpoint)
    answer = job.machine().publish(
        "call:end", {"call_id": "c-7f3a91d2", "caller": "+33612345678", "path": "a/b"}, event_id="main-job-1")
    assert answer.status == 202
    got = receiver.wait(lambda requests: next((r for r in requests if r.id == answer.id), None))
    # Somebody else's library, fed with what came over the wire.
    payload = Webhook(secret).verify(got.body, got.fields)
    assert payload["event_type"] == "call:end"
    assert payload["data"]["call_id"] == "c-7f3a91d2"
    assert list(json.loads(got.body)) == ["event_time", "event_type", "current_context", "data"]
    assert got.body == json.dumps(json.loads(got.body), separators=(",", ":"), ensure_ascii=False).encode(), "compact, slashes not escaped"
    assert got.header("x-signature") == hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
    assert got.header("content-type") == "application/json"
    assert got.header("user-agent").startswith("Hookswitch/")
    with pytest.raises(Exception):
        Webhook(secret).verify(got.body.replace(b"c-7f3a91d2", b"c-forged00"), got.fields)


def test_deliveries_and_the_delivery_in_full_show_it(page, job, t):
    until(lambda: job.product.value("SELECT count(*) FROM deliveries WHERE state <> 'delivered'") == 0, what="it is recorded")
    page.open(webhooks.LIST).follow("CRM synchronisation", within="main").follow(t("webhooks.deliveries"), within="main")
    row = page.one("main tbody tr")
    assert "call:end" in row.text and "200" in row.text and t("deliveries.state.delivered") in row.text
    assert re.search(r"\d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d \+0[12]:00", row.text), "in the account's zone, with its offset"
    opener = row.find_element("css selector", ".expand")
    opener.click()
    until(lambda: any("c-7f3a91d2" in e.text for e in page.all("tr.expansion")), what="the row is open")
    opener.send_keys(" ")
    until(lambda: not any(e.is_displayed() for e in page.all("tr.expansion")), what="the row is closed")
    page.follow(t("deliveries.enter"), within="main")
    assert t("deliveries.one.title", event="call:end", webhook="CRM synchronisation") == page.heading
    assert t("deliveries.attempt.answered", number=1, status=200) in page.text
    assert "c-7f3a91d2" in page.text, "the payload, for those with the right"
    assert "curl" in page.text
    for disclosure in page.all("details.disclosure:not([open]) summary"):
        disclosure.click()
    assert "webhook-signature" in page.text


def test_a_receiver_that_fails_is_retried_and_shows_it_and_retry_works(page, job, t):
    with Receiver(failing_first(1, then=200, status=503)) as failing, Receiver(answering(500, b"<b>Out of order</b>")) as broken:
        webhooks.create(job.administrator, "Fails at first", failing.url, ["cdr"])
        broken_path = webhooks.create(job.administrator, "Broken", broken.url, ["call:missed"])
        first = job.machine().publish("cdr", {"call_id": "c-retry"})
        second = job.machine().publish("call:missed", {"call_id": "c-broken"})
        failing.wait_for(1)
        broken.wait_for(1)
        page.open(f"{broken_path}/deliveries")
        until(lambda: "500" in page.open(f"{broken_path}/deliveries").text, what="the page shows what it answered", every=0.2)
        assert t("deliveries.badge.retrying", attempts=1, total=10, next="") in page.text, "waiting for its next attempt"

        # The second attempt of the other comes by itself, after some five seconds.
        failing.wait_for(2, within=12)
        assert {request.id for request in failing.requests} == {first.id}
        assert len({request.body for request in failing.requests}) == 1
        until(
            lambda: job.product.rows("SELECT state, attempt FROM deliveries WHERE webhook_name = 'Fails at first'") == [("delivered", 2)],
            what="delivered at the second attempt")

        # Retry: the receiver is mended, and a person asks.
        broken.behaviour = answering(200)
        before = len(broken.requests)
        page.open(f"{broken_path}/deliveries").follow(t("deliveries.enter"), within="main")
        page.press(t("deliveries.retry"))
        assert t("deliveries.retry.sent", event="call:missed", webhook="Broken") in page.text
        broken.wait_for(before + 1)
        assert {request.id for request in broken.requests} == {second.id}
        until(
            lambda: job.product.value("SELECT state FROM deliveries WHERE webhook_name = 'Broken'") == "delivered", what="delivered by hand")
        page.open(page.path)
        assert t("deliveries.attempt.answered", number=1, status=500) in page.text
        assert t("deliveries.attempt.manual") in page.text
        assert "Out of order" in page.script("return document.querySelector('main').textContent")
        assert not page.all("main b:not(.timings b)") or "Out of order" not in [b.text for b in page.all("main b")], "an answer is text, never markup"


def test_order_within_a_call_is_kept(job):
    with Receiver() as receiver:
        webhooks.create(job.administrator, "In order", receiver.url, ["call:update"])
        machine = job.machine()
        for number in range(25):
            assert machine.publish("call:update", {"call_id": "c-order", "step": number}).status == 202
        receiver.wait_for(25)
        steps = [json.loads(request.body)["data"]["step"] for request in receiver.requests]
        assert steps == list(range(25))


def test_a_paused_webhook_keeps_its_events_and_sends_them_when_it_goes_on(job):
    with Receiver() as receiver:
        console = job.administrator
        path = webhooks.create(console, "Paused", receiver.url, ["recording:ready"])
        webhooks.pause(console, path)
        for number in range(5):
            assert job.machine().publish("recording:ready", {"n": number}).status == 202
        assert job.product.value("SELECT count(*) FROM deliveries WHERE webhook_name = 'Paused' AND state = 'held'") == 5
        assert not receiver.requests
        webhooks.resume(console, path)
        receiver.wait_for(5)


def test_rotating_the_secret_signs_with_both_for_a_while(job):
    with Receiver() as receiver:
        console = job.administrator
        path = webhooks.create(console, "Rotated", receiver.url, ["voicemail:left"])
        old = webhooks.secret(console, path)
        console.get(f"{path}/secret").form(action=f"{path}/secret").submit()
        secrets = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", console.get(path).main.text))
        assert old in secrets and len(secrets) == 2
        job.machine().publish("voicemail:left", {"n": 1})
        got = receiver.wait_for(1)[0]
        assert len(got.header("webhook-signature").split(" ")) == 2
        for secret in secrets:
            Webhook(secret).verify(got.body, got.fields)


def test_deleting_a_webhook_asks_first_and_stands_in_deletion_history(page, job, t):
    page.open(webhooks.LIST).follow("Rotated", within="main")
    page.follow(t("webhooks.delete.submit"))
    assert page.heading == t("webhooks.delete.title", name="Rotated")
    page.press(t("webhooks.delete.submit"))
    assert "Rotated" not in [row.text for row in page.all("main tbody th")]
    page.open("/settings/deletions")
    assert "Rotated" in page.one("main tbody tr").text


def test_signing_out_ends_the_session(page, job, t):
    cookies = {cookie["name"]: cookie["value"] for cookie in page.driver.get_cookies()}
    page.one("details.menu summary").click()
    page.press(t("shared.menu.sign_out"), within="details.menu")
    page.open("/settings/account")
    assert page.path.startswith("/sign-in")
    stolen = job.anonymous
    stolen.cookies = cookies
    assert stolen.get("/settings/account").path.startswith("/sign-in"), "the old cookie is worth nothing"
