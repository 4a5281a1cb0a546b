"""Icons: 24 px grid, one stroke, always beside a word and hidden from assistive technology.

The path is written into the page each time. A page uses a handful of icons once or twice, so this is smaller than
symbols with references, it compresses to nothing when an icon repeats, and a fragment of a page needs no sprite.
"""

# ruff: noqa: E501 (a path is one line)
from __future__ import annotations

from functools import cache

from markupsafe import Markup

SHAPES = {
    # a step, a course, coming back, a plan, two spaces side by side
    "cairn": '<path d="M4 18.6c0-2 3.2-3.2 8-3.2s8 1.2 8 3.2-3 2.4-8 2.4-8-.4-8-2.4zM7 12.6c0-1.7 2.1-2.7 5.2-2.7s4.8 1 4.8 2.6-1.8 '
    '2.9-5 2.9-5-1.1-5-2.8zM9.4 7.2c0-1.7 1.2-3.2 2.8-3.2s2.6 1.4 2.6 3-1 2.9-2.7 2.9-2.7-1-2.7-2.7z"/>',
    "path": '<path d="M5.5 18.5c5 .5 2.5-6.5 7-6.5s2-6 6-6.5"/><circle cx="4" cy="18.5" r="1.6"/><circle cx="20" cy="5.5" r="1.6"/>',
    "back": '<path d="M8.5 13.5 4 9l4.5-4.5M4 9h10a5.5 5.5 0 0 1 0 11h-4"/>',
    "plan": '<path d="M5 4h10l4 4v12H5zM15 4v4h4M8.5 13.5l2.5 2.5 4.5-5"/>',
    "tents": '<path d="M2 19 8 8l6 11zM12 15.5 16 8l6 11h-8M8 14v5"/>',
    # what a step is made of
    "speech": '<path d="M4 5h16v11h-8l-4.5 4v-4H4zM8 9.5h8M8 12.5h5"/>',
    "ear": '<path d="M7 10a5.5 5.5 0 1 1 10.5 2c-1 2-3 2.5-3.5 5s-2.5 4-4.5 3-1.5-3-1.5-3M10 10a2.5 2.5 0 0 1 5 0c0 1.5-2 1.5-2 3"/>',
    "page": '<path d="M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 15.5h6"/>',
    # states
    "tick": '<path d="m5 12.5 4.5 4.5L19 7"/>',
    "loop": '<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4M17.5 3v4h-4"/>',
    "warn": '<path d="M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.01"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.7v.01"/>',
    "off": '<path d="M7 18.5a4 4 0 0 1-.5-8 6 6 0 0 1 11-1.5 4.7 4.7 0 0 1 .5 9.5zM4 4l16 17"/>',
    "shield": '<path d="M12 3.5 19 6v6c0 4.5-3 7-7 8.5-4-1.5-7-4-7-8.5V6zM9 12l2.2 2.2L15 10"/>',
    # actions and places
    "down": '<path d="M12 4v10M8 10.5l4 4 4-4M4 15.5V20h16v-4.5"/>',
    "pen": '<path d="m4 20 1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5"/>',
    "eye": '<path d="M2.5 12C5 7.5 8 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.5 6.5-9.5 6.5S5 16.5 2.5 12z"/><circle cx="12" cy="12" r="2.75"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "mail": '<path d="M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.5h16M8.5 3.5V8M15.5 3.5V8M8 14.5h3"/>',
    "globe": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c3 3 3 14 0 17-3-3-3-14 0-17z"/>',
    "people": '<circle cx="8.5" cy="8" r="3"/><path d="M2.5 19c.4-4 2.7-5.5 6-5.5s5.6 1.5 6 5.5M15 5.2a3 3 0 0 1 1 5.8M17.5 13.8c2.5.5 3.7 '
    '2.2 4 5.2"/>',
    "person": '<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.5-4.5 3-6 7-6s6.5 1.5 7 6"/>',
    "ridge": '<path d="M2 19 8.5 8l3 4.5L15 6l7 13M8.5 8l.5 4-1.5 3M15 6l.5 5.5-2 3.5"/>',
}

# The sign of the network: two summits, a rope, three stones. It has its own grid and its own filled parts.
MARK = Markup(
    '<svg class="mark" viewBox="0 0 36 36" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-linecap="round" '
    'stroke-linejoin="round"><path d="M2 27 11 13l4 5 7-12 12 21" stroke-width="1.75" opacity=".55"/><path d="M5 29c6 3 8-4 13-6s8 1 '
    '12-7" stroke-width="2.25"/></g><g fill="currentColor"><ellipse cx="5.5" cy="29" rx="3.6" ry="3"/><ellipse cx="18" cy="23" rx="3.6" '
    'ry="3"/><ellipse cx="30" cy="16" rx="3.6" ry="3"/></g></svg>'
)


@cache
def icon(name: str) -> Markup:
    """Gives the inline SVG of one icon. Raises KeyError when there is no icon of that name."""
    if name == "mark":
        return MARK
    return Markup(f'<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{SHAPES[name]}</svg>')  # noqa: S704 (our own numbers; texts are escaped)
