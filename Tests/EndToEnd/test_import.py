"""People by a table, as somebody does it at a browser: choose a file, see what it would do, agree."""

import pytest

from browser import Browser, translations
from console import File

FRENCH = "Nom;Adresse e-mail;Rôle;Numéro\r\nÉlodie Noël;elodie.noel@horizon.example;;12\r\nSans adresse;;;13\r\n"
ENGLISH = 'name,email\n"Lima, Ana",ana.lima@northwind.example\n'


@pytest.fixture
def importing(fresh):
    return fresh("import")


def begin(browser, product, console, words):
    browser.address = product.address
    browser.forget()
    browser.use(console).open("/users").follow(words["users.import"], within="main")


def test_a_french_table_of_windows_is_looked_through_and_then_imported(importing, chromium, tmp_path):
    words = translations("fr")
    table = tmp_path / "équipe.csv"
    table.write_bytes(FRENCH.encode("cp1252"))
    begin(chromium, importing.product, importing.french, words)
    chromium.fill(words["user_import.table"], table).press(words["users.import.review"])
    assert chromium.path == "/users/import/preview"
    assert "Élodie Noël" in chromium.text and words["users.import.refused"] in chromium.text
    assert chromium.violations() == []
    chromium.press(words["users.import.apply.but.one"].replace("{count}", "1"))
    assert chromium.path == "/users" and "Élodie Noël" in chromium.text and "Sans adresse" not in chromium.text


def test_without_scripts_what_is_no_table_is_refused_and_the_right_one_taken(importing, tmp_path):
    words = translations("en")
    picture, table = tmp_path / "people.csv", tmp_path / "right.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    table.write_text(ENGLISH)
    browser = Browser(scripts=False)
    try:
        begin(browser, importing.product, importing.administrator, words)
        browser.press(words["users.import.review"])
        assert words["users.import.needed"] in browser.text
        browser.fill(words["user_import.table"], picture).press(words["users.import.review"])
        assert words["users.import.not_text"] in browser.text
        browser.fill(words["user_import.table"], table).press(words["users.import.review"])
        browser.press(words["users.import.apply.one"].replace("{count}", "1"))
        assert browser.path == "/users" and "Lima, Ana" in browser.text
        # Sent once more it changes nothing.
        browser.open("/users/import").fill(words["user_import.table"], table).press(words["users.import.review"])
        assert words["users.import.same"] in browser.text
        assert words["users.import.apply.one"].replace("{count}", "1") not in browser.text
    finally:
        browser.close()


def test_who_may_only_see_people_is_offered_no_import(importing):
    assert importing.member.get("/users/import").status == 403


def test_the_largest_table_comes_through_the_web_server_and_a_larger_one_is_refused_in_words(importing):
    words = translations("en")
    line = "Person {0} with a name of some length,person-{0}@northwind.example,User,+447700900123\n"

    def send(lines):
        table = "name,email,role,mobile\n" + "".join(line.format(number) for number in range(lines))
        form = importing.administrator.get("/users/import").form("table")
        return form.set("table", File("people.csv", table.encode(), "text/csv")).submit()
    assert send(5000).path == "/users/import/preview"
    for lines, word in ((5001, "too_many"), (25_000, "too_large")):
        page = send(lines)
        assert page.status == 422
        assert page.errors[0][1].startswith(words[f"users.import.{word}"].split("{")[0]), page.errors
