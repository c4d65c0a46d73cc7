"""All the pages that somebody can reach by links, one of each kind."""

import re
from urllib.parse import urljoin, urlsplit

IDENTIFIER = re.compile(r"[a-z]{2,4}_(?:[0-9a-z]{26}|[0-9a-z]{13})\b")


def kind(path):
    """Pages that differ only in the id are one kind."""
    return IDENTIFIER.sub("{id}", urlsplit(path).path)


def pages(console, starts=("/", "/sign-in"), most=200):
    """Paths with their answers, breadth first; files to download are left out."""
    seen, found, waiting = set(), [], list(starts)
    while waiting and len(found) < most:
        path = waiting.pop(0)
        if kind(path) in seen:
            continue
        seen.add(kind(path))
        page = console.get(path)
        if (page.header("content-type") or "").split(";")[0] != "text/html":
            continue
        where = page.path
        if where != path:
            if kind(where) in seen:
                continue
            seen.add(kind(where))
        found.append(page)
        for link in page.tree.all("a"):
            target = urljoin(where, link.get("href", ""))
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("/assets/", "/api/")):
                continue
            waiting.append(target.split("#")[0])
    return found
