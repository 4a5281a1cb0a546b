"""What the audit can tell: each kind of change with its sentence. A new kind is a new row of `KINDS`."""

from __future__ import annotations

from dataclasses import dataclass

from lms.foundation.i18n import N_


@dataclass(frozen=True)
class Kind:
    """A kind of change. The sentence may name %(who)s, %(subject)s, %(space)s, %(before)s and %(after)s.

    `topic` is what the page filters by; `person` says that the subject is a person's id.
    """

    topic: str
    sentence: str
    person: bool = False


#: topic -> its name on the page.
TOPICS: dict[str, str] = {
    "people": N_("People and roles"),
    "spaces": N_("Spaces and territories"),
    "choices": N_("Choices of the network"),
    "learning": N_("Courses and due dates"),
}

KINDS: dict[str, Kind] = {
    "invited": Kind("people", N_("%(who)s sent an invitation to %(space)s, as %(after)s.")),
    "invited_network": Kind("people", N_("%(who)s sent an invitation to the network, as %(after)s.")),
    "invitation_withdrawn": Kind("people", N_("%(who)s withdrew an invitation to %(space)s.")),
    "joined": Kind("people", N_("%(subject)s accepted an invitation to %(space)s, as %(after)s."), person=True),
    "joined_network": Kind("people", N_("%(subject)s accepted an invitation to the network, as %(after)s."), person=True),
    "request_accepted": Kind("people", N_("%(who)s let %(subject)s into %(space)s."), person=True),
    "request_declined": Kind("people", N_("%(who)s declined the request of %(subject)s to join %(space)s."), person=True),
    "member_removed": Kind("people", N_("%(who)s ended the membership of %(subject)s in %(space)s."), person=True),
    "member_left": Kind("people", N_("%(subject)s left %(space)s."), person=True),
    "member_back": Kind("people", N_("%(who)s brought %(subject)s back to %(space)s."), person=True),
    "awaited_off": Kind("people", N_("%(who)s took %(subject)s, who had not come yet, off the list of %(space)s."), person=True),
    "awaited_forgotten": Kind("people", N_("Forgotten in %(space)s because they never came: %(after)s.")),
    "request_by_code": Kind("people", N_("%(subject)s asked to join %(space)s by the code on its screen."), person=True),
    "code_made": Kind("people", N_("%(who)s made a code for the screen of %(space)s.")),
    "code_renewed": Kind("people", N_("%(who)s renewed the code for the screen of %(space)s.")),
    "code_ended": Kind("people", N_("%(who)s ended the code for the screen of %(space)s.")),
    "transfer_asked": Kind("people", N_("%(who)s asked people who belong elsewhere to come to %(space)s: %(after)s.")),
    "transfer_withdrawn": Kind("people", N_("%(who)s took back a question to somebody who belongs elsewhere, in %(space)s.")),
    "transfer_accepted": Kind("people", N_("%(subject)s was asked to come to %(space)s, and came."), person=True),
    "transfer_declined": Kind("people", N_("Somebody was asked to come to %(space)s, and declined.")),
    "deputy_named": Kind("people", N_("%(who)s made %(subject)s a deputy in %(space)s."), person=True),
    "deputy_ended": Kind("people", N_("%(who)s took the role of deputy in %(space)s back from %(subject)s."), person=True),
    "manager_named": Kind("people", N_("%(who)s entrusted %(subject)s with %(space)s."), person=True),
    "manager_ended": Kind("people", N_("%(who)s took the management of %(space)s back from %(subject)s."), person=True),
    "roster_brought": Kind("people", N_("%(who)s brought a list to %(space)s; rows: %(subject)s; new people: %(after)s.")),
    "roster_undone": Kind("people", N_("%(who)s undid a list brought to %(space)s; people taken back: %(after)s.")),
    "space_made": Kind("spaces", N_("%(who)s added the space %(space)s.")),
    "space_changed": Kind("spaces", N_("%(who)s changed the page of %(space)s: %(subject)s.")),
    "space_archived": Kind("spaces", N_("%(who)s archived the space %(space)s.")),
    "space_reopened": Kind("spaces", N_("%(who)s opened the space %(space)s again.")),
    "territory_made": Kind("spaces", N_("%(who)s added the territory %(subject)s.")),
    "territory_changed": Kind("spaces", N_("%(who)s changed the territory %(subject)s.")),
    "assigned": Kind("learning", N_("%(who)s assigned “%(subject)s” in %(space)s; people enrolled: %(after)s.")),
    "assigned_network": Kind("learning", N_("%(who)s assigned “%(subject)s”; people enrolled: %(after)s.")),
    "assignment_ended": Kind("learning", N_("%(who)s ended the assignment of “%(subject)s”.")),
    "assignment_resumed": Kind("learning", N_("%(who)s took the assignment of “%(subject)s” up again.")),
    "choice_changed": Kind("choices", N_("%(who)s changed a choice of the network: %(subject)s.")),
}  # fmt: skip

#: Words that stand in `subject`, `before` and `after` as codes -> how they are said.
SAID: dict[str, str] = {
    "learner": N_("learner"),
    "deputy": N_("deputy"),
    "manager": N_("manager"),
    "trainer": N_("trainer"),
    "coordinator": N_("coordinator"),
    "invitation": N_("only invited people"),
    "open": N_("anybody who proves an address"),
    "members": N_("members only"),
    "public": N_("everybody, strangers too"),
    "yes": N_("yes"),
    "no": N_("no"),
    "field.registration": N_("who may make an account"),
    "field.directory": N_("who sees the directory of spaces"),
    "field.smallest_group": N_("the smallest group"),
    "field.sender_name": N_("the sender’s name in mails"),
    "field.sender_address": N_("the sender’s address in mails"),
    "field.lang": N_("the language"),
    "field.zone": N_("the time zone"),
    "field.contact": N_("the address for questions about data"),
    "field.name": N_("the name"),
    "field.place": N_("the place"),
    "field.territory_id": N_("the territory"),
    "field.country": N_("the country"),
    "field.languages": N_("the languages spoken"),
    "field.desks": N_("the number of desks"),
    "field.theme": N_("the theme"),
    "field.good_at": N_("what the space is good at"),
    "field.about": N_("the text about the space"),
}


def kinds_of(topic: str) -> list[str]:
    """The kinds of change of a topic."""
    return [what for what, kind in KINDS.items() if kind.topic == topic]
