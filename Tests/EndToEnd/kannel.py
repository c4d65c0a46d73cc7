"""A real SMS gateway for the tests: Debian's Kannel, whose smsbox takes SMS by HTTP as many providers do, and its fake SMSC, which shows
each message as it would go over the air."""

import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from installation import free_port
from waiting import until


class Kannel:
    LOGIN, PASSWORD = "northwind", "a&b c/d+e{to}"

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hookswitch-kannel-"))
        admin, boxes, smsc, self.port = free_port(), free_port(), free_port(), free_port()
        configuration = self.folder / "kannel.conf"
        configuration.write_text(f"""
group = core
admin-port = {admin}
admin-password = {self.PASSWORD}
smsbox-port = {boxes}
log-file = "{self.folder}/bearerbox.log"
log-level = 1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"

group = smsc
smsc = fake
smsc-id = FAKE
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {self.port}
sendsms-interface = 127.0.0.1
log-file = "{self.folder}/smsbox.log"
log-level = 1

group = sendsms-user
username = {self.LOGIN}
password = {self.PASSWORD}
max-messages = 50
concatenation = true
default-sender = 12345

group = sms-service
keyword = default
text = "none"
""")
        self.log = self.folder / "fakesmsc.log"
        self.processes = []
        self._run(["/usr/sbin/bearerbox", str(configuration)], boxes)
        self._run(["/usr/sbin/smsbox", str(configuration)], self.port)
        # It sends nothing, and shows what it gets.
        self._run(["/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", str(smsc), "-m", "0", "1 2 text none"])

    def _run(self, command, port=None):
        with (self.log if port is None else self.folder / "output").open("ab") as output:
            process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        self.processes.append(process)
        if port is not None:
            until(lambda: self._listens(port) or process.poll() is not None, 20, f"{command[0]} listens")
            assert process.poll() is None, (self.folder / "output").read_text(errors="replace")[-2000:]

    @staticmethod
    def _listens(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def url(self, parameters="from={sender}&to={to}&text={text}&coding={coding}&charset=UTF-8"):
        return f"http://127.0.0.1:{self.port}/cgi-bin/sendsms?username={{login}}&password={{password}}&{parameters}"

    @property
    def messages(self):
        """Each as the fake SMSC shows it: `sender recipient kind content`."""
        return re.findall(r"Got message \d+: <(.*?)>$", self.log.read_text(errors="replace"), re.MULTILINE | re.DOTALL)

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        shutil.rmtree(self.folder)
