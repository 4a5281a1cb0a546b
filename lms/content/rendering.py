"""Markdown to safe HTML: one shared Python-Markdown a thread, our few additions, and nh3 always last.

Authors' HTML never reaches this module (the reader takes it out) and the Markdown library is told not to know HTML at
all, so whatever is left is escaped. The sanitiser allows a short list of tags, attributes and classes; limits on size
and depth are kept before it, because its time grows with the square of the depth. Players of recordings alone are put
in after it: they are made here, of escaped words and addresses of files of the course.

Links to files of a course are written with the prefix `PLACE`; `place_links` puts the real addresses in.
"""

from __future__ import annotations

import html
import re
import threading
import xml.etree.ElementTree as etree
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import nh3
from latex2mathml.converter import convert as mathml
from markdown import Markdown
from markdown.blockprocessors import BlockQuoteProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from lms.content.language import CALLOUT_TITLES, TABLE_WORD, TRANSCRIPT_WORD, polish
from lms.content.pictures import SIZES

PLACE: Final = "/~course/"
"""Begins every link to a file or activity of the course in stored HTML; see `place_links`."""
VERSION: Final = "3"
"""Goes up when the same source gives other HTML."""
ID_PREFIX: Final = "u-"
HTML_DEPTH: Final = 256
FORMULA_BYTES: Final = 2_000
FORMULA_DEPTH: Final = 50
FORMULAS: Final = 500
"""Formulas of a file that are set; further ones stay as they are written."""
_CODE_BYTES: Final = 10_000
_COLOURED: Final = {
    "bash": "bash",
    "css": "css",
    "html": "html",
    "javascript": "javascript",
    "js": "javascript",
    "json": "json",
    "python": "python",
    "py": "python",
    "sh": "bash",
    "sql": "sql",
    "yaml": "yaml",
    "yml": "yaml",
}


@dataclass(frozen=True)
class Place:
    """Where a link or an image leads: its address ("" drops the link), and what is known of the file there.

    `kind` is `term` for a word of the glossary, `audio` or `video` for a recording, else empty; `note` stands after the
    link; `transcript` is the address of one that the author does not link to, `captions` that of a film's. Of a picture
    `shown` is what stands on the page for a browser that does not know WebP, `widths` (width, address) for all others.
    """

    address: str
    kind: str = ""
    note: str = ""
    transcript: str = ""
    captions: str = ""
    size: tuple[int, int] | None = None
    shown: str = ""
    widths: tuple[tuple[int, str], ...] = ()


Resolve = Callable[[str], Place]
"""Gives the place of a link target as written."""

_MATH_TAGS = [
    "math",
    "mrow",
    "mi",
    "mo",
    "mn",
    "ms",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
]
_TAGS = {
    *[
        "p",
        "br",
        "hr",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "del",
        "sub",
        "sup",
        "a",
        "img",
    ],
    *["table", "thead", "tbody", "tr", "th", "td", "caption", "div", "span", "figure", "figcaption"],
    *_MATH_TAGS,
}
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link"})
_OPENING = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# The sanitiser knows no players and no widths of a picture, so they are put in after it; the reader takes such signs out
# of authors' text.
_PLAYER = re.compile("<span>\ue002(\\d+)\ue003</span>")
_SRCSET = re.compile(r'<source type="image/webp" srcset="[^"]*"')
_FILE_LINK = re.compile(rf'( (?:href|src)="){PLACE}files/([^"]*)"')
_FILE_OF_SET = re.compile(rf"{PLACE}files/([^ ]*) ")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0]+")


class TooDeep(ValueError):
    """A piece of HTML is nested more deeply than the sanitiser may see."""


def _relative(url: str) -> str | None:
    """Keep a relative address unless some browser may read it as another host or scheme."""
    bare = _CONTROL.sub("", url)
    if "\\" in bare or bare.startswith("//") or _SCHEME.match(bare):
        return None
    return url


_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "template", "iframe", "noscript", "title"},
    attributes={
        "*": set(),
        **{f"h{level}": {"id"} for level in range(2, 7)},
        "a": {"href", "title", "rel"},
        "img": {"src", "alt", "title", "loading", "decoding", "width", "height"},
        "ol": {"start"},
        "td": {"data-label"},
        "th": {"data-label"},
        "div": {"aria-label"},
        "math": {"display"},
        **{tag: {"stretchy", "fence", "separator", "form", "accent"} for tag in ("mo",)},
        "mi": {"mathvariant"},
        "mstyle": {"displaystyle", "scriptlevel"},
        "mfrac": {"linethickness"},
        "mspace": {"width"},
        "mtd": {"columnalign"},
        "mover": {"accent"},
        "munder": {"accentunder"},
    },
    tag_attribute_values={
        "div": {"role": {"region"}, "tabindex": {"0"}},
        "th": {"scope": {"col", "row"}},
    },
    allowed_classes={
        "div": {"note", "yes", "yet", "err", "flow", "tight", "scroll", "code"},
        "table": {"stack"},
        "td": {"num"},
        "th": {"num"},
        "a": {"term"},
        "blockquote": {"voice"},
        "span": {"dim", *(name for name in STANDARD_TYPES.values() if name)},
    },
    url_schemes={"http", "https", "mailto"},
    url_relative=_relative,
    link_rel=None,
    id_prefix=ID_PREFIX,
    strip_comments=True,
)


def sanitise(markup: str) -> str:
    """Give HTML with nothing but allowed tags, attributes, classes and addresses.

    The last step of every rendering. Raises TooDeep where more than `HTML_DEPTH` tags lie inside one another.
    """
    depth = 0
    for closing, name in _OPENING.findall(markup):
        if name.lower() in _VOID:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > HTML_DEPTH:
            raise TooDeep(f"more than {HTML_DEPTH} tags inside one another")
    return _CLEANER.clean(markup)


def place_links(markup: str, base: str, digests: Mapping[str, str] | None = None) -> str:
    """Give stored HTML with its links to files and activities of the course led to `base` (ends with a slash).

    A file whose path stands in `digests` is asked for by what is in it: the page shows that for ever.
    """
    if PLACE not in markup:
        return markup

    def address(path: str) -> str:
        digest = (digests or {}).get(html.unescape(path), "")
        return f"{html.escape(base)}files/{path}{f'?digest={digest}' if digest else ''}"

    markup = _FILE_LINK.sub(lambda found: f'{found[1]}{address(found[2])}"', markup)
    for attribute in ("href", "src"):
        markup = markup.replace(f' {attribute}="{PLACE}', f' {attribute}="{html.escape(base)}')
    if " srcset=" in markup:
        markup = _SRCSET.sub(lambda found: _FILE_OF_SET.sub(lambda one: f"{address(one[1])} ", found[0]), markup)
    return markup


def _as_written(target: str) -> Place:
    return Place(target)


class Renderer:
    """Renders the fragments of one file.

    Takes the file's language, the reference definitions of the whole file, and how a link target is resolved.
    """

    def __init__(self, lang: str, definitions: str = "", resolve: Resolve = _as_written) -> None:
        self.lang = lang
        self.definitions = definitions
        self.resolve = resolve
        self.formulas = 0

    def block(self, text: str, anchor: str = "") -> str:
        """Render paragraphs, lists, tables; `anchor` becomes the id of the first heading."""
        return self._render(text, anchor, inline=False)

    def inline(self, text: str) -> str:
        """Render the words of a line: a title, a choice. Gives no block elements."""
        return self._render(text, "", inline=True)

    def _render(self, text: str, anchor: str, inline: bool) -> str:
        if not text.strip():
            return ""
        machine = _machine()
        machine.cordada.begin(self, anchor, inline)
        try:
            if inline:
                markup = machine.words(text.strip(), self.definitions)
            else:
                source = "\n".join(regular(text.split("\n")))
                machine.reset()
                markup = machine.convert(f"{source}\n\n{self.definitions}" if self.definitions else source)
            markup = sanitise(markup)
            return _PLAYER.sub(lambda found: machine.cordada.players[int(found[1])], markup)
        except (TooDeep, RecursionError):
            shown = html.escape(text.strip())
            return shown if inline else f"<p>{shown}</p>"


# ---- the text as Python-Markdown wants it -------------------------------------------------------------------------

_ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])([ \t]+)(?=\S)")
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+-]*)")
_BOX = re.compile(r"\[([ xX])\][ \t]+")


def regular(lines: list[str]) -> Iterator[str]:
    """Give GitHub-flavoured lines in the stricter form of Python-Markdown.

    Nested lists are indented by four spaces, a list or a quote that follows a paragraph gets an empty line before it,
    `1)` becomes `1.`, and boxes of task lists become signs.
    """
    open_items: list[int] = []  # the columns at which the text of the open list items begins
    fence = ""
    before = ""
    for line in lines:
        if fence:
            yield "    " * len(open_items) + line
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        indent = len(line) - len(line.lstrip(" \t"))
        item = _ITEM.match(line)
        if not line.strip():
            before = ""
            yield ""
            continue
        if item and not (item[2] in "-*+" and not line.strip(" \t-*+")):
            while open_items and indent < open_items[-1]:
                open_items.pop()
            if not open_items and before and not _ITEM.match(before):
                yield ""
            rest = line[item.end() :]
            box = _BOX.match(rest) if item[2] in "-*+" else None
            if box:
                rest = ("☐ " if box[1] == " " else "☑ ") + rest[box.end() :]
            marker = item[2].replace(")", ".")
            before = line
            yield f"{'    ' * len(open_items)}{marker} {rest}"
            open_items.append(item.end())
            continue
        if not before:
            while open_items and indent < open_items[-1]:
                open_items.pop()
        opening = _FENCE.match(line)
        if opening:
            fence = opening[2]
        elif line.startswith(">") and before and not before.startswith(">"):
            open_items.clear()
            yield ""
        before = line
        yield "    " * len(open_items) + line.strip() if open_items and indent else line.strip()


# ---- our additions to Python-Markdown -----------------------------------------------------------------------------


class _Cordada(Extension):
    """Fences, formulas, callouts, French spacing, tables and links of our kind; no HTML, no indented code."""

    def __init__(self) -> None:
        super().__init__()
        self.renderer = Renderer("en")
        self.anchor = ""
        self.inline = False
        self.players: list[str] = []

    def begin(self, renderer: Renderer, anchor: str, inline: bool) -> None:
        """Take up a fragment of a file."""
        self.renderer = renderer
        self.inline = inline
        self.players = []
        self.anchor = anchor

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the parts."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.deregister("code")
        md.preprocessors.register(_Fences(md), "fences", 25)
        md.parser.blockprocessors.register(_Quote(md.parser), "quote", 20)
        md.inlinePatterns.register(
            _Formula(r"(?<![\\$])(\$\$?)(?![\s$])([^$\n]{1,2100})(?<![\s\\])\1(?![\d$])", md, self), "math", 185
        )
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"(~~)(?!~)([^~\n]{1,2000})~~", "del"), "del", 65)
        md.inlinePatterns.register(
            _BareAddress(r"(?<![\w/\"'=(])https?://[^\s<>\"'()\[\]*]{1,1000}[^\s<>\"'()\[\]*.,;:!?»”’]", md), "bare", 66
        )
        md.treeprocessors.register(_Callouts(md, self), "callouts", 30)
        md.treeprocessors.register(_Finish(md, self), "finish", 5)


class _Machine(Markdown):
    """Python-Markdown with a way to render the words of a line without looking for blocks."""

    def __init__(self) -> None:
        self.cordada = _Cordada()
        super().__init__(extensions=["tables", "sane_lists", self.cordada], output_format="html")

    def words(self, text: str, definitions: str) -> str:
        """Render inline marks alone: `1. May` stays a date and does not become a list."""
        self.reset()
        if definitions:
            self.parser.parseDocument(definitions.split("\n"))
        root = etree.Element(self.doc_tag)
        etree.SubElement(root, "p").text = " ".join(text.split())
        for processor in self.treeprocessors:
            changed = processor.run(root)
            root = root if changed is None else changed
        markup = self.serializer(root).strip()
        markup = markup[len(self.doc_tag) + 2 : -len(self.doc_tag) - 3].strip()
        for post in self.postprocessors:
            markup = post.run(markup)
        markup = markup.strip()
        return markup[3:-4] if markup.startswith("<p>") and markup.endswith("</p>") else markup


_LOCAL = threading.local()


def _machine() -> _Machine:
    machine = getattr(_LOCAL, "machine", None)
    if machine is None:
        machine = _LOCAL.machine = _Machine()
    assert isinstance(machine, _Machine)
    return machine


class _Fences(Preprocessor):
    """Fenced code, coloured by classes; also inside list items."""

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        code: list[str] = []
        opening: re.Match[str] | None = None
        for line in lines:
            if opening is None:
                opening = _FENCE.match(line)
                if opening is None or (opening[2][0] == "`" and "`" in line[opening.end() :]):
                    opening = None
                    out.append(line)
                continue
            stripped = line.strip()
            if stripped.startswith(opening[2]) and not stripped.strip(opening[2][0]):
                out += ["", opening[1] + self.md.htmlStash.store(_coloured(code, opening[3])), ""]
                code, opening = [], None
            else:
                code.append(line.removeprefix(opening[1]))
        if opening is not None:
            out += ["", opening[1] + self.md.htmlStash.store(_coloured(code, opening[3])), ""]
        return out


def _coloured(lines: list[str], name: str) -> str:
    code = "\n".join(lines)
    lexer = _COLOURED.get(name.lower())
    if lexer is None or len(code) > _CODE_BYTES:
        return f'<div class="code"><pre><code>{html.escape(code)}\n</code></pre></div>'
    return highlight(code, get_lexer_by_name(lexer), HtmlFormatter(cssclass="code", wrapcode=True))


class _Quote(BlockQuoteProcessor):
    """Two quotes with an empty line between them stay two quotes: a hint and an explanation are not one box."""

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        """Parse a quote into an element of its own."""
        block = blocks.pop(0)
        found = self.RE.search(block)
        if found is None:
            return
        self.parser.parseBlocks(parent, [block[: found.start()]])
        inside = "\n".join(self.clean(line) for line in block[found.start() :].lstrip("\n").split("\n"))
        quote = etree.SubElement(parent, "blockquote")
        self.parser.state.set("blockquote")
        self.parser.parseChunk(quote, "\n".join(regular(inside.split("\n"))))
        self.parser.state.reset()


class _Formula(InlineProcessor):
    """`$x^2$` in the line, `$$...$$` as a formula of its own."""

    def __init__(self, pattern: str, md: Markdown, cordada: _Cordada) -> None:
        super().__init__(pattern, md)
        self.cordada = cordada

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | str | None, int | None, int | None]:
        """Give MathML, or the source in <code> where it cannot be read or is too large."""
        source = m[2]
        self.cordada.renderer.formulas += 1
        if self.cordada.renderer.formulas > FORMULAS:
            return None, None, None
        markup = _mathml(source, "block" if m[1] == "$$" else "inline")
        if markup is None:
            element = etree.Element("code")
            element.text = AtomicString(source)
            return element, m.start(0), m.end(0)
        return self.md.htmlStash.store(markup), m.start(0), m.end(0)


def _mathml(source: str, display: str) -> str | None:
    depth = deepest = 0
    for sign in source:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    if len(source.encode()) > FORMULA_BYTES or deepest > FORMULA_DEPTH or source.count("\\left") > FORMULA_DEPTH:
        return None
    try:
        markup: str = mathml(source, display=display)
        return sanitise(markup)
    except Exception:  # whatever the converter stumbles over, the source is shown instead
        return None


class _BareAddress(InlineProcessor):
    """An address written as such becomes a link, as on GitHub."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[etree.Element, int, int]:  # type: ignore[override]
        """Give the link."""
        link = etree.Element("a")
        link.set("href", m[0])
        link.text = AtomicString(m[0])
        return link, m.start(0), m.end(0)


_CALLOUT = re.compile(r"\[!(TIP|NOTE|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)")
_CALLOUT_CLASS = {
    "TIP": "note yes flow tight",
    "NOTE": "note flow tight",
    "IMPORTANT": "note flow tight",
    "WARNING": "note yet flow tight",
    "CAUTION": "note err flow tight",
}


class _Callouts(Treeprocessor):
    """Quotes that begin with `[!NOTE]` and its four sisters become notes; other quotes are somebody's voice."""

    def __init__(self, md: Markdown, cordada: _Cordada) -> None:
        super().__init__(md)
        self.cordada = cordada

    def run(self, root: etree.Element) -> None:
        """Change the tree before inline marks are read."""
        for quote in list(root.iter("blockquote")):
            first = quote[0] if len(quote) else None
            found = _CALLOUT.match(first.text or "") if first is not None and first.tag == "p" else None
            if first is None or found is None:
                quote.set("class", "voice")
                continue
            quote.tag = "div"
            quote.set("class", _CALLOUT_CLASS[found[1]])
            first.text = (first.text or "")[found.end() :]
            if not first.text.strip() and not len(first):
                quote.remove(first)
            title = etree.Element("p")
            titles = CALLOUT_TITLES[found[1]]
            title.text = AtomicString(titles.get(self.cordada.renderer.lang, titles["en"]))
            quote.insert(0, title)


class _Finish(Treeprocessor):
    """After the inline marks: spacing, headings, links, images, tables."""

    def __init__(self, md: Markdown, cordada: _Cordada) -> None:
        super().__init__(md)
        self.cordada = cordada

    def run(self, root: etree.Element) -> None:
        """Change the finished tree."""
        if self.cordada.renderer.lang == "fr":
            self._space(root)
        linked = root.find(".//a") is not None or root.find(".//img") is not None
        parents = {child: parent for parent in root.iter() for child in parent} if linked else {}
        for element in list(root.iter()):
            tag = element.tag
            if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                element.tag = f"h{max(2, int(tag[1]))}"
                if self.cordada.anchor:
                    element.set("id", ID_PREFIX + self.cordada.anchor)
                    self.cordada.anchor = ""
            elif tag == "a":
                self._link(element, parents)
            elif tag == "img":
                self._image(element, parents.get(element))
            for child in list(element):
                if child.tag == "table":
                    self._table(element, child)

    def _space(self, root: etree.Element) -> None:
        for element in root.iter():
            if element.tag not in ("code", "pre") and element.text:
                element.text = _spaced(element.text)
            for child in element:
                if child.tail:
                    child.tail = _spaced(child.tail)

    def _link(self, link: etree.Element, parents: dict[etree.Element, etree.Element]) -> None:
        # The library writes e-mail addresses as character references; those are left alone.
        target = link.get("href", "")
        if "\x02" in target or target.startswith("mailto:"):
            return
        place = self.cordada.renderer.resolve(target)
        if place.address:
            link.set("href", place.address)
        else:
            link.attrib.pop("href", None)
        if place.kind == "term":
            link.set("class", "term")
        if place.address.startswith(("http://", "https://")):
            link.set("rel", "external noopener noreferrer")
        if place.note:
            self._beside(link, parents[link], place)
        if place.kind in ("audio", "video") and not self.cordada.inline:
            block = parents[link]
            while block.tag not in ("p", "li", "td", "th", "div") and block in parents:
                block = parents[block]
            block.append(self._spot(self._player("".join(link.itertext()), place)))

    def _beside(self, link: etree.Element, parent: etree.Element, place: Place) -> None:
        """Say format and weight after a link to a file, and lead to a transcript that the author does not name."""
        note = etree.Element("span", {"class": "dim"})
        note.text = AtomicString(f"({place.note})")
        tail, link.tail = link.tail, "\u00a0"
        at = list(parent).index(link) + 1
        parent.insert(at, note)
        if place.transcript:
            note.tail = " · "
            words = etree.Element("a", {"href": place.transcript})
            words.text = AtomicString(TRANSCRIPT_WORD.get(self.cordada.renderer.lang, TRANSCRIPT_WORD["en"]))
            words.tail = tail
            parent.insert(at + 1, words)
        else:
            note.tail = tail

    def _player(self, name: str, place: Place) -> str:
        """A player that loads nothing before it is started."""
        captions = ""
        if place.captions:
            lang = self.cordada.renderer.lang
            captions = f'<track kind="captions" src="{html.escape(place.captions)}" srclang="{lang}">'
        return (
            f'<{place.kind} controls preload="none" src="{html.escape(place.address)}"'
            f' aria-label="{html.escape(name.strip())}">{captions}</{place.kind}>'
        )

    def _image(self, image: etree.Element, parent: etree.Element | None) -> None:
        place = self.cordada.renderer.resolve(image.get("src", ""))
        if place.address:
            image.set("src", place.shown or place.address)
        else:
            image.attrib.pop("src", None)
        if place.size:
            image.set("width", str(place.size[0]))
            image.set("height", str(place.size[1]))
        image.set("alt", polish(image.get("alt", ""), self.cordada.renderer.lang))
        if image.get("title") == "decorative":
            del image.attrib["title"]
        image.set("loading", "lazy")
        image.set("decoding", "async")
        if place.widths and parent is not None:
            told = ", ".join(f"{address} {width}w" for width, address in place.widths)
            source = f'<source type="image/webp" srcset="{html.escape(told)}" sizes="{SIZES}">'
            opening, closing = self._spot(f"<picture>{source}"), self._spot("</picture>")
            closing.tail, image.tail = image.tail, None
            at = list(parent).index(image)
            parent.insert(at + 1, closing)
            parent.insert(at, opening)

    def _spot(self, markup: str) -> etree.Element:
        """Where something stands that the sanitiser does not know."""
        spot = etree.Element("span")
        spot.text = AtomicString(f"\ue002{len(self.cordada.players)}\ue003")
        self.cordada.players.append(markup)
        return spot

    def _table(self, parent: etree.Element, table: etree.Element) -> None:
        labels = ["".join(cell.itertext()).strip() for cell in table.iterfind("thead/tr/th")]
        for cell in table.iterfind("thead/tr/th"):
            cell.set("scope", "col")
        for row in table.iterfind("tbody/tr"):
            for number, cell in enumerate(row):
                if number == 0 and len(labels) > 1:
                    cell.tag = "th"
                    cell.set("scope", "row")
                elif number < len(labels) and labels[number]:
                    cell.set("data-label", labels[number])
        for cell in [*table.iter("th"), *table.iter("td")]:
            if "right" in cell.attrib.pop("style", ""):
                cell.set("class", "num")
        table.set("class", "stack")
        name = ", ".join(label for label in labels if label)
        word = TABLE_WORD.get(self.cordada.renderer.lang, TABLE_WORD["en"])
        region = etree.Element("div", {"class": "scroll", "role": "region", "tabindex": "0"})
        region.set("aria-label", polish(f"{word}: {name}", self.cordada.renderer.lang) if name else word)
        region.tail, table.tail = table.tail, None
        parent[list(parent).index(table)] = region
        region.append(table)


def _spaced(text: str) -> str:
    polished = polish(text, "fr")
    return AtomicString(polished) if isinstance(text, AtomicString) else polished


__all__ = [
    "PLACE",
    "VERSION",
    "Place",
    "Renderer",
    "TooDeep",
    "place_links",
    "regular",
    "sanitise",
]
