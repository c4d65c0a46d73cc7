"""A full disk: 507 and nothing half kept; when there is room again it works by itself, and a purge can make that room."""

import os
import shutil
import sqlite3
import subprocess
import tempfile

import pytest

import media
import webhooks
from conftest import make_stage
from receiver import Receiver
from waiting import until

SIZE = 48 << 20


def mounted(size):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tempfile.mkdtemp(prefix="hookswitch-disk-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        os.rmdir(folder)
        pytest.skip(f"this machine lets nobody mount: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small_disk():
    yield from mounted(SIZE)


def fill(folder):
    """To the last byte."""
    path = os.path.join(folder, "filler")
    with open(path, "ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return path


def test_a_full_disk_refuses_with_507_and_works_again_when_there_is_room(small_disk):
    with Receiver() as receiver:
        stage = make_stage("full", data=os.path.join(small_disk, "data"))
        try:
            console = stage.administrator
            webhooks.enable(console)
            webhooks.create(console, "Fast", receiver.url)
            machine = stage.machine()
            accepted = {f"before-{n}": machine.publish("call:end", {"n": n}, event_id=f"before-{n}").id for n in range(20)}
            receiver.wait_for(20)

            filler = fill(small_disk)
            statuses = []
            for number in range(400):
                name = f"full-{number}"
                answer = machine.publish("call:end", {"note": "x" * 4000}, event_id=name)
                statuses.append(answer.status)
                if answer.status == 202:
                    accepted[name] = answer.id
                    continue
                assert answer.status == 507, answer.body
                assert answer.headers["content-type"].startswith("application/problem+json")
                if statuses.count(507) >= 5:
                    break
            assert statuses.count(507) >= 5, "the disk was never full"
            # Pages can still be read, and a form says what is the matter and changes nothing.
            assert console.get("/settings/webhooks/history").status == 200
            refused = console.get("/me").form("own_theme").set("own_theme", "dark").submit()
            assert refused.status == 507
            assert stage.product.process.poll() is None, "it goes on"

            os.unlink(filler)
            answer = until(
                lambda: (a := machine.publish("call:end", {"note": "after"}, event_id="after")).status == 202 and a, within=10, what="it accepts again")
            accepted["after"] = answer.id
            assert console.get("/me").form("own_theme").set("own_theme", "dark").submit().status == 200
            wanted = set(accepted.values())
            until(lambda: wanted <= {r.id for r in receiver.requests}, within=30, what="all that was accepted is delivered")
            assert stage.product.value("SELECT count(*) FROM events WHERE is_test = 0 AND event_type NOT LIKE 'USER%'") == len(accepted), "nothing of what was refused was kept"
            until(lambda: stage.product.value("SELECT count(*) FROM deliveries WHERE state <> 'delivered'") == 0, within=20, what="all is recorded")
        finally:
            stage.product.stop()


BIG = 160 << 20
RESERVE = 32 << 20


@pytest.fixture
def roomier_disk():
    yield from mounted(BIG)


def reserve(stage):
    path = stage.product.data / "reserve"
    return path.stat().st_size if path.exists() else 0


def test_a_process_that_died_on_a_full_disk_starts_again_answers_and_a_purge_makes_room(roomier_disk):
    with Receiver() as receiver:
        stage = make_stage("died", data=os.path.join(roomier_disk, "data"))
        try:
            product = stage.product
            console = stage.administrator
            webhooks.enable(console)
            webhooks.create(console, "Fast", receiver.url)
            machine = stage.machine()
            for _ in range(30):
                media.register(machine, "recordings", 40, content=b"x" * (1 << 20))
            kept = media.register(machine, "recordings", 3)["id"]
            product.terminate()
            with sqlite3.connect(product.data / "hookswitch.sqlite") as database:
                (account,) = database.execute("SELECT id FROM accounts WHERE slug = 'northwind'").fetchone()
                database.execute("INSERT INTO retention_policies (account_id, kind, days) VALUES (?, 'recordings', 30)", (account,))
            database.close()
            product.start()
            assert reserve(stage) == RESERVE
            accepted = {machine.publish("call:end", {"n": 0}, event_id="before").id}

            fill(roomier_disk)
            product.kill()
            product.start()
            # Read-only: pages answer, nothing is promised.
            assert console.get("/settings/webhooks/history").status == 200
            assert console.get("/settings/retention").status == 200
            assert until(lambda: machine.publish("call:end", {"note": "x" * 4000}).status == 507, within=20, what="the disk is full")
            assert reserve(stage) > 0, "what is kept for deleting is not given to events"
            # Stopped in order it starts again as well.
            product.terminate()
            product.start()
            assert console.get("/settings/webhooks/history").status == 200

            printed = product.command("purge", "--account", "northwind")
            assert "30 recorded before" in printed
            assert media.files(product) == {f"{kept.removeprefix('med_')}.wav"}
            assert reserve(stage) > 0
            answer = until(
                lambda: (a := machine.publish("call:end", {"note": "after"}, event_id="after")).status == 202 and a, within=15, what="it accepts again")
            accepted.add(answer.id)
            until(lambda: accepted <= {r.id for r in receiver.requests}, within=30, what="all that was accepted is delivered")
            assert console.get("/me").form("own_theme").set("own_theme", "dark").submit().status == 200
        finally:
            stage.product.stop()
