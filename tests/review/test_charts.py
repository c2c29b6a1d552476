"""Charts are drawn from numbers alone, whatever the words beside them are."""

import itertools
import re

import pytest

from review.charts import Grid, Phase, Series, Words, bars, heat, line, rows

WORDS = Words(id="c", title="<b>Judul</b>", desc="Kata & kata")


def test_a_chart_draws_nothing_but_what_it_is_given() -> None:
    drawn = line(WORDS, Series(names=["a", "b"], layers=[[0, 4], [2, 0]]))

    assert "&lt;b&gt;Judul" in drawn
    dots = re.findall(r'<circle class="dot(\d)" cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert dots == [("0", "231.5", "206.0"), ("0", "550.5", "44.0"), ("1", "231.5", "125.0"), ("1", "550.5", "206.0")]


def test_phases_lie_where_their_days_are_and_their_words_do_not_run_into_one_another() -> None:
    phases = (
        Phase(begins=0, ends=1, word="masa kampanye"),
        Phase(begins=1, ends=1.5, word="masa tenang"),
        Phase(begins=1.5, ends=1.6, word="hari pemungutan suara"),
        Phase(begins=1.6, ends=2, word="setelah pemungutan suara"),
    )

    drawn = line(WORDS, Series(names=["a", "b"], layers=[[0, 4]], phases=phases))

    shades = re.findall(r'<rect class="phase p\d" x="([\d.]+)"[^>]* width="([\d.]+)"', drawn)
    assert [(float(x), float(width)) for x, width in shades] == [(72, 319), (391, 159.5), (550.5, 31.9), (582.4, 127.6)]
    words = re.findall(r'<text class="small" x="([\d.]+)" y="(\d+)"[^>]*>([^<]+)<', drawn)
    spans = [(int(y), float(x), float(x) + 6 * len(word)) for x, y, word in words]
    assert all(
        row != other or end <= start for (row, _, end), (other, start, _) in itertools.combinations(sorted(spans), 2)
    )
    assert all(end <= 720 for _, _, end in spans)


def test_layers_stand_on_top_of_one_another() -> None:
    drawn = bars(WORDS, Series(names=["a"], layers=[[1], [3]]))

    shapes = re.findall(r'<rect class="layer(\d)"[^>]* y="([\d.]+)"[^>]*\s*height="([\d.]+)"', drawn)
    assert shapes == [("0", "165.5", "40.5"), ("1", "44.0", "121.5")]


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
