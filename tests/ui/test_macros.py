"""Components give decent HTML: labels tied, errors told, nothing unescaped, words beside every sign."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from wtforms import BooleanField, Form, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.ui.icons import SHAPES, icon

Render = Callable[..., str]
ROOMS = Path(__file__).parents[2] / "lms"
EVIL = "<script>alert(1)</script>"


class Sample(Form):
    name = StringField("First name", [InputRequired("Write a name.")], description="As people call you")
    note = TextAreaField("Note", [Optional()])
    day = SelectField("Day", choices=[SelectChoice("thu", "Thursday")])
    shared = BooleanField("Shared computer")
    level = RadioField(
        "Level",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("1", "a little"), SelectChoice("2", "a lot"), SelectChoice("no", "I don’t know")],
    )
    topics = SelectMultipleField(
        "Topics",
        choices=[SelectChoice("a", "A"), SelectChoice("b", "B")],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
    )


def wrong() -> Sample:
    form = Sample(data={"day": "thu"})
    assert not form.validate()
    return form


def test_field_ties_label_help_and_error_to_its_control(render: Render) -> None:
    html = render("{{ ui.field(f.name, attrs={'autocomplete': 'name'}) }}", f=wrong())
    assert '<label for="name">First name' in html
    control = re.search(r"<input[^>]*>", html)
    assert control
    for part in ('aria-describedby="name-help name-error"', 'aria-invalid="true"', 'autocomplete="name"', 'id="name"'):
        assert part in control[0]
    assert 'id="name-help">As people call you' in html
    assert 'id="name-error"' in html
    assert "Write a name." in html
    assert 'class="field err"' in html


def test_a_right_field_says_nothing_of_errors(render: Render) -> None:
    html = render("{{ ui.field(f.note) }}{{ ui.field(f.day) }}{{ ui.field(f.shared) }}", f=Sample())
    assert "err" not in html
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html
    assert "(optional)" in html
    assert re.search(r'<label class="row nowrap"><input[^>]*type="checkbox"[^>]*>', html)


def test_choices_are_rows_in_a_fieldset(render: Render) -> None:
    html = render("{{ ui.field(f.level) }}", f=wrong())
    assert html.count('class="choice"') == 3
    assert "<legend>Level</legend>" in html
    assert 'aria-describedby="level-error"' in html
    assert 'id="level-error"' in html
    assert "Choose one." in html
    html = render("{{ ui.choices(f.level, heights=true, quiet=['no'], voice=true) }}", f=Sample(data={"level": "2"}))
    assert html.count('class="height"') == 2
    assert 'class="choice none"' in html
    assert html.count(" checked") == 1
    assert html.count('class="voice"') == 2
    html = render("{{ ui.field(f.topics) }}", f=Sample(data={"topics": ["b"]}))
    assert html.count('type="checkbox"') == 2
    assert html.count(" checked") == 1


def test_error_summary_links_to_the_first_control_of_each_wrong_field(render: Render) -> None:
    html = render("{{ ui.error_summary(f) }}", f=wrong())
    assert "2 things to fix" in html
    assert 'href="#name"' in html
    assert 'href="#level-0"' in html
    assert 'tabindex="-1"' in html
    assert "autofocus" in html
    assert 'role="alert"' in html
    assert 'id="level-0"' in render("{{ ui.field(f.level) }}", f=wrong())
    one = render("{{ ui.error_summary(errors=[('#x', 'Line 5: no @')]) }}")
    assert "One thing to fix" in one
    assert 'href="#x"' in one
    assert render("{{ ui.error_summary(f) }}", f=Sample()).strip() == ""


def test_a_page_with_errors_says_so_in_its_title(bare: Flask) -> None:
    page = (
        '{% extends "ui/page.html" %}{% block title %}Sign in{% endblock %}{% block content %}<h1>x</h1>{% endblock %}'
    )
    with bare.test_request_context("/?lang=fr"):
        assert "<title>Erreur\u00a0: Sign in – Cordada</title>" in render_template_string(page, form=wrong())
        assert "<title>Sign in – Cordada</title>" in render_template_string(page, form=Sample())
        assert "<title>Sign in – Cordada</title>" in render_template_string(page)


def test_forms_that_post_carry_the_token_and_those_that_get_do_not(render: Render) -> None:
    token = 'name="csrf_token"'
    assert render("{% call ui.form('/x') %}{% endcall %}").count(token) == 1
    assert token not in render("{% call ui.form('/x', method='get') %}{% endcall %}")
    html = render("{{ ui.post('/leave', 'Leave', 'danger', fields={'space': e}) }}", e='"><b>')
    assert html.count(token) == 1
    assert 'method="post"' in html
    assert "&#34;&gt;&lt;b&gt;" in html
    assert 'enctype="multipart/form-data"' in render("{% call ui.form(multipart=true) %}{% endcall %}")


def test_stones_always_stand_beside_words(render: Render) -> None:
    html = render("{{ ui.stones(2, 6) }}")
    assert "step 3 of 6" in html
    assert html.count('class="on"') == 2
    assert html.count('class="now"') == 1
    assert html.count("<i") == 6
    assert 'class="stones" aria-hidden="true"' in html
    assert "6 steps done" in render("{{ ui.stones(6, 6) }}")
    assert "Question 2 of 5" in render("{{ ui.stones(1, 5, words='Question 2 of 5') }}")
    assert "<i" not in render("{{ ui.stones(3, 24) }}")
    assert "étape 3 sur 6" in render("{{ ui.stones(2, 6) }}", path="/?lang=fr")


def test_path_says_states_in_words_and_marks_the_current_step(render: Render) -> None:
    steps = [
        {"title": "A", "state": "done", "href": "/a"},
        {"title": "B", "state": "now", "href": "/b"},
        {"title": EVIL, "state": "todo"},
    ]
    html = render("{{ ui.path(steps) }}{{ ui.path(steps, mini=true) }}", steps=steps)
    assert html.count('aria-current="step"') == 2
    assert "under way" in html
    assert "to do" in html
    assert "<script" not in html


def test_progress_has_its_words(render: Render) -> None:
    html = render("{{ ui.progress(4, 24, 'Mediation, 4 of 24', id='p') }}")
    assert '<label for="p">Mediation, 4 of 24</label>' in html
    assert '<progress id="p" max="24" value="4">' in html


@pytest.mark.parametrize(
    "source",
    [
        "{{ ui.btn(e, more=e) }}", "{{ ui.btn(e, '/x', icon='pen') }}",
        "{{ ui.sign(e, e) }}", "{{ ui.sign(e, e, href=e) }}",
        "{{ ui.tag(e, 'yes') }}", "{{ ui.notice(e, 'err') }}", "{{ ui.voice(e, who=e) }}",
        "{{ ui.empty(e, e, href=e, action=e) }}",
        "{% call ui.note(e, 'yet') %}{{ e }}{% endcall %}", "{% call ui.card(id=e) %}{{ e }}{% endcall %}",
        "{% call ui.item(e, e, 'back') %}{{ e }}{% endcall %}", "{{ ui.course_row(e, e, '', e, e) }}",
        "{% call ui.offer(e, e, e, '', [e]) %}{% call ui.why(62, e, e) %}{{ e }}{% endcall %}{% endcall %}",
        "{{ ui.facts([(e, e)]) }}", "{{ ui.crumbs([(e, e)]) }}", "{{ ui.langs([('fr', e, e, e, true)]) }}",
        "{{ ui.pages(e, e, e, e) }}",
        "{% call ui.table('t', e, [e, {'text': e, 'href': e}]) %}{{ ui.cell(e, e) }}{% endcall %}",
        "{{ ui.choice(e, e, e) }}", "{{ ui.answer(e, 'try') }}", "{% call ui.group(e, e, e, 'g') %}{% endcall %}",
        "{% call ui.plan(e) %}{{ e }}{% endcall %}", "{% call ui.figures(e) %}{{ e }}{% endcall %}",
        "{% call ui.term(e) %}{{ e }}{% endcall %}", "{% call ui.region(e) %}{% endcall %}",
    ],
)  # fmt: skip
def test_components_escape_what_they_are_given(source: str, render: Render) -> None:
    html = render(source, e=f'"{EVIL}')
    assert "<script" not in html
    assert '""' not in html


def test_signs_lead_on_as_link_or_as_button(render: Render) -> None:
    assert (
        render("{{ ui.sign('Go', '8 min', href='/x') }}").strip()
        == '<a class="btn sign" href="/x">Go <span>8 min</span></a>'
    )
    assert (
        render("{{ ui.sign('Go', name='a', value='b') }}").strip()
        == '<button class="btn sign" name="a" value="b">Go</button>'
    )


def test_feedback_has_a_sign_a_word_and_the_focus(render: Render) -> None:
    good, bad = (render(f"{{% call ui.feedback({x}) %}}<p>x</p>{{% endcall %}}") for x in ("true", "false"))
    assert "Yes." in good
    assert "note yes" in good
    assert "autofocus" in good
    assert "Not yet." in bad
    assert "note yet" in bad
    assert "<svg" in bad


def test_tables_have_a_caption_a_region_and_headings(render: Render) -> None:
    html = render(
        "{% call ui.table('t', 'Team', head) %}<tr></tr>{% endcall %}",
        head=["Person", {"text": "N", "num": True, "sort": "ascending", "href": "?s"}],
    )
    assert 'role="region" tabindex="0" aria-labelledby="t"' in html
    assert '<caption id="t">Team</caption>' in html
    assert html.count('scope="col"') == 2
    assert 'aria-sort="ascending"' in html
    assert render("{{ ui.cell(3, 'N', num=true) }}").strip() == '<td class="num" data-label="N">3</td>'


def test_every_icon_named_in_any_page_exists() -> None:
    named = set()
    for page in ROOMS.glob("*/templates/**/*.html"):
        text = page.read_text()
        named |= set(re.findall(r"(?<!self_)icon\(\"([\w-]+)\"\)", text)) | set(
            re.findall(r"icon='?\"?([a-z]+)['\"]", text)
        )
    assert named >= {"mark", "globe", "person", "warn", "tick"}
    assert named - set(SHAPES) - {"mark"} == set()


def test_icons_are_hidden_light_and_refuse_unknown_names() -> None:
    for name in [*SHAPES, "mark"]:
        assert 'aria-hidden="true"' in icon(name)
    assert sum(map(len, SHAPES.values())) < 5_000
    with pytest.raises(KeyError):
        icon("horse")


def test_the_gallery_shows_every_component_and_every_icon() -> None:
    gallery = (ROOMS / "ui/templates/ui/gallery.html").read_text()
    macros = set(re.findall(r"macro (\w+)\(", (ROOMS / "ui/templates/ui/macros.html").read_text()))
    inner = {"self_icon", "token", "said", "optional", "feedback", "region", "cell", "in_lang"}
    assert {name for name in macros - inner if f"ui.{name}(" not in gallery} == set()
    assert {name for name in SHAPES if name not in gallery} == set()
    listed = (ROOMS / "ui/templates/ui/macros.html").read_text().split("-#}")[0]
    assert {name for name in macros - inner if f"{name}(" not in listed} == set()
