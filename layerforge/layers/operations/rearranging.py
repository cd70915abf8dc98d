"""`ops.rearrange`: axes joined, split and put into another order, written with a name for each."""

import re
from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import INVALID, Found, Whole, refuse
from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Word
from layerforge.layers.operations.fitting import known_dim
from layerforge.layers.operations.registration import operation
from layerforge.records import record
from layerforge.shapes import Shape, describe
from layerforge.source import Mapping, Node

_AXIS: Final = re.compile(r"\w+|\(.*?\)")


@record
class NamedSizes:
    """A mapping of names to lengths, such as `{h: 2, w: 2}`."""

    @property
    def noun(self) -> str:
        return "a mapping of names to lengths, such as `{heads: 4}`"

    def read(self, node: Node, found: Found) -> Any:
        """The lengths by name, or INVALID after telling what is wrong with them."""
        if not isinstance(node, Mapping):
            return refuse(found, node, self.noun)
        lengths = {key.text: Whole(1).read(value, found) for key, value in node.entries}
        return INVALID if INVALID in lengths.values() else lengths

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": Whole(1).schema()}


Lengths: TypeAlias = Annotated[dict[str, int] | None, NamedSizes()]


@operation()
def rearrange(tensor: Shape, *, pattern: Word, axes_lengths: Lengths = None) -> Effect:
    """Arranges axes anew: `b s (h d) -> b h s d` with `axes_lengths: {h: 4}` splits the last one in two.

    Keras needs every length for it, the batch's too (`batch_size` of the input); `ops.reshape` and
    `ops.transpose` do without.
    """
    before, after = _sides(pattern)
    if len(before) != len(tensor):
        message = (
            f"needs a pattern of {len(tensor)} axes, the batch counted, for {describe(tensor)}"
        )
        raise SpecError("wrong-rank", message, "pattern")
    why = "Keras's rearrange works on fixed lengths alone, so give the input a `batch_size`"
    lengths = dict(axes_lengths or {})
    for at, names in enumerate(before):
        _note(names, known_dim(tensor, at, why), lengths)
    return Effect(tuple(_product(names, lengths) for names in after))


def _sides(pattern: str) -> tuple[list[list[str]], list[list[str]]]:
    """The names of each axis on both sides of the arrow. Raises SpecError unless they are the same names."""
    sides = [_axes(side) for side in pattern.split("->")]
    names = [sorted(name for axis in side for name in axis) for side in sides]
    if len(sides) != 2 or names[0] != names[1] or len({*names[0]}) != len(names[0]):
        message = f"needs a pattern with the same names before and behind `->`, not `{pattern}`"
        raise SpecError("bad-equation", message, "pattern")
    return sides[0], sides[1]


def _axes(side: str) -> list[list[str]]:
    rest = re.sub(r"\(\s*\w+(\s+\w+)*\s*\)", "a", side)
    if not re.fullmatch(r"\s*[A-Za-z]\w*(\s+[A-Za-z]\w*)*\s*", rest):
        message = f"needs names, or names in round brackets, with blanks between them, not `{side.strip()}`"
        raise SpecError("bad-equation", message, "pattern")
    return [re.findall(r"\w+", axis) for axis in _AXIS.findall(side)]


def _note(names: list[str], length: int, lengths: dict[str, int]) -> None:
    """Finds the length of the one name of an axis that is not given."""
    open_names = [name for name in names if name not in lengths]
    if len(open_names) > 1:
        told = " and ".join(f"`{name}`" for name in open_names)
        message = f"needs the length of {told} but one in `axes_lengths`"
        raise SpecError("missing-argument", message, "axes_lengths")
    given = _product([name for name in names if name in lengths], lengths)
    if length % given or (not open_names and length != given):
        message = (
            f"cannot split an axis of {length} into {' x '.join(map(str, names))} with {lengths}"
        )
        raise SpecError("shape-mismatch", message, "axes_lengths")
    for name in open_names:
        lengths[name] = length // given


def _product(names: list[str], lengths: dict[str, int]) -> int:
    product = 1
    for name in names:
        product *= lengths[name]
    return product
