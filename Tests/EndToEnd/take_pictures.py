"""The README's pictures, taken of the demonstration by bin/pictures."""

import re
import subprocess
import sys
from pathlib import Path

from browser import Browser
from console import Console
from installation import Installation, shown

LIMIT = 150_000


def main(folder):
    product = Installation("pictures")
    browser = None
    try:
        printed = product.command("demo")
        password = re.search(r"[Pp]assword[^:]*:\s*(.+)", printed)
        password = password.group(1).strip() if password else "kestrel amber violin"
        british = re.search(r"\S+@pennine\.example", printed).group()
        french = re.search(r"\S+@horizon\.example", printed).group()
        product.start()
        consoles = {}
        for email in (british, french):
            consoles[email] = Console(product.port)
            consoles[email].sign_in(email, password)
        browser = Browser()
        browser.address = product.address

        def take(name, email, path, size=(1280, 820), scheme="light", prepare=None):
            browser.use(consoles[email])
            browser.resize(size)
            browser.prefer(scheme)
            browser.open(path)
            if prepare:
                prepare()
            file = folder / f"{name}.png"
            browser.picture(file)
            subprocess.run(["pngquant", "--force", "--skip-if-larger", "--speed", "1", "--output", str(file), "256", str(file)], check=False)
            bytes_ = file.stat().st_size
            print(f"{file}: {browser.heading}, {bytes_ // 1000} kB{'' if bytes_ <= LIMIT else ', too large'}")

        history = "/settings/webhooks/history"
        # One that failed before it succeeded has most to show.
        account = product.value("SELECT id FROM accounts WHERE slug = 'pennine'")
        told = product.rows(
            "SELECT id FROM deliveries WHERE account_id = ? ORDER BY attempt > 1 AND state = 'delivered' DESC, attempt DESC, id DESC LIMIT 1", account)
        take("deliveries", british, history)
        take("retention", british, "/settings/retention", prepare=lambda: preview(browser))
        take("delivery-dark", british, f"/settings/webhooks/deliveries/{shown('dlv', told[0][0])}", scheme="dark")
        take("account-fr", french, "/settings/account")
        take("phone", british, history, size=(380, 820), prepare=lambda: browser.script("document.querySelector('main tbody').scrollIntoView()"))
    finally:
        if browser:
            browser.close()
        product.stop()


def preview(browser):
    """What shorter periods would delete."""
    for name, days in (("recordings", "60"), ("voice_mailbox", "30")):
        browser.one(f"[name={name}][value=days]").click()
        field = browser.one(f"[name={name}_days]")
        field.clear()
        field.send_keys(days)
    before = browser.one("html").id
    browser.one("button[name=act][value=preview]").click()
    browser.arrive(before)
    browser.script("document.getElementById('preview').scrollIntoView({block: 'end'})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
