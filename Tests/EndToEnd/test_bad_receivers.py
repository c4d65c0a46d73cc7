"""Whatever a receiver does, the attempt ends as a fault of the closed set, in time, and no other webhook waits for it."""

import time

import pytest

import receiver as behaviours
import webhooks
from installation import shown
from receiver import Receiver, answering
from waiting import until

# Behaviour, fault, and the seconds within which it must be told.
CASES = {
    "refuses": ("connect", 8),
    "resets": ("receiver_protocol", 8),
    "hangs": ("timeout", 20),
    "drips": ("timeout", 20),
    "redirects": ("receiver_status", 8),
    "sends an endless body": ("too_large", 20),
    "has a certificate of nobody": ("tls", 8),
    "babbles": ("receiver_protocol", 8),
    "fails": ("receiver_status", 8),
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """All of them at once, each a webhook of its own beside a good one: so they also show whether one disturbs another."""
    from conftest import make_stage
    good = Receiver()
    made = {
        "resets": Receiver(behaviours.resetting), "hangs": Receiver(behaviours.hanging), "drips": Receiver(behaviours.dripping),
        "redirects": Receiver(behaviours.redirecting(good.url)), "sends an endless body": Receiver(behaviours.endless),
        "has a certificate of nobody": Receiver(tls=behaviours.self_signed(tmp_path_factory.mktemp("tls"))),
        "babbles": Receiver(behaviours.babbling), "fails": Receiver(answering(500, b"Broken")),
    }
    urls = {name: receiver.url for name, receiver in made.items()}
    urls["refuses"] = f"http://127.0.0.1:{behaviours.closed_port()}/hook"
    stage = make_stage("receivers")
    console = stage.administrator
    webhooks.enable(console)
    webhooks.create(console, "good", good.url)
    for name in CASES:
        webhooks.create(console, name, urls[name])
    yield stage, good
    stage.product.stop()
    for receiver in [good, *made.values()]:
        receiver.stop()


def test_a_good_webhook_is_not_slowed_by_bad_ones(scene, capsys):
    stage, good = scene
    machine = stage.machine()
    slowest = 0
    for number in range(30):
        before = time.time()
        answer = machine.publish("call:end", {"call_id": f"iso-{number}"})
        assert answer.status == 202
        assert answer.json["deliveries"] == len(CASES) + 1
        arrived = good.wait(lambda requests: next((r.at for r in requests if r.id == answer.id), None), within=5)
        slowest = max(slowest, arrived - before)
    assert slowest < 1, f"{slowest:.2f} s while others hang"
    with capsys.disabled():
        print(f"\n  beside {len(CASES)} bad receivers the good one waited {slowest * 1000:.0f} ms at most", end="")


@pytest.mark.parametrize("name", CASES)
def test_each_ends_as_its_fault_in_time(scene, name):
    stage, _ = scene
    fault, limit = CASES[name]
    first = until(
        lambda: stage.product.rows(
            "SELECT a.fault, a.total_us, a.status, a.finished_at - a.started_at FROM attempts a JOIN deliveries d ON d.id = a.delivery_id "
            "WHERE d.webhook_name = ? AND a.finished_at IS NOT NULL ORDER BY a.started_at LIMIT 1", name),
        within=30, what=f"an attempt at the receiver that {name} has ended")
    (found, _, status, milliseconds), = first
    assert found == fault
    assert milliseconds / 1000 <= limit
    if fault == "receiver_status":
        assert status in (302, 500)


def test_a_redirect_is_not_followed(scene):
    stage, good = scene
    ids = {row[0] for row in stage.product.rows("SELECT DISTINCT event_id FROM deliveries WHERE webhook_name = 'redirects'")}
    for event in ids:
        assert len(good.of_event(shown("evt", event))) <= 1


def test_a_receiver_that_keeps_failing_gets_each_event_and_is_not_flooded(scene, t):
    """Fewer requests at once, each event by its own schedule; nothing is given up."""
    stage, _ = scene
    attempts = stage.product.value(
        "SELECT count(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.webhook_name = 'fails'")
    # The first attempts, and the second after 5 s; the third comes after 5 min.
    assert 30 <= attempts <= 60 + 2
    assert stage.product.value("SELECT count(*) FROM deliveries WHERE webhook_name = 'fails' AND state = 'pending'") == 30
    page = stage.administrator.get(webhooks.LIST)
    row = next(row for row in page.main.first("tbody").all("tr") if row.first("a").text == "fails")
    assert t("webhooks.status.failing_since", since="") in row.text


@pytest.mark.parametrize("name", CASES)
def test_the_delivery_in_full_shows_whose_fault_it_was(scene, t, name):
    stage, _ = scene
    fault, _ = CASES[name]
    delivery = stage.product.value(
        "SELECT d.id FROM deliveries d JOIN attempts a ON a.delivery_id = d.id WHERE d.webhook_name = ? AND a.finished_at IS NOT NULL LIMIT 1", name)
    page = stage.administrator.get(f"/settings/webhooks/deliveries/{shown('dlv', delivery)}")
    assert page.status == 200
    assert t(f"deliveries.fault.{fault}.who") in page.main.text
    words = {"redirects": "deliveries.answer.redirect", "fails": "deliveries.answer.server"}.get(name, f"deliveries.fault.{fault}")
    assert t(words) in page.main.text
