"""Who is asking: a frozen value made from the session row, never a mapped row."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_login import current_user

from lms.foundation.clock import DEFAULT_ZONE


@dataclass(frozen=True)
class Role:
    """What somebody may do and where: `space_id` is None for roles of the whole network."""

    kind: str  # learner | deputy | manager | trainer | coordinator
    space_id: str | None = None


@dataclass(frozen=True)
class Visitor:
    """The person of this request, or nobody (`is_anonymous`). The attributes Flask-Login reads have its names."""

    id: str = ""
    email: str = ""
    name: str = ""
    lang: str | None = None
    zone: str = DEFAULT_ZONE
    roles: frozenset[Role] = field(default_factory=frozenset)
    session_token: str = ""

    @property
    def is_anonymous(self) -> bool:
        return not self.id

    @property
    def is_authenticated(self) -> bool:
        return bool(self.id)

    @property
    def is_active(self) -> bool:
        return bool(self.id)

    def get_id(self) -> str:
        """What the signed cookie carries: the session's token, not the person."""
        return self.session_token

    @property
    def spaces(self) -> tuple[str, ...]:
        """Ids of the spaces this person belongs to, in any role."""
        return tuple(sorted({role.space_id for role in self.roles if role.space_id}))

    @property
    def manages(self) -> tuple[str, ...]:
        """Ids of the spaces this person runs, as manager or as deputy."""
        return tuple(
            sorted(role.space_id for role in self.roles if role.kind in ("manager", "deputy") and role.space_id)
        )

    @property
    def leads(self) -> tuple[str, ...]:
        """Ids of the spaces whose manager this person is, and not a deputy."""
        return tuple(sorted(role.space_id for role in self.roles if role.kind == "manager" and role.space_id))

    @property
    def is_trainer(self) -> bool:
        return Role("trainer") in self.roles

    @property
    def is_coordinator(self) -> bool:
        return Role("coordinator") in self.roles


NOBODY = Visitor()


def visitor() -> Visitor:
    """The visitor of this request."""
    found: Visitor = current_user._get_current_object()
    return found
