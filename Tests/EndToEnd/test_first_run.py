"""The first start of an empty data folder: a one-time link, printed, makes the first operator and the first account."""

import pytest

from console import Console
from installation import PASSWORD, Installation


@pytest.fixture
def empty():
    product = Installation("first").start()
    yield product
    product.stop()


def test_the_printed_link_makes_the_first_operator_and_account_and_then_is_void(empty):
    link = empty.setup_link()
    console = Console(empty.port)
    page = console.get(link)
    assert page.status == 200
    form = page.form(action="/setup")
    for name, value in {
        "name": "Opal Keller", "email": "opal@platform.example", "account_name": "Northwind Support", "slug": "northwind",
    }.items():
        form.set(name, value)
    for name in sorted(form.names()):
        if "password" in name and "administrator" not in name:
            form.set(name, PASSWORD)
    done = form.submit()
    assert done.status == 200, done.errors
    assert any(name.endswith("session") for name in console.cookies), "signed in immediately"
    assert Console(empty.port).get(link).status == 404, "the link is good once"
    assert Console(empty.port).sign_in("opal@platform.example", PASSWORD).status == 200


def test_without_the_link_nobody_gets_in(empty):
    assert Console(empty.port).get("/setup").status == 404
    assert Console(empty.port).get("/setup?code=" + "0" * 64).status == 404


def test_an_incomplete_form_is_told_what_is_missing_and_keeps_what_was_typed(empty):
    page = Console(empty.port).get(empty.setup_link())
    answer = page.form(action="/setup").set("name", "Opal Keller").submit()
    assert answer.status == 422
    assert answer.title.startswith("Error:")
    assert answer.errors
    assert answer.form(action="/setup").get("name") == "Opal Keller"
