"""SMS through Kannel, a real gateway, and the counter as people see it, with and without scripts."""

import re
from urllib.parse import unquote_plus

import pytest

from browser import Browser
from kannel import Kannel
from waiting import until

NUMBER = "+447700900123"
NEW_PASSWORD = "quite a long phrase 9"


@pytest.fixture(scope="module")
def kannel():
    kannel = Kannel()
    yield kannel
    kannel.stop()


def save(console, **values):
    page = console.get("/settings/sms").form("url").submit(**values)
    assert page.status == 200, page.errors
    return page


def use(console, kannel, password=Kannel.PASSWORD, url=None):
    save(console, url=url or kannel.url(), sender="Northwind", authentication="yes", login=kannel.LOGIN, password=password)


def send(console, text):
    page = console.get("/settings/sms/test").form("text").submit(to=NUMBER, text=text)
    assert page.path.startswith("/settings/sms/tests/"), page.errors
    assert Kannel.PASSWORD not in page.text and "a%26b" not in page.text
    return page


def arrived(kannel, count, act):
    before = len(kannel.messages)
    page = act()
    until(lambda: len(kannel.messages) >= before + count, 20, f"{count} messages over the air")
    return page, kannel.messages[before:]


def test_a_text_goes_over_the_air_as_it_was_typed(fresh, kannel, t):
    console = fresh("sms").administrator
    use(console, kannel)
    page, messages = arrived(kannel, 1, lambda: send(console, "Prix : 5 € & 20 % [net] à {to}"))
    assert t("sms.test.good") in page.main.text and "HTTP 202" in page.main.text
    assert messages == [f"Northwind {NUMBER} text Prix : 5 € & 20 % [net] à {{to}}"]


def test_an_emoji_goes_as_unicode_and_a_long_text_in_the_parts_that_were_counted(fresh, kannel):
    console = fresh("sms").administrator
    use(console, kannel)
    _, messages = arrived(kannel, 1, lambda: send(console, "Hi 😀"))
    assert messages == [f"Northwind {NUMBER} ucs-2 %00H%00i%00+%D8%3D%DE%00"]
    # As many as the counter says: 3 of GSM, and 3 of Unicode.
    for text, kind in (("a" * 400, "data"), ("ж" * 150, "")):
        _, messages = arrived(kannel, 3, lambda: send(console, text))
        assert len(messages) == 3 and all("udh" in message and kind in message for message in messages)


def test_a_refused_login_and_a_missing_recipient_are_told_in_words(fresh, kannel, t):
    console = fresh("sms").administrator
    use(console, kannel, password="wrong")
    page = console.get("/settings/sms/test").form("text").submit(to=NUMBER, text="Hello")
    assert t("sms.fault.unauthorized") in page.main.text and "Authorization failed for sendsms" in page.main.text
    # JSON is no language of Kannel's.
    save(console, url=f"http://127.0.0.1:{kannel.port}/cgi-bin/sendsms", password="wrong")
    page = console.get("/settings/sms/test").form("text").submit(to=NUMBER, text="Hello")
    assert t("sms.fault.refused") in page.main.text and "Invalid content-type" in page.main.text


def test_a_link_comes_by_sms_and_lets_somebody_choose_a_password(fresh, kannel, t):
    stage = fresh("sms")
    console = stage.administrator
    use(console, kannel)
    page = console.get("/users").follow("Max Okafor")
    console.get(page.path + "/edit").form("mobile").submit(mobile=NUMBER)
    words = t("users.link.text", number="")
    # Longer than one message: its parts come as the fake SMSC writes data.
    page, messages = arrived(kannel, 2, lambda: console.get(page.path).form(button=words).submit(words))
    text = "".join(unquote_plus(message.split(" data ", 1)[1]) for message in messages)
    link = re.search(r"http://127\.0\.0\.1:\d+(/password/link\?code=[0-9a-f]{64})$", text).group(1)
    assert text.startswith(t("letters.reset.sms", account="Northwind Support", link="").strip())
    until(lambda: t("users.sms.sent", number="+44 7700 900123") in console.get(page.path).text, 20, "the page says so")
    chosen = stage.anonymous.get(link).form("new_password").submit(new_password=NEW_PASSWORD, new_password_again=NEW_PASSWORD)
    assert chosen.path.startswith("/sign-in"), chosen.errors
    assert stage.anonymous.sign_in("max@northwind.example", NEW_PASSWORD).status == 200


COUNTED = {
    "Hello": ("5", "gsm7", "1", "155"),
    "5 € [net]": ("12", "gsm7", "1", "148"),
    "a" * 161: ("161", "gsm7", "2", "145"),
    "a" * 152 + "€" + "b" * 7: ("161", "gsm7", "2", "144"),
    "Fenêtre 😀": ("10", "ucs2", "1", "60"),
    "ж" * 66 + "😀" + "жжж": ("71", "ucs2", "2", "62"),
    "first\nsecond": ("12", "gsm7", "1", "148"),
    # What nobody sees around it is no part of it.
    "\u200b\xa0 abc \xad\ufeff": ("3", "gsm7", "1", "157"),
}


def facts(browser):
    return tuple(browser.one(f"[data-part={name}]").text for name in ("length", "encoding", "credits", "room"))


def expected(text, t):
    length, encoding, credits, room = COUNTED[text]
    return length, t(f"sms.encoding.{encoding}"), credits, room


# What a test types key by key a driver does not take beyond the first plane.
FILL = "const area = document.getElementById('text'); area.value = arguments[0]; area.dispatchEvent(new Event('input', {bubbles: true}))"


def test_the_counter_counts_while_one_types_and_preview_counts_the_same(fresh, kannel, chromium, t):
    stage = fresh("sms")
    use(stage.administrator, kannel)
    chromium.address = stage.product.address
    chromium.forget()
    chromium.use(stage.administrator).open("/settings/sms/test")
    for text in COUNTED:
        chromium.script(FILL, text)
        assert facts(chromium) == expected(text, t), text
    chromium.script(FILL, "")
    chromium.one("#text").send_keys("Fen")
    assert facts(chromium)[0] == "3"
    plain = Browser(scripts=False)
    try:
        plain.address = stage.product.address
        plain.use(stage.administrator)
        for text in [text for text in COUNTED if "😀" not in text and "\u200b" not in text]:
            plain.open("/settings/sms/test")
            plain.one("#to").clear()
            plain.one("#to").send_keys(NUMBER)
            plain.one("#text").clear()
            plain.one("#text").send_keys(text)
            plain.press(t("sms_test.preview"))
            assert facts(plain) == expected(text, t), text
            assert plain.one("#text").get_attribute("value") == text
    finally:
        plain.close()
    # By the server, of what no driver types.
    for text in [text for text in COUNTED if "😀" in text or "\u200b" in text]:
        page = stage.administrator.get("/settings/sms/test").form("text").submit(t("sms_test.preview"), to=NUMBER, text=text)
        shown = {element.get("data-part"): element.text for element in page.main.all("dd") if element.get("data-part")}
        assert tuple(shown.values()) == expected(text, t), text
