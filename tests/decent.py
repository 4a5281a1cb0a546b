"""Is a page decent? The fourth house law, checked on every page that the test client fetches.

`faults(html, headers)` gives one sentence per fault; an empty list means that the page is decent: it parses without
error, has a language, a title and one h1, unique ids, references that lead somewhere, labels on all fields, names on
links and buttons, alternatives for images, a forgery token in each form that posts, nothing inline that the content
security policy would block, nothing from other machines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as PARSE_ERRORS

SPACE = re.compile(r"\s+")
#: Fields that need no label: they show none, or carry their own words.
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = (
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-errormessage",
    "list",
    "form",
    "headers",
)
LOADED = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "use": "href",
    "video": "src",
}
FOREIGN = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


def faults(html: str, headers: Mapping[str, str]) -> list[str]:
    """The faults of one whole page, each one sentence. Takes the page and the headers it came with."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page: Element = parser.parse(html)
    found = [_parse_error(html, error) for error in parser.errors]
    found += _policy(headers)
    found += _frame(page)
    found += _ids(page)
    found += _inline(page)
    found += _forms(page)
    found += _names(page)
    return found


def _parse_error(html: str, error: tuple[tuple[int, int], str, dict[str, object] | None]) -> str:
    (line, column), code, values = error
    try:
        sentence = PARSE_ERRORS[code] % (values or {})
    except (KeyError, TypeError, ValueError):
        sentence = code
    lines = html.splitlines()
    near = lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""
    return f"line {line}, column {column}: {sentence} ({code}) near: {near}"


def _policy(headers: Mapping[str, str]) -> Iterator[str]:
    policy = headers.get("Content-Security-Policy")
    if not policy:
        yield "no Content-Security-Policy header"
    elif "default-src 'none'" not in policy or "unsafe-" in policy:
        yield f"the Content-Security-Policy is not strict: {policy}"


def _frame(page: Element) -> Iterator[str]:
    if not page.get("lang"):
        yield "the html element names no language"
    titles = [_words(title) for title in page.findall("head/title")]
    if len(titles) != 1 or not titles[0]:
        yield f"one title with words is needed; found {titles}"
    headings = [_words(heading) for heading in page.iter("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"one h1 with words is needed; found {headings}"


def _ids(page: Element) -> Iterator[str]:
    counts = Counter(element.get("id") for element in page.iter() if element.get("id") is not None)
    for name, count in counts.items():
        if count > 1:
            yield f"the id {name!r} is used {count} times"
    for element in _elements(page):
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in counts:
                    yield f"{_tag(element)}: {attribute} points to {name!r}, which is not on the page"


def _inline(page: Element) -> Iterator[str]:
    for element in _elements(page):
        if element.tag == "style":
            yield "inline style: <style>"
        if element.tag == "script" and not element.get("src"):
            yield "inline script: <script> without src"
        for name, value in element.attrib.items():
            if name == "style":
                yield f"inline style: {_tag(element)} style={value!r}"
            elif name.startswith("on") or _is_script(name, value):
                yield f"inline script: {_tag(element)} {name}={value!r}"
        loaded = LOADED.get(str(element.tag).split("}")[-1])
        address = element.get(loaded) if loaded else None
        if address and FOREIGN.match(address) and element.get("rel") not in ("canonical", "alternate"):
            yield f"{_tag(element)} loads from another machine: {address}"


def _is_script(attribute: str, value: str) -> bool:
    return attribute in ("href", "action", "formaction", "src") and value.strip().lower().startswith("javascript:")


def _forms(page: Element) -> Iterator[str]:
    for form in page.iter("form"):
        tokens = [field for field in form.iter("input") if field.get("name") == "csrf_token"]
        if (form.get("method") or "get").lower() == "post":
            if len(tokens) != 1 or not tokens[0].get("value"):
                yield f"{_tag(form)} posts without one csrf_token"
        elif tokens:
            yield f"{_tag(form)} shows its csrf_token in the address: it does not post"


def _names(page: Element) -> Iterator[str]:
    by_id = {element.get("id"): element for element in page.iter() if element.get("id")}
    labels = {label.get("for"): label for label in page.iter("label") if label.get("for") and _words(label)}
    wrapped = {field for label in page.iter("label") if _words(label) for field in label.iter()}

    def is_named(element: Element) -> bool:
        if (element.get("aria-label") or "").strip():
            return True
        return any(_words(by_id[name]) for name in (element.get("aria-labelledby") or "").split() if name in by_id)

    for element in _elements(page):
        if element.tag in ("input", "select", "textarea"):
            if element.tag == "input" and (element.get("type") or "text").lower() in UNLABELLED:
                continue
            if not (is_named(element) or element in wrapped or element.get("id") in labels):
                yield f"{_tag(element)} has no label"
        elif element.tag == "button" or (element.tag == "a" and element.get("href") is not None):
            if not (is_named(element) or _words(element)):
                yield f"{_tag(element)} has no words"
        elif element.tag == "img" and element.get("alt") is None:
            yield f"{_tag(element)} has no alt"


def _elements(page: Element) -> Iterator[Element]:
    """All elements, without comments."""
    return (element for element in page.iter() if isinstance(element.tag, str))


def _words(element: Element) -> str:
    """The text of `element`, with the alternatives of its images and the titles of its drawings."""
    parts: list[str] = []

    def collect(node: Element) -> None:
        if isinstance(node.tag, str) and node.get("aria-hidden") != "true":
            parts.append(node.get("alt") or "")
            parts.append(node.text or "")
            for child in node:
                collect(child)
                parts.append(child.tail or "")

    collect(element)
    return SPACE.sub(" ", "".join(parts)).strip()


def _tag(element: Element) -> str:
    """The opening tag, with what tells it apart."""
    told = "".join(
        f' {name}="{element.get(name)}"'
        for name in ("id", "name", "type", "class", "href", "action", "src")
        if element.get(name)
    )
    return f"<{str(element.tag).split('}')[-1]}{told}>"
