"""Charts as inline SVG from small templates of our own: no script, no font, no address, nothing but numbers and words.

Every chart has a title and a description for those who do not see it, and stands beside the table of its numbers.
Colours come from the page (`--a` to `--d` and the classes in its style), so that they follow light, dark and paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, StrictUndefined, Template

from review.local import number

WIDTH, TOP, BOTTOM, LEFT, RIGHT = 720, 44, 34, 72, 10
HEIGHT = 240
ROW = 24
MOST_ROWS, MOST_COLUMNS = 60, 24
"""More cells than these no eye takes in; the table has them all."""
STRENGTHS = 5
WORD_ROWS = 3
LONGEST = 34

_FRAME = """\
<svg class="chart" role="img" viewBox="0 0 {{ width }} {{ height }}" aria-labelledby="{{ id }}-t {{ id }}-d">
<title id="{{ id }}-t">{{ title }}</title><desc id="{{ id }}-d">{{ desc }}</desc>
"""
_AXES = """\
{% for tick in ticks %}<line class="grid" x1="{{ left }}" x2="{{ right }}" y1="{{ tick.y }}" y2="{{ tick.y }}"/>
<text x="{{ left - 6 }}" y="{{ tick.y + 4 }}" text-anchor="end">{{ tick.word }}</text>{% endfor %}
{% for name in names %}<text x="{{ name.x }}" y="{{ bottom + 16 }}" text-anchor="{{ name.anchor }}">\
{{ name.word }}</text>{% endfor %}
"""
_LINE = (
    _FRAME
    + """\
{% for band in bands %}<rect class="phase p{{ loop.index0 % 2 }}" x="{{ band.x }}" y="{{ top }}" \
width="{{ band.width }}" height="{{ bottom - top }}"/>
<text class="small" x="{{ band.at }}" y="{{ band.y }}" text-anchor="{{ band.anchor }}">{{ band.word }}</text>\
{% endfor %}
"""
    + _AXES
    + """\
{% for points in lines %}{% set layer = loop.index0 %}<polyline class="line line{{ layer }}" \
points="{% for point in points %}{{ point.x }},{{ point.y }} {% endfor %}"/>
{% for point in points %}<circle class="dot{{ layer }}" cx="{{ point.x }}" cy="{{ point.y }}" r="2.5"/>\
{% endfor %}{% endfor %}
</svg>"""
)
_BARS = (
    _FRAME
    + _AXES
    + """\
{% for bar in bars %}<rect class="{{ bar.style }}" x="{{ bar.x }}" y="{{ bar.y }}" width="{{ bar.width }}" \
height="{{ bar.height }}"/>{% endfor %}
</svg>"""
)
_ROWS = (
    _FRAME
    + """\
{% for bar in bars %}<text x="{{ left - 6 }}" y="{{ bar.y + 15 }}" text-anchor="end">{{ bar.name }}</text>
<rect class="layer0" x="{{ left }}" y="{{ bar.y }}" width="{{ bar.width }}" height="18"/>
<text x="{{ left + bar.width + 5 }}" y="{{ bar.y + 15 }}">{{ bar.value }}</text>{% endfor %}
</svg>"""
)
_HEAT = (
    _FRAME
    + """\
{% for name in down %}<text x="{{ left - 6 }}" y="{{ name.y }}" text-anchor="end">{{ name.word }}</text>{% endfor %}
{% for name in across %}<text transform="translate({{ name.x }} {{ top - 6 }}) rotate(-35)">{{ name.word }}</text>\
{% endfor %}
{% for cell in cells %}<rect class="h{{ cell.strength }}" x="{{ cell.x }}" y="{{ cell.y }}" width="{{ cell.width }}" \
height="{{ cell.height }}"/>
<text class="t{{ cell.strength }}" x="{{ cell.x + cell.width / 2 }}" y="{{ cell.y + 16 }}" text-anchor="middle">\
{{ cell.word }}</text>{% endfor %}
</svg>"""
)
_TEMPLATES = Environment(autoescape=True, undefined=StrictUndefined)
LINE, BARS, ROWS, HEAT = (_TEMPLATES.from_string(text) for text in (_LINE, _BARS, _ROWS, _HEAT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a chart is called, what it says in one sentence, and the id under which the page knows it."""

    id: str
    title: str
    desc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the line that is shaded: where it begins and ends, in points from the left, and its word."""

    begins: float
    ends: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The points or bars from left to right: their names, and their numbers, layer by layer."""

    names: Sequence[str]
    layers: Sequence[Sequence[int]]
    phases: Sequence[Phase] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A matrix: names down and across, and a number for each cell."""

    down: Sequence[str]
    across: Sequence[str]
    cells: Sequence[Sequence[int]]


def line(words: Words, series: Series) -> str:
    """Draw a line for each layer over time, with stretches of time shaded."""
    top = max([1, *(value for values in series.layers for value in values)])
    step = _step(len(series.names))
    lines = [
        [{"x": _short(LEFT + step * (place + 0.5)), "y": _short(_y(value, top))} for place, value in enumerate(values)]
        for values in series.layers
    ]
    return _drawn(LINE, words, lines=lines, bands=_bands(series.phases, step), **_axes(series.names, top, step))


def _bands(phases: Sequence[Phase], step: float) -> list[dict[str, object]]:
    """Shade phases, their words above them, each in the lowest row in which it does not run into another."""
    ends = [0.0] * WORD_ROWS
    bands: list[dict[str, object]] = []
    for phase in phases:
        x, size = LEFT + step * phase.begins, 6 * len(phase.word)
        at = min(x, WIDTH - RIGHT - size)
        row = next((row for row, end in enumerate(ends) if end <= at), WORD_ROWS - 1)
        ends[row] = at + size + 8
        width = _short(step * (phase.ends - phase.begins))
        place = {"at": _short(at), "y": TOP - 5 - 12 * row, "anchor": "start"}
        bands.append({"x": _short(x), "width": width, "word": phase.word, **place})
    return bands


def bars(words: Words, series: Series) -> str:
    """Draw a bar for each name, its layers on top of one another."""
    top = max([1, *(sum(values) for values in zip(*series.layers, strict=True))])
    step = _step(len(series.names))
    drawn = []
    for place in range(len(series.names)):
        below = 0
        for layer, values in enumerate(series.layers):
            low, high = _y(below, top), _y(below + values[place], top)
            below += values[place]
            if low > high:
                shape = {"x": LEFT + step * (place + 0.12), "y": high, "width": step * 0.76, "height": low - high}
                drawn.append({"style": f"layer{layer}", **{name: _short(value) for name, value in shape.items()}})
    return _drawn(BARS, words, bars=drawn, **_axes(series.names, top, step))


def rows(words: Words, series: Series) -> str:
    """Draw a lying bar for each name, in the order of the names."""
    (values,) = series.layers
    left = _room(series.names[:MOST_ROWS])
    most = max([*values, 1])
    drawn = [
        {
            "name": _cut(name),
            "value": number(value),
            "y": 10 + ROW * row,
            "width": _short((WIDTH - left - 70) * value / most),
        }
        for row, (name, value) in enumerate(zip(series.names[:MOST_ROWS], values, strict=False))
    ]
    return _drawn(ROWS, words, bars=drawn, left=left, height=20 + ROW * len(drawn))


def heat(words: Words, grid: Grid) -> str:
    """Draw a matrix whose cells are the darker the larger their number; the number stands in each."""
    down, across = [_cut(name) for name in grid.down[:MOST_ROWS]], [_cut(name) for name in grid.across[:MOST_COLUMNS]]
    left, top = _room(down), 22 + 5 * max(map(len, across), default=0)
    width = max((WIDTH - left - 60) / max(len(across), 1), 34)
    most = max((value for row in grid.cells for value in row), default=0)
    starts = [left + width * (column + 0.4) for column in range(len(across))]
    ends = [start + 6 * len(word) for start, word in zip(starts, across, strict=True)]
    cells = [
        {
            "x": _short(left + width * column),
            "y": _short(top + ROW * row),
            "width": _short(width - 2),
            "height": ROW - 2,
            "word": number(grid.cells[row][column]) if grid.cells[row][column] else "",
            "strength": _strength(grid.cells[row][column], most),
        }
        for row in range(len(down))
        for column in range(len(across))
    ]
    return _drawn(
        HEAT,
        words,
        cells=cells,
        left=left,
        top=top,
        down=[{"y": top + ROW * row + 16, "word": word} for row, word in enumerate(down)],
        across=[{"x": _short(start), "word": word} for start, word in zip(starts, across, strict=True)],
        width=_short(max([left + width * len(across), *ends]) + 12),
        height=top + ROW * len(down) + 6,
    )


def _drawn(template: Template, words: Words, **shapes: object) -> str:
    sizes = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "top": TOP}
    facts = {**sizes, "bottom": HEIGHT - BOTTOM, "id": words.id, "title": words.title, "desc": words.desc, **shapes}
    return template.render(facts)


def _axes(names: Sequence[str], top: int, step: float) -> dict[str, object]:
    """Name the heights, and as many places below as do not run into one another."""
    marks = sorted({0, top // 2, top}) if top > 1 else [0, 1]
    every = max(round(len(names) * 88 / (WIDTH - LEFT - RIGHT) + 0.49), 1)
    return {
        "ticks": [{"y": _short(_y(mark, top)), "word": number(mark)} for mark in marks],
        "names": [
            _under(LEFT + step * (place + 0.5), name[:16]) for place, name in enumerate(names) if place % every == 0
        ],
    }


def _under(x: float, word: str) -> dict[str, object]:
    """Write a name below its place, or up to the edge where there is no room for all of it."""
    fits = x + 3.5 * len(word) <= WIDTH
    return {"x": _short(x if fits else WIDTH - 2), "word": word, "anchor": "middle" if fits else "end"}


def _cut(name: str) -> str:
    """Show what there is room for; the table has the whole name."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _room(names: Sequence[str]) -> int:
    """Leave room for the longest name."""
    return 30 + 7 * min(max(map(len, names), default=0), LONGEST)


def _step(count: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(count, 1)


def _y(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top


def _short(value: float) -> float:
    return round(value, 1)


def _strength(value: int, most: int) -> int:
    """Sort a number into one of a few shades; nought has none."""
    return 0 if not value else max(1, -(-value * STRENGTHS // most))
