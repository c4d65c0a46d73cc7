"""The figures, measured against something else in the same run and in turns; see bin/bench, which builds what this needs."""

import argparse
import os
import re
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from console import Console  # noqa: E402
from installation import BINARY, Installation, PASSWORD, free_port, shown  # noqa: E402
from machine import Machine  # noqa: E402
from postgresql import PostgreSQL  # noqa: E402
from waiting import until  # noqa: E402
import webhooks  # noqa: E402

TOOLS = ROOT / ".build-benchmarks"
median = statistics.median

# The filters of the two lists of data, as their addresses have them; `fill_deletions` and `fill_media` make rows for each. A rare one is
# had by sixty rows, evenly over all time, so that a page has to look behind nearly everything.
DELETIONS = "/settings/deletions"
DELETION_FILTERS = {
    "all": "", "search": "q=number", "rare search": "q=quarterly", "entity": "entity=recordings", "rare entity": "entity=logo",
    "dates": "from={month}&to={today}", "old dates": "from={first}&to={last}",
    "entity and dates": "entity=recordings&from={month}&to={today}",
}
ITEMS = "/settings/retention/items"
ITEM_FILTERS = {
    "all": "", "search": "q=nadia", "rare search": "q=quarterly", "kind": "kind=voice_mailbox", "user": "user={user}", "number": "number={number}",
    "held": "held=yes", "not held": "held=no", "dates": "from={month}&to={today}", "old dates": "from={first}&to={last}",
    "kind and user": "kind=recordings&user={user}",
}
NUMBERS = [f"+3318765{4300 + i}" for i in range(4)]


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def numbers(text):
    """`name value` lines."""
    return {name: float(value) for name, value in (line.split() for line in text.splitlines() if len(line.split()) == 2)}


def ticks(process):
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def children(process):
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def lines(page):
    """What a page says, without what each request makes anew."""
    text = re.sub(r'name="csrf" value="[0-9a-f]*"', "", page.text)
    text = re.sub(r"\d+ (second|minute)s? ago", "just now", text)
    return [line for line in text.splitlines() if line.strip()]


def php(value):
    """As a PHP literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, dict):
        return "[" + ", ".join(f"{php(name)} => {php(one)}" for name, one in value.items()) + "]"
    return "[" + ", ".join(php(one) for one in value) + "]"


def text_id(milliseconds, number):
    """As the product makes the ids of what it stores as text: by time, then by number."""
    value = milliseconds << 80 | number
    return "".join("0123456789abcdefghjkmnpqrstvwxyz"[value >> shift & 31] for shift in range(125, -1, -5))


class Waits(threading.Thread):
    """Does something again and again until it is told to end, and keeps how long each took, in seconds."""

    def __init__(self, act, pause):
        super().__init__(daemon=True)
        self.act, self.pause = act, pause
        self.times, self.problem = [], None
        self.is_over = threading.Event()

    def run(self):
        try:
            while not self.is_over.wait(self.pause):
                self.times.append(self.act())
        except Exception as problem:
            self.problem = problem

    def end(self):
        self.is_over.set()
        self.join(60)
        if self.problem or not self.times:
            raise SystemExit(f"a client beside the purge stopped after {len(self.times)}: {self.problem!r}")
        return sorted(self.times)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, figure, goal, value, met, detail=""):
        self.rows.append((figure, goal, value, {True: "met", False: "MISSED", None: "not measured"}[met], detail))
        say(f"{figure}: {value} ({self.rows[-1][3]}) {detail}")

    def print(self):
        head = ("Figure", "Goal", "Here", "")
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(4)]
        print()
        for row in [head, tuple("-" * w for w in widths), *self.rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + (f"   {row[4]}" if len(row) > 4 and row[4] else ""))
        missed = sum(1 for row in self.rows if row[3] != "met")
        print(f"\n{len(self.rows) - missed} of {len(self.rows)} met, on {os.cpu_count()} cores.")


class FastReceiver:
    """Benchmarks/receiver.c, which does next to nothing."""

    def __init__(self, log=None, milliseconds=0):
        self.process = subprocess.Popen(
            [TOOLS / "receiver", "0", log or "", str(milliseconds)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/hook"

    @property
    def count(self):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/count")
        return int(connection.getresponse().read())

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


class Bench:
    def __init__(self, quick):
        self.quick = quick
        self.rounds = 1 if quick else 3
        self.table = Table()

    # 1: templates

    def template(self):
        program = TOOLS / "swift/release/TemplateBenchmark"
        runs = [numbers(subprocess.run([program], capture_output=True, text=True, check=True).stdout) for _ in range(self.rounds)]
        ratio = median(run["template_ratio"] for run in runs)
        ours, theirs = median(run["ours_median_us"] for run in runs), median(run["theirs_median_us"] for run in runs)
        self.table.add(
            "Template engine against swift-mustache", "≥ 20 ×", f"{ratio:.1f} ×", ratio >= 20, f"{ours:.1f} µs against {theirs:.0f} µs")

    # The product, as it will be measured

    def install(self):
        self.product = product = Installation("bench")
        slugs = ("accepting", "batches", "pages", "small", "large", "one", "eight", "steady", "quick", "slow1", "slow2", "slow3", "slow4", "few", "many", "light", "heavy", "purged")
        for slug in slugs:
            product.create_account(slug, f"Bench {slug}")
            product.create_user(slug, f"{slug}@example.com", "Nadia Benali")
        self.keys = {slug: product.create_key(slug, "events:write") for slug in slugs}
        self.php_port = free_port()
        product.nginx_configuration = self.with_php(product.nginx_configuration)
        product.start()
        self.consoles = {}
        for slug in self.keys:
            self.consoles[slug] = Console(product.port)
            self.consoles[slug].sign_in(f"{slug}@example.com", PASSWORD)
            webhooks.enable(self.consoles[slug])
        self.receiver = FastReceiver()

    def load(self, account, count, rate=0, connections=32, batch=1):
        done = subprocess.run(
            [TOOLS / "load", str(self.product.port), account, self.keys[account], str(connections), str(count), str(rate), secrets.token_hex(4), str(batch)],
            capture_output=True, text=True, check=True)
        result = numbers(done.stdout)
        if result["wrong"]:
            raise SystemExit(f"{result['wrong']:.0f} of {count} events were not answered 202:\n{self.product.last_words()}")
        return result

    # 2: the deliveries page against PHP

    def with_php(self, original):
        """The same nginx serves the PHP page on a port of its own, with the same settings."""
        def configuration():
            text = original()
            server = f"""
    server {{
        listen 127.0.0.1:{self.php_port};
        charset utf-8;
        include /etc/nginx/fastcgi_params;
        fastcgi_param SCRIPT_FILENAME {self.product.folder}/php/deliveries.php;
        fastcgi_keep_conn off;
        fastcgi_request_buffering on;
        fastcgi_buffer_size 16k;
        fastcgi_buffers 16 16k;
        location / {{ fastcgi_pass unix:{self.product.folder}/php/fpm.sock; }}
    }}
"""
            at = text.rindex("}")
            return text[:at] + server + text[at:]
        return configuration

    def fill_pages(self):
        """10,000 deliveries, some of which failed, as an account has them."""
        account, console = "pages", self.consoles["pages"]
        webhooks.create(console, "CRM synchronisation", self.receiver.url)
        machine = Machine(self.product.port, account, self.keys[account])
        types = ["call:end", "call:missed", "recording:ready", "voicemail:left", "cdr"]
        for batch in range(10):
            events = [
                {"event_type": types[i % len(types)], "event_id": f"page-{batch}-{i}", "data": {"reference": f"{batch}-{i}", "note": "x" * 200}}
                for i in range(1000)]
            answer = machine.post("events", events)
            if answer.status != 202:
                raise SystemExit(f"the rows behind the page were not accepted: {answer.status} {answer.body[:500]}")
        until(lambda: self.settled("pages") == 10_000, within=120, what="10,000 deliveries settled", every=0.2)

    def account_id(self, slug):
        return self.product.value("SELECT id FROM accounts WHERE slug = ?", slug)

    def settled(self, slug):
        return self.product.value("SELECT count(*) FROM deliveries WHERE account_id = ? AND state = 'delivered'", self.account_id(slug))

    def product_lists(self, page):
        """What the product's page takes from lists of its own, read off the page, for PHP to include: opcache keeps it."""
        tree, sprite = page.tree, re.search(r'<svg hidden.*?</svg>', page.text, re.S).group()
        tabs, group = [], ""
        for item in tree.first("nav", class_="tabs").first("ul").children:
            if getattr(item, "tag", None) == "li":
                links = item.all("a")
                if not links:
                    group = item.text
                    continue
                children = [{"href": a.get("href"), "label": a.text, "current": a.get("aria-current") == "page"} for a in links[1:]]
                tabs.append({"href": links[0].get("href"), "label": links[0].text, "right": "webhooks.view", "group": group, "children": children})
                group = ""
        types = [[option.get("value"), option.text] for option in tree.first("select", id="type").all("option") if option.get("value")]
        lists = {
            "css": tree.first("link", rel="stylesheet").get("href"), "logo": tree.first("link", rel="icon").get("href"),
            "js": tree.first("script").get("src"), "icons": sprite, "tabs": tabs, "types": types,
            "version": tree.first("footer").text.removeprefix("Hookswitch "),
        }
        return f"<?php return {php(lists)};\n"

    def start_php(self, page):
        folder = self.product.folder / "php"
        folder.mkdir()
        shutil.copy(ROOT / "Benchmarks/deliveries.php", folder)
        (folder / "product.php").write_text(self.product_lists(page))
        copy = folder / "copy.sqlite"
        self.product.command("backup", str(copy))
        # The copy is as the product's own file: the same journal, and its statistics are those that it has.
        sqlite3.connect(copy).execute("PRAGMA journal_mode=WAL").fetchall()
        for file in [folder, *folder.iterdir()]:
            shutil.chown(file, "www-data", "www-data") if os.geteuid() == 0 else None
        pool = folder / "fpm.conf"
        pool.write_text(f"""[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
user = www-data
group = www-data
listen = {folder}/fpm.sock
listen.owner = www-data
listen.group = www-data
pm = static
pm.max_children = 8
pm.max_requests = 0
env[DELIVERIES_DATABASE] = {copy}
php_admin_value[opcache.enable] = 1
php_admin_value[opcache.validate_timestamps] = 0
php_admin_value[realpath_cache_size] = 4096k
php_admin_value[date.timezone] = UTC
""")
        self.php = subprocess.Popen(
            [shutil.which("php-fpm8.2") or "/usr/sbin/php-fpm8.2", "-F", "-y", str(pool)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: (folder / "fpm.sock").exists(), what="PHP-FPM listens")

    def wrk(self, port, path, cookie, seconds, compressed):
        done = subprocess.run(
            ["wrk", "-t2", "-c16", f"-d{seconds}s", "-H", f"Cookie: {cookie}", "-H", "Accept-Language: en",
             *(["-H", "Accept-Encoding: gzip"] if compressed else []), f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
        if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise SystemExit(f"{path} on {port} did not answer well:\n{done.stdout}")
        return float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout).group(1))

    @staticmethod
    def costing(measure, processes, seconds):
        """Requests a second, and the milliseconds of processor that each took of these processes: the steadier figure."""
        before = sum(map(ticks, processes))
        speed = measure()
        return speed, (sum(map(ticks, processes)) - before) * 1000 / os.sysconf("SC_CLK_TCK") / (speed * seconds)

    def pages(self):
        self.fill_pages()
        console = self.consoles["pages"]
        self.start_php(console.get("/settings/webhooks/history"))
        cookie = "; ".join(f"{name}={value}" for name, value in console.cookies.items())
        path = "/settings/webhooks/history"
        ours = console.get(path)
        php = Console(self.php_port)
        php.cookies = dict(console.cookies)
        theirs = php.get(path)
        rows = (len(ours.rows()), len(theirs.rows()))
        if ours.status != 200 or theirs.status != 200 or rows[0] != rows[1] or rows[0] < 20:
            raise SystemExit(f"the pages are not alike: {ours.status} with {rows[0]} rows, PHP {theirs.status} with {rows[1]}\n{theirs.text[:2000]}")
        for mine, other in zip_longest(lines(ours), lines(theirs)):
            if mine != other:
                raise SystemExit(f"the pages are not alike, so Benchmarks/deliveries.php is to be brought up to date:\n{mine}\nPHP: {other}")
        seconds = 2 if self.quick else 6
        # Compressing is nginx's own work and the same for both, and takes more than either program: so it is told with and without.
        for compressed, goal in ((False, 2.5), (True, 2.0)):
            mine, other, costs = [], [], ([], [])
            for one in range(self.rounds + 1):
                a, cost = self.costing(lambda: self.wrk(self.product.port, path, cookie, seconds, compressed), [self.product.pid], seconds)
                b, their_cost = self.costing(lambda: self.wrk(self.php_port, path, cookie, seconds, compressed), children(self.php.pid), seconds)
                # The first round warms both.
                if one:
                    mine.append(a)
                    other.append(b)
                    costs[0].append(cost)
                    costs[1].append(their_cost)
            ratio = median(a / b for a, b in zip(mine, other))
            self.table.add(
                f"Deliveries page against PHP-FPM{', compressed by nginx' if compressed else ''}", f"≥ {goal} ×", f"{ratio:.2f} ×", ratio >= goal,
                f"{median(mine):.0f} and {median(other):.0f} requests/s, {median(costs[0]):.2f} and {median(costs[1]):.2f} ms of processor each, {len(ours.content) // 1000} and {len(theirs.content) // 1000} kB, {rows[0]} rows")
        self.php.terminate()
        self.php.wait(10)

    # 3: accepting

    def accepting(self):
        """Through nginx, each event with a delivery row; PostgreSQL has the bare rows to write, in the same rounds."""
        for account in ("accepting", "batches"):
            webhooks.pause(self.consoles[account], webhooks.create(self.consoles[account], "Fast", self.receiver.url))
        count = 4_000 if self.quick else 20_000
        self.load("accepting", 2_000)
        self.load("batches", 10_000, batch=100)
        runs, batches, bare = [], [], []
        with PostgreSQL() as yardstick:
            yardstick.transactions(32, 1)
            for _ in range(self.rounds):
                runs.append(self.load("accepting", count))
                bare.append(yardstick.transactions(32, 2 if self.quick else 5))
                batches.append(self.load("batches", 5 * count, batch=100))
        speeds = [run["per_second"] for run in runs]
        p99 = median(run["p99_ms"] for run in runs)
        ratio = median(a / b for a, b in zip(speeds, bare))
        self.table.add(
            "Events accepted durably, 32 clients, against PostgreSQL's bare inserts", "≥ 1.0 ×", f"{ratio:.2f} ×", ratio >= 1,
            f"{median(speeds):.0f} and {median(bare):.0f}/s")
        ratio = median(run["per_second"] / b for run, b in zip(batches, bare))
        self.table.add(
            "  by batches of 100, against the same", "≥ 4.0 ×", f"{ratio:.2f} ×", ratio >= 4,
            f"{median(run['per_second'] for run in batches):.0f} events/s")
        self.table.add("  their acknowledgement one by one, p99", "≤ 50 ms", f"{p99:.1f} ms", p99 <= 50, f"p50 {median(run['p50_ms'] for run in runs):.1f} ms")

    # The history's first page, whatever is behind it

    def fill_history(self, slug, count, hooks):
        """Rows as the engine leaves them, evenly over eighty days; written while the process is not there. A pause keeps for a week."""
        database = sqlite3.connect(self.product.data / "hookswitch.sqlite")
        now = int(time.time() * 1000)
        account = database.execute("SELECT id FROM accounts WHERE slug = ?", (slug,)).fetchone()[0]
        database.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :count - 1),
            row (i, at, hook, kind, is_new) AS (SELECT i, :first + i * :step, i % 4, i % 50, i >= :count * 19 / 20 FROM n)
            INSERT INTO deliveries (id, account_id, webhook_id, webhook_name, event_id, event_type, url, authentication, state, next_at,
                attempt, manual, accepted_at, settled_at, last_status, last_fault)
            SELECT (at << 21) + ((i & 16383) << 6) + 1, :account,
                CASE hook WHEN 0 THEN :hook0 WHEN 1 THEN :hook1 WHEN 2 THEN :hook2 ELSE :hook3 END, 'Webhook ' || hook,
                (at << 21) + ((i & 16383) << 6),
                CASE i % 5 WHEN 0 THEN 'call:end' WHEN 1 THEN 'call:missed' WHEN 2 THEN 'recording:ready' WHEN 3 THEN 'voicemail:left' ELSE 'cdr' END,
                'https://crm-' || hook || '.example.com/api/v2/telephony/events', 'none',
                CASE WHEN is_new AND i % 5 = 3 THEN 'held' ELSE CASE kind WHEN 0 THEN 'failed' WHEN 1 THEN 'expired' WHEN 2 THEN 'discarded' WHEN 4 THEN 'pending' ELSE 'delivered' END END,
                CASE WHEN kind = 4 AND NOT (is_new AND i % 5 = 3) THEN :now + 86400000 END, 1, 0, at,
                CASE WHEN kind <> 4 AND NOT (is_new AND i % 5 = 3) THEN at + 90 END,
                CASE kind WHEN 0 THEN 500 WHEN 1 THEN 500 ELSE 200 END, CASE kind WHEN 0 THEN 'receiver_status' WHEN 1 THEN 'timeout' ELSE 'none' END
            FROM row
            """,
            {"count": count, "first": now - 80 * 86_400_000, "step": 80 * 86_400_000 // count, "now": now, "account": account,
             **{f"hook{i}": hook for i, hook in enumerate(hooks)}})
        database.commit()
        database.close()

    def history(self):
        sizes = {"small": 10_000, "large": 100_000 if self.quick else 1_000_000}
        hooks = {}
        for slug in sizes:
            paths = [webhooks.create(self.consoles[slug], f"Webhook {i}", self.receiver.url) for i in range(4)]
            for path in paths:
                webhooks.pause(self.consoles[slug], path)
            hooks[slug] = [path.rsplit("_", 1)[1] for path in paths]
        self.product.terminate()
        for slug, count in sizes.items():
            self.fill_history(slug, count, hooks[slug])
        self.product.start()
        today = time.strftime("%Y-%m-%d", time.gmtime())
        month = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86400))
        base = "/settings/webhooks/history"
        pages = {
            "all": lambda slug: base, "one event": lambda slug: f"{base}?type=cdr", "a period": lambda slug: f"{base}?from={month}&to={today}",
            "an address": lambda slug: f"{base}?q=crm-2", "one webhook": lambda slug: f"/settings/webhooks/endpoints/wh_{hooks[slug][1]}/deliveries",
            "an event of one webhook": lambda slug: f"/settings/webhooks/endpoints/wh_{hooks[slug][1]}/deliveries?type=call:missed",
            **{state: lambda slug, state=state: f"{base}?state={state}" for state in ("pending", "held", "delivered", "failed", "expired", "discarded")},
        }
        self.first_pages(f"History's first page with {sizes['large']:,} deliveries behind it against {sizes['small']:,}", sizes, pages)

    def first_pages(self, title, sizes, pages, rows=50):
        """Each page of the larger account against the smaller one's: `pages` gives the address by the account's short name, and each has
        so many rows at least."""
        worst = (0, "")
        for name, address in pages.items():
            times = {slug: [] for slug in sizes}
            for turn in range(20 if self.quick else 60):
                for slug in sizes:
                    began = time.perf_counter()
                    page = self.consoles[slug].get(address(slug))
                    times[slug].append(time.perf_counter() - began)
                    if page.status != 200 or (turn == 0 and len(page.rows()) < rows):
                        raise SystemExit(f"{address(slug)} answered {page.status} with {len(page.rows())} rows")
            # Reading the page in Python is no part of it, and the same for both.
            small, large = (median(sorted(times[slug])[: len(times[slug]) // 2]) for slug in sizes)
            counts = list(sizes.values())
            say(f"{name}: {small * 1000:.2f} ms with {counts[0]}, {large * 1000:.2f} ms with {counts[1]}")
            worst = max(worst, (large / small, name))
        self.table.add(title, "≤ 1.5 ×", f"{worst[0]:.2f} ×", worst[0] <= 1.5, f"the worst of {len(pages)}: {worst[1]}")

    # The lists of people, however many there are

    def fill_people(self, slug, count):
        """A third each active, invited and disabled, with the change log's row of each; written while the process is not there."""
        database = sqlite3.connect(self.product.data / "hookswitch.sqlite")
        account, role = database.execute(
            "SELECT a.id, r.id FROM accounts a JOIN roles r ON r.account_id = a.id WHERE a.slug = ? AND r.is_administrator = 0 LIMIT 1", (slug,)).fetchone()
        now = int(time.time() * 1000)
        for i in range(count):
            name, email = f"Person {i * 7919 % count:05}", f"person{i}@{slug}.example"
            database.execute(
                """
                INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, is_enabled, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (f"01bench{len(slug)}{i:018}", account, role, email, name, f"{name.lower()}\n{email}", "" if i % 3 == 1 else "-", now, i % 3 != 2, now))
        database.commit()
        database.close()

    def people(self):
        sizes = {"few": 200, "many": 10_000}
        self.product.terminate()
        for slug, count in sizes.items():
            self.fill_people(slug, count)
        self.product.start()
        pages = {
            "users": lambda slug: "/users", "users found": lambda slug: "/users?q=person",
            **{f"users, {state}": lambda slug, state=state: f"/users?state={state}" for state in ("active", "invited", "disabled")},
            "users of a role": lambda slug: f"/users?role={self.role_of(slug)}",
        }
        against = f"with {sizes['many']:,} users against {sizes['few']:,}"
        self.first_pages(f"Lists' first pages {against}", sizes, pages)
        # Roles say how many people have them.
        self.first_pages(f"  and of roles {against}", sizes, {"roles": lambda slug: "/roles", "changes": lambda slug: "/changes"}, rows=1)

    def role_of(self, slug):
        return "rol_" + self.product.value(
            "SELECT r.id FROM accounts a JOIN roles r ON r.account_id = a.id WHERE a.slug = ? AND r.is_administrator = 0 LIMIT 1", slug)

    # The two lists of data, whatever is behind their first pages

    def fill_deletions(self, slug, count):
        """Evenly over eighty days: the nightly purges of four kinds, people, and one logo now and then. Written while the process is not there."""
        database = sqlite3.connect(self.product.data / "hookswitch.sqlite")
        account, user = database.execute("SELECT a.id, u.id FROM accounts a JOIN users u ON u.account_id = a.id WHERE a.slug = ?", (slug,)).fetchone()
        first, step, rare = int(time.time() * 1000) - 80 * 86_400_000, 80 * 86_400_000 // count, max(count // 60, 1)
        kinds = ["recordings", "voice_mailbox", "personal_voicemail", "ivr_recorder", "user"]

        def row(i):
            at, entity = first + i * step, "logo" if i % rare == 0 else kinds[i % 5]
            by, name = (user, "Nadia Benali") if entity in ("user", "logo") else (None, "system")
            detail = f"quarterly-{i}.png" if entity == "logo" else f"Person number {i}" if entity == "user" else "Kept for 30 days"
            return (text_id(at, i), account, by, name, entity, detail, 1, 1, 400_000, f"{name if by else ''}\n{detail}".lower(), at)

        database.executemany(
            """
            INSERT INTO deletions (id, account_id, user_id, user_name, entity, detail, planned, items, bytes, search_text, deleted_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, map(row, range(count)))
        database.commit()
        database.close()

    def fill_media(self, slug, count, oldest_days, newest_days=0):
        """Stored items evenly between two ages, of four kinds and of four numbers, each tenth under hold unless all are to go; rows alone,
        their files are absent. Written while the process is not there."""
        database = sqlite3.connect(self.product.data / "hookswitch.sqlite")
        account, user = database.execute("SELECT a.id, u.id FROM accounts a JOIN users u ON u.account_id = a.id WHERE a.slug = ?", (slug,)).fetchone()
        first = int(time.time() * 1000) - oldest_days * 86_400_000
        span, rare = (oldest_days - newest_days) * 86_400_000, max(count // 60, 1)
        kinds = ["recordings", "recordings", "voice_mailbox", "personal_voicemail", "ivr_recorder"]
        is_kept = newest_days == 0
        columns = {row[1] for row in database.execute("PRAGMA table_info(media_files)")}
        names = ["id", "account_id", "kind", "extension", "bytes", "recorded_at", "user_id", "user_name", "tracking_number", "is_held",
                 "external_id", "created_at", *(["search_text"] if "search_text" in columns else [])]

        def row(i):
            at = first + span * i // count
            name, by = ("Nadia Benali", user) if i % 3 else ("Élodie Martin", None)
            external = f"quarterly-{i}" if i % rare == 0 else f"call-{i}"
            number = NUMBERS[i // 3 % 4]
            values = (text_id(at, i), account, kinds[i % 5], "wav", 400_000, at, by, name, number, int(is_kept and i % 10 == 0), external, at)
            return values + ((f"{name}\n{number}\n{external}".lower().replace("é", "e"),) if "search_text" in columns else ())

        database.executemany(f"INSERT INTO media_files ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", map(row, range(count)))
        database.commit()
        database.close()

    def addresses(self, base, filters):
        """A page for each filter, as `first_pages` takes them."""
        ages = {"today": 0, "month": 30, "last": 60, "first": 70}
        values = {name: time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * 86400)) for name, days in ages.items()}
        values["number"] = NUMBERS[1].replace("+", "%2B")
        users = dict(self.product.rows("SELECT a.slug, 'usr_' || u.id FROM users u JOIN accounts a ON a.id = u.account_id"))
        return {
            name: lambda slug, query=query: f"{base}?{query}".rstrip("?").format(user=users.get(slug, ""), **values) for name, query in filters.items()}

    def lists(self, title, sizes, base, filters):
        """What is rare apart: a list may say how far it has looked, and show fewer."""
        pages = self.addresses(base, filters)
        self.first_pages(title, sizes, {name: page for name, page in pages.items() if "rare" not in name})
        self.first_pages("  of what is rare", sizes, {name: page for name, page in pages.items() if "rare" in name}, rows=0)

    def deletions(self):
        sizes = {"light": 1_000, "heavy": 100_000}
        self.product.terminate()
        for slug, count in sizes.items():
            self.fill_deletions(slug, count)
        self.product.start()
        self.lists(f"Deletion history's first page with {sizes['heavy']:,} behind it against {sizes['light']:,}", sizes, DELETIONS, DELETION_FILTERS)

    def items(self):
        sizes = {"light": 10_000, "heavy": 100_000 if self.quick else 1_000_000}
        self.product.terminate()
        for slug, count in sizes.items():
            self.fill_media(slug, count, oldest_days=300)
        self.product.start()
        self.lists(f"Stored items' first page with {sizes['heavy']:,} behind it against {sizes['light']:,}", sizes, ITEMS, ITEM_FILTERS)

    # A purge beside those who write

    def bare_fsync(self):
        """One page appended to a file of its own on the same disk."""
        if not hasattr(self, "fsynced"):
            self.fsynced = os.open(self.product.data / "bench-fsync", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        began = time.perf_counter()
        os.write(self.fsynced, b"x" * 4096)
        os.fdatasync(self.fsynced)
        return time.perf_counter() - began

    def accept_one(self, machine):
        began = time.perf_counter()
        answer = machine.publish()
        if answer.status != 202:
            raise SystemExit(f"an event beside the purge was answered {answer.status}")
        return time.perf_counter() - began

    def save_one(self, console):
        """A form of the purged account itself; what is timed is its sending alone."""
        form = console.get("/settings/webhooks").form("enabled")
        body, kind = form.set("enabled", None if form.get("enabled") else "yes").encoded()
        began = time.perf_counter()
        page = console.request("POST", form.action, body, {"Content-Type": kind}, follow=False)
        took = time.perf_counter() - began
        if page.status != 303:
            raise SystemExit(f"a form beside the purge was answered {page.status}")
        return took

    def purge(self):
        """Everything of an account is due. Two who write all the time, one of them in that account, and bare fsyncs of the same minutes."""
        count = 20_000 if self.quick else 1_000_000
        self.product.terminate()
        self.fill_media("purged", count, oldest_days=300, newest_days=100)
        account = self.account_id("purged")
        database = sqlite3.connect(self.product.data / "hookswitch.sqlite")
        kinds = [row[0] for row in database.execute("SELECT DISTINCT kind FROM media_files WHERE account_id = ?", (account,))]
        database.executemany("INSERT INTO retention_policies (account_id, kind, days) VALUES (?, ?, 30)", [(account, kind) for kind in kinds])
        database.commit()
        database.close()
        self.product.start()
        acts = {
            "event": lambda machine=Machine(self.product.port, "small", self.keys["small"]): self.accept_one(machine),
            "form": lambda: self.save_one(self.consoles["purged"]), "fsync": self.bare_fsync,
        }

        def together(wait):
            clients = {name: Waits(act, 0.02 if name == "fsync" else 0.002) for name, act in acts.items()}
            for client in clients.values():
                client.start()
            wait()
            return {name: client.end() for name, client in clients.items()}

        def purging():
            began = time.monotonic()
            # By itself: `command` waits for a minute at most.
            done = subprocess.run(
                [str(BINARY), "purge", "--account", "purged", "--confirm", "--data", str(self.product.data)], capture_output=True, text=True,
                cwd=ROOT, env=self.product.environment)
            left = self.product.value("SELECT count(*) FROM media_files WHERE account_id = ?", account)
            if done.returncode != 0 or left:
                raise SystemExit(f"the purge ended with {done.returncode} and left {left}: {done.stderr[-500:]}")
            self.purged_in = time.monotonic() - began

        alone = together(lambda: time.sleep(2 if self.quick else 10))
        beside = together(purging)
        bare = median(beside["fsync"]) * 1000
        longest = {name: beside[name][-1] * 1000 for name in ("event", "form")}
        allowed = max(100, 20 * bare)
        worst = max(longest.values())
        self.table.add(
            f"Longest wait of a write beside a purge of {count:,} items", f"≤ {allowed:.0f} ms", f"{worst:.0f} ms", worst <= allowed,
            f"the most of 100 ms and 20 bare fsyncs of {bare:.2f} ms (longest {beside['fsync'][-1] * 1000:.0f} ms); "
            + ", ".join(
                f"{name} longest {longest[name]:.0f} ms, p99 {beside[name][len(beside[name]) * 99 // 100] * 1000:.1f}, of {len(beside[name]):,} "
                f"(alone {alone[name][-1] * 1000:.0f} and {alone[name][len(alone[name]) * 99 // 100] * 1000:.1f})" for name in longest)
            + f"; {count / self.purged_in:.0f} items/s")

    # 4: delivering

    def delivering(self, account, width):
        """A backlog, released at once; the bare loop posts to the same receiver in the same round."""
        console = self.consoles[account]
        hooks = [webhooks.create(console, f"Fast {i + 1}", self.receiver.url) for i in range(width)]
        deliveries = 4_000 if self.quick else 20_000
        in_flight = 8 * width
        speeds, bare = [], []
        for _ in range(self.rounds):
            for hook in hooks:
                webhooks.pause(console, hook)
            self.load(account, deliveries // width)
            where = self.account_id(account)
            before = self.receiver.count
            done_before = self.settled(account)
            started = time.time()
            for hook in hooks:
                webhooks.resume(console, hook)
            until(lambda: self.receiver.count >= before + deliveries, within=120, what="the backlog is delivered", every=0.05)
            until(lambda: self.settled(account) >= done_before + deliveries, within=60, what="every delivery is recorded", every=0.05)
            # To the moment at which the last attempt had ended; and every attempt is there.
            ended, recorded = self.product.rows(
                "SELECT max(finished_at), count(*) FROM attempts WHERE account_id = ? AND status = 200 AND started_at >= ?", where, int(started * 1000))[0]
            if recorded != deliveries:
                raise SystemExit(f"{deliveries} were delivered, {recorded} attempts recorded")
            speeds.append(deliveries / (ended / 1000 - started))
            done = subprocess.run(
                [TOOLS / "bare-curl-multi", self.receiver.url, str(deliveries * 2), str(in_flight)], capture_output=True, text=True, check=True)
            bare.append(float(done.stdout.split()[0]))
        share = median(a / b for a, b in zip(speeds, bare))
        name = "one webhook" if width == 1 else f"{width} webhooks"
        self.table.add(
            f"Delivery against bare libcurl, {name}, {in_flight} in flight", "≥ 0.4 ×", f"{share:.2f} ×", share >= 0.4,
            f"{median(speeds):.0f} and {median(bare):.0f} posts/s, every attempt recorded")

    # 5: from commit to send

    def lags(self, account, receiver, log, count, rate):
        """Milliseconds from before an event's commit to its arrival, in order of size."""
        since, before = int(time.time() * 1000), receiver.count
        self.load(account, count, rate=rate)
        until(lambda: receiver.count >= before + count, within=30, what="all events arrived", every=0.1)
        accepted = dict(self.product.rows(
            "SELECT id, accepted_at FROM events WHERE account_id = ? AND accepted_at >= ?", self.account_id(account), since))
        lines = (line.split() for line in log.read_text().splitlines() if line.count(" ") == 1)
        times = {name.split("_", 1)[-1]: int(at) / 1000 for name, at in lines}
        return sorted(times[shown("evt", event).removeprefix("evt_")] - at for event, at in accepted.items())

    def steady(self):
        log = self.product.folder / "arrivals"
        receiver = FastReceiver(log)
        webhooks.create(self.consoles["steady"], "Steady", receiver.url)
        seconds = 4 if self.quick else 15
        results = []
        for _ in range(self.rounds):
            lags = self.lags("steady", receiver, log, 500 * seconds, 500)
            results.append((lags[len(lags) * 99 // 100], lags[len(lags) // 2], lags[-1]))
        receiver.stop()
        p99 = median(result[0] for result in results)
        self.table.add(
            "From commit to arrival at 500 events/s, p99", "≤ 250 ms", f"{p99:.1f} ms", p99 <= 250,
            f"p50 {median(r[1] for r in results):.1f} ms, most {max(r[2] for r in results):.0f} ms; counted from before the commit")

    # 6: beside others' slow receivers

    def fair(self):
        log = self.product.folder / "quick-arrivals"
        quick, slow = FastReceiver(log), FastReceiver(milliseconds=12_000)
        webhooks.create(self.consoles["quick"], "Quick", quick.url)
        others = [slug for slug in self.consoles if slug.startswith("slow")]
        for slug in others:
            for number in range(20):
                webhooks.create(self.consoles[slug], f"Slow {number + 1}", slow.url)
        seconds, rate = (5 if self.quick else 15), 50

        def measure():
            lags = self.lags("quick", quick, log, rate * seconds, rate)
            return lags[len(lags) * 99 // 100], lags[len(lags) // 2]
        measure()
        alone = [measure() for _ in range(self.rounds)]
        for slug in others:
            self.load(slug, 80)
        until(lambda: slow.count >= 300, within=30, what="the slow receivers have all that they may have", every=0.1)
        beside = [measure() for _ in range(self.rounds)]
        under_way = self.product.value("SELECT count(*) FROM due WHERE lease_owner IS NOT NULL")
        for slug in others:
            webhooks.enable(self.consoles[slug], False)
        slow.stop()
        quick.stop()
        ratio = median(p99 for p99, _ in beside) / median(p99 for p99, _ in alone)
        self.table.add(
            "Another account's p99 beside 4 × 20 receivers of 12 s, to alone", "≤ 3 ×", f"{ratio:.1f} ×", ratio <= 3,
            f"{median(p99 for p99, _ in beside):.1f} and {median(p99 for p99, _ in alone):.1f} ms, p50 {median(p50 for _, p50 in beside):.1f} "
            f"and {median(p50 for _, p50 in alone):.1f} ms from commit to arrival, {under_way} requests under way beside it")

    # 7: a receiver that fails in part, by the engine itself in simulated time

    def failing(self):
        count = 1_000 if self.quick else 10_000
        done = subprocess.run([TOOLS / "swift/release/PacingBenchmark", str(count)], capture_output=True, text=True, check=True)
        result = numbers(done.stdout)
        settled = result["delivered"] + result["failed"] == count and result["gave_up_early"] == 0
        self.table.add(
            f"A receiver that fails 60 %, {count:,} events, to the retry schedule alone", "≤ 1.2 ×", f"{result['ratio']:.2f} ×",
            settled and result["ratio"] <= 1.2,
            f"{result['delivered']:.0f} delivered and {result['failed']:.0f} failed after ten attempts, by {result['requests']:.0f} requests in "
            f"{result['hours']:.0f} simulated hours")

    # 8: memory

    def memory(self):
        status = Path(f"/proc/{self.product.pid}/status").read_text()
        resident, highest = (int(re.search(rf"{name}:\s+(\d+)", status).group(1)) / 1024 for name in ("VmRSS", "VmHWM"))
        self.table.add("Resident memory after all that", "≤ 200 MB", f"{resident:.0f} MB", resident <= 200, f"at most {highest:.0f} MB")

    def run(self, only):
        steps = {
            "template": self.template, "pages": self.pages, "accepting": self.accepting, "history": self.history, "people": self.people,
            "deletions": self.deletions, "items": self.items, "purge": self.purge,
            "one": lambda: self.delivering("one", 1), "eight": lambda: self.delivering("eight", 8), "steady": self.steady, "fair": self.fair,
            "failing": self.failing, "memory": self.memory,
        }
        chosen = [name for name in steps if not only or name in only]
        try:
            if set(chosen) - {"template", "failing"}:
                self.install()
            for name in chosen:
                try:
                    steps[name]()
                except (SystemExit, AssertionError, subprocess.CalledProcessError) as problem:
                    self.table.add(name, "", "", None, f"{problem}")
        finally:
            for process in (getattr(self, "php", None), getattr(getattr(self, "receiver", None), "process", None)):
                if process and process.poll() is None:
                    process.terminate()
            if hasattr(self, "product"):
                self.product.stop()
        self.table.print()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round of each: to see that it runs, not to quote")
    parser.add_argument("only", nargs="*", help="template pages accepting history people deletions items purge one eight steady fair failing memory; all without")
    arguments = parser.parse_args()
    print("Measuring; this takes some minutes, in which the machine should have nothing else to do.", file=sys.stderr)
    Bench(arguments.quick).run(arguments.only)
