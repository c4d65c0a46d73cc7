"""Media handed over by path while the process is killed again and again: each is registered once, and files and rows pair up."""

import http.client
import random
import threading

import media
from waiting import until

FILES = 400


def test_killed_again_and_again_each_file_of_the_inbox_is_registered_once(fresh, capsys):
    stage = fresh("media")
    inbox = stage.product.data / "media-inbox" / "northwind"
    inbox.mkdir(parents=True)
    for number in range(FILES):
        (inbox / f"{number}.wav").write_bytes(b"%d" % number)
    recorded = media.days_ago(3)
    left, lock, unanswered = list(range(FILES)), threading.Lock(), set()
    refused = []

    def work():
        machine = stage.machine()
        while True:
            with lock:
                if not left:
                    return
                number = left.pop()
            try:
                # The same call until there is an answer, as the platform makes it. Half of them have no name of its own.
                body = {"kind": "recordings", "recorded_at": recorded, "path": f"{number}.wav"}
                if number % 2:
                    body["external_id"] = f"call-{number}"
                answer = machine.post("media", body)
            except (OSError, http.client.HTTPException):
                answer = None
            if answer is None or answer.status in (409, 502, 503):
                with lock:
                    unanswered.add(number)
                    left.insert(0, number)
                threading.Event().wait(0.02)
            elif answer.status not in (200, 201):
                with lock:
                    refused.append((number, answer.status, answer.body))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    dice = random.Random(8)
    kills = 0
    while any(thread.is_alive() for thread in threads) and kills < 12:
        threading.Event().wait(dice.uniform(0.02, 0.12))
        stage.product.kill()
        stage.product.start()
        kills += 1
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a call hangs"
    assert refused == []
    rows = stage.product.rows("SELECT id, extension, state, inbox_path FROM media_files")
    assert sorted(row[3] for row in rows) == sorted(f"{number}.wav" for number in range(FILES)), "each once"
    assert {row[2] for row in rows} == {"live"}
    assert media.files(stage.product) == {f"{row[0]}.{row[1]}" for row in rows}
    assert list(inbox.iterdir()) == []
    contents = {path.read_bytes() for path in (stage.product.data / "media").rglob("*.wav")}
    assert contents == {b"%d" % number for number in range(FILES)}
    with capsys.disabled():
        print(f"\n  {kills} kills: {FILES} files registered, {len(unanswered)} asked again, 0 lost, 0 twice", end="")
