"""A real Chromium, driven by what people see: labels, words on buttons and links."""

import json
import re
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from waiting import until

WIDE, NARROW = (1280, 900), (380, 800)


def axe_source():
    import axe_playwright_python
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


class Browser:
    def __init__(self, scripts=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
            "--disable-component-update", "--no-first-run", "--lang=en", f"--window-size={WIDE[0]},{WIDE[1]}",
        ):
            options.add_argument(argument)
        preferences = {
            "intl.accept_languages": "en", "credentials_enable_service": False, "profile.password_manager_enabled": False,
            "profile.password_manager_leak_detection": False,
        }
        if not scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
            preferences["profile.default_content_setting_values.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(40)
        self.address = ""
        self.axe = None

    def close(self):
        self.driver.quit()

    # Where

    def open(self, path):
        self.driver.get(self.address + path)
        return self

    @property
    def path(self):
        return re.sub(r"^https?://[^/]+", "", self.driver.current_url)

    @property
    def heading(self):
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def title(self):
        return self.driver.title

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "main").text

    def script(self, source, *arguments):
        return self.driver.execute_script(source, *arguments)

    @property
    def status(self):
        """Of the page as it was loaded."""
        return self.script("return performance.getEntriesByType('navigation')[0].responseStatus")

    def use(self, console):
        """Is signed in as that console is, without the form: sign-in is slow on purpose, and counted."""
        self.forget()
        for name, value in console.cookies.items():
            self.driver.execute_cdp_cmd("Network.setCookie", {"name": name, "value": value, "url": self.address, "path": "/"})
        return self

    def forget(self):
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.errors()

    def resize(self, size):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})

    def prefer(self, scheme):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    # By what is seen

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def field(self, label):
        """The control that a label with these words names."""
        for element in self.all("label"):
            if self._words(element) == label:
                target = element.get_attribute("for")
                if target:
                    return self.driver.find_element(By.ID, target)
                return element.find_element(By.CSS_SELECTOR, "input, select, textarea")
        raise NoSuchElementException(f"no label “{label}” on {self.path}; there are {[self._words(e) for e in self.all('label')]}")

    def fill(self, label, value):
        control = self.field(label)
        if control.tag_name == "select":
            Select(control).select_by_visible_text(value)
        elif control.get_attribute("type") == "file":
            control.send_keys(str(value))
        else:
            control.clear()
            control.send_keys(value)
        return self

    def value(self, label):
        control = self.field(label)
        if control.tag_name == "select":
            return Select(control).first_selected_option.text
        return control.get_attribute("value")

    def switch(self, label, on=True):
        control = self.field(label)
        if control.is_selected() != on:
            control.click()
        return self

    def button(self, words, within="main"):
        found = [e for e in self.all(f"{within} button, {within} input[type=submit], {within} summary") if self._words(e) == words]
        found = found or [e for e in self.all(f"{within} button") if self._words(e).startswith(words)]
        if not found:
            raise NoSuchElementException(f"no button “{words}” on {self.path}; there are {[self._words(e) for e in self.all(f'{within} button')]}")
        return found[0]

    def link(self, words, within="body"):
        found = [e for e in self.all(f"{within} a") if self._words(e) == words]
        found = found or [e for e in self.all(f"{within} a") if self._words(e).startswith(words)]
        if not found:
            raise NoSuchElementException(f"no link “{words}” on {self.path}; there are {[self._words(e) for e in self.all(f'{within} a')]}")
        return found[0]

    def press(self, words, within="main"):
        return self._leave(lambda: self.button(words, within).click())

    def follow(self, words, within="body"):
        return self._leave(lambda: self.link(words, within).click())

    def send(self, *keys):
        """As a keyboard does, to whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def _leave(self, act):
        """Acts, and waits until another page is there whole."""
        before = self.one("html").id
        act()
        self.arrive(before)
        return self

    def arrive(self, before, within=30):
        def arrived():
            try:
                return self.one("html").id != before and self.one("h1")
            except (NoSuchElementException, StaleElementReferenceException, WebDriverException):
                return False
        until(arrived, within, what=f"the next page after {self.path}")

    @staticmethod
    def _words(element):
        text = element.get_attribute("textContent") or ""
        for mark in element.find_elements(By.CSS_SELECTOR, ".needed"):
            text = text.replace(mark.get_attribute("textContent"), "")
        return re.sub(r"\s+", " ", text).strip()

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, wanted, most=120):
        """Presses Tab until wanted(element) is true, looking at each stop whether the focus can be seen."""
        unseen = []
        for _ in range(most):
            self.send(Keys.TAB)
            element = self.focused
            if element.tag_name == "body":
                continue
            if not self.shows_focus(element):
                unseen.append(element.get_attribute("outerHTML")[:120])
            if wanted(element):
                assert not unseen, f"the focus cannot be seen on {unseen}"
                return element
        raise AssertionError("Tab never came there")

    def shows_focus(self, element):
        """An outline or a ring, on it or on what stands for it."""
        return self.script(
            """
            const e = arguments[0];
            const ring = (s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || (s.boxShadow && s.boxShadow !== 'none');
            if (!e.matches(':focus-visible')) return false;
            return [e, e.parentElement, e.nextElementSibling].some((x) => x && ring(getComputedStyle(x)));
            """, element)

    # What is wrong

    def violations(self):
        """What axe finds on the page as it is, in short words."""
        if self.axe is None:
            self.axe = axe_source()
        if not self.script("return typeof window.axe !== 'undefined'"):
            self.script(self.axe)
        found = self.driver.execute_async_script(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
                .then((r) => done(r.violations.map((v) => [v.id, v.help, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + ' ' + (n.any.concat(n.all, n.none)[0] || {}).message)])))
                .catch((e) => done([['error', String(e), []]]));
            """)
        return [f"{name}: {help}\n      " + "\n      ".join(nodes) for name, help, nodes in found]

    def errors(self):
        """What the console says, CSP among it, since the last time it was asked."""
        return [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def overflow(self):
        """How many pixels the page is wider than the window."""
        return self.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def picture(self, path, full=False):
        if full:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            shot = self.driver.execute_cdp_cmd(
                "Page.captureScreenshot",
                {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}})
        else:
            shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {})
        import base64
        Path(path).write_bytes(base64.b64decode(shot["data"]))


def translations(language):
    """Every word of the console, by its key."""
    from installation import ROOT
    found = {}
    for file in sorted((ROOT / "Locales" / language).glob("*.json")):
        found.update(json.loads(file.read_text()))
    return found
