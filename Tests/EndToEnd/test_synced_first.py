"""No 202 is written before the fdatasync that covers its commit. kill -9 does not prove this; the order of system calls does."""

import re
import shutil
import threading

import pytest

import webhooks
from receiver import Receiver

LINE = re.compile(r"^(\d+)\s+(.*)$")


def calls(trace):
    """(begin, end, name, what) of each system call; positions are lines of the trace, so that their order is the kernel's."""
    begun, done = {}, []
    for at, line in enumerate(trace.splitlines()):
        if not (match := LINE.match(line)):
            continue
        thread, rest = match.groups()
        if rest.startswith("<... "):
            if thread in begun:
                name, start, what = begun.pop(thread)
                done.append((start, at, name, what + rest))
        elif "(" in rest:
            name = rest.split("(", 1)[0]
            if rest.endswith("<unfinished ...>"):
                begun[thread] = (name, at, rest)
            else:
                done.append((at, at, name, rest))
    return sorted(done)


def test_no_202_is_written_before_the_sync_that_covers_its_commit(fresh, tmp_path, capsys):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    stage = fresh("sync", wrapper=[
        "strace", "-f", "-y", "-s", "9000", "-o", str(trace), "-e", "trace=pwrite64,pwritev,fdatasync,fsync,write,writev,sendto,sendmsg"])
    with Receiver() as receiver:
        webhooks.enable(stage.administrator)
        webhooks.create(stage.administrator, "Fast", receiver.url)
        keys, lock = {}, threading.Lock()

        def post(name):
            machine = stage.machine()
            for number in range(15):
                key = f"synced-{name}-{number:02}-"
                answer = machine.publish("call:end", {"call_id": key}, event_id=key)
                assert answer.status == 202
                with lock:
                    keys[answer.id] = key
        threads = [threading.Thread(target=post, args=(f"p{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        receiver.wait_for(60, within=30)
    assert len(keys) == 60
    stage.product.stop(keep=True)

    log = calls(trace.read_text(errors="replace"))
    syncs = [(begin, end) for begin, end, name, what in log if name in ("fdatasync", "fsync") and "hookswitch.sqlite-wal" in what and "= 0" in what]
    pages = [(end, what) for _, end, name, what in log if name.startswith("pwrite") and "hookswitch.sqlite-wal" in what]
    answers = [(begin, what) for begin, _, name, what in log if name in ("write", "writev", "sendto", "sendmsg") and "202" in what and "Status:" in what]
    assert syncs and pages and answers, (len(syncs), len(pages), len(answers))
    # A page holds the id as a number; the event's key stands in it as text.
    for event, key in keys.items():
        answered = next((begin for begin, what in answers if event in what), None)
        assert answered is not None, f"the answer about {event} is not in the trace"
        written = [end for end, what in pages if key in what and end < answered]
        assert written, f"{event}: answered before its commit was written at all"
        covering = [end for begin, end in syncs if begin > min(written) and end < answered]
        assert covering, f"{event}: answered at line {answered}, written at {min(written)}, and no sync between"
    with capsys.disabled():
        print(f"\n  {len(keys)} events, {len(syncs)} syncs of the log, every answer after its sync", end="")
