"""An event answered with 202 is never lost: not by a kill -9, not by a stop, whenever it comes."""

import hashlib
import json
import random
import time

import pytest

import webhooks
from load import Load
from receiver import Receiver, answering
from waiting import until


@pytest.fixture
def scene(fresh):
    with Receiver() as receiver:
        stage = fresh("lost")
        webhooks.enable(stage.administrator)
        webhooks.create(stage.administrator, "Fast", receiver.url)
        yield stage, receiver


def arrivals(receiver):
    """Event id in the product → the bodies that came under it."""
    with receiver.changed:
        found = {}
        for request in receiver.requests:
            found.setdefault(request.id, set()).add(hashlib.sha256(request.body).hexdigest())
        return found


def assert_all_came(load, receiver, within=60):
    wanted = set(load.accepted.values())
    until(lambda: wanted <= arrivals(receiver).keys(), within, what=f"all {len(wanted)} accepted events are delivered", every=0.2)
    came = arrivals(receiver)
    assert len(wanted) == len(load.accepted), "each event has an id of its own"
    assert all(len(bodies) == 1 for bodies in came.values()), "an id never comes with two bodies"
    # What came is what was posted, under the id that the poster was told.
    by_id = {event: name for name, event in load.accepted.items()}
    with receiver.changed:
        for request in receiver.requests:
            if request.id in by_id:
                assert json.loads(request.body)["data"]["call_id"] == by_id[request.id]
    return came


def test_killed_again_and_again_under_load_it_loses_nothing_that_it_had_accepted(scene, capsys):
    stage, receiver = scene
    load = Load(stage, "kill")
    for round_ in range(4):
        reached = len(load.accepted) + random.Random(round_).randint(150, 400)
        until(lambda: len(load.accepted) >= reached, 60, what=f"{reached} accepted")
        stage.product.kill()
        stage.product.start()
    until(lambda: len(load.accepted) >= reached + 100, 30, what="it accepts again")
    load.stop()
    uncertain = len(load.unanswered)
    load.ask_again()
    came = assert_all_came(load, receiver)
    # What was asked again was not made twice: as many events as ids of posters.
    posted = stage.product.value("SELECT count(*) FROM events WHERE is_test = 0 AND event_type NOT LIKE 'USER%'")
    assert posted == len(load.accepted)
    assert set(came) == set(load.accepted.values())
    twice = len(receiver.requests) - len(came)
    with capsys.disabled():
        print(f"\n  4 kills: {len(load.accepted)} accepted, 0 lost, {uncertain} unanswered and asked again, {twice} sent twice", end="")


def test_asked_to_stop_under_load_it_ends_well_within_10_seconds_and_loses_nothing(scene, capsys):
    stage, receiver = scene
    load = Load(stage, "term")
    until(lambda: len(load.accepted) >= 300, 60, what="300 accepted")
    code, seconds = stage.product.terminate()
    assert code == 0
    assert seconds <= 10
    accepted = len(load.accepted)
    stage.product.start()
    until(lambda: len(load.accepted) >= accepted + 100, 30, what="it accepts again")
    load.stop()
    load.ask_again()
    assert_all_came(load, receiver)
    cut = stage.product.rows("SELECT delivery_id, number, detail FROM attempts WHERE fault = 'unknown'")
    assert not cut, f"no attempt was cut off in the {seconds:.2f} s"
    with capsys.disabled():
        print(f"\n  stopped in {seconds:.2f} s under load: {len(load.accepted)} accepted, 0 lost", end="")


def slow(_receiver, connection, _request):
    time.sleep(0.5)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def test_a_stop_with_a_backlog_neither_waits_for_it_nor_cuts_anything_off(fresh):
    with Receiver(slow) as receiver:
        stage = fresh("backlog")
        webhooks.enable(stage.administrator)
        webhooks.create(stage.administrator, "Slow", receiver.url)
        batch = [{"event_type": "call:end", "data": {"call_id": f"b-{n}"}} for n in range(300)]
        assert stage.machine().post("events", batch).status == 202
        receiver.wait_for(9)
        code, seconds = stage.product.terminate()
        assert code == 0
        assert seconds < 3, "the eight under way take half a second"
        assert stage.product.value("SELECT count(*) FROM attempts WHERE fault = 'unknown'") == 0
        assert stage.product.value("SELECT count(*) FROM due WHERE lease_owner IS NOT NULL") == 0
        sent = stage.product.value("SELECT count(*) FROM deliveries WHERE state = 'delivered'")
        assert sent == len(receiver.requests)
        receiver.behaviour = answering(200)
        stage.product.start()
        receiver.wait(lambda requests: len({r.id for r in requests}) == 300, within=30, what="the rest is delivered")
        assert len(receiver.requests) == 300, "nothing was sent twice"


def test_a_stop_amid_a_backlog_for_a_fast_receiver_gives_back_what_was_leased_ahead(fresh):
    with Receiver() as receiver:
        stage = fresh("ahead")
        console = stage.administrator
        webhooks.enable(console)
        path = webhooks.create(console, "Fast", receiver.url)
        webhooks.pause(console, path)
        machine = stage.machine()
        for batch in range(6):
            events = [{"event_type": "call:end", "data": {"call_id": f"b-{batch}-{n}"}} for n in range(1000)]
            assert machine.post("events", events).status == 202
        webhooks.resume(console, path)
        receiver.wait_for(200)
        code, seconds = stage.product.terminate()
        assert code == 0
        assert seconds < 3
        assert stage.product.value("SELECT count(*) FROM attempts WHERE fault = 'unknown'") == 0
        assert stage.product.value("SELECT count(*) FROM due WHERE lease_owner IS NOT NULL") == 0
        assert len(receiver.requests) < 6000, "there was a backlog"
        stage.product.start()
        receiver.wait(lambda requests: len({r.id for r in requests}) == 6000, within=60, what="the rest is delivered")
        assert len(receiver.requests) == 6000, "nothing was sent twice"


def test_a_stop_lets_the_request_under_way_to_a_receiver_finish(fresh):
    with Receiver(slow) as receiver:
        stage = fresh("slow")
        webhooks.enable(stage.administrator)
        webhooks.create(stage.administrator, "Slow", receiver.url)
        assert stage.machine().publish().status == 202
        receiver.wait_for(1)
        assert stage.product.terminate()[0] == 0
        assert stage.product.rows("SELECT status, fault FROM attempts") == [(200, "none")]
        assert stage.product.rows("SELECT state FROM deliveries") == [("delivered",)]
