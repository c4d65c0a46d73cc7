"""Webhooks by the console's own forms, for tests and benchmarks that need one rather than test how it is made."""

import re

LIST = "/settings/webhooks/endpoints"


def enable(console, on=True):
    """The account's integration."""
    form = console.get("/settings/webhooks").form("enabled")
    answer = form.set("enabled", "yes" if on else None).submit()
    assert answer.status == 200 and not answer.errors, (answer.status, answer.errors)
    return answer


def new_form(console, name, url, events="*"):
    form = console.get(f"{LIST}/new").form("name", "target", "events")
    form.set("name", name).set("target", url)
    return form.set("events", events if isinstance(events, list) else [events])


def submit_new(console, name, url, events="*"):
    return new_form(console, name, url, events).submit()


def create(console, name, url, events="*"):
    """Adds one and gives its path. It is enabled and gets all events."""
    page = submit_new(console, name, url, events)
    assert page.status == 200 and re.fullmatch(LIST + r"/wh_[0-9a-z]{26}", page.path), (page.status, page.path, page.errors)
    return page.path


def pause(console, path):
    page = console.get(f"{path}/pause").form("meanwhile").submit(meanwhile="keep")
    assert page.status == 200 and not page.errors
    return page


def resume(console, path, held="release"):
    page = console.get(f"{path}/resume").form("held").submit(held=held)
    assert page.status == 200 and not page.errors
    return page


def secret(console, path):
    """As its page shows it to those with the right."""
    return re.search(r"whsec_[A-Za-z0-9+/=]+", console.get(path).main.text).group()


def type_new(browser, name, url):
    """The form of a new webhook, filled in a browser."""
    for field, value in (("name", name), ("target", url)):
        browser.one(f"[name={field}]").clear()
        browser.one(f"[name={field}]").send_keys(value)
    everything = browser.one("#events-all")
    if not everything.is_selected():
        everything.click()
