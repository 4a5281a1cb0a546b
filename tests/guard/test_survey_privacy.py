"""Rows V1 to V9 of the guard list, one by one: what may leave, what is kept, what a respondent is told.

The thief who has stolen everything is in `test_survey_attack.py`.
"""

from __future__ import annotations

import importlib
import itertools
import logging
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.db import Base, db, writing
from lms.foundation.errors import Expired, NotFound
from lms.foundation.tokens import digest, mint
from lms.jobs import tasks
from lms.survey import service
from lms.survey.models import Draft, Response, Token, Waiting
from lms.survey.queries import Group, released
from lms.survey.rules import Cell
from lms.survey.service import Return
from tests.guard.simulated import SPACES, Site, settled
from tests.guard.world import World
from tests.house.test_privacy_maps import ROOMS
from tests.servers import MailSink
from tests.visits import words_of

K = 5
#: The tables of answers and of the right to answer.
ANSWERING = (Token, Draft, Waiting, Response)


@pytest.fixture
def site(any_app: Flask) -> Iterator[Site]:
    """An open campaign in a network of ten spaces, on SQLite and on PostgreSQL."""
    with settled(any_app) as made:
        yield made


def cells(many: Mapping[str, int]) -> list[Cell]:
    """So many people of each space."""
    return [Cell(SPACES[space][0], space, None) for space, count in many.items() for _person in range(count)]


def put(site: Site, many: Mapping[str, int], chance: random.Random, missing: float = 0.0) -> None:
    """Count so many random returns of each space, as an import does, and release them."""
    returns = [
        Return(
            cell,
            "".join(
                "0d" if chance.random() < missing else f"{chance.randint(1, 5)}{chance.randint(1, 5)}"
                for _item in site.items
            ),
        )
        for cell in cells(many)
    ]
    with writing():
        service.count_returns(site.campaign_id, returns)
    tasks.drain()


def told(site: Site) -> dict[tuple[str, str], Group]:
    """Everything that can be seen of the campaign now."""
    db.session.rollback()
    return {
        (group.by, group.key): group
        for by in ("network", "territory", "space")
        for group in released(site.campaign_id, by=by)
    }


def sizes(group: Group) -> dict[str, int]:
    """What each figure of a group is about: how many people, under "" for the group itself."""
    return {"": group.n, **{one.item: one.n for one in group.items}}


def below(groups: Mapping[tuple[str, str], Group], whole: Group) -> list[Group]:
    """The groups that are parts of `whole`."""
    return [
        group
        for group in groups.values()
        if (whole.by == "network" and group.by != "network")
        or (whole.by == "territory" and group.by == "space" and SPACES[group.key][0] == whole.key)
    ]


def apart(parts: Sequence[Group]) -> bool:
    """Whether no two of these groups share people."""
    territories = {group.key for group in parts if group.by == "territory"}
    return not any(group.by == "space" and SPACES[group.key][0] in territories for group in parts)


# ---- V1, V2, V9: figures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_V1_no_pair_and_no_triple_of_filters_is_about_fewer_than_k(site: Site, seed: int) -> None:
    """A network, its territories and their spaces: every one, and every one without one, two or three of its parts.

    (What several releases together say is tried, for every sum of figures, in tests/survey/release.)
    """
    chance = random.Random(seed)
    many = {space: chance.choice((0, 1, 2, 4, 6, 9, 13)) for space in SPACES} | {"bobine": 8, "estive": 9}
    put(site, many, chance, missing=0.3)
    groups, seen = told(site), 0
    for whole in groups.values():
        assert min(sizes(whole).values()) >= K
        for count in (1, 2, 3):
            for parts in filter(apart, itertools.combinations(below(groups, whole), count)):
                known = [sizes(part) for part in parts]
                for item, size in sizes(whole).items():
                    if all(item in one for one in known):
                        rest = size - sum(one[item] for one in known)
                        assert rest == 0 or rest >= K, (whole.key, [part.key for part in parts], item, rest)
                        seen += 1
    assert seen > 20


def test_V1_no_door_gives_a_figure_of_fewer_than_k(site: Site) -> None:
    put(site, {"bobine": 20, "quai": 4, "forn": 3}, random.Random(1))
    shown = told(site)
    assert not {("space", "quai"), ("space", "forn"), ("territory", "garonne")} & {
        key for key, group in shown.items() if group.n or group.items or group.domains
    }


def test_V2_figures_move_by_k_or_not_at_all_from_the_first_answer_to_closing(site: Site) -> None:
    """Everybody is watched who sends, and every figure after each of them; the last step is closing."""
    chance = random.Random(3)
    with writing():
        links = service.mint_tokens(site.campaign_id, cells({"bobine": 22, "estive": 14, "remise": 12}))
    chance.shuffle(links)
    former: dict[tuple[str, str], dict[str, int]] = {}
    steps: Counter[int] = Counter()

    def watch() -> None:
        tasks.drain()
        for key, group in told(site).items():
            now = sizes(group)
            for item, size in now.items():
                step = size - former.get(key, {}).get(item, 0)
                assert step == 0 or step >= K, (key, item, step)
                steps[step] += 1
            former[key] = former.get(key, {}) | now

    for place, link in enumerate(links[:37], start=1):
        with writing():
            service.start(link)
            for number in range(1, 7):
                service.save_page(link, number, str(chance.randint(1, 5)), str(chance.randint(1, 5)), place=number + 1)
        with writing():
            service.send(link)
        watch()
        if place in (12, 30):
            with writing():
                service.flush(site.campaign_id, day_is_over=True)
            watch()
    with writing():
        service.close(site.campaign_id)
    watch()
    assert former["network", ""][""] == 37  # every answer counts
    assert len(steps) > 3


def test_V2_two_exports_differ_only_by_a_release(site: Site) -> None:
    put(site, {"bobine": 12, "estive": 12}, random.Random(4))
    first = told(site)
    with writing():
        links = service.mint_tokens(site.campaign_id, cells({"bobine": 10}))
    for link in links[:4]:
        with writing():
            service.send(link)
        tasks.drain()
        assert told(site) == first


@pytest.mark.parametrize("team", ["bobine", "estive", "forn", "volca"])
def test_V2_everybody_without_one_team_is_not_one_team(site: Site, team: str) -> None:
    """The network beside all of its spaces but one: what is left is that space's, which has four people."""
    many = {"bobine": 9, "estive": 11, "forn": 8, "volca": 7, "remise": 12} | {team: 4}
    put(site, many, random.Random(5))
    groups = told(site)
    assert ("space", team) not in groups
    whole = groups["network", ""]
    parts = [group for group in groups.values() if group.by == "space"]
    for item, size in sizes(whole).items():
        rest = size - sum(sizes(part).get(item, 0) for part in parts)
        assert rest == 0 or rest >= K


def test_V9_a_group_that_is_nearly_one_team_shows_no_more_than_the_team(site: Site) -> None:
    """Nine of ten people of a territory are of one space: the territory's figures would be that space's."""
    put(site, {"remise": 9, "moulin": 1, "bobine": 30}, random.Random(6))
    groups = told(site)
    territory, space = groups.get(("territory", "garonne")), groups.get(("space", "remise"))
    assert territory is None or (territory.show == "indicative" and not territory.items)
    assert territory is None or space is None  # never both, and so the one person of the other space


# ---- V3: order and time -------------------------------------------------------------------------------------------


def survey_tables() -> list[sa.Table]:
    """Every table of the survey."""
    found = [table for name, table in Base.metadata.tables.items() if name.startswith("survey_")]
    assert len(found) >= 6
    return found


def test_V3_no_column_is_finer_than_a_day_and_no_key_counts() -> None:
    for table in survey_tables():
        for column in table.columns:
            assert not isinstance(column.type, (sa.DateTime, sa.Time, sa.Interval, sa.TypeDecorator)), column
            assert "_at" not in column.name, column
            assert not (column.primary_key and isinstance(column.type, sa.Integer)), column
            assert column.server_default is None or str(getattr(column.server_default, "arg", "")) in ("0", "1"), column
    for model in ANSWERING:  # stored in the order of random keys, without row numbers
        assert model.__table__.dialect_options["sqlite"]["with_rowid"] is False  # type: ignore[attr-defined]


def test_V3_the_order_of_the_letters_is_not_that_of_the_links(
    make_app: Callable[..., Flask], any_url: str, mails: MailSink
) -> None:
    """The mailing as it is: who got a letter when, beside the table of links in its order, by its keys, by its ids."""
    from tests.notifications.test_survey_letters import open_survey

    app = make_app(DATABASE_URL=any_url, SMTP_URL=mails.url)
    people = 30
    with app.app_context():
        from lms.notifications.service import invite_to_survey

        assert invite_to_survey(open_survey(app, people)) == people
        sent = [letter.message.get_content() for letter in mails.letters]
        links = [re.search(r"/survey/([\w-]+)", text) for text in sent]
        hashes = [digest(link.group(1)) for link in links if link]
        physical = "ctid" if db.engine.dialect.name == "postgresql" else "id"
        kept = {
            order: list(db.session.scalars(sa.text(f"SELECT id FROM survey_token{order}")))
            for order in ("", " ORDER BY id", f" ORDER BY {physical}")
        }
        noted = db.session.execute(sa.text("SELECT key, address, subject FROM sent_mail ORDER BY at")).all()
    assert len(set(hashes)) == people
    for order, rows in kept.items():
        right = sum(one == other for one, other in zip(hashes, rows, strict=True))
        assert right <= 8, (order, right)  # by chance one of them; more than eight once in a million
    written = " ".join(str(part) for row in noted for part in row) + " ".join(
        f"{name}: {value}" for letter in mails.letters for name, value in letter.message.items()
    )
    assert not [one for one in hashes if one in written]
    assert not [link.group(1) for link in links if link and link.group(1) in written]


# ---- V4: free text ------------------------------------------------------------------------------------------------

#: Every column of words in the tables of answers, and what its words are.
WORDS = {
    ("survey_token", "id"): "a hash", ("survey_token", "state"): "one of three",
    ("survey_draft", "token_id"): "a hash", ("survey_draft", "item_order"): "ids of items",
    ("survey_draft", "answers"): "sealed codes",
    ("survey_waiting", "id"): "random", ("survey_waiting", "answers"): "sealed codes",
    ("survey_response", "id"): "random", ("survey_response", "answers"): "codes",
} | {
    (table, column): "a cell"
    for table in ("survey_token", "survey_waiting", "survey_response")
    for column in ("campaign_id", "territory_id", "space_id", "role")
}  # fmt: skip


def test_V4_there_is_nowhere_to_keep_a_free_text() -> None:
    found = {
        (table.name, column.name)
        for model in ANSWERING
        for table in [model.__table__]
        for column in table.columns
        if isinstance(column.type, (sa.String, sa.JSON, sa.LargeBinary))
    }
    assert found == set(WORDS)
    assert not [column for table in survey_tables() for column in table.columns if isinstance(column.type, sa.Text)]


def contents(app: Flask) -> str:
    """Every value of every table, as text."""
    with app.app_context(), db.engine.connect() as connection:
        return "\n".join(
            repr(tuple(row)) for table in Base.metadata.sorted_tables for row in connection.execute(sa.select(table))
        )


def test_V4_a_word_that_was_sent_along_is_kept_nowhere(fresh: World) -> None:
    link = fresh["survey_started"]
    for name in ("comment", "text", "importance_text", "answers", "order", "territory_id", "role"):
        answer = fresh.post(
            "anonymous", f"/survey/{link}/2", {"importance": "4", "competence": "2", name: "I am Canary-Joan"}
        )
        assert answer.status_code == 303
    assert fresh.post("anonymous", f"/survey/{link}/send", {"comment": "I am Canary-Joan"}).status_code == 200
    assert "Canary-Joan" not in contents(fresh.app)


# ---- V5: join -----------------------------------------------------------------------------------------------------


def test_V5_no_foreign_key_leads_from_answers_to_people_or_links() -> None:
    reached: set[str] = set()
    ahead = ["survey_response", "survey_waiting", *(table.name for table in survey_tables() if "release" in table.name)]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += [key.column.table.name for key in Base.metadata.tables[name].foreign_keys]
    assert not reached & {"person", "membership", "survey_token", "survey_draft", "sent_mail"}


def test_V5_no_value_and_no_transaction_is_common_to_a_link_and_an_answer(site: Site) -> None:
    with writing():
        links = service.mint_tokens(site.campaign_id, cells({"bobine": 30}))
    for place, link in enumerate(links[:26]):
        with writing():
            service.save_page(link, 1, str(1 + place % 5), str(1 + place // 5 % 5), place=2)
        with writing():
            service.send(link)
        tasks.drain()
    physical = ", xmin::text AS xmin" if db.engine.dialect.name == "postgresql" else ""
    values: dict[str, set[str]] = defaultdict(set)
    with db.engine.connect() as connection:
        for table in ("survey_token", "survey_draft", "survey_waiting", "survey_response"):
            for row in connection.exec_driver_sql(f"SELECT *{physical} FROM {table}"):
                values[table] |= {str(value) for value in row} - {site.campaign_id, "None", "bobine", "vall-nord"}
    assert len(values["survey_response"]) >= 20
    assert not values["survey_response"] & (values["survey_token"] | values["survey_draft"] | values["survey_waiting"])


# ---- V6: stuffing -------------------------------------------------------------------------------------------------


def test_V6_a_hundred_sendings_of_one_person_are_one_return(site: Site) -> None:
    with writing():
        link = service.mint_tokens(site.campaign_id, cells({"bobine": 6}))[0]
        service.save_page(link, 1, "5", "1", place=2)
    sent = 0
    for _turn in range(100):
        try:
            with writing():
                service.send(link)
            sent += 1
        except Expired:
            pass
    rows = db.session.scalar(sa.select(sa.func.count()).select_from(Waiting))
    state = db.session.scalar(sa.select(Token.state).where(Token.id == digest(link)))
    assert (sent, rows, state) == (1, 1, "used")


def test_V6_a_link_that_nobody_was_sent_opens_nothing(site: Site) -> None:
    with writing():
        links = service.mint_tokens(site.campaign_id, cells({"bobine": 6}))
    forged = [mint() for _turn in range(100)] + [
        digest(links[0]),
        links[0][:-1],
        links[0] + "A",
        links[0].swapcase(),
        "",
    ]
    for link in forged:
        for act in (service.start, service.send):
            with pytest.raises(NotFound), writing():
                act(link)
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Waiting))
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Draft))


# ---- V7: third parties --------------------------------------------------------------------------------------------

TRACES = {
    "User-Agent": "Canary-Agent/1.0",
    "Referer": "https://canary-referrer.example/mail",
    "X-Forwarded-For": "203.0.113.77",
    "Accept-Language": "oc-canary",
}


def test_V7_nothing_of_the_browser_and_nothing_of_the_link_is_kept(
    fresh: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    link = fresh["survey_unused"]
    client = fresh.client()
    client.set_cookie("tracker", "canary-cookie")
    said = {"csrf_token": fresh.stamp(), "importance": "4", "competence": "2"}
    steps = ("get ", "post ", "get /1", "post /1", "get /check", "post /send", "post /send", "get ")
    for method, path in (step.split(" ") for step in steps):
        answer = client.open(
            f"/survey/{link}{path}", method=method.upper(), data=said if method == "post" else None, headers=TRACES,
            environ_overrides={"REMOTE_ADDR": "203.0.113.78"},
        )  # fmt: skip
        assert answer.status_code in (200, 303, 410), (path, answer.status_code)
        assert link not in "".join(answer.headers.getlist("Set-Cookie"))
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin", "strict-origin")
        page = answer.get_data(as_text=True)
        assert not re.findall(r'<(?!a )[^<>]*(?:src|href|action)="(?:https?:)?//(?!localhost)', page), path
    kept = contents(fresh.app)
    lines = "\n".join(record.getMessage() for record in caplog.records)
    for trace in (*TRACES.values(), "203.0.113.78", "canary", link):
        assert trace not in kept, trace
        assert trace not in lines, trace


def test_V7_somebody_who_is_signed_in_answers_as_anybody(fresh: World) -> None:
    link = fresh["survey_started"]
    with fresh.unchanged("survey_token", "survey_draft", "survey_waiting", "job"):
        fresh.post("learner_a", f"/survey/{link}/2", {"importance": "4", "competence": "2"})
        assert fresh.post("learner_a", f"/survey/{link}/send").status_code == 200
    with fresh.app.app_context(), db.engine.connect() as connection:
        rows = [tuple(row) for model in ANSWERING for row in connection.execute(sa.select(model.__table__))]
    assert fresh["ids"]["learner_a"] not in repr(rows)
    assert fresh["sessions"]["learner_a"] not in repr(rows)


# ---- V8: erasure --------------------------------------------------------------------------------------------------

NOT_FOUND_AGAIN = {
    "en": "cannot be found again, by you or by us, so they cannot be withdrawn",
    "fr": "plus possible de les retirer",
    "es": "así que ya no se pueden retirar",
    "ca": "de manera que ja no es poden retirar",
}


@pytest.mark.parametrize("lang", NOT_FOUND_AGAIN)
def test_V8_the_first_page_says_that_sent_answers_cannot_be_withdrawn(world: World, lang: str) -> None:
    answer = world.client(strict=True).get(f"/survey/{world['survey_unused']}?lang={lang}")
    assert NOT_FOUND_AGAIN[lang] in " ".join(words_of(answer).split())


def test_V8_a_respondent_who_goes_takes_everything_along_but_the_answers_that_nobody_can_find(fresh: World) -> None:
    link, person = fresh["survey_started"], fresh["ids"]["learner_a"]
    assert fresh.post("learner_a", f"/survey/{link}/send").status_code == 200
    kept = {name: rows for name, rows in fresh.rows().items() if name.startswith("survey_")}
    with fresh.app.app_context():
        maps = [importlib.import_module(f"lms.{room.replace('/', '.')}.privacy") for room in ROOMS]
        given = {name for room in maps for name in room.export(person)}
        with writing():
            for room in maps:
                room.forget(person)
        db.session.remove()
    assert not [name for name in given if name.startswith("survey_")]
    after = fresh.rows()
    assert {name: after[name] for name in kept} == kept
    assert person not in contents(fresh.app)
