"""The estimate: bytes of a model's weights, of what its layers give, and of what training keeps besides.

The convention: a layer's activations are the tensors that it gives, inputs counted, nested models opened;
the first axis is the batch. What a layer holds inside while it computes (an LSTM's steps, attention's
scores), copies in another precision and TensorFlow's own workspace are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from layerforge.components import Component
from layerforge.graph import Ref
from layerforge.infer import Plan, Step, input_shape
from layerforge.memory.dtypes import DEFAULT, given_dtype, size_of, variable_dtype
from layerforge.memory.slots import Slotted, optimizer_bytes
from layerforge.records import record
from layerforge.shapes import UNKNOWN, Dim, Shape, size

ADAM = Component("optimizers", "adam")


@record
class Memory:
    """Bytes for one batch of `batch_size` samples; unknown ones where a dimension is free.

    `activations` are all tensors that the layers give, `alive` the most of them that are needed at
    one time when the model predicts.
    """

    batch_size: int
    optimizer_name: str
    weights: int
    gradients: int
    optimizer: int
    activations: Dim
    alive: Dim

    @property
    def training(self) -> Dim:
        """The most that training needs: gradients are computed from all activations."""
        return self.weights + self.gradients + self.optimizer + self.activations

    @property
    def inference(self) -> Dim:
        """The most that a prediction needs: a tensor is let go when its last reader is done."""
        return self.weights + self.alive


def estimate(
    plan: Plan, batch_size: int, optimizer: Component = ADAM, policy: str = DEFAULT
) -> Memory:
    """The memory of a plan for a batch, trained by an optimizer of Keras.

    `policy` is the dtype policy of layers that write none, such as `mixed_float16`.
    """
    weights = list(_weights(plan, policy))
    trained = [each for each in weights if each.weight.trainable]
    tensors = _Tensors(batch_size, policy)
    tensors.follow(plan, [each.dtype or DEFAULT for each in plan.graph.inputs], "")
    return Memory(
        batch_size,
        optimizer.name,
        sum(each.bytes for each in weights),
        sum(each.bytes for each in trained),
        optimizer_bytes(optimizer, trained),
        tensors.total,
        tensors.most,
    )


def _weights(plan: Plan, policy: str) -> Iterator[Slotted]:
    for step in plan.steps:
        if step.inner is not None and not step.shared:
            yield from _weights(step.inner, policy)
        else:
            each = size_of(variable_dtype(step.call.layer, policy))
            yield from (Slotted(weight, each) for weight in step.weights)


class _Tensors:
    """The tensors of a model as they are made and let go: their bytes, and the most at one time."""

    def __init__(self, batch_size: int, policy: str) -> None:
        self.batch_size = batch_size
        self.policy = policy
        self.dtypes: dict[str, str] = {}
        self.total: Dim = 0
        self.alive: Dim = 0
        self.most: Dim = 0

    def follow(self, plan: Plan, dtypes: Sequence[str], within: str) -> None:
        """Makes a plan's tensors in the order of its calls."""
        readers = _last_readers(plan)
        held: dict[str, Dim] = {}
        for each, dtype in zip(plan.graph.inputs, dtypes, strict=True):
            self.dtypes[each.name] = dtype
            if not within:  # those of a nested model are the tensors it is called on
                held[each.name] = self._made([input_shape(each)], dtype)
        for at, step in enumerate(plan.steps):
            held[step.call.name] = self._called(step)
            for name in readers.get(at, ()):
                self.alive = self.alive - held.pop(name, 0)

    def _called(self, step: Step) -> Dim:
        taken = [self.dtypes.get(ref.name, DEFAULT) for ref in step.call.refs()]
        name = step.call.name
        if step.inner is not None:
            before = self.alive
            self.follow(step.inner, taken, name)
            made = self.alive - before if isinstance(self.alive, int) else UNKNOWN
            self.dtypes[name] = self.dtypes.get(step.inner.graph.outputs[0].name, DEFAULT)
            return made
        self.dtypes[name] = given_dtype(step, taken, self.policy)
        return self._made(step.outputs, self.dtypes[name])

    def _made(self, shapes: Sequence[Shape], dtype: str) -> Dim:
        made: Dim = 0
        for shape in shapes:
            batch = self.batch_size if shape and shape[0] is UNKNOWN else 1
            rest = shape[1:] if shape and shape[0] is UNKNOWN else shape
            made = made + batch * size(rest) * size_of(dtype)
        self.total = self.total + made
        self.alive = self.alive + made
        if self.alive is UNKNOWN or self.most is UNKNOWN:
            self.most = UNKNOWN
        else:
            self.most = max(self.most, self.alive)
        return made


def _last_readers(plan: Plan) -> Mapping[int, tuple[str, ...]]:
    """The tensors that are read for the last time by each call, by its place; results are read at the end."""
    last: dict[str, int] = {}
    for at, step in enumerate(plan.steps):
        last.setdefault(step.call.name, at)
        last.update((ref.name, at) for ref in step.call.refs())
    kept = {ref.name for ref in plan.graph.outputs if isinstance(ref, Ref)}
    found: dict[int, tuple[str, ...]] = {}
    for name, at in last.items():
        if name not in kept:
            found[at] = (*found.get(at, ()), name)
    return found
