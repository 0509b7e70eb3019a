"""The console's own colours can be read and told apart in both themes (WCAG 2.2, AA)."""

from __future__ import annotations

import itertools
import pathlib
import re

import pytest

from config.charts import SEVERITIES
from core import charts

STYLE = "".join(path.read_text() for path in sorted(pathlib.Path("config/static/console").glob("*.css")))
GROUND = {"light": "#ffffff", "dark": "#101828"}  # unfold's base-900
TEXT, GRAPHIC = 4.5, 3.0


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def variables(selector):
    block = STYLE.partition(f"\n{selector} {{")[2].partition("}")[0]
    return dict(re.findall(r"--console-(\w+): (#[0-9a-f]{6});", block))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["good", "bad"])
def test_good_and_bad_can_be_read(name, theme):
    colours = variables(":root" if theme == "light" else ".dark")

    assert contrast(colours[name], GROUND[theme]) >= TEXT


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "faint", "link"])
def test_what_the_phone_shows_can_be_read(name, look):
    colours = variables(f'.console-device[data-look="{look}"]')

    assert contrast(colours[name], colours["bubble"]) >= TEXT
    assert contrast("#ffffff", colours["top"]) >= TEXT


def test_what_stands_on_the_phone_s_wall_can_be_read():
    for look in ("light", "dark"):
        colours = variables(f'.console-device[data-look="{look}"]')
        assert contrast(colours["ink"], colours["wall"]) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [charts.GREEN, charts.AMBER, charts.RED, charts.BLUE, charts.TEAL, charts.VIOLET])
def test_a_bar_stands_out_from_its_ground(colour, theme):
    assert contrast(colour, GROUND[theme]) >= GRAPHIC


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_known_of_nothing_stands_out_too(theme):
    assert contrast(charts.GREY, GROUND[theme]) >= GRAPHIC


@pytest.mark.parametrize("table", [charts.QUALITY, SEVERITIES])
def test_no_two_bars_of_a_chart_have_one_colour(table):
    assert len(set(table.values())) == len(table)
    assert all(one != other for one, other in itertools.pairwise(table.values()))
