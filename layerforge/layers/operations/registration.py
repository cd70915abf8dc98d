"""The `@operation` decorator: a rule for shapes becomes an entry of the catalog, called `ops.NAME`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from layerforge.arguments import Parameter, Signature
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import CATALOG, LayerType, Shapes
from layerforge.layers.effect import Effect
from layerforge.layers.operations.operand import Constant
from layerforge.records import record
from layerforge.shapes import Shape

Function = Callable[..., Effect]


@record
class Rule:
    """A rule that is called on tensors by place or by name, and on constants by name.

    Tensors given by place fill, in order, the `slots` that are not given by name.
    """

    function: Function
    slots: tuple[str, ...]
    required: tuple[str, ...]
    constants: frozenset[str]
    variadic: bool

    def __call__(self, *shapes: Shape, **given: Any) -> Effect:
        """The effect on these shapes. Raises SpecError where a tensor is missing or one too many."""
        if self.variadic:
            return self.function(*shapes, **given)
        free = [slot for slot in self.slots if slot not in given]
        if len(shapes) > len(free):
            raise self._too_many(len(shapes), len(free), given)
        filled = {**dict(zip(free, shapes, strict=False)), **given}
        for name in self.required:
            if name not in filled:
                raise self._missing(name)
        return self.function(**filled)

    def _too_many(self, found: int, wanted: int, given: Mapping[str, Any]) -> SpecError:
        many = {0: "no tensor", 1: "one tensor"}.get(wanted, f"at most {wanted} tensors")
        written = next((name for name in self.constants if name in given), None)
        if written is None:
            return SpecError("too-many-inputs", f"takes {many}, not {found}")
        message = f"takes {many} beside the constant `{written}`, not {found}"
        help = "write an argument that is no tensor with its name"
        return SpecError("too-many-inputs", message, written, help)

    def _missing(self, name: str) -> SpecError:
        message = f"needs `{name}` to be called on"
        if name not in self.constants:
            return SpecError("missing-input", message)
        help = f"name a second tensor in `from: [a, b]`, or write a constant: `{name}: ...`"
        return SpecError("missing-input", message, help=help)


def operation(module: str = "") -> Callable[[Function], Function]:
    """Registers a rule as `ops.` and its own name, a last underscore left out; `module` comes between.

    Its positional parameters are tensors (`*xs` takes any number), those annotated `Operand` also
    constants, those annotated `Shapes` lists of tensors. Its keyword-only ones are arguments, in
    Keras's names, order and defaults.
    """

    def register_it(rule: Function) -> Function:
        prefix = f"{module}." if module else ""
        register(prefix + rule.__name__.rstrip("_"), rule, rule.__doc__ or "")
        return rule

    return register_it


def register(name: str, rule: Function, doc: str) -> None:
    """Puts a rule into the catalog as `ops.NAME`; one rule may serve operations that act alike."""
    word = f"ops.{name}"
    doc = f"{doc.strip()}\n\nSource: Keras `{word}`."
    CATALOG[word] = entry_of(word, rule, doc)


def entry_of(word: str, rule: Function, doc: str) -> LayerType:
    """The catalog's entry for a rule."""
    code = rule.__code__
    slots = code.co_varnames[: code.co_argcount]
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    kinds = {name: _kind(rule, name) for name in (*slots, *keywords)}
    constants = frozenset(name for name, kind in kinds.items() if isinstance(kind, Constant))
    # A constant alone is the first operand that is no tensor, so the first slot comes last.
    order = [*slots[1:], *keywords, *slots[:1]]
    defaults = {**dict.fromkeys(constants), **(rule.__kwdefaults__ or {})}
    parameters = tuple(_parameter(name, kinds[name], defaults) for name in order if kinds[name])
    variadic = bool(code.co_flags & 0x04)
    required = slots[: len(slots) - len(rule.__defaults__ or ())]
    return LayerType(
        name=word,
        signature=Signature(word, parameters, "operation", doc),
        rule=Rule(rule, slots, required, constants, variadic),
        tensors=(*slots, *(name for name in keywords if name in constants)),
        required_tensors=0,  # the rule itself knows which may be constants
        variadic=variadic,
        options={},
        own=frozenset(parameter.name for parameter in parameters),
        listed=frozenset(name for name in slots if rule.__annotations__[name] == Shapes),
    )


def _kind(rule: Function, name: str) -> Any:
    """The kind of an argument or constant; None for what can only be a tensor."""
    return getattr(rule.__annotations__[name], "__metadata__", (None,))[0]


def _parameter(name: str, kind: Any, defaults: dict[str, Any]) -> Parameter:
    return Parameter(name, kind, defaults[name]) if name in defaults else Parameter(name, kind)
