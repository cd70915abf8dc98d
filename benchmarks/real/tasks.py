"""What is scored on public data: the specs with what they must reach, and the rows that need no training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ETTH1 = "forecast/ETTh1.csv"
EXCHANGE = "forecast/exchange_rate.csv"


@dataclass(frozen=True)
class Task:
    """A spec, the files it learns from in DIR (the second for the test), the score it must reach.

    `rival` is the baseline to stand beside it; None for the best by this score.
    """

    spec: str
    files: tuple[str, ...]
    metric: str
    bound: float | None
    why: str
    overrides: tuple[str, ...] = ()
    rival: str | None = None

    @property
    def name(self) -> str:
        return " ".join((self.spec, *(text.rpartition("=")[2] for text in self.overrides)))

    def reached(self, scores: dict[str, Any]) -> float:
        """The score asked of the model, or of a baseline."""
        for key in self.metric.split():
            scores = scores[key]
        return float(scores)  # type: ignore[arg-type]

    def keeps(self, reached: float) -> bool:
        """Whether the score is as good as it must be."""
        if self.bound is None:
            return True
        return reached >= self.bound if self.rises else reached <= self.bound

    @property
    def rises(self) -> bool:
        """Whether more of the score is better."""
        return self.metric == "accuracy"


def _linear(spec: str, horizon: int, published: float, line: float) -> Task:
    """Within 2 % of what is published or of least squares, whichever is larger."""
    bound = round(1.02 * max(published, line), 4)
    why = f"1.02 x the larger of {published} (published) and {line} (least squares)"
    return Task(spec, (ETTH1,), "scaled mse", bound, why, (f"vars.horizon={horizon}",))


def _archive(spec: str, name: str, ending: str, bound: float, published: float) -> Task:
    """Training and test file of the UCR and UEA archives."""
    files = tuple(f"sequence/{name}_{part}{ending}" for part in ("TRAIN", "TEST"))
    return Task(spec, files, "accuracy", bound, f"FCN, published: {published:.3f}")


ADULT = ("table/adult_train.csv", "table/adult_test.csv")
HOUSES = ("table/california_housing.csv",)
TASKS = (
    _linear("nlinear", 96, 0.374, 0.3702),
    _linear("nlinear", 192, 0.408, 0.4034),
    _linear("nlinear", 336, 0.429, 0.4277),
    _linear("nlinear", 720, 0.440, 0.4344),
    _linear("dlinear", 96, 0.375, 0.3702),
    _linear("dlinear", 192, 0.405, 0.4034),
    _linear("dlinear", 336, 0.439, 0.4277),
    _linear("dlinear", 720, 0.472, 0.4344),
    Task("segment-gru", (ETTH1,), "scaled mse", 0.40, "SegRNN, published: 0.368"),
    _archive("ecg5000", "ECG5000", ".tsv", 0.93, 0.940),
    _archive("gunpoint", "GunPoint", ".csv", 0.97, 1.0),
    _archive("japanese-vowels", "JapaneseVowels", "_long.csv", 0.95, 0.993),
    Task("adult", ADULT, "accuracy", 0.845, "networks, published: 0.81 to 0.85"),
    Task("digits", (), "accuracy", 0.98, "shipped"),
    Task("california", HOUSES, "original rmse", None, "stands beside ridge", rival="ridge"),
)


@dataclass(frozen=True)
class Rows:
    """Baselines of a series at one lookback and horizon, and what they must be: (mse, mae), scaled."""

    series: str
    window: int
    horizon: int
    windows: int
    must: dict[str, tuple[float, float]]

    @property
    def name(self) -> str:
        return f"{self.series}, {self.window} back, {self.horizon} ahead"

    @property
    def file(self) -> str:
        return EXCHANGE if self.series == "Exchange" else ETTH1

    def overrides(self, data: Path) -> Iterator[str]:
        """What makes of the NLinear spec this row's."""
        yield f"data.source={(data / self.file).resolve()}"
        yield f"vars.window={self.window}"
        yield f"vars.horizon={self.horizon}"
        if self.series == "Exchange":
            yield "data.split={train: 0.7, validation: 0.1, test: 0.2}"
            yield "data.season=7"
        columns = {"Exchange": [*map(str, range(7)), "OT"], "ETTh1 OT": ["OT"]}.get(self.series)
        if columns is not None:
            yield f"data.features={json.dumps(columns)}"
            yield f"data.targets={json.dumps(columns)}"


def _rows(series: str, horizon: int, windows: int, *pairs: str) -> Iterator[Rows]:
    """The rows of one horizon: repeat, seasonal naive, then least squares 336 and 96 steps back."""
    repeat, seasonal, *lines = (tuple(map(float, pair.split("/"))) for pair in pairs)
    for window, line in zip((336, 96), lines, strict=False):
        must = {"repeat": repeat, "seasonal_naive": seasonal, "least_squares": line}
        yield Rows(series, window, horizon, windows, must)  # type: ignore[arg-type]


# Four digits each, all windows; where they are from is told in tests/data/test_protocol.py.
ROWS = (
    *_rows("ETTh1", 96, 2785, "1.2944/.7132", ".5122/.4333", ".3702/.3915", ".3833/.3917"),
    *_rows("ETTh1", 192, 2689, "1.3249/.7331", ".5808/.4692", ".4034/.4112", ".4341/.4212"),
    *_rows("ETTh1", 336, 2545, "1.3299/.7460", ".6499/.5008", ".4277/.4262", ".4756/.4426"),
    *_rows("ETTh1", 720, 2161, "1.3351/.7550", ".6554/.5141", ".4344/.4505", ".4697/.4615"),
    *_rows("Exchange", 96, 1422, ".0811/.1964", ".0862/.2048", ".0857/.2020", ".0833/.1986"),
    *_rows("Exchange", 192, 1326, ".1671/.2887", ".1728/.2953", ".1796/.2987", ".1748/.2946"),
    *_rows("Exchange", 336, 1182, ".3057/.3978", ".3120/.4031", ".3389/.4203", ".3299/.4138"),
    *_rows("Exchange", 720, 798, ".8101/.6764", ".8193/.6813", ".9846/.7454", ".9191/.7247"),
    *_rows("ETTh1 OT", 24, 2857, ".0343/.1394", ".0458/.1663", ".0260/.1222"),
    *_rows("ETTh1 OT", 96, 2785, ".0693/.2033", ".0715/.2105", ".0531/.1770"),
    *_rows("ETTh1 OT", 192, 2689, ".0920/.2357", ".0916/.2368", ".0691/.2040"),
    *_rows("ETTh1 OT", 336, 2545, ".1133/.2652", ".1108/.2634", ".0810/.2259"),
    *_rows("ETTh1 OT", 720, 2161, ".1292/.2834", ".1252/.2796", ".0802/.2260"),
)
