"""The two guards that need no role: open to all, and signed in. `spaces/policy.py` builds the others beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.visitor import visitor

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open to everybody. Says so, for the route census."""
    view.needs = "public"  # type: ignore[attr-defined]
    return view


def to_sign_in() -> Response:
    """Send a stranger to the sign-in page and, after it, back to the page they asked for."""
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("accounts.sign_in", next=back))


def signed_in(view: View) -> View:
    """Open to whoever is signed in; a stranger is asked to sign in first."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return to_sign_in() if visitor().is_anonymous else view(*args, **kwargs)

    guarded.needs = "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]
