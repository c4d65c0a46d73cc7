"""Data retention over the network and in a browser without scripts: preview, a shorter policy, figures that change before they are
confirmed, Purge now, its history, and a purge that is killed again and again."""

import random
import threading

import pytest

import media
from browser import Browser, translations
from waiting import until


@pytest.fixture
def retention(fresh):
    return fresh("retention")


def shorten(console, **days):
    """Sends the form. Gives the page that asks."""
    values = {}
    for kind, number in days.items():
        values |= {kind: "days", f"{kind}_days": str(number)}
    return console.get("/settings/retention").form("recordings_days", action="/settings/retention").submit(**values)


def test_without_scripts_a_policy_is_previewed_shortened_asked_about_again_and_purged(retention, t):
    console, machine = retention.administrator, retention.machine()
    for number in range(3):
        media.register(machine, "recordings", 40 + number, connector="Archive")
    media.register(machine, "recordings", 50, hold=True)
    browser = Browser(scripts=False)
    try:
        browser.address = retention.product.address
        browser.use(console).open("/settings/retention")
        browser.one("[name=recordings][value=days]").click()
        browser.one("[name=recordings_days]").clear()
        browser.one("[name=recordings_days]").send_keys("30")
        browser.press(t("retention.preview"))
        preview = browser.one("#preview").text
        assert "3" in preview and browser.one("[name=recordings_days]").get_attribute("value") == "30"
        assert retention.product.value("SELECT count(*) FROM retention_policies") == 0, "a preview saves nothing"
        browser.press(t("retention.save"))
        assert browser.heading == t("retention.confirm.title")
        # Much more than was shown, before it is confirmed.
        for number in range(12):
            media.register(machine, "recordings", 60 + number)
        browser.press(t("retention.confirm.save"))
        assert t("retention.changed.title") in browser.text and t("retention.changed.nothing_saved") in browser.text
        changed = browser.one(".notice.warning table").text
        assert "3 items" in changed and "15 items" in changed
        assert retention.product.value("SELECT count(*) FROM retention_policies") == 0
        browser.press(t("retention.confirm.save"))
        assert t("retention.saved") in browser.text
        browser.follow(t("retention.purge_now"))
        browser.press(t("retention.purge.button.other", count=15))
        until(lambda: len(media.files(retention.product)) == 1, what="all but the held file are gone")
        browser.open("/settings/retention").follow(t("retention.runs.link"))
        row = browser.one("main tbody tr").text
        assert t("retention.runs.done") in row and row.count("15") >= 2
        browser.follow(t("retention.runs.deletion"), within="main tbody")
        assert browser.path.startswith("/settings/deletions") and "15" in browser.one("main tbody tr").text
    finally:
        browser.close()


def test_figures_that_changed_a_lot_before_purge_now_are_shown_beside_what_was_confirmed(retention):
    console, machine = retention.administrator, retention.machine()
    media.register(machine, "recordings", 40)
    assert shorten(console, recordings=30).form("figures").submit().status == 200
    question = console.get("/settings/retention/purge")
    for number in range(11):
        media.register(machine, "recordings", 41 + number)
    again = question.form("figures").submit()
    assert len(media.files(retention.product)) == 12, "nothing has gone"
    text = again.main.text
    assert "12 items" in text and translations("en")["retention.changed.title"] in text
    # Without figures, or with forged ones, it is asked again as well.
    for figures in ("", "00ff"):
        asked = again.form("figures").submit(figures=figures)
        assert asked.path == "/settings/retention/purge" and len(media.files(retention.product)) == 12
    done = again.form("figures").submit()
    assert done.path == "/settings/retention"
    until(lambda: not media.files(retention.product), what="all is gone")
    # The same button pressed again.
    assert again.form("figures").submit().path == "/settings/retention/runs"
    assert retention.product.value("SELECT count(*) FROM purge_runs WHERE items > 0") == 1


def test_the_history_is_whole_in_french_and_closed_to_those_without_the_right(stage):
    page = stage.french.get("/settings/retention/runs")
    words = translations("fr")
    assert page.status == 200 and page.heading == words["retention.runs.title"]
    assert "retention." not in page.main.text
    assert stage.member.get("/settings/retention/runs").status == 403
    assert stage.member.get("/settings/retention/purge").status == 403


def test_killed_again_and_again_a_purge_deletes_each_item_once(retention, capsys):
    console, machine = retention.administrator, retention.machine()
    count = 1500
    inbox = retention.product.data / "media-inbox" / "northwind"
    inbox.mkdir(parents=True)
    for number in range(count):
        (inbox / f"{number}.wav").write_bytes(b"sound")
        answer = machine.post("media", {"kind": "recordings", "recorded_at": media.days_ago(40), "path": f"{number}.wav"})
        assert answer.status == 201, answer.body
    held = media.register(machine, "recordings", 50, hold=True)
    young = media.register(machine, "recordings", 3)
    assert shorten(console, recordings=30).form("figures").submit().status == 200
    form = console.get("/settings/retention/purge").form("figures")

    def press():
        try:
            form.submit()
        except Exception:  # The process is killed under it.
            pass

    presser = threading.Thread(target=press, daemon=True)
    presser.start()
    until(lambda: retention.product.value("SELECT count(*) FROM purge_runs") == 1, what="the purge has begun")
    dice = random.Random(10)
    kills = 0
    while retention.product.value("SELECT count(*) FROM purge_runs WHERE finished_at IS NULL") and kills < 15:
        threading.Event().wait(dice.uniform(0.01, 0.1))
        retention.product.kill()
        files = media.files(retention.product)
        rows = {f"{row[0]}.{row[1]}" for row in retention.product.rows("SELECT id, extension FROM media_files")}
        assert files <= rows, "a file without a row"
        retention.product.start()
        kills += 1
    presser.join(60)
    until(lambda: not retention.product.value("SELECT count(*) FROM purge_runs WHERE finished_at IS NULL"), 60, what="the restart has finished it")
    kept = {f"{record['id'].split('_', 1)[1]}.wav" for record in (held, young)}
    assert media.files(retention.product) == kept
    assert {f"{row[0]}.{row[1]}" for row in retention.product.rows("SELECT id, extension FROM media_files")} == kept
    entries = retention.product.rows("SELECT entity, items, bytes FROM deletions WHERE entity = 'recordings'")
    assert [tuple(entry) for entry in entries] == [("recordings", count, count * 5)]
    with capsys.disabled():
        print(f"\n  {kills} kills: {count} items deleted, in one entry", end="")
