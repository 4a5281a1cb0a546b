"""What changes the survey: instruments kept, campaigns opened and closed, people invited, pages saved, returns sent and
counted.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from lms.foundation.clock import today
from lms.foundation.db import db, new_id
from lms.foundation.errors import Expired, NotFound, Refused
from lms.foundation.i18n import _
from lms.foundation.tokens import digest, mint
from lms.jobs import outbox
from lms.spaces.queries import network
from lms.survey import rules, sealing
from lms.survey.events import CampaignOpened
from lms.survey.instruments import Instrument, InstrumentFault, cached
from lms.survey.models import Campaign, Draft, InstrumentVersion, Response, Token, Waiting
from lms.survey.queries import drafted
from lms.survey.rules import Cell

__all__ = [
    "Cell", "Return", "close", "count_returns", "flush", "keep_instrument", "mint_tokens", "open_campaign", "save_page", "send",
    "shuffled", "start",
]  # fmt: skip

log = logging.getLogger("lms.survey")

#: Shuffles from the machine's own randomness: nobody can run them backwards.
_shuffle = random.SystemRandom()


# ---- campaigns ----------------------------------------------------------------------------------------------------


def keep_instrument(file_digest: str, document: Mapping[str, Any]) -> str:
    """Keep an instrument as a version and give its id; the same file is kept once.

    Raises `InstrumentFault` if a campaign has already asked other words under the same name and version.
    """
    name, version = document["id"], document["version"]
    known = db.session.scalar(
        sa.select(InstrumentVersion).where(InstrumentVersion.name == name, InstrumentVersion.version == version)
    )
    if known is not None:
        if known.digest == file_digest:
            return known.id
        if db.session.scalar(sa.select(Campaign.id).where(Campaign.instrument_id == known.id).limit(1)):
            raise InstrumentFault(f"{name} version {version} was asked with other words; give these a new version")
        db.session.delete(known)
        db.session.flush()
    made = InstrumentVersion(id=new_id(), name=name, version=version, digest=file_digest, document=dict(document))
    db.session.add(made)
    db.session.flush()
    return made.id


def open_campaign(instrument_id: str) -> str:
    """Open a new campaign, anonymous, with the network's smallest group. Gives its id. Raises `Refused` while one is
    open.
    """
    if db.session.scalar(sa.select(Campaign.id).where(Campaign.state == "open")):
        raise Refused(_("A campaign is open already. Close it before you open another."))
    last = db.session.scalar(sa.select(sa.func.max(Campaign.number))) or 0
    found = network()
    made = Campaign(
        id=new_id(), number=last + 1, instrument_id=instrument_id, state="open", k=found.smallest_group if found else 5,
        mode="anonymous", opened_on=today(), closed_on=None, invited=0, counted=0, batches=0, parts=0,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    outbox.tell(CampaignOpened(made.id))
    return made.id


def close(campaign_id: str) -> None:
    """Take no more answers: the waiting ones are counted, each telling as much of its cell as k of them share, unfinished
    drafts are wiped, and the release that follows tells territories and spaces. Raises `Refused` if it is not open.
    """
    campaign = _locked(campaign_id)
    if campaign is None or campaign.state != "open":
        raise Refused(_("This campaign is closed already."))
    _forget_safely()
    campaign.batches += 1
    waiting = _waiting(campaign_id)
    told = rules.coarsen([one.cell for _name, one in waiting], campaign.k)
    waiting = [(name, replace(one, cell=cell)) for (name, one), cell in zip(waiting, told, strict=True)]
    # the waiting room keeps k behind until now; it holds fewer where an import took its part, or where they are all
    moves = len(waiting) >= campaign.k or not campaign.counted
    _join(campaign, waiting, campaign.batches if moves else None)
    db.session.execute(
        sa.delete(Draft).where(Draft.token_id.in_(sa.select(Token.id).where(Token.campaign_id == campaign_id))),
        execution_options={"synchronize_session": False},
    )
    campaign.state, campaign.closed_on, campaign.parts = "closed", today(), campaign.batches
    _ask_release(campaign)


def _ask_release(campaign: Campaign) -> None:
    outbox.put("survey.release", {"campaign_id": campaign.id}, key=f"survey.release:{campaign.id}:{campaign.batches}")


def _locked(campaign_id: str, *, shared: bool = False) -> Campaign | None:
    return db.session.scalar(
        sa.select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)
    )


def _forget_safely() -> None:
    """On SQLite, overwrite what is deleted in this transaction: a wiped draft must not stay readable in the file."""
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(sa.text("PRAGMA secure_delete=ON"))


# ---- invitations --------------------------------------------------------------------------------------------------


def mint_tokens(campaign_id: str, cells: Sequence[Cell]) -> list[str]:
    """One token for each invited person's cell, in the same order; only their hashes are kept.

    Call it once with everybody who is invited (the mailing's whole list): cells that fewer than k of them share are
    made coarser. The caller mails the tokens and forgets which went where. Raises `Refused` if the campaign is not
    open.
    """
    campaign = _locked(campaign_id)
    if campaign is None or campaign.state != "open":
        raise Refused(_("This campaign takes no more answers."))
    tokens = [mint() for _cell in cells]
    rows = [
        {"id": digest(token), "campaign_id": campaign_id, "state": "unused", **cell._asdict()}
        for token, cell in zip(tokens, rules.coarsen(cells, campaign.k), strict=True)
    ]
    if rows:
        db.session.execute(sa.insert(Token), sorted(rows, key=lambda row: str(row["id"])))
        campaign.invited += len(rows)
    return tokens


# ---- answering ----------------------------------------------------------------------------------------------------


def _token(token: str, *, alone: bool = False) -> Token:
    """The usable token, locked; its campaign kept from closing meanwhile (`alone`: and from anybody else's sending).

    Raises `NotFound` for an unknown token, `Expired` for a used one or a closed campaign.
    """
    row = db.session.scalar(
        sa.select(Token).where(Token.id == digest(token)).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound()
    if row.state == "used":
        raise Expired(_("These answers were sent already. Thank you."))
    campaign = _locked(row.campaign_id, shared=not alone)
    if campaign is None or campaign.state != "open":
        raise Expired(_("This survey is closed. Nothing more can be sent."))
    return row


def _draft(row: Token, token: str) -> Draft:
    draft = db.session.get(Draft, row.id, populate_existing=True)
    if draft is None:
        found = _instrument_of(row.campaign_id)
        draft = Draft(token_id=row.id, order=shuffled(found), answers=_closed(token, {}), place=1)
        db.session.add(draft)
        row.state = "started"
        db.session.flush()
    return draft


def _closed(token: str, answers: Mapping[str, Sequence[str]]) -> str:
    return sealing.sealed(sealing.key_of_link(token), json.dumps(answers))


def _instrument_of(campaign_id: str) -> Instrument:
    version = db.session.scalars(
        sa.select(InstrumentVersion)
        .join(Campaign, Campaign.instrument_id == InstrumentVersion.id)
        .where(Campaign.id == campaign_id)
    ).one()
    return cached(version.id, lambda: version.document)


def shuffled(found: Instrument) -> list[str]:
    """The items in an order of one's own: domains shuffled, items shuffled within each domain."""
    domains = list(found.domains)
    _shuffle.shuffle(domains)
    order: list[str] = []
    for domain in domains:
        items = [item.id for item in found.items if item.domain == domain]
        _shuffle.shuffle(items)
        order += items
    return order


def start(token: str) -> int:
    """Begin, or go on with, the draft of a token. Gives the page to show, from 1."""
    return _draft(_token(token), token).place


def save_page(token: str, number: int, importance: str, level: str, *, place: int) -> None:
    """Keep the two ratings of page `number` (from 1), as codes, and `place` as the page to go on with.

    Raises `NotFound` for a page or a code that does not exist.
    """
    draft = _draft(_token(token), token)
    if not 1 <= number <= len(draft.order) or not {importance, level} <= rules.CODES:
        raise NotFound()
    draft.answers = _closed(token, {**drafted(token, draft.answers), draft.order[number - 1]: [importance, level]})
    draft.place = min(max(place, 1), len(draft.order) + 1)


def send(token: str) -> dict[str, tuple[int, int]]:
    """Send the draft: it moves without its token into the waiting batch, the draft is wiped, the token is used.

    Gives competency -> (importance, level) for the pairs of this return, for suggestions in the same request; the
    caller keeps them nowhere. Raises `Expired` the second time.
    """
    row = _token(token, alone=True)
    draft = _draft(row, token)
    found = _instrument_of(row.campaign_id)
    answers = rules.pack(drafted(token, draft.answers), found.item_ids)
    _forget_safely()
    _wait(row.campaign_id, Return(Cell(row.territory_id, row.space_id, row.role), answers))
    db.session.delete(draft)
    row.state = "used"
    db.session.flush()
    campaign = db.session.get_one(Campaign, row.campaign_id)
    columns = (Waiting.territory_id, Waiting.space_id, Waiting.role)
    found_cells = sa.select(*columns, sa.func.count()).where(Waiting.campaign_id == campaign.id).group_by(*columns)
    waiting = {Cell(*cell): many for *cell, many in db.session.execute(found_cells)}
    if rules.joining(waiting, campaign.k, day_is_over=False):
        outbox.put("survey.flush", {"campaign_id": row.campaign_id}, key=f"survey.flush:{new_id()}")
    pairs = rules.pairs_of(answers)
    return {item.competency: pair for item, pair in zip(found.items, pairs, strict=True) if pair is not None}


# ---- counting -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Return:
    """A sent return on its way into the results: where it belongs, and its packed answers."""

    cell: Cell
    answers: str


def _wait(campaign_id: str, one: Return) -> None:
    closed = sealing.sealed(sealing.key_of_machine(), one.answers)
    db.session.add(Waiting(id=new_id(), campaign_id=campaign_id, answers=closed, **one.cell._asdict()))


def _waiting(campaign_id: str) -> list[tuple[str, Return]]:
    """The returns that wait, with their ids. One that another secret key sealed goes on waiting for that key."""
    key, length = sealing.key_of_machine(), 2 * len(_instrument_of(campaign_id).items)
    found: list[tuple[str, Return]] = []
    closed = False
    columns = (Waiting.id, Waiting.territory_id, Waiting.space_id, Waiting.role, Waiting.answers)
    for row in db.session.execute(sa.select(*columns).where(Waiting.campaign_id == campaign_id).with_for_update()):
        try:
            # as long as the bare codes: sent before returns were sealed
            answers = row.answers if len(row.answers) == length else sealing.opened(key, row.answers)
        except sealing.Unreadable:
            closed = True
            continue
        found.append((row.id, Return(Cell(row.territory_id, row.space_id, row.role), answers)))
    if closed:
        log.error(
            "sent answers wait for the secret key they were sealed with: they cannot be counted without SECRET_KEY"
        )
    return found


def flush(campaign_id: str, *, day_is_over: bool = False) -> int:
    """Let waiting returns join the results (see `rules.joining`), drawn by lot. Gives how many joined."""
    campaign = _locked(campaign_id)
    if campaign is None or campaign.state != "open":
        return 0
    waiting = _waiting(campaign_id)
    _shuffle.shuffle(waiting)
    joins = rules.joining(Counter(one.cell for _name, one in waiting), campaign.k, day_is_over=day_is_over)
    ripe = [pair for cell, many in joins.items() for pair in [at for at in waiting if at[1].cell == cell][:many]]
    if ripe:
        _forget_safely()
        campaign.batches += 1
        _join(campaign, ripe, campaign.batches)
        _ask_release(campaign)
    return len(ripe)


def _join(campaign: Campaign, waiting: Sequence[tuple[str, Return]], release: int | None) -> None:
    """Move waiting returns to the counted ones, as part of a release or (the very last, too few ones) of none."""
    if waiting:
        ids = [name for name, _one in waiting]
        db.session.execute(
            sa.delete(Waiting).where(Waiting.id.in_(ids)), execution_options={"synchronize_session": False}
        )
        _count(campaign, [one for _name, one in waiting], release)


def _count(campaign: Campaign, returns: Sequence[Return], release: int | None) -> None:
    batch = list(returns)
    _shuffle.shuffle(batch)
    day = today()
    rows = [
        {
            "id": new_id(), "campaign_id": campaign.id, "day": day, "answers": one.answers, "release": release,
            **one.cell._asdict(),
        }
        for one in batch
    ]  # fmt: skip
    db.session.execute(sa.insert(Response), rows)
    if release is not None:
        campaign.counted += len(rows)


def count_returns(campaign_id: str, returns: Sequence[Return]) -> None:
    """Count many returns at once, past tokens and waiting: for a demonstration and for imports. They are one batch, and
    territories and spaces are told with it; fewer than k go to those who wait.

    `Return.answers` is what `rules.pack(answers, instrument.item_ids)` gives; cells are taken as they are. Raises
    `Refused` if the campaign is not open and `ValueError` for answers of another length.
    """
    campaign = _locked(campaign_id)
    if campaign is None or campaign.state != "open":
        raise Refused(_("This campaign takes no more answers."))
    length = 2 * len(_instrument_of(campaign_id).items)
    if any(len(one.answers) != length for one in returns):
        raise ValueError(f"packed answers have {length} signs")
    if len(returns) < campaign.k:
        for one in returns:
            _wait(campaign_id, one)
        return
    campaign.batches += 1
    campaign.parts = campaign.batches
    _count(campaign, returns, campaign.batches)
    _ask_release(campaign)
