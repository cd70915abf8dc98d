"""How pictures are drawn: by matplotlib, for a page in its own ink, or as a PNG or SVG file on white."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# Becomes the colour of the page's text, light or dark; no other colour may be this one.
INK: Final = "#010203"
ACCENT, WARM, FAINT = "#2b7de9", "#e4572e", "#8a8f98"
OTHERS: Final = (
    "#2b7de9",
    "#e4572e",
    "#2a9d62",
    "#9b5de5",
    "#c98a00",
    "#0097a7",
    "#c2185b",
    "#8a8f98",
)
WIDTH: Final = 5.2  # inches: on a phone as wide as the screen, on a desk two side by side
_PIXELS: Final = 150  # an inch, where a picture has pixels
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "layerforge",  # the same picture is the same text
    "font.size": 9.0,
    "text.parse_math": False,  # a name with a dollar sign is a name
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "lines.linewidth": 1.3,
    "figure.constrained_layout.use": True,
}
# Fonts that have the characters which matplotlib's own lacks, where one of them is installed.
_FONTS: Final = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC"),
    *("WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans", "SimHei"),
)
_NO_GLYPH: Final = "Glyph .* missing from"  # how matplotlib's warning begins
_NUMBERED: Final = re.compile(r' id="[A-Za-z0-9.]+_\d+"')  # matplotlib's, alike in every picture
_UNSEEN: Final = re.compile(r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name on the command line, its title on a page, a line below it, how it is drawn.

    `draw` takes `matplotlib.pyplot` and gives a figure.
    """

    name: str
    title: str
    note: str
    draw: Callable[[Any], Any]


def svg_of(picture: Picture) -> str:
    """A picture as the text of an SVG element, its ink that of the page it stands on."""
    text = io.StringIO()
    with _drawn(picture) as figure:
        figure.savefig(text, format="svg", transparent=True, dpi=_PIXELS)
    whole = text.getvalue()
    whole = _UNSEEN.sub("", whole[whole.index("<svg") :])
    return _NUMBERED.sub("", whole).replace(INK, "currentColor")


def save(picture: Picture, path: Path) -> bool:
    """Writes a picture as SVG or PNG, after the ending of the file, on white.

    False where a PNG has boxes for characters that no installed font has; the texts of an SVG are drawn
    with the fonts of whoever looks at it. Raises OSError where the file cannot be written.
    """
    kind = path.suffix.removeprefix(".").lower()
    dated = {"metadata": {"Date": None}} if kind == "svg" else {}
    with _drawn(picture) as figure, warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", _NO_GLYPH, UserWarning)
        figure.savefig(path, format=kind, dpi=_PIXELS, **dated)
    return kind == "svg" or not any(re.match(_NO_GLYPH, str(each.message)) for each in caught)


@contextmanager
def _drawn(picture: Picture) -> Iterator[Any]:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    with mpl.rc_context(_STYLE | {"font.family": _families()}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _NO_GLYPH, UserWarning)
        figure = picture.draw(pyplot)
        try:
            yield figure
        finally:
            pyplot.close(figure)


def _families() -> list[str]:
    """The fonts that are tried for each character, one after the other."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["sans-serif", *(name for name in _FONTS if name in installed)]


def scale(axes: Any, values: Sequence[float], apart: float = 30) -> None:
    """A logarithmic scale where the greatest value is so many times the least."""
    if values and min(values) > 0 and max(values) / min(values) > apart:
        from matplotlib.ticker import FuncFormatter

        axes.set_yscale("log")  # whose own labels are formulas, which are not read as such here
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(FuncFormatter(_between))


def _between(value: float, place: int | None) -> str:
    """The label between powers of ten: at 2 and 5."""
    return f"{value:g}" if f"{value:e}"[0] in "25" else ""


def when(times: Sequence[int], dated: bool) -> list[Any]:
    """Moments as matplotlib takes them: microseconds since 1970 as dates, other numbers as they are."""
    import numpy as np

    return list(np.asarray(times, "datetime64[us]")) if dated else list(times)


def dates(axes: Any, dated: bool) -> None:
    """Short dates on the axis below, as many as there is room for."""
    if dated:
        from matplotlib import dates as untyped

        ticks: Any = untyped
        # Of three ticks at least it finds none for 60 to 72 hours, and warns: twelve hours are its longest.
        places = ticks.AutoDateLocator(minticks=2, maxticks=6)
        axes.xaxis.set_major_locator(places)
        axes.xaxis.set_major_formatter(ticks.ConciseDateFormatter(places))
