"""Text from strangers stays text in a real browser, and in the command that is copied from it."""

import json
import os
import string
import subprocess

import webhooks

MARKS = "\u0301\u200d\ufe0f"
# Each sign that some reader takes for its own, as one character with a mark behind it.
SIGNS = " ".join(sign + mark for sign in string.punctuation for mark in MARKS)
HEBREW = "\u05e9\u05dc\u05d5\u05dd"


def test_what_an_event_holds_is_shown_and_copied_as_it_is(stage, browser, tmp_path):
    webhooks.enable(stage.administrator)
    path = webhooks.create(stage.administrator, "Strange", "http://127.0.0.1:9009/")
    text = f"<script>document.title='run'</script> {SIGNS} '\u0301; echo run; '\u0301 {HEBREW}\u202e"
    assert stage.machine().publish(data={"note": text}).status == 202
    browser.use(stage.administrator).open(f"{path}/deliveries")
    address = browser.one("a[href*='/webhooks/deliveries/']").get_attribute("href")
    browser.driver.get(address)
    assert "run" not in browser.title
    shown = browser.script("return [...document.querySelectorAll('main pre')].map(e => e.textContent)")
    assert any(json.dumps(text, ensure_ascii=False)[1:-1] in code for code in shown), shown
    command = next(code for code in shown if code.startswith("curl "))
    stand_in = tmp_path / "curl"
    stand_in.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    stand_in.chmod(0o755)
    ran = subprocess.run(["sh"], input=command.encode(), capture_output=True, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, check=True)
    arguments = ran.stdout.decode().split("\0")
    assert json.loads(arguments[arguments.index("--data-raw") + 1])["data"]["note"] == text and not ran.stderr


def test_a_name_from_right_to_left_leaves_the_words_beside_it_where_they_are(stage, browser):
    path = webhooks.create(stage.administrator, f"'\u0301<b> {HEBREW}", "http://127.0.0.1:9009/")
    browser.use(stage.administrator).open(f"{path}/delete")
    # Where each sign of the heading is seen: a figure behind the name is at the right end, not before it.
    ends = browser.script("""
        document.querySelector('h1').append(' 7')
        const walker = document.createTreeWalker(document.querySelector('h1'), NodeFilter.SHOW_TEXT), ends = []
        while (walker.nextNode()) for (let at = 0; at < walker.currentNode.length; at++) {
            const range = document.createRange()
            range.setStart(walker.currentNode, at)
            range.setEnd(walker.currentNode, at + 1)
            const box = range.getBoundingClientRect()
            if (box.width > 0) ends.push([range.toString(), box.right])
        }
        return ends""")
    words = "".join(sign for sign, _ in ends)
    assert HEBREW in words and "<b>" in words and words.endswith("7")
    assert ends[-1][1] == max(end for _, end in ends), ends
    browser.open(webhooks.LIST)
    assert browser.script(f"""
        const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), kinds = new Set()
        while (walker.nextNode())
            if (walker.currentNode.data.includes('{HEBREW}')) kinds.add(getComputedStyle(walker.currentNode.parentElement).unicodeBidi)
        return [...kinds]""") == ["isolate"]
