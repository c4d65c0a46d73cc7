"""The cast and the stage of every test: one installation for the tests that only look, fresh ones for those that break things."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from browser import Browser, translations
from console import Console
from installation import BINARY, PASSWORD, ROOT, Installation
from machine import Machine
from receiver import Receiver

ADMINISTRATOR = "ada@northwind.example"
MEMBER = "max@northwind.example"
FRENCH = "camille@horizon.example"
OPERATOR = "opal@platform.example"


@dataclass
class Stage:
    """An installation with its people: two accounts, so that each has a stranger."""

    product: Installation
    keys: dict = field(default_factory=dict)
    consoles: dict = field(default_factory=dict)

    def console(self, email):
        if email not in self.consoles:
            self.consoles[email] = Console(self.product.port)
            self.consoles[email].sign_in(email, PASSWORD)
        return self.consoles[email]

    @property
    def administrator(self):
        return self.console(ADMINISTRATOR)

    @property
    def member(self):
        return self.console(MEMBER)

    @property
    def french(self):
        return self.console(FRENCH)

    @property
    def operator(self):
        """Who has opened the first account, and so sees the console's pages too."""
        known = OPERATOR in self.consoles
        console = self.console(OPERATOR)
        if not known:
            accounts = console.get("/operator/accounts")
            row = next(row for row in accounts.main.all("tr") if "Northwind" in row.text)
            form = next(form for form in accounts.forms if form.element in row.all("form"))
            assert form.submit().status == 200
        return console

    @property
    def anonymous(self):
        return Console(self.product.port)

    def machine(self, account="northwind"):
        return Machine(self.product.port, account, self.keys[account])


def make_stage(name, start=True, **more):
    product = Installation(name, **more)
    # By the command line, before the first start, as an operator sets up a machine.
    product.create_account("northwind", "Northwind Support")
    product.create_account("horizon", "Horizon Assurances", country="FR", language="fr", time_zone="Europe/Paris")
    product.create_user("northwind", ADMINISTRATOR, "Ada Lindqvist")
    product.create_user("northwind", MEMBER, "Max Okafor", role="user")
    product.create_user("horizon", FRENCH, "Camille Laurent")
    product.create_user(None, OPERATOR, "Opal Keller")
    keys = {account: product.create_key(account, "events:write", "events:read", "media:write") for account in ("northwind", "horizon")}
    if start:
        product.start()
    return Stage(product, keys)


@pytest.fixture(scope="session", autouse=True)
def binary():
    if not BINARY.exists():
        pytest.exit(f"There is no release build at {BINARY}: bin/test makes it, or `swift build -c release --scratch-path .build-release`.", 2)


@pytest.fixture(scope="session")
def stage():
    stage = make_stage("pages")
    yield stage
    stage.product.stop()


@pytest.fixture
def fresh():
    """Makes installations for one test, and clears them away."""
    made = []

    def make(name="fresh", **more):
        made.append(make_stage(name, **more))
        return made[-1]
    yield make
    for stage in made:
        stage.product.stop()


@pytest.fixture
def receivers():
    """Makes receivers for one test."""
    made = []

    def make(*arguments, **more):
        made.append(Receiver(*arguments, **more))
        return made[-1]
    yield make
    for receiver in made:
        receiver.stop()


@pytest.fixture(scope="session")
def chromium():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium, stage):
    """The browser, wide, light and unknown to the product of `stage`."""
    chromium.address = stage.product.address
    chromium.resize((1280, 900))
    chromium.prefer("light")
    chromium.forget()
    return chromium


@pytest.fixture(scope="session")
def t():
    """The console's English words by their keys: a test names what it means, and a better wording breaks nothing."""
    words = translations("en")

    def translate(key, **values):
        text = words[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text
    return translate


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows what the process said last."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for name, value in getattr(item, "funcargs", {}).items():
        product = getattr(value, "product", None)
        if isinstance(product, Installation):
            report.sections.append((f"the process ({name})", product.last_words()))
    for browser in [v for v in getattr(item, "funcargs", {}).values() if isinstance(v, Browser)]:
        try:
            report.sections.append(("the page", f"{browser.driver.current_url}\n{browser.title}\n{browser.text[:1500]}"))
        except Exception:  # a browser that is gone must not hide the failure
            pass
