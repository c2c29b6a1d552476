"""Charts are drawn from numbers alone, whatever the words beside them are."""

import re

import pytest

from review.charts import Grid, Series, Words, bars, heat, line, rows

WORDS = Words(id="c", title="<b>Judul</b>", desc="Kata & kata")


def test_a_chart_draws_nothing_but_what_it_is_given() -> None:
    drawn = line(WORDS, Series(names=["a", "b"], layers=[[0, 4], [2, 0]]))

    assert "&lt;b&gt;Judul" in drawn
    dots = re.findall(r'<circle class="dot(\d)" cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert dots == [("0", "231.5", "196.0"), ("0", "550.5", "32.0"), ("1", "231.5", "114.0"), ("1", "550.5", "196.0")]


def test_layers_stand_on_top_of_one_another() -> None:
    drawn = bars(WORDS, Series(names=["a"], layers=[[1], [3]]))

    shapes = re.findall(r'<rect class="layer(\d)"[^>]* y="([\d.]+)"[^>]*\s*height="([\d.]+)"', drawn)
    assert shapes == [("0", "155.0", "41.0"), ("1", "32.0", "123.0")]


def test_a_matrix_is_the_darker_the_larger_its_number() -> None:
    drawn = heat(WORDS, Grid(down=["a", "b"], across=["x"], cells=[[10], [1]]))

    assert re.findall(r'<rect class="h(\d)"', drawn) == ["5", "1"]


@pytest.mark.parametrize("count", [0, 1, 53, 400])
def test_charts_of_any_length_are_drawn(count: int) -> None:
    names = [f"Kecamatan yang namanya sangat panjang sekali nomor {n}" for n in range(count)]
    series = Series(names=names, layers=[list(range(count))])

    assert rows(WORDS, series).count("<rect") == min(count, 60)
    assert line(WORDS, series).count("<circle") == count
    assert bars(WORDS, series).endswith("</svg>")
    grid = Grid(down=names, across=names[:30], cells=[[1] * min(count, 30)] * count)
    assert heat(WORDS, grid).count("<rect") == min(count, 60) * min(count, 24)
