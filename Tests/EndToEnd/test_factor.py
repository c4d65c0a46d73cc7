"""The second factor as people meet it: set up with an app, asked for at the sign-in, lost, demanded; with scripts and without."""

import re

import pytest

from authenticator import Authenticator
from browser import NARROW, WIDE, Browser, translations
from conftest import ADMINISTRATOR, FRENCH, MEMBER, OPERATOR
from console import Console
from installation import PASSWORD


@pytest.fixture(scope="module")
def without_scripts():
    browser = Browser(scripts=False)
    yield browser
    browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def either(request, chromium, without_scripts):
    browser = chromium if request.param else without_scripts
    browser.forget()
    browser.resize(WIDE)
    browser.prefer("light")
    return browser


def sign_in(browser, words, email, password=PASSWORD):
    browser.open("/sign-in").fill(words["sign_in.email"], email).fill(words["sign_in.password"], password)
    return browser.press(words["sign_in.save"])


def link(browser):
    return browser.one("a[href^='otpauth:']").get_attribute("href")


def confirm(browser, words, app):
    browser.fill(words["factor.code"], app.code()).fill(words["factor.current_password"], PASSWORD)
    return browser.press(words["factor.new.save"])


def recovery_codes(browser):
    codes = browser.one("#recovery-codes").text.split()
    assert len(set(codes)) == 10
    return codes


def flawless(browser):
    """Wide and narrow, light and dark."""
    problems = []
    for size in (WIDE, NARROW):
        browser.resize(size)
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            problems += [f"{browser.path} {size[0]} {scheme}: {problem}" for problem in browser.violations()]
        assert browser.overflow() <= 0, f"{browser.path} at {size[0]}"
    browser.resize(WIDE)
    browser.prefer("light")
    assert not problems, "\n".join(problems)


def test_from_my_account_to_the_next_sign_in(fresh, either):
    words = translations("en")
    stage = fresh("factor")
    either.address = stage.product.address
    sign_in(either, words, ADMINISTRATOR)
    either.open("/me").follow(words["me.factor.turn_on"])
    picture = either.one("svg.qr")
    assert picture.size["width"] > 150 and picture.get_attribute("aria-label") == words["factor.picture"]
    app = Authenticator(link(either))
    assert "ada%40northwind.example" in app.label
    assert either.one("#said").get_attribute("data-copied") == words["shared.copy.done"], "that it was copied is heard"
    typed = either.one("#secret").text.replace(" ", "")
    either.fill(words["factor.code"], "12345").fill(words["factor.current_password"], PASSWORD).press(words["factor.new.save"])
    assert either.title.startswith("Error:") and words["factor.code.six_digits"] in either.text
    assert either.one("#secret").text.replace(" ", "") == typed, "the same key, so that the app need not be set up again"
    confirm(either, words, app)
    assert either.heading == words["factor.on.title"]
    codes = recovery_codes(either)
    either.follow(words["factor.codes.kept"])
    assert either.path == "/me" and words["me.factor.codes.other"].replace("{count}", "10") in either.text
    either.forget()

    sign_in(either, words, ADMINISTRATOR)
    assert either.heading == words["sign_in_code.title"]
    either.fill(words["sign_in_code.code"], "000000").press(words["sign_in_code.save"])
    assert either.title.startswith("Error:") and words["factor.present_code.wrong"] in either.text
    either.fill(words["sign_in_code.code"], app.code()).press(words["sign_in_code.save"])
    assert not either.path.startswith("/sign-in")
    either.forget()
    sign_in(either, words, ADMINISTRATOR)
    either.fill(words["sign_in_code.code"], codes[0].upper()).press(words["sign_in_code.save"])
    assert not either.path.startswith("/sign-in")
    either.open("/me").follow(words["me.factor.turn_off"])
    either.fill(words["factor.present_code"], codes[1]).fill(words["factor.current_password"], PASSWORD)
    either.press(words["factor.off.save"])
    assert either.path == "/me" and words["factor.off.done"] in either.text
    either.forget()
    sign_in(either, words, ADMINISTRATOR)
    assert not either.path.startswith("/sign-in")


def test_an_account_that_demands_it_is_french_to_the_end(fresh, either):
    words = translations("fr")
    stage = fresh("factor")
    either.address = stage.product.address
    console = stage.french
    console.get("/settings/account").form("second_factor").submit(second_factor="all")
    # English until it is known who comes.
    sign_in(either, translations("en"), FRENCH)
    assert either.path == "/me/factor/new" and either.heading == words["factor.new.title"]
    assert words["factor.demanded.account"] in either.text
    either.open("/users")
    assert either.path == "/me/factor/new"
    app = Authenticator(link(either))
    confirm(either, words, app)
    codes = recovery_codes(either)
    either.open("/users")
    assert either.path == "/users"
    either.open("/me").follow(words["me.factor.replace"])
    other = Authenticator(link(either))
    either.fill(words["factor.present_code"], codes[0]).fill(words["factor.code"], other.code())
    either.fill(words["factor.current_password"], PASSWORD).press(words["factor.replace.save"])
    assert recovery_codes(either) != codes
    either.open("/me").follow(words["me.factor.new_codes"])
    either.fill(words["factor.present_code"], codes[1]).press(words["factor.codes.save"])
    assert words["factor.present_code.wrong"] in either.text and not re.search(r"\w [!?;»]", either.text)
    assert words["me.factor.turn_off"] not in either.open("/me").text


def test_an_operator_sets_it_up_first_of_all_and_it_is_reset_at_the_machine(fresh, chromium):
    words = translations("en")
    stage = fresh("factor", environment={"HOOKSWITCH_OPERATORS_WITHOUT_FACTOR": "false"})
    chromium.address = stage.product.address
    chromium.forget()
    sign_in(chromium, words, OPERATOR)
    assert chromium.path == "/me/factor/new" and words["factor.demanded.operator"] in chromium.text
    confirm(chromium, words, Authenticator(link(chromium)))
    chromium.follow(words["factor.codes.kept"])
    chromium.open("/operator/accounts")
    assert chromium.path == "/operator/accounts"
    printed = stage.product.command("user", "reset-factor", "--email", OPERATOR)
    assert OPERATOR in printed
    chromium.open("/operator/accounts")
    assert chromium.path.startswith("/sign-in")
    sign_in(chromium, words, OPERATOR)
    assert chromium.path == "/me/factor/new"
    refused = stage.product.command("user", "reset-factor", "--email", "nobody@platform.example", check=False)
    assert refused.returncode == 65


def test_an_administrator_resets_it_and_ends_sessions(fresh, either):
    words = translations("en")
    stage = fresh("factor")
    member = stage.member
    page = member.get("/me/factor/new")
    app = Authenticator(page.tree.first("a", href=re.search(r"otpauth:[^\"]+", page.text).group().replace("&amp;", "&")).get("href"))
    assert page.form("code").submit(code=app.code(), current_password=PASSWORD).heading == words["factor.on.title"]
    either.address = stage.product.address
    either.use(stage.administrator).open("/users").follow("Max Okafor")
    assert words["shared.on"] in either.text and "127.0.0.1" in either.text
    either.press(words["me.sessions.end"])
    assert words["users.sessions.ended"] in either.text
    assert member.get("/me").path.startswith("/sign-in")
    either.press(words["users.factor.reset"])
    assert words["users.factor.was_reset"].replace("{name}", "Max Okafor") in either.text
    assert Console(stage.product.port).sign_in(MEMBER, PASSWORD).status == 200


def test_axe_finds_nothing_on_these_pages(fresh, chromium):
    words = translations("en")
    stage = fresh("factor")
    chromium.address = stage.product.address
    chromium.forget()
    sign_in(chromium, words, ADMINISTRATOR)
    chromium.open("/me/factor/new")
    flawless(chromium)
    app = Authenticator(link(chromium))
    chromium.press(words["factor.new.save"])
    flawless(chromium)
    confirm(chromium, words, app)
    flawless(chromium)
    for path in ("/me", "/me/factor/replace", "/me/factor/codes", "/me/factor/off", "/users"):
        chromium.open(path)
        assert chromium.path == path
        flawless(chromium)
    chromium.follow("Ada Lindqvist", within="main")
    flawless(chromium)
    chromium.forget()
    sign_in(chromium, words, ADMINISTRATOR)
    flawless(chromium)
    chromium.press(words["sign_in_code.save"])
    flawless(chromium)
    assert not [e for e in chromium.errors() if "422" not in e["message"]]
