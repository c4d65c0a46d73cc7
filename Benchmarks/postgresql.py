"""The yardstick of acceptance: PostgreSQL doing the bare inserts of the same rows, durably, from as many clients.

A private cluster in a temporary folder, on a socket there, with the settings that it comes with: what it answers is synced."""

import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile

# As DeliverySchema has them: an event and its row in the history, with their indexes.
TABLES = """
CREATE SEQUENCE blocks;
CREATE TABLE events (
    id BIGINT PRIMARY KEY, account_id TEXT NOT NULL, event_type TEXT NOT NULL, idempotency_key TEXT, event_time BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL, order_key TEXT, sequence BIGINT, body TEXT NOT NULL, is_test BIGINT NOT NULL);
CREATE UNIQUE INDEX events_idempotency ON events (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX events_call ON events (account_id, order_key, sequence) WHERE order_key IS NOT NULL;
CREATE TABLE deliveries (
    id BIGINT PRIMARY KEY, account_id TEXT NOT NULL, webhook_id TEXT NOT NULL, webhook_name TEXT NOT NULL, event_id BIGINT NOT NULL,
    event_type TEXT NOT NULL, url TEXT NOT NULL, authentication TEXT NOT NULL, state TEXT NOT NULL, next_at BIGINT, attempt BIGINT NOT NULL,
    manual BIGINT NOT NULL, accepted_at BIGINT NOT NULL, settled_at BIGINT, last_status BIGINT, last_fault TEXT);
CREATE INDEX deliveries_account ON deliveries (account_id, id);
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_unsettled ON deliveries (account_id, id) WHERE settled_at IS NULL;
CREATE INDEX deliveries_settled ON deliveries (account_id, state, id) WHERE settled_at IS NOT NULL;
CREATE INDEX deliveries_type ON deliveries (account_id, event_type, id);
CREATE INDEX deliveries_held ON deliveries (webhook_id, id) WHERE state = 'held';
"""

ACCOUNT, WEBHOOK = "01kb2m8x5q7r3t9v0w1y4z6abc", "01kb2m8x5q7r3t9v0w1y4z6abd"
# Without a colon before a letter or digit, which pgbench would take for a variable.
BODY = ('{"event_time":"2026-11-22","event_type":"cdr","current_context":{"account":"accepting"},"data":{'
        '"direction":"inbound","caller":"+33612345678","callee":"+33187654321","queue":"Sales","note":"' + "0" * 620 + '"}}')

# A key of its own for each, in no order between the clients, as the product's events have.
TRANSACTION = f"""
BEGIN;
INSERT INTO events (id, account_id, event_type, idempotency_key, event_time, accepted_at, order_key, sequence, body, is_test)
    VALUES (nextval('blocks') * 64, '{ACCOUNT}', 'cdr', 'bench-' || lastval(), 1795611909123, 1795611909123, 'c-bench-' || lastval(), 1, '{BODY}', 0);
INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, state, next_at, attempt, manual, accepted_at)
    VALUES (lastval() * 64 + 1, '{ACCOUNT}', '{WEBHOOK}', 'Fast', lastval() * 64, 'cdr', 'http://127.0.0.1/hook', 'none', 'held', NULL, 0, 0, 1795611909123);
COMMIT;
"""


class PostgreSQL:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hookswitch-bench-pg-"))
        self.user = None
        if os.getuid() == 0:
            self.user = pwd.getpwnam("postgres")
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.data = self.folder / "data"
        self.run("initdb", "-D", self.data, "-U", "hookswitch", "-A", "trust", "--locale=C", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c max_connections=50 -c synchronous_commit=on -c fsync=on"
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "20", "-l", self.folder / "log", "-o", options, "start")
        (self.folder / "transaction.sql").write_text(TRANSACTION)
        self.run("psql", "-X", "-q", *self.address, "-v", "ON_ERROR_STOP=1", "-c", TABLES)
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def address(self):
        return ["-h", str(self.folder), "-U", "hookswitch", "-d", "postgres"]

    def run(self, program, *arguments, check=True):
        path = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[-1]
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        # To a file: the server that pg_ctl leaves behind would keep a pipe open.
        with (self.folder / "said").open("w+") as said:
            done = subprocess.run([path, *map(str, arguments)], cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, **identity)
            said.seek(0)
            text = said.read()
        if check and done.returncode != 0:
            raise SystemExit(f"{program} failed:\n{text[-2000:]}")
        return text

    def transactions(self, clients, seconds):
        """A second."""
        text = self.run(
            "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", seconds, "-f", self.folder / "transaction.sql", *self.address)
        return float(re.search(r"tps = ([\d.]+) \(without", text).group(1))
