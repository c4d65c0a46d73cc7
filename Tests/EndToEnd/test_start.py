"""bin/start keeps both programs running, and leaves none behind, whichever of them is killed."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from installation import ROOT, free_port
from waiting import until


class Started:
    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.log = (folder / "start.log").open("ab")
        self.process = subprocess.Popen(
            [ROOT / "bin/start", "--data", str(folder / "data"), "--port", str(port)], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, start_new_session=True)
        until(self.answers, 120, "the console answers")

    def answers(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status == 200
        except OSError:
            return False

    def is_open(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    @property
    def master(self):
        """0 while there is none."""
        path = self.folder / "data/run/nginx.pid"
        return int(path.read_text() or 0) if path.exists() else 0


def group(leader):
    """The processes that are in the group of this one."""
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == leader and fields[0] != "Z":
                members.append(int(entry))
    return members


@pytest.fixture
def started(tmp_path):
    for folder in [tmp_path, *tmp_path.parents]:
        if str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    port = free_port()
    all_started = []

    def start():
        all_started.append(Started(tmp_path, port))
        return all_started[-1]

    yield start
    for one in all_started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.process.wait(40)


def test_nginx_killed_is_started_again_and_no_worker_of_it_stays(started):
    one = started()
    for _ in range(2):
        old = one.master
        before = time.monotonic()
        os.kill(old, signal.SIGKILL)
        until(lambda: one.master not in (0, old) and one.answers(), 10, "a new nginx answers")
        print(f"a killed nginx was back after {time.monotonic() - before:.2f} s")
        assert group(old) == []
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(40) == 0
    assert not one.is_open()


def test_bin_start_killed_leaves_nothing_behind(started):
    one = started()
    master = one.master
    one.process.kill()
    until(lambda: not one.is_open() and group(master) == [], 20, "nginx has ended")
    two = started()
    assert two.answers()
    # Nobody is left to end the workers then; the next start does.
    master = two.master
    os.kill(two.process.pid, signal.SIGSTOP)
    os.kill(master, signal.SIGKILL)
    two.process.kill()
    two.process.wait()
    assert group(master) != []
    three = started()
    # Until they are ended they answer, in the place of those to come.
    until(lambda: three.master not in (0, master) and group(master) == [] and three.answers(), 20, "a new nginx answers alone")
