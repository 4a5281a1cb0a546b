"""Pictures of a course: three widths, light ones, in WebP and one other format, without what a camera wrote into them."""

from __future__ import annotations

import io
import random
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lms.content.documents import CourseDocument
from lms.content.loading import load_whole
from lms.content.pictures import WEIGHT, WIDTHS, is_too_large, prepared
from lms.content.rendering import place_links
from tests.content.building import LESSON, write
from tests.content.test_codes import bomb

UNIT = "petit/units/ecouter"
SECRET = b"Prades, chez Camille"


def photo(width: int = 3000, height: int = 2000, form: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:
    """Something like a photograph: soft shapes with a little noise, and in its metadata where it was taken."""
    dice = random.Random(1)
    small = Image.new("RGB", (40, 30))
    small.putdata([(dice.randrange(256), dice.randrange(256), dice.randrange(256)) for _ in range(1200)])
    picture = small.resize((width, height), Image.Resampling.BICUBIC).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize((width, height)))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = more.pop("turned", 1)
    out = io.BytesIO()
    picture.save(out, form, exif=exif, **more)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("form", "suffix", "mode", "other"),
    [
        ("JPEG", ".jpg", "RGB", "JPEG"),
        ("JPEG", ".jpeg", "L", "JPEG"),
        ("PNG", ".png", "RGB", "PNG"),
        ("PNG", ".png", "RGBA", "PNG"),
        ("WEBP", ".webp", "RGB", "JPEG"),
        ("WEBP", ".webp", "RGBA", "PNG"),
        ("AVIF", ".avif", "RGB", "JPEG"),
    ],
)
def test_three_widths_and_a_fallback_without_metadata(form: str, suffix: str, mode: str, other: str) -> None:
    data = photo(1600, 800, form, mode, **({"speed": 10} if form == "AVIF" else {}))
    assert SECRET in data
    made = prepared(data, suffix)
    assert made is not None
    assert [width for width, _ in made.widths] == list(WIDTHS)
    for width, one in made.widths:
        assert (opened(one).format, opened(one).size) == ("WEBP", (width, round(width / 2)))
        assert len(one) <= WEIGHT
    assert (opened(made.fallback).format, opened(made.fallback).size) == (other, (800, 400))
    assert (opened(made.whole).format, opened(made.whole).size) == (form, made.size)
    for one in (made.whole, made.fallback, *(one for _, one in made.widths)):
        assert SECRET not in one
        assert not opened(one).getexif()
    assert prepared(data, suffix) == made


def test_a_picture_stands_upright_and_is_never_made_larger() -> None:
    made = prepared(photo(600, 300, turned=6), ".jpg")
    assert made is not None
    assert made.size == (300, 600)
    assert [width for width, _ in made.widths] == [300]


def test_a_picture_that_is_heavy_whatever_is_done_keeps_its_smallest_width() -> None:
    dice = random.Random(2)
    noise = Image.frombytes("RGB", (900, 900), dice.randbytes(900 * 900 * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    made = prepared(out.getvalue(), ".jpg")
    assert made is not None
    assert [width for width, _ in made.widths] == [480]


@pytest.mark.parametrize(
    "data", [b"", b"<html><script>", b"\x89PNG\r\n\x1a\n", photo()[:5000], b"GIF89a" + b"\x00" * 40]
)
def test_what_is_no_picture_stays_as_it_is(data: bytes) -> None:
    assert prepared(data, ".png") is None
    assert prepared(data, ".svg") is None


def test_one_that_moves_stays_as_it_is() -> None:
    out = io.BytesIO()
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 128, 255)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert prepared(out.getvalue(), ".gif") is None


def test_a_small_file_with_many_pixels_is_measured_and_not_decoded() -> None:
    data = bomb()
    tracemalloc.start()
    assert is_too_large(data, ".png")
    assert not is_too_large(photo(30, 20, "PNG"), ".png")
    assert prepared(data, ".png") is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def loaded(root: Path, text: str, files: dict[str, bytes]) -> tuple[CourseDocument, str, dict[str, bytes]]:
    folder = {f"{UNIT}/media/{name}": data for name, data in files.items()}
    document, contents = load_whole(
        write(root, {f"{UNIT}/lesson.fr.md": LESSON + f"\n## Suite\n\n{text}\n", **folder}) / "petit"
    )
    found = document.units[0].activity("lesson", "fr")
    assert found is not None
    return document, found.html, contents


def test_a_page_offers_the_widths_and_every_file_it_names_is_kept(tmp_path: Path) -> None:
    text = "Avant ![La salle](media/a.jpg) après, [en grand](media/a.jpg)."
    document, html, contents = loaded(tmp_path, text, {"a.jpg": photo()})
    found = re.search(
        r'Avant <picture><source type="image/webp" srcset="([^"]*)" sizes="([^"]*)">(<img [^>]*>)</picture> après', html
    )
    assert found is not None, html
    offered = [one.split(" ") for one in found[1].split(", ")]
    assert [width for _, width in offered] == ["480w", "800w", "1440w"]
    assert "100vw" in found[2]
    assert 'alt="La salle"' in found[3]
    assert 'loading="lazy"' in found[3]
    assert 'width="1920"' in found[3]
    image = re.search(r'src="/~course/files/([^"]*)"', found[3])
    assert image is not None
    named = {image[1], *(address.removeprefix("/~course/files/") for address, _ in offered)}
    named.add("units/ecouter/media/a.jpg")
    assert {one.path for one in document.files} == named
    assert all(SECRET not in contents[one.sha256] and len(contents[one.sha256]) == one.size for one in document.files)
    placed = place_links(html, "/courses/petit/")
    assert "/~course/" not in placed
    assert placed.count("/courses/petit/files/widths/") == 4
    asked = place_links(html, "/courses/petit/", {one.path: one.sha256[:16] for one in document.files})
    for one in document.files:
        assert f"/courses/petit/files/{one.path}?digest={one.sha256[:16]}" in asked
    assert re.sub(r"\?digest=[0-9a-f]{16}", "", asked) == placed


def test_an_author_can_write_neither_a_picture_element_nor_its_addresses(tmp_path: Path) -> None:
    text = '<picture><source srcset="https://example.org/a.webp"><img src=x srcset="//example.org/b"></picture> ![a](media/a.png)'
    _, html, _ = loaded(tmp_path, text, {"a.png": photo(30, 20, "PNG")})
    assert html.count("<picture>") == html.count("<source") == 1
    assert "example.org" not in re.sub(r"&lt;.*?&gt;", "", html)
