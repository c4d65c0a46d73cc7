"""Roles in a real browser: what one may do is changed on a page, and counts at the next click of whoever has it."""

import pytest

from browser import NARROW, WIDE, Browser, translations
from console import Console
from conftest import MEMBER
from installation import PASSWORD


def shown_words(language):
    """As the browser gives a page's text back: without spaces at which no line breaks."""
    return {key: text.replace("\u00a0", " ") for key, text in translations(language).items()}


@pytest.fixture(scope="module")
def plain(stage):
    browser = Browser(scripts=False)
    browser.address = stage.product.address
    yield browser
    browser.close()


def tick(browser, right, on=True):
    box = browser.one(f"input[name=rights][value='{right}']")
    if box.is_selected() != on:
        box.click()


def save(browser):
    return browser._leave(lambda: browser.one("main form[method=post] .save .primary").click())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without scripts"])
def test_a_role_is_made_changed_duplicated_and_deleted(stage, browser, plain, t, scripts):
    browser = browser if scripts else plain
    browser.use(stage.administrator).open("/roles").follow(t("roles.add"), within="main")
    browser.fill(t("role.name"), f"Night shift {scripts}")
    tick(browser, "webhooks.retry")
    save(browser)
    assert browser.heading == f"Night shift {scripts}"
    assert t("right.webhooks.view") in browser.text and t("right.webhooks.retry") in browser.text, "what is done is seen, too"
    browser.follow(t("roles.edit"), within="main")
    tick(browser, "webhooks.retry", False)
    tick(browser, "deletions.view")
    browser.fill(t("role.name"), "")
    save(browser)
    assert browser.title.startswith("Error:") and "error-summary" in browser.focused.get_attribute("class")
    assert browser.one("input[value='deletions.view']").is_selected(), "what was chosen is kept"
    browser.fill(t("role.name"), f"Late shift {scripts}")
    save(browser)
    assert t("roles.saved", name=f"Late shift {scripts}") in browser.one("body").text.replace("\u2068", "").replace("\u2069", "")
    path = browser.path
    browser.follow(t("roles.copy"), within="main")
    assert browser.one("input[value='deletions.view']").is_selected() and browser.value(t("role.name")) == ""
    browser.fill(t("role.name"), f"Copied {scripts}")
    save(browser)
    assert browser.path != path
    browser.follow(t("roles.delete.submit"), within="main").press(t("roles.delete.submit"))
    assert browser.path == "/roles" and "Copied" not in browser.one("main table").text


def test_a_right_that_is_given_and_taken_counts_at_the_next_click(stage, browser, t):
    browser.use(stage.administrator).open("/roles").follow("User", within="main table")
    path = browser.path
    member = Console(stage.product.port)
    member.sign_in(MEMBER, PASSWORD)
    assert member.get("/users").status == 403 and member.get("/roles").status == 403 and member.get("/keys").status == 403
    for on, status in ((True, 200), (False, 403)):
        browser.open(path + "/edit")
        tick(browser, "people.view", on)
        save(browser)
        assert member.get("/users").status == status
        menu = [a.get("href") for a in member.get("/me").tree.all("a")]
        assert ("/users" in menu) is on and "/roles" not in menu and "/keys" not in menu


def test_a_role_that_somebody_has_says_who_and_stays(stage, browser, t):
    browser.use(stage.administrator).open("/roles").follow("User", within="main table")
    assert "Max Okafor" in browser.text and t("roles.delete.not_now") in browser.text
    browser.open(browser.path + "/delete")
    assert "Max Okafor" in browser.one(".flash").text


def test_a_limited_role_gives_no_more_than_it_has(fresh, chromium, t):
    stage = fresh("limited")
    chromium.address = stage.product.address
    chromium.use(stage.administrator).open("/roles").follow("User", within="main table")
    path = chromium.path
    chromium.open(path + "/edit")
    tick(chromium, "roles.manage")
    tick(chromium, "people.view")
    save(chromium)
    chromium.use(stage.member).open("/roles").follow(t("roles.add"), within="main")
    offered = {box.get_attribute("value") for box in chromium.all("input[name=rights]")}
    assert offered == {"roles.view", "roles.manage", "people.view"}
    form = stage.member.get("/roles/new").form("name")
    answer = form.submit(name="Mine", rights=["webhooks.manage"])
    assert answer.status == 422
    chromium.open("/roles").follow("Integrator", within="main table")
    assert not [a for a in chromium.all("main a") if (a.get_attribute("href") or "").endswith(("/edit", "/copy", "/delete"))]


def test_a_french_account_begins_with_french_roles_and_edits_them_in_french(stage, browser):
    words = shown_words("fr")
    browser.use(stage.french).open("/roles")
    names = [cell.text for cell in browser.all("main tbody th")]
    assert names == ["Administrateur", "Intégrateur", "Superviseur", "Utilisateur"]
    browser.follow("Superviseur", within="main table")
    assert words["roles.suspended.role"] in browser.text
    browser.follow(words["roles.edit"], within="main")
    assert words["roles.suspended"] in browser.text and words["right.people.manage"] in browser.text
    browser.fill(words["role.name"], "Utilisateur")
    save(browser)
    assert browser.title.startswith("Erreur") and words["role.name.taken"] in browser.text


@pytest.mark.parametrize("who", ["administrator", "french"])
def test_axe_finds_nothing_on_the_forms_of_roles(stage, browser, who):
    browser.use(getattr(stage, who))
    browser.open("/roles")
    hrefs = [a.get_attribute("href") for a in browser.all("main tbody a")]
    problems = []
    for address in ["/roles", "/roles/new"] + [h.replace(browser.address, "") + end for h in hrefs for end in ("", "/edit", "/copy", "/delete")]:
        browser.open(address)
        for size in (WIDE, NARROW):
            browser.resize(size)
            problems += [f"{address} {size[0]}: {problem}" for problem in browser.violations()]
            if browser.overflow() > 0:
                problems.append(f"{address} {size[0]}: {browser.overflow()} px too wide")
    browser.resize(WIDE)
    assert not problems, "\n".join(problems)
