"""One installation of the product on ports and in a folder of its own: the release binary, a real nginx before it.

bin/bench and bin/pictures use it too, so it needs nothing but Python's standard library."""

import http.client
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from waiting import until

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("HOOKSWITCH_BINARY", ROOT / ".build-release/release/hookswitch"))
PASSWORD = "correct horse battery staple 7"


def shown(kind, number):
    """The id of an event (`evt`) or a delivery (`dlv`), a number in the database, as the product shows it."""
    return f"{kind}_" + "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> shift & 31] for shift in range(60, -1, -5))


def free_port():
    """Below those that the system gives to connections: one of them might take it before nginx does."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Installation:
    def __init__(self, name="e2e", data=None, wrapper=(), environment=None):
        # nginx's workers and the socket's group must be able to come in.
        self.folder = Path(tempfile.mkdtemp(prefix=f"hookswitch-{name}-"))
        self.folder.chmod(0o755)
        self.data = Path(data) if data else self.folder / "data"
        self.run_folder = self.folder / "run"
        self.socket = self.folder / "socket" / "hookswitch.sock"
        self.log = self.folder / "process.log"
        for folder in (self.run_folder, self.folder / "log"):
            folder.mkdir()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.wrapper = list(wrapper)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HOOKSWITCH_")},
            "HOOKSWITCH_ALLOW_ADDRESSES": "127.0.0.0/8",
            "HOOKSWITCH_ALLOW_HTTP": "true",
            "HOOKSWITCH_OPERATORS_WITHOUT_FACTOR": "true",
            "HOOKSWITCH_ADDRESS": self.address,
            **(environment or {}),
        }
        self.process = None
        self.nginx = None

    # The command line

    def command(self, *arguments, given=None, check=True):
        """Runs `hookswitch VERB … --data FOLDER`; `given` goes to its standard input."""
        done = subprocess.run(
            [str(BINARY), *arguments, "--data", str(self.data)], input=given, capture_output=True, text=True, cwd=ROOT,
            env=self.environment, timeout=60)
        if check and done.returncode != 0:
            raise AssertionError(f"hookswitch {' '.join(arguments)} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done if not check else done.stdout

    def create_account(self, slug, name, country="GB", language="en", time_zone="Europe/London"):
        return self.command(
            "account", "create", "--name", name, "--slug", slug, "--country", country, "--language", language, "--time-zone", time_zone)

    def create_user(self, account, email, name, role="administrator", password=PASSWORD):
        who = ["--account", account, "--role", role] if account else ["--operator"]
        return self.command("user", "create", *who, "--email", email, "--name", name, given=password + "\n")

    def create_key(self, account, *scopes, name="Telephony"):
        words = [word for scope in scopes for word in ("--scope", scope)]
        printed = self.command("key", "create", "--account", account, "--name", name, *words)
        return re.search(r"hsk_[0-9A-Za-z]+", printed).group()

    # The process and nginx

    def start(self, with_nginx=True):
        self.start_process()
        if with_nginx and not self.nginx:
            self.start_nginx()
        until(self.is_up, within=30, what="the product answers")
        return self

    def start_process(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, str(BINARY), "serve", "--data", str(self.data), "--socket", str(self.socket)], cwd=ROOT,
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        until(lambda: self.listens() or self.process.poll() is not None, within=60, what="the process listens")
        if self.process.poll() is not None:
            raise AssertionError(f"the process ended with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")

    def listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
                return True
            except OSError:
                return False

    def is_up(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/sign-in")
            status = connection.getresponse().status
            connection.close()
            return status < 500
        except OSError:
            return False

    def nginx_configuration(self):
        """The repository's nginx.conf with this installation's port and folders, as bin/start derives it."""
        text = (ROOT / "nginx.conf").read_text()
        text = text.replace("listen 127.0.0.1:8080", f"listen 127.0.0.1:{self.port}")
        text = text.replace("unix:var/run/hookswitch.sock", f"unix:{self.socket}")
        return text.replace("var/run/", f"{self.run_folder}/").replace("var/log/", f"{self.folder}/log/")

    def start_nginx(self):
        configuration = self.folder / "nginx.conf"
        configuration.write_text(self.nginx_configuration())
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.nginx = subprocess.Popen(
            [nginx, "-p", str(ROOT), "-c", str(configuration), "-e", str(self.folder / "log/nginx.error.log"), "-g", "daemon off;"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(self.folder / "log/nginx.stderr").open("wb"))

    @property
    def pid(self):
        """Of the product itself, also below a wrapper like strace."""
        if not self.wrapper:
            return self.process.pid
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def kill(self):
        """As a power cut takes it: no warning."""
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait(10)

    def terminate(self, within=15):
        """Asks it to end. Gives its exit code and the seconds it took."""
        started = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        code = self.process.wait(within)
        return code, time.monotonic() - started

    def stop(self, keep=False):
        if self.process and self.process.poll() is None:
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self.kill()
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait(10)
            self.nginx = None
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    # What it wrote

    def rows(self, sql, *values):
        """Reads the database beside the running process. Only reads: a second writer is what the product forbids."""
        connection = sqlite3.connect(f"file:{self.data}/hookswitch.sqlite?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def value(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def setup_link(self):
        """The one-time link of the first start, as printed."""
        found = until(lambda: re.search(r"(/setup\?code=\w+)", self.log.read_text()), what="a set-up link is printed")
        return found.group(1)

    def last_words(self, count=3000):
        return self.log.read_text(errors="replace")[-count:] if self.log.exists() else ""
