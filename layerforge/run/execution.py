"""How training steps are executed: compiled by XLA or not, and how many of them in one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from layerforge.spec import Execution

_CALL: Final = 0.1  # seconds that one call may take: Ctrl-C and NaN are heard between two of them
MOST: Final = 64  # steps in one call
_LOOK: Final = 0.5  # seconds of steps that tell how long a step takes
_SINGLE: Final = 3  # steps that are made alone, before it is known how many fit into a call
_WORTH: Final = (
    8.0  # times the first step, which traces the graph: XLA takes one to three times as long
)
_SHORT: Final = 10.0  # seconds of training that are not worth a compilation
_MANY: Final = 2_000  # steps from which XLA is worth its compilation
_GAIN: Final = 0.95  # XLA is kept where a step takes no more than this share of what it took


class Way(NamedTuple):
    """A step is compiled by XLA or not; so many steps are made in one call."""

    jit_compile: bool
    steps_per_execution: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is to be trained: `steps` after the `first`, in passes of so many `batches` over the samples.

    The last batch of each pass is smaller than the others where it is `ragged`.
    """

    first: int
    steps: int
    batches: int
    ragged: bool


class Executor:
    """Executes the steps of one training, and finds the fastest way while it does.

    It begins with what begins soonest, steps that XLA does not compile. All that it measures are steps
    of the training itself: nothing is trained twice, and the model, its seeds and the order of the
    batches are as they would have been. Where much is left to be trained it lets XLA compile the step,
    and keeps that if it is faster. `known` is what an earlier part of the run found; `most` are the
    steps that may be made in one call. `told` hears of what is chosen, and why where it is worth a word.

    Under XLA random numbers are others: of a model with dropout the number of steps alone decides, from
    the first step on, so that no measurement has a say in what comes out.
    """

    def __init__(
        self,
        model: Any,
        wanted: Execution,
        stretch: Stretch,
        told: Callable[[Way, str], None],
        known: Way | None = None,
        most: int = MOST,
    ) -> None:
        self._model, self._wanted, self._stretch, self._told = model, wanted, stretch, told
        self._at, self._end = stretch.first, stretch.first + stretch.steps
        self._most, self._meter = most, _Meter()
        supported, fixed = supports_jit(model), wanted.jit_compile
        self._jit = supported and (known.jit_compile if fixed is None and known else bool(fixed))
        self._open = supported and fixed is None and known is None
        if self._open and is_random(model):
            self._open, self._jit = False, self._end >= _MANY
            told(self.way, f"from {_MANY:,} steps on, with dropout" if self._jit else "")
        self._functions: dict[bool, _Function] = {}
        self._plain: _Meter | None = None  # of the steps before XLA was tried, while it is tried
        self._first = 0.0  # seconds of the first step

    def __call__(self, batches: Any, left: int) -> tuple[int, Any]:
        """Makes some of the `left` steps of an epoch; how many, and Keras's logs after the last one."""
        count, ragged = self._count(left), self._is_ragged()
        jit = self._jit and not (ragged and False in self._functions)
        begun, new = time.perf_counter(), jit not in self._functions
        logs = self._steps(jit, batches, count)
        seconds = time.perf_counter() - begun
        self._at += count
        if new:
            self._first = self._first or seconds
        elif not ragged:
            self._meter.add(count, seconds)
            self._decide()
        return count, logs

    def _steps(self, jit: bool, batches: Any, count: int) -> Any:
        """Makes the steps; what XLA cannot compile is left to the plain function from then on."""
        import tensorflow as tf

        if jit not in self._functions:
            self._functions[jit] = _Function(self._model, jit, self._wanted.unroll, batches)
        data = batches.get_next()
        try:
            return self._functions[jit](data, batches, count)
        except (tf.errors.OpError, ValueError) as error:
            if self._plain is None or not jit:
                raise
            self._jit, self._meter, self._plain = False, self._plain, None
            self._told(self.way, f"XLA does not compile this model: {_first_line(error)}")
            return self._functions[False](data, batches, count)

    @property
    def way(self) -> Way:
        """How steps are executed now."""
        return Way(self._jit, self._wanted.steps_per_execution or self._meter.fitting(self._most))

    def _count(self, left: int) -> int:
        """How many steps come next. The ragged batch of a pass comes alone."""
        whole = left
        if self._stretch.ragged:
            whole = self._stretch.batches - 1 - self._at % self._stretch.batches
        return max(1, min(self.way.steps_per_execution, left, whole))

    def _is_ragged(self) -> bool:
        last = self._at % self._stretch.batches == self._stretch.batches - 1
        return self._stretch.ragged and last

    def _decide(self) -> None:
        """Tries XLA once the time of a step is known, and keeps the faster way once that of both is."""
        if self._meter.seconds < _LOOK:
            return
        if self._plain is not None:
            self._compare(self._plain)
        elif self._open:
            left = (self._end - self._at) * self._meter.step
            if left > max(_SHORT, _WORTH * self._first):
                self._open, self._jit = False, True
                self._plain, self._meter = self._meter, _Meter()

    def _compare(self, plain: _Meter) -> None:
        self._plain = None
        with_xla, without = self._meter.step, plain.step
        if with_xla > _GAIN * without:
            self._jit, self._meter = False, plain
        self._told(self.way, f"{_shown(with_xla)} a step with XLA, {_shown(without)} without")


class _Function:
    """The compiled function that makes training steps and gives Keras's logs after the last of them."""

    def __init__(self, model: Any, jit: bool, unroll: bool | None, batches: Any) -> None:
        import tensorflow as tf

        self._layers = [] if unroll is None else recurrent_layers(model)
        self._unroll = unroll
        self._spec = batches.element_spec
        self._step = tf.function(
            model.train_step, input_signature=[self._spec], jit_compile=jit, autograph=False
        )
        signature = [self._spec, tf.data.IteratorSpec(self._spec), tf.TensorSpec((), tf.int32)]
        self._steps = tf.function(self._several, input_signature=signature, autograph=False)

    def __call__(self, data: Any, batches: Any, count: int) -> Any:
        """So many steps, the first on the batch `data` and the others on those that come."""
        import tensorflow as tf

        with unrolled(self._layers, self._unroll):
            return self._steps(data, batches, tf.constant(count))

    def _several(self, data: Any, batches: Any, count: Any) -> Any:
        """All steps in one loop: XLA would compile one that stands outside of it a second time."""
        import tensorflow as tf

        def another(done: Any, _: Any) -> tuple[Any, Any]:
            batch = tf.cond(done > 0, batches.get_next, lambda: data)
            return done + 1, self._step(batch)

        logs = self._step.get_concrete_function().structured_outputs
        shapes = tf.nest.map_structure(lambda each: each.shape, logs)
        nothing = tf.nest.map_structure(_zeros, logs)
        return tf.while_loop(
            lambda done, _: done < count,
            another,
            (tf.constant(0), nothing),
            shape_invariants=(tf.TensorShape(()), shapes),
        )[1]


def _zeros(like: Any) -> Any:
    import tensorflow as tf

    return tf.zeros([size or 0 for size in like.shape], like.dtype)


class _Meter:
    """How long steps take; of long ago, half as much counts after each look."""

    def __init__(self) -> None:
        self.steps, self.seconds = 0.0, 0.0

    def add(self, steps: int, seconds: float) -> None:
        if self.seconds > 2 * _LOOK:
            self.steps, self.seconds = self.steps / 2, self.seconds / 2
        self.steps, self.seconds = self.steps + steps, self.seconds + seconds

    @property
    def step(self) -> float:
        """Seconds."""
        return self.seconds / self.steps

    def fitting(self, most: int) -> int:
        """How many steps fit into one call."""
        if self.steps < _SINGLE:
            return 1
        return max(1, min(most, int(_CALL / max(self.step, 1e-6))))


def supports_jit(model: Any) -> bool:
    """Whether Keras lets XLA compile the model: some layers, and deterministic operations, it does not."""
    from tensorflow.python.framework import config

    layers = model._flatten_layers()
    return not config.is_op_determinism_enabled() and all(each.supports_jit for each in layers)


def is_random(model: Any) -> bool:
    """Whether layers draw random numbers, as dropout does."""
    return any(map(_draws, model._flatten_layers()))


def _draws(layer: Any) -> bool:
    """Recurrent cells have a generator of seeds whatever their rates are."""
    named = (getattr(layer, name, None) for name in ("dropout", "recurrent_dropout"))
    rates = [rate for rate in named if isinstance(rate, int | float)]
    return bool(layer._seed_generators) and (not rates or any(rates))


def is_told_of_steps(callback: Any) -> bool:
    """Whether a callback wants to hear of every single step, so that none may be made unheard."""
    import keras

    if getattr(callback, "save_freq", None) == "epoch":
        return False  # it counts steps, and does nothing with their number
    made, plain = type(callback), keras.callbacks.Callback
    names = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
    return any(getattr(made, name) is not getattr(plain, name) for name in names)


def recurrent_layers(model: Any) -> list[Any]:
    """The layers of a model that can be unrolled."""
    return [
        each for each in model._flatten_layers() if isinstance(getattr(each, "unroll", None), bool)
    ]


@contextmanager
def unrolled(layers: Sequence[Any], unroll: bool | None) -> Iterator[None]:
    """Recurrent layers unrolled or not, while a step is traced: a saved model is as the spec says."""
    before = [layer.unroll for layer in layers]
    for layer in layers:
        layer.unroll = unroll
    try:
        yield
    finally:
        for layer, value in zip(layers, before, strict=True):
            layer.unroll = value


def limit_threads(threads: int | None) -> str | None:
    """How many threads one operation of TensorFlow takes; why not, where it has begun already."""
    import tensorflow as tf

    if threads is None:
        return None
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    except RuntimeError:
        return f"threads: {threads} is not in force, since TensorFlow has begun already"
    return None


def way_text(way: Way) -> str:
    """`XLA, 16 steps in a call`."""
    several = f", {way.steps_per_execution} steps in a call" if way.steps_per_execution > 1 else ""
    return f"{'XLA' if way.jit_compile else 'no XLA'}{several}"


def _shown(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120]
