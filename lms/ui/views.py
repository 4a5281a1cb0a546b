"""The blueprint of the design system: its templates, its template globals and the gallery of every component."""

from __future__ import annotations

from flask import Blueprint, render_template

from lms.ui import charts, icons, skyline

bp = Blueprint("ui", __name__, template_folder="templates")

for _name, _thing in {
    "icon": icons.icon,
    "gradients": skyline.GRADIENTS,
    "ridges": skyline.ridges,
    "pano": skyline.pano,
    "orient": skyline.orient,
    "crowd": charts.crowd,
    "height": charts.height,
    "heat": charts.heat,
}.items():
    bp.record_once(lambda state, name=_name, thing=_thing: state.app.jinja_env.globals.update({name: thing}))
