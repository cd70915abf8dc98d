"""Data ready for a model: scaled arrays, where each sample stands, and how batches are cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any, Final

from layerforge.data.encoding import Encoder
from layerforge.data.feeds import Feed
from layerforge.data.season import Season
from layerforge.data.windows import Frame
from layerforge.spec.data import DataSettings
from layerforge.tables.files import File
from layerforge.tables.roles import Roles
from layerforge.tables.series import Series
from layerforge.tables.stamps import Stamps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERSION: Final = 2  # of what `preprocessing()` returns


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The rows of a file, scaled, and the samples of each split.

    `features` is float32 (rows, width); `targets` is float32 (rows, targets), scaled, or int32
    (rows,) of class indices. `positions` holds for each split the row of each sample: for windows
    the first row of the window. `frame` is the windows' form, None where a row is a sample.
    `kept` are the rows of the file that these are, None for all. `class_counts` are of the
    training samples. `feeds` are the model's inputs; `series` says whose each row is, `weights` how
    much it counts. Rows of several series stand series by series. `naive` is for each target of a
    forecast what repeating a season errs on the training rows, scaled. `training` has the training rows
    where these are others, which a run's statistics were kept for. `account` says as JSON what was
    read, split, fitted and left out.
    """

    settings: DataSettings
    file: File
    features: NDArray[np.float32]
    targets: NDArray[Any]
    positions: Mapping[str, NDArray[np.int64]]
    frame: Frame | None
    encoders: tuple[Encoder, ...]
    target_encoders: tuple[Encoder, ...]
    classes: tuple[str, ...] | None
    class_counts: tuple[int, ...] | None
    season: Season
    stamps: Stamps | None
    roles: Roles
    feeds: tuple[Feed, ...]
    series: Series | None = None
    weights: NDArray[np.float32] | None = None
    kept: NDArray[np.int64] | None = None
    naive: NDArray[np.float64] | None = None
    training: Prepared | None = None
    account: dict[str, Any] = field(default_factory=dict)

    @property
    def learnt_from(self) -> Prepared:
        """The data with the training rows: these, or those of the run."""
        return self.training or self

    @property
    def window(self) -> int | None:
        return self.settings.window

    @property
    def horizon(self) -> int | None:
        """How many steps are answered; which they are says `frame.chosen`."""
        return self.settings.steps

    @property
    def step_names(self) -> tuple[str, ...]:
        """The steps that are answered, counted from 1."""
        steps = self.settings.horizon or 0
        return tuple(map(str, steps if isinstance(steps, tuple) else range(1, steps + 1)))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name for each column of `features`; a category has one for each of its values."""
        return tuple(name for encoder in self.encoders for name in encoder.names)

    @property
    def target_names(self) -> tuple[str, ...]:
        if self.classes is not None:
            return tuple(self.settings.targets or ())
        return tuple(encoder.name for encoder in self.target_encoders)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one sample of the first input, batch left out."""
        return self.feeds[0].shape

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of one sample of every input, batch left out."""
        return {feed.name: feed.shape for feed in self.feeds}

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """The full shape of one answer: (steps, targets), (targets,), or () for a class index."""
        if self.classes is not None:
            return ()
        count = self.targets.shape[1]
        return (self.horizon, count) if self.horizon is not None else (count,)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The natural shape of one answer, batch left out: axes of length 1 are not written.

        A forecast of one target is (steps,), of one step (targets,), else (steps, targets).
        """
        if len(self.answer_shape) < 2:
            return self.answer_shape
        return tuple(n for n in self.answer_shape if n > 1) or (1,)

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Whether a model's output of this shape, batch left out, is an answer of each sample."""
        if self.classes is not None:
            return shape == (len(self.classes),) or (shape == (1,) and len(self.classes) == 2)
        flat = (prod(self.answer_shape),)
        return shape in (self.answer_shape, self.target_shape, flat)

    @property
    def longest(self) -> int | None:
        """How many rows the longest sequence has; None where samples are no sequences."""
        lengths = [feed.lengths.longest for feed in self.feeds if feed.lengths is not None]
        return lengths[0] if lengths else None

    def samples(self, split: str) -> int:
        """How many samples a split has."""
        return len(self.positions[split])

    def batch(self, positions: NDArray[np.int64]) -> tuple[Any, NDArray[Any]]:
        """Inputs, as `inputs` gives them, and answers (n, *target_shape) of these samples."""
        answers = self.answers(positions)
        return self.inputs(positions), answers.reshape(len(positions), *self.target_shape)

    def inputs(self, positions: NDArray[np.int64]) -> Any:
        """What the model is given of these samples: an array, or arrays by name of several inputs."""
        found = {feed.name: feed.gather(self.features, positions) for feed in self.feeds}
        return found if len(self.feeds) > 1 else found[self.feeds[0].name]

    @property
    def flat_width(self) -> int:
        """How many numbers one sample's inputs are."""
        return sum(feed.width for feed in self.feeds)

    def flat(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """The inputs of these samples as rows (n, flat_width)."""
        import numpy as np

        flat = [
            feed.gather(self.features, positions).reshape(len(positions), feed.width)
            for feed in self.feeds
        ]
        return flat[0] if len(flat) == 1 else np.concatenate(flat, axis=1)

    def past(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """The targets of these windows before the forecast: (n, window, targets), scaled."""
        import numpy as np

        offsets = self.frame.past if self.frame is not None else (0,)
        found: NDArray[Any] = np.take(
            self.targets, positions[:, None] + np.asarray(offsets), axis=0
        )
        return found

    def group_of(self, positions: NDArray[np.int64]) -> list[str]:
        """The name of each sample's series; none where there is one series alone."""
        if self.series is None:
            return []
        return [self.series.names[code] for code in self.series.codes[positions]]

    def answers(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """What is to be predicted of these samples: (n, *answer_shape)."""
        import numpy as np

        rows = positions
        if self.horizon is not None and self.frame is not None:
            rows = rows[:, None] + np.asarray(self.frame.future)
        elif self.frame is not None:
            rows = rows + self.frame.answer
        found: NDArray[Any] = np.take(self.targets, rows, axis=0)
        return found

    def preprocessing(self) -> dict[str, Any]:
        """As JSON, all that new rows need to be treated as these were."""
        settings = self.settings
        plain = {name: getattr(settings, name) for name in (*_SAVED, *_SAVED_OF_FILE)}
        plain |= {role: getattr(self.roles, role) for role in ("features", "known", "static")}
        plain |= {"targets": self.target_names, "source": self.settings.named_sources}
        return {
            "version": VERSION,
            "settings": {key: _json(value) for key, value in plain.items()},
            "features": [encoder.saved() for encoder in self.encoders],
            "targets": [encoder.saved() for encoder in self.target_encoders],
            "classes": _json(self.classes),
            "class_counts": _json(self.class_counts),
            "season": {"length": self.season.length, "why": self.season.why},
            "time": self.stamps.clock.saved() if self.stamps is not None else None,
            "longest": self.longest,
        }


_SAVED: Final = (
    *("task", "time", "group", "order", "calendar", "inputs", "window", "horizon", "gap"),
    *("stride", "sampling", "shape", "scale", "sort", "duplicates", "gaps", "padding"),
)
_SAVED_OF_FILE: Final = (
    *("separator", "header", "columns", "decimal", "thousands", "strip", "date_format", "missing"),
)


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _json(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
