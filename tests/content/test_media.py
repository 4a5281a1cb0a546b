"""Recordings with their players, lengths and transcripts; pictures with their size; files with format and weight."""

from __future__ import annotations

import io
import struct
import time
import wave
from pathlib import Path

import pytest
from PIL import Image

from lms.content.documents import Activity, CourseDocument
from lms.content.loading import load_course
from lms.content.media import picture_size, seconds_of, told
from tests.content.building import COURSE, LESSON, write

UNIT = "petit/units/ecouter"


def sound(seconds: float) -> bytes:
    """A silent recording."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(8000)
        made.writeframes(b"\x80" * int(8000 * seconds))
    return out.getvalue()


def picture(kind: str, turned: bool = False) -> bytes:
    """A picture of 30 by 20."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    Image.new("RGB", (30, 20)).save(out, kind, exif=exif)
    return out.getvalue()


MP3_CBR = b"ID3\x04\x00\x00\x00\x00\x00\x05xxxxx" + (b"\xff\xfb\x90\x00" + b"\x00" * 413) * 100
MP3_VBR = b"\xff\xfb\x90\x00" + b"\x00" * 32 + b"Xing" + struct.pack(">II", 1, 2500) + b"\x00" * 500
MP3_LOW = (b"\xff\xf3\x40\x00" + b"\x00" * 140) * 200
OGG_PAGE = b"OggS\x00\x02" + struct.pack("<q", 0) + b"\x00" * 14
VORBIS = OGG_PAGE + b"\x01vorbis" + struct.pack("<IBI", 0, 1, 44100) + b"OggS\x00\x04" + struct.pack("<q", 441000)
OPUS = OGG_PAGE + b"OpusHead\x01\x01" + struct.pack("<HI", 312, 48000) + b"OggS\x00\x04" + struct.pack("<q", 480312)
MVHD = struct.pack(">I", 28) + b"mvhd" + b"\x00" * 12 + struct.pack(">II", 1000, 65000)
MP4 = struct.pack(">I", 16) + b"ftypisom" + b"\x00" * 4 + struct.pack(">I", 8 + len(MVHD)) + b"moov" + MVHD
WEBM = b"\x1a\x45\xdf\xa3" + b"\x2a\xd7\xb1\x83\x0f\x42\x40" + b"\x44\x89\x84" + struct.pack(">f", 2500.0)


@pytest.mark.parametrize(
    ("data", "suffix", "seconds"),
    [
        (sound(2.5), "wav", 2.5),
        (MP3_CBR, "mp3", 2.606),
        (MP3_VBR, "mp3", 65.3),
        (MP3_LOW, "mp3", 7.2),
        (VORBIS, "ogg", 10),
        (OPUS, "opus", 10),
        (MP4, "m4a", 65),
        (MP4, "mp4", 65),
        (WEBM, "webm", 2.5),
        (b"", "wav", None),
        (b"x" * 200, "mp3", None),
        (MP4[:30], "mp4", None),
        (b"OggS" + b"\x00" * 8, "ogg", None),
        (b"RIFF\x00\x00\x00\x00WAVEdata\x10\x00\x00\x00" + b"\x00" * 16, "wav", None),
        (b"\x1a\x45\xdf\xa3", "webm", None),
        (b"x", "pdf", None),
    ],
)
def test_lengths(data: bytes, suffix: str, seconds: float | None) -> None:
    found = seconds_of(data, suffix)
    assert found == (None if seconds is None else pytest.approx(seconds, rel=0.01))


@pytest.mark.parametrize("cut", range(0, 60, 7))
@pytest.mark.parametrize("whole", [sound(0.1), MP3_CBR, MP3_VBR, VORBIS, OPUS, MP4, WEBM])
def test_a_cut_recording_has_a_length_or_none_and_stops_nothing(whole: bytes, cut: int) -> None:
    for suffix in ("wav", "mp3", "ogg", "mp4", "webm"):
        seconds_of(whole[:cut], suffix)


@pytest.mark.parametrize(
    ("data", "suffix", "size"),
    [
        (picture("PNG"), "png", (30, 20)),
        (picture("JPEG"), "jpg", (30, 20)),
        (picture("JPEG", turned=True), "jpg", (20, 30)),
        (picture("WEBP"), "webp", (30, 20)),
        (picture("GIF"), "gif", (30, 20)),
        (b'<svg xmlns="x" viewBox="0 0 640 480.4"/>', "svg", (640, 480)),
        (b'<svg width="12px" height="8" viewBox="0 0 1 1"/>', "svg", (12, 8)),
        (b'<svg width="100%" viewBox="0 0 0 0"/>', "svg", None),
        (b"<html>", "png", None),
        (b"", "svg", None),
    ],
)
def test_sizes_of_pictures(data: bytes, suffix: str, size: tuple[int, int] | None) -> None:
    assert picture_size(data, suffix) == size


@pytest.mark.parametrize(
    "data", [b"<svg " * 40_000, b"<svg" + b" " * 200_000, b"<svg viewBox=" * 20_000, b"<svg width" + b" =" * 90_000]
)
def test_D3_an_evil_drawing_is_read_in_no_time(data: bytes) -> None:
    start = time.process_time()
    assert picture_size(data, "svg") is None
    assert seconds_of(data, "mp3") is None
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("size", "lang", "expected"),
    [
        (999, "fr", "PDF, 999 o"),
        (1_499, "en", "PDF, 1 kB"),
        (120_400, "fr", "PDF, 120 ko"),
        (1_240_000, "ca", "PDF, 1,2 MB"),
        (1_240_000, "fr", "PDF, 1,2 Mo"),
        (1_240_000, "en", "PDF, 1.2 MB"),
    ],
)
def test_format_and_weight_in_words(size: int, lang: str, expected: str) -> None:
    assert told("media/plan.pdf", b"x" * size, lang).replace("\u00a0", " ") == expected


def test_a_length_in_words() -> None:
    assert told("a.wav", sound(250), "fr").replace("\u00a0", " ") == "WAV, 4 min 10 s, 2,0 Mo"
    assert told("a.wav", sound(3), "en").replace("\u00a0", " ") == "WAV, 3 s, 24 kB"


def loaded(root: Path, text: str, files: dict[str, bytes], lang: str = "fr") -> tuple[CourseDocument, Activity]:
    folder = {f"{UNIT}/media/{name}": data for name, data in files.items()}
    header = COURSE.replace("[fr]", f"[fr, {lang}]") if lang != "fr" else COURSE
    both = {f"{UNIT}/lesson.{one}.md": LESSON + f"\n## Suite\n\n{text}\n" for one in {"fr", lang}}
    document = load_course(write(root, {"petit/course.yml": header, **both, **folder}) / "petit")
    found = document.units[0].activity("lesson", lang)
    assert found is not None
    return document, found


def test_a_recording_has_a_player_that_loads_nothing_and_says_length_and_weight(tmp_path: Path) -> None:
    text = "[Écouter l’« entretien »](media/a.wav) · [Lire](media/a.txt)"
    document, lesson = loaded(tmp_path, text, {"a.wav": sound(61), "a.txt": b"Bonjour."})
    html = lesson.html.replace("&nbsp;", " ")
    assert '<span class="dim">(WAV, 1 min 1 s, 488 ko)</span> · <a href=' in html
    assert (
        '<audio controls preload="none" src="/~course/files/units/ecouter/media/a.wav"'
        ' aria-label="Écouter l’«\u00a0entretien\u00a0»"></audio></p>' in lesson.html
    )
    assert lesson.html.count("a.txt") == 1
    assert "autoplay" not in lesson.html
    assert [file.path for file in document.files] == ["units/ecouter/media/a.txt", "units/ecouter/media/a.wav"]


def test_a_transcript_that_the_author_does_not_name_is_led_to(tmp_path: Path) -> None:
    document, lesson = loaded(tmp_path, "[Escuchar](media/a.wav).", {"a.wav": sound(1), "a.vtt": b"WEBVTT"}, "es")
    assert '</span> · <a href="/~course/files/units/ecouter/media/a.vtt">Transcripción</a>.' in lesson.html
    assert {file.path.rpartition("/")[2] for file in document.files} == {"a.wav", "a.vtt"}


def test_a_film_brings_its_captions(tmp_path: Path) -> None:
    _, lesson = loaded(tmp_path, "- [Voir](media/a.mp4)", {"a.mp4": MP4, "a.vtt": b"WEBVTT", "a.txt": b"x"})
    assert (
        '<video controls preload="none" src="/~course/files/units/ecouter/media/a.mp4" aria-label="Voir">'
        '<track kind="captions" src="/~course/files/units/ecouter/media/a.vtt" srclang="fr"></video></li>'
        in lesson.html
    )


def test_pictures_keep_their_place_and_downloads_say_what_they_are(tmp_path: Path) -> None:
    text = "![Un plan](media/a.png)\n\n[Le plan](media/a.pdf), à imprimer."
    _, lesson = loaded(tmp_path, text, {"a.png": picture("PNG"), "a.pdf": b"x" * 2000})
    assert 'height="20"' in lesson.html
    assert 'width="30"' in lesson.html
    assert '>Le plan</a>&nbsp;<span class="dim">(PDF, 2&nbsp;ko)</span>, à imprimer.' in lesson.html
    assert "<audio" not in lesson.html


def test_authors_can_neither_write_nor_forge_a_player(tmp_path: Path) -> None:
    text = (
        '<audio src="https://example.org/a.mp3" autoplay></audio> <span>\ue0020\ue003</span> '
        "&lt;audio&gt; &#xe002;0&#xe003; [“><img src=x onerror=alert(1)>](media/a.wav)"
    )
    _, lesson = loaded(tmp_path, text, {"a.wav": sound(1), "a.txt": b"x"})
    assert lesson.html.count("<audio") == 1
    assert "example.org" not in lesson.html
    assert "onerror" not in lesson.html.replace("&lt;img src=x onerror", "")
