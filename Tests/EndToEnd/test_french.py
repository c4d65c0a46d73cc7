"""A French account reads French, error texts and all; no English word of ours is left on any page."""

import re

import pytest

import walk
import webhooks
from browser import translations
from receiver import Receiver


@pytest.fixture(scope="module")
def filled(stage):
    with Receiver() as receiver:
        webhooks.enable(stage.french)
        webhooks.create(stage.french, "Synchronisation CRM", receiver.url)
        stage.machine("horizon").publish("call:end", {"call_id": "fr-1"})
        receiver.wait_for(1)
        yield stage


def test_every_page_of_a_french_account_is_french(filled):
    english, french = translations("en"), translations("fr")
    assert english.keys() == french.keys()
    # Sentences that differ between the languages, without values in them, long enough not to be met by chance.
    telling = {
        text for key, text in english.items()
        if "{" not in text and len(text) > 14 and " " in text and french[key] != text and text not in french.values()}
    for page in walk.pages(filled.french):
        assert page.tree.first("html").get("lang") == "fr", page.path
        text = page.tree.first("body").text
        found = {sentence for sentence in telling if sentence in text}
        assert not found, f"{page.path}: {found}"


def test_french_errors_are_french(filled):
    french = translations("fr")
    form = filled.french.get("/settings/account").form("head_of_line")
    answer = form.submit(head_of_line="12ab")
    assert answer.status == 422
    assert [text for _, text in answer.errors] == [french["shared.error.phone_malformed"]]
    assert not answer.title.startswith("Error:")
    assert answer.title.startswith(french["shared.error.title_prefix"].split("{")[0].strip() if "shared.error.title_prefix" in french else "Erreur")


def test_french_typography(filled):
    """No plain space before the double marks, no straight apostrophe in words."""
    for page in walk.pages(filled.french):
        text = page.main.text if page.main is not None else ""
        assert not re.search(r"\w [!?;»]", text), page.path
        assert not re.search(r"\b[ldnscjmLDNSCJM]'[a-zàâéèêëîïôûù]", text), page.path


def test_a_users_own_language_goes_before_the_accounts(filled):
    console = filled.member
    form = console.get("/me").form("own_language")
    assert form.submit(own_language="fr").tree.first("html").get("lang") == "fr"
    assert console.get("/me").tree.first("html").get("lang") == "fr"
    console.get("/me").form("own_language").submit(own_language="")
    assert console.get("/me").tree.first("html").get("lang") == "en"


def test_before_signing_in_the_browser_decides(filled):
    from console import Console
    assert Console(filled.product.port, "fr-FR,fr;q=0.9").get("/sign-in").tree.first("html").get("lang") == "fr"
    assert Console(filled.product.port, "en").get("/sign-in").tree.first("html").get("lang") == "en"
