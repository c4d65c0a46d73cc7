"""The console as a browser without scripts meets it: pages are read as HTML, forms are sent as they stand, cookies are kept.

It finds fields by their labels and buttons by their words, as people do. bin/bench uses it too: standard library only."""

import http.client
import re
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use", "path"}


class Element:
    def __init__(self, tag, attributes, parent=None):
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children = []

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    def walk(self):
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, *tags, **attributes):
        return [
            element for element in self.walk()
            if (not tags or element.tag in tags) and all(element.get(k.rstrip("_").replace("_", "-")) == v for k, v in attributes.items())]

    def first(self, *tags, **attributes):
        return next(iter(self.all(*tags, **attributes)), None)

    def of_class(self, name):
        return [element for element in self.walk() if name in (element.get("class") or "").split()]

    @property
    def text(self):
        """As read: white space collapsed, icons and scripts left out."""
        return re.sub(r"[ \t\r\n\f]+", " ", self._text()).strip()

    def _text(self):
        return "".join(
            child if isinstance(child, str) else "" if child.tag in ("script", "style") else child._text() if child.tag != "br" else "\n"
            for child in self.children)

    def above(self, tag):
        element = self.parent
        while element is not None and element.tag != tag:
            element = element.parent
        return element


class Tree(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = self.open = Element("#document", {})
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        element = Element(tag, {name: value if value is not None else "" for name, value in attributes}, self.open)
        if tag in ("option",) and self.open.tag == "option":
            self.open = self.open.parent
            element.parent = self.open
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag, attributes):
        self.open.children.append(Element(tag, {name: value or "" for name, value in attributes}, self.open))

    def handle_endtag(self, tag):
        element = self.open
        while element.parent is not None and element.tag != tag:
            element = element.parent
        if element.parent is not None:
            self.open = element.parent

    def handle_data(self, data):
        self.open.children.append(data)


@dataclass
class File:
    name: str
    content: bytes
    type: str = "application/octet-stream"


class Form:
    def __init__(self, page, element):
        self.page = page
        self.element = element
        self.method = (element.get("method") or "get").lower()
        self.action = urljoin(page.path, element.get("action") or page.path)
        self.files = {}
        self.values = []
        for control in element.all("input", "select", "textarea"):
            name, kind = control.get("name"), control.get("type", "text")
            if not name or control.get("disabled") is not None or kind in ("submit", "button", "image"):
                continue
            if kind == "file":
                self.files[name] = None
            elif kind in ("checkbox", "radio"):
                if control.get("checked") is not None:
                    self.values.append((name, control.get("value", "on")))
            elif control.tag == "select":
                chosen = [o for o in control.all("option") if o.get("selected") is not None] or control.all("option")[:1]
                self.values += [(name, option.get("value", option.text)) for option in chosen]
            elif control.tag == "textarea":
                self.values.append((name, control._text().removeprefix("\n")))
            else:
                self.values.append((name, control.get("value", "")))

    @property
    def buttons(self):
        return [b for b in self.element.all("button") if b.get("type", "submit") == "submit"]

    def names(self):
        return {c.get("name") for c in self.element.all("input", "select", "textarea")} - {None}

    def set(self, name, value):
        """By field name or by label. None leaves it out; a list sends it several times."""
        name = self.name_of(name)
        if isinstance(value, File):
            self.files[name] = value
            return self
        at = next((i for i, (n, _) in enumerate(self.values) if n == name), len(self.values))
        self.values = [(n, v) for n, v in self.values if n != name]
        given = value if isinstance(value, list) else [] if value is None else [value]
        self.values[at:at] = [(name, str(one)) for one in given]
        return self

    def get(self, name):
        name = self.name_of(name)
        return next((v for n, v in self.values if n == name), None)

    def name_of(self, name):
        if name in self.names():
            return name
        for label in self.element.all("label"):
            if words(label) == name:
                control = self.element.first(id=label.get("for"))
                if control is not None and control.get("name"):
                    return control.get("name")
        raise AssertionError(f"no field “{name}” in the form {self.action}; it has {sorted(self.names())}")

    def encoded(self, button=None):
        values = list(self.values)
        if button is not None and button.get("name"):
            values.append((button.get("name"), button.get("value", "")))
        if self.element.get("enctype") != "multipart/form-data":
            return urlencode(values).encode(), "application/x-www-form-urlencoded"
        boundary = uuid.uuid4().hex
        parts = []
        for name, value in values:
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        for name, file in self.files.items():
            file = file or File("", b"")
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\nContent-Type: {file.type}\r\n\r\n'
            parts.append(head.encode() + file.content + b"\r\n")
        return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"

    def submit(self, button=None, **values):
        """Sends it, by the button with these words (else the first), and follows a redirect."""
        for name, value in values.items():
            self.set(name, value)
        pressed = next((b for b in self.buttons if button is None or words(b) == button or words(b).startswith(button)), None)
        if button is not None and pressed is None:
            raise AssertionError(f"no button “{button}” in the form {self.action}; it has {[words(b) for b in self.buttons]}")
        console = self.page.console
        if self.method == "get":
            body, _ = self.encoded(pressed)
            return console.get(f"{self.action.split('?')[0]}?{body.decode()}")
        body, kind = self.encoded(pressed)
        action = pressed.get("formaction") if pressed is not None else None
        return console.request("POST", urljoin(self.page.path, action) if action else self.action, body, {"Content-Type": kind})


def words(element):
    """What it says to those who see it and those who hear it; a mark for "required" is none of it."""
    copy = "".join(
        child if isinstance(child, str) else "" if "needed" in (child.get("class") or "").split() else child._text()
        for child in element.children)
    return re.sub(r"[ \t\r\n\f]+", " ", copy).strip()


@dataclass
class Page:
    console: "Console"
    path: str
    status: int
    headers: list
    content: bytes
    redirects: list = field(default_factory=list)

    def header(self, name):
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    @property
    def text(self):
        return self.content.decode()

    @property
    def tree(self):
        if not hasattr(self, "_tree"):
            self._tree = Tree(self.text).root
        return self._tree

    @property
    def title(self):
        return self.tree.first("title").text

    @property
    def heading(self):
        return self.tree.first("h1").text

    @property
    def main(self):
        return self.tree.first("main")

    @property
    def forms(self):
        return [Form(self, element) for element in self.tree.all("form")]

    def form(self, *fields, action=None, button=None):
        """The form that has these fields, that goes to this action, or that has a button with these words."""
        for form in self.forms:
            if action is not None and urlsplit(form.action).path != action:
                continue
            if button is not None and not any(words(b).startswith(button) for b in form.buttons):
                continue
            if all(self._has(form, name) for name in fields):
                return form
        raise AssertionError(
            f"no form with {fields or action or button} on {self.path} ({self.status}, “{self.title}”); there are "
            f"{[(f.action, [words(b) for b in f.buttons]) for f in self.forms]}")

    @staticmethod
    def _has(form, name):
        try:
            return bool(form.name_of(name))
        except AssertionError:
            return False

    def link(self, text):
        found = [a for a in self.tree.all("a") if words(a) == text] or [a for a in self.tree.all("a") if words(a).startswith(text)]
        if not found:
            raise AssertionError(f"no link “{text}” on {self.path}; there are {sorted({words(a) for a in self.tree.all('a')})}")
        return urljoin(self.path, found[0].get("href"))

    def follow(self, text):
        return self.console.get(self.link(text))

    @property
    def errors(self):
        """(field id, words) of the error summary."""
        summary = next(iter(self.tree.of_class("error-summary")), None)
        return [] if summary is None else [(a.get("href", "").lstrip("#"), a.text) for a in summary.all("a")]

    @property
    def flash(self):
        found = self.tree.of_class("flash")
        return found[0].text if found else None

    def rows(self):
        """The cells of each row of the first table, by the words of their columns."""
        table = self.main.first("table")
        if table is None:
            return []
        body = table.first("tbody")
        heads = [words(th) for th in table.first("thead").all("th")]
        rows = [row for row in body.all("tr") if "expansion" not in (row.get("class") or "")]
        return [dict(zip(heads, [words(cell) for cell in row.children if isinstance(cell, Element)])) for row in rows]


class Console:
    def __init__(self, port, language="en"):
        self.port = port
        self.language = language
        self.cookies = {}
        self.origin = f"http://127.0.0.1:{port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)

    def get(self, path, follow=True, headers=None):
        return self.request("GET", path, headers=headers, follow=follow)

    def request(self, method, path, body=None, headers=None, follow=True):
        redirects = []
        while True:
            fields = {"Accept-Language": self.language, "Accept": "text/html", **(headers or {})}
            if self.cookies:
                fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if method == "POST":
                fields.setdefault("Origin", self.origin)
                fields.setdefault("Sec-Fetch-Site", "same-origin")
            connection = self.connect()
            connection.request(method, path, body=body, headers=fields)
            response = connection.getresponse()
            page = Page(self, path, response.status, response.getheaders(), response.read(), redirects)
            connection.close()
            for name, value in page.headers:
                if name.lower() == "set-cookie":
                    self._keep(value)
            location = page.header("location")
            if not follow or location is None or page.status not in (301, 302, 303, 307, 308):
                return page
            redirects.append((page.status, location))
            if len(redirects) > 5:
                raise AssertionError(f"redirects without end: {redirects}")
            path, method, body, headers = urljoin(path, location), "GET", None, None

    def _keep(self, text):
        pair, *attributes = [part.strip() for part in text.split(";")]
        name, _, value = pair.partition("=")
        if any(a.lower().replace(" ", "") == "max-age=0" for a in attributes) or not value:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def sign_in(self, email, password):
        page = self.get("/sign-in").form("email", "password").submit(email=email, password=password)
        if not any(name.endswith("session") for name in self.cookies):
            raise AssertionError(f"not signed in: {page.status} {page.errors or page.heading}")
        return page
