"""The real browser: the site opens in it, and its two judges (axe, the watch) see what they must see."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import Live, axe, watch


def test_the_first_page_opens_clean_in_both_themes(live: Live, page: Page) -> None:
    seen = watch(page, live.url)
    for theme in ("light", "dark"):
        page.goto(f"{live.url}/?theme={theme}")
        assert page.locator("h1").count() == 1
        axe(page)
    seen.check()


def test_the_judges_see_a_bad_page(live: Live, page: Page) -> None:
    seen = watch(page, live.url)
    page.goto(live.url)
    page.evaluate(
        """() => {
            const bad = '<img src="http://192.0.2.1/pixel.gif"><p style="color:red">!';
            document.body.insertAdjacentHTML('beforeend', bad);
        }"""
    )
    page.wait_for_timeout(100)
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
    assert any("Content Security Policy" in error for error in seen.errors), seen.errors
    with pytest.raises(AssertionError):
        seen.check()


def test_a_request_to_another_machine_is_seen(live: Live, page: Page) -> None:
    page.route("http://192.0.2.1/**", lambda route: route.abort())
    seen = watch(page, live.url)
    page.goto("about:blank")
    with page.expect_event("requestfailed"):
        page.set_content('<img alt="" src="http://192.0.2.1/pixel.gif">')
    assert seen.foreign == ["http://192.0.2.1/pixel.gif"]
