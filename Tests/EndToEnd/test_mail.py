"""Letters as a real relay takes them, over TLS and with a login, and the way from a letter into the console."""

import re

import pytest

from browser import Browser, translations
from installation import PASSWORD
from relay import Relay
from waiting import until

NEW_PASSWORD = "quite a long phrase 9"


@pytest.fixture
def relay():
    relay = Relay()
    yield relay
    relay.stop()


def link_of(message):
    text = message.get_body(("plain",)).get_content()
    return re.search(r"http://\S+/password/link\?code=[0-9a-f]{64}", text).group()


@pytest.fixture
def mailing(fresh, relay):
    return fresh("mail", environment={"HOOKSWITCH_SMTP_URL": relay.url, "HOOKSWITCH_SMTP_AUTHORITIES": relay.authorities})


def test_somebody_invited_in_french_comes_in_by_the_letter_alone(mailing, relay, chromium):
    words = translations("fr")
    chromium.address = mailing.product.address
    chromium.forget()
    chromium.use(mailing.french).open("/users/new")
    chromium.fill(words["user.name"], "Élodie Noël").fill(words["user.email"], "Elodie.Noel@horizon.example")
    chromium.press(words["user.save"])
    assert "Élodie Noël" in chromium.heading
    message = until(lambda: relay.to("elodie.noel@horizon.example"), 20, "a letter")[0]
    assert message["Subject"].replace("\u2068", "").replace("\u2069", "") == "Votre accès à Horizon Assurances"
    assert message["From"].addresses[0].display_name == "Hookswitch"
    assert message["To"].addresses[0].addr_spec == "elodie.noel@horizon.example"
    assert message["To"].addresses[0].display_name == "Élodie Noël"
    html = message.get_body(("html",)).get_content()
    link = link_of(message)
    assert link in html and "Élodie Noël" in html and "Camille Laurent" in html
    assert [tls for _, _, tls, _ in relay.messages] == [True]
    chromium.forget()
    chromium.driver.get(link)
    english = translations("en")
    chromium.fill(english["password.new_password"], NEW_PASSWORD).fill(english["password.new_password_again"], NEW_PASSWORD)
    chromium.press(english["password.link.save"])
    chromium.fill(english["sign_in.email"], "elodie.noel@horizon.example").fill(english["sign_in.password"], NEW_PASSWORD)
    chromium.press(english["sign_in.save"])
    assert chromium.path == "/me"


def test_a_password_that_was_forgotten_is_chosen_anew_without_scripts(mailing, relay):
    browser = Browser(scripts=False)
    try:
        words = translations("en")
        browser.address = mailing.product.address
        browser.open("/sign-in").follow(words["sign_in.forgotten"])
        browser.fill(words["forgotten.email"], "max@northwind.example").press(words["forgotten.save"])
        assert browser.path == "/sign-in" and words["forgotten.saved"] in browser.text
        message = until(lambda: relay.to("max@northwind.example"), 20, "a letter")[0]
        browser.driver.get(link_of(message))
        browser.fill(words["password.new_password"], NEW_PASSWORD).fill(words["password.new_password_again"], NEW_PASSWORD)
        browser.press(words["password.link.save"])
        browser.fill(words["sign_in.email"], "max@northwind.example").fill(words["sign_in.password"], PASSWORD)
        browser.press(words["sign_in.save"])
        assert browser.path == "/sign-in"
        browser.fill(words["sign_in.email"], "max@northwind.example").fill(words["sign_in.password"], NEW_PASSWORD)
        browser.press(words["sign_in.save"])
        assert browser.path == "/me"
    finally:
        browser.close()


def test_what_the_relay_refused_is_shown_on_the_user_s_page(mailing, relay):
    relay.answers.append(("gone@", "550 5.1.1 No such mailbox"))
    console = mailing.administrator
    form = console.get("/users/new").form(action="/users")
    page = form.set("name", "Gone").set("email", "gone@northwind.example").submit()
    path = page.path
    assert until(lambda: "550 5.1.1 No such mailbox" in console.get(path).text, 20, "the refusal is told")


def test_a_relay_that_nobody_vouches_for_gets_nothing(fresh, relay):
    stage = fresh("mail", environment={"HOOKSWITCH_SMTP_URL": relay.url})
    form = stage.administrator.get("/users/new").form(action="/users")
    form.set("name", "Ana").set("email", "ana@northwind.example").submit()
    until(lambda: "Mail waits for the relay" in stage.product.log.read_text(), 20, "the trouble is logged")
    assert relay.messages == []
