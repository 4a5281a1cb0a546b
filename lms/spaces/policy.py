"""Who may do what, on one page. A page is guarded by a permission; an object is checked by `may` with its space.

To add a permission, add one row to `PERMISSIONS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from lms.accounts.access import to_sign_in
from lms.accounts.visitor import Visitor, visitor
from lms.foundation.errors import Forbidden

View = TypeVar("View", bound=Callable[..., Any])


def _anybody(_who: Visitor, _space: str | None) -> bool:
    return True


def _signed_in(who: Visitor, _space: str | None) -> bool:
    return not who.is_anonymous


def _manager(who: Visitor, space: str | None) -> bool:
    return space in who.manages if space else bool(who.manages)


def _leader(who: Visitor, space: str | None) -> bool:
    return space in who.leads if space else bool(who.leads)


def _trainer(who: Visitor, _space: str | None) -> bool:
    return who.is_trainer


def _coordinator(who: Visitor, _space: str | None) -> bool:
    return who.is_coordinator


def _manager_or_coordinator(who: Visitor, space: str | None) -> bool:
    return who.is_coordinator or _manager(who, space)


def _trainer_or_coordinator(who: Visitor, _space: str | None) -> bool:
    return who.is_trainer or who.is_coordinator


#: permission -> who has it; the second argument is the space asked about, None for "anywhere".
PERMISSIONS: dict[str, Callable[[Visitor, str | None], bool]] = {
    "public": _anybody,
    "signed_in": _signed_in,  # one's own account, one's own learning
    "team": _manager,  # see a space's people and where they are
    "enrol_others": _manager,  # put a space's people on a course
    "assign": _manager_or_coordinator,  # ask people to take courses: those of a space, or of territories
    "assign_widely": _coordinator,  # ask the people of a territory, or everybody
    "invite": _manager,  # bring people into a space
    "appoint": _leader,  # name deputies; managers are named by who has "network"
    "author": _trainer_or_coordinator,  # see courses as their authors do, and what the check says
    "review_works": _trainer,  # read what learners hand in and review it
    "network": _coordinator,  # see every space, the needs, the order
    "steer": _coordinator,  # open and close campaigns, pin offers
}


def may(who: Visitor, permission: str, space: str | None = None) -> bool:
    """Whether `who` has `permission` in `space` (None: somewhere). Raises `KeyError` for an undeclared permission."""
    return PERMISSIONS[permission](who, space)


def guard(permission: str) -> Callable[[View], View]:
    """Let only those with `permission` through; a stranger is asked to sign in first, others get a clear 403.

    The view still checks the objects it is asked about; a foreign one is answered like a missing one.
    """
    allowed = PERMISSIONS[permission]

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            who = visitor()
            if not allowed(who, None):
                if who.is_anonymous:
                    return to_sign_in()
                raise Forbidden()
            return view(*args, **kwargs)

        guarded.needs = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return wrap
