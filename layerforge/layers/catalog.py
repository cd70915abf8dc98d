"""The register of layers: the `@layer` decorator, what it makes of a rule, and layers with their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import (
    INVALID,
    Arguments,
    Either,
    Flag,
    Found,
    Kind,
    Optional,
    Parameter,
    Signature,
    Text,
    TypeName,
    read_arguments,
    refuse,
    signature_of,
)
from layerforge.components import Component, ComponentOf
from layerforge.diagnostics import Diagnostic, SpecError, did_you_mean
from layerforge.layers import left_out
from layerforge.layers.effect import Effect
from layerforge.records import field, record, replace
from layerforge.shapes import Shape
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, is_null

# What keras.layers.Layer itself takes; every layer has it.
COMMON: Final = (
    Parameter("activity_regularizer", Optional(ComponentOf("regularizers")), None),
    Parameter("trainable", Flag(), True),
    Parameter("dtype", Optional(Either((TypeName(), ComponentOf("dtype_policies")))), None),
    Parameter("autocast", Flag(), True),
    Parameter("name", Optional(Text()), None),
)
_ALL_COMMON: Final = tuple(parameter.name for parameter in COMMON)

# Where the classes of the catalog are: Keras's layers, and what layerforge adds to them.
KERAS: Final = "keras.layers"
OWN: Final = "layerforge.keras_layers"

OptionalShape: TypeAlias = Shape | None  # of a tensor that a rule may leave out
Shapes: TypeAlias = Shape | tuple[Shape, ...] | None  # of one that may be a list: an initial state


@record
class LayerType:
    """One entry of the catalog: a Keras class, its arguments, the tensors it is called on, its rule.

    `tensors` are the names it may be called with, the first `required_tensors` of them always;
    `listed` are those that take a list of tensors. Keras wants the first `packed` of them as one
    list, and all of them where a `variadic` layer takes any number.
    """

    name: str
    signature: Signature
    rule: Callable[..., Effect]
    tensors: tuple[str, ...]
    required_tensors: int
    variadic: bool
    options: Mapping[str, Kind]
    own: frozenset[str]  # the arguments the rule itself takes
    asked: frozenset[str] = (
        frozenset()
    )  # the options that change what comes out, which the rule takes too
    listed: frozenset[str] = frozenset()
    packed: int = 0
    holder: str = (
        ""  # the layer that must hold it, for one that Keras cannot run as an item of its own
    )
    home: str = KERAS  # the module its class is imported from
    registered: str = ""  # what saved models call the class, where it is none of Keras's own
    gathers: bool = False  # whether several tensors are given to its one tensor as a list

    @property
    def doc(self) -> str:
        return self.signature.doc

    @property
    def is_operation(self) -> bool:
        """Whether it is a function of keras.ops or the item `slice`, and no layer: it has no weights."""
        return self.name.startswith("ops.") or self.name == "slice"

    @property
    def attends(self) -> bool:
        """Whether it looks up values for a query; called on one tensor, that is both: self-attention."""
        return self.tensors[:2] == ("query", "value")

    def placed(
        self, given: Sequence[Any], named: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """A call's positional and named tensors, the first one among the positional ones.

        Keras calls the first `inputs` or `sequences` nearly everywhere; those names stand for it here too.
        """
        positional, rest = list(given), dict(named)
        for name in (*self.tensors[:1], "inputs", "sequences"):
            if name in rest and not positional and (name not in self.tensors[1:]):
                positional = [rest.pop(name)]
        if self.attends and len(positional) == 1 and "value" not in rest:
            positional *= 2
        return positional, rest

    def arranged(
        self, given: Sequence[Any], named: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """A call's positional and named tensors as Keras wants them, packed into a list where it does."""
        if self.variadic or (self.gathers and len(given) > 1):
            return [list(given)], dict(named)
        positional, rest = self.placed(given, named)
        if not self.packed:
            return positional, rest
        everything = {**dict(zip(self.tensors, positional, strict=False)), **rest}
        first = [everything[name] for name in self.tensors[: self.packed] if name in everything]
        others = self.tensors[self.packed :]
        return [first], {name: everything[name] for name in others if name in everything}

    @property
    def call_signature(self) -> Signature:
        """What `call:` may hold: the call's arguments that are no tensors."""
        options = tuple(Parameter(name, kind, None) for name, kind in self.options.items())
        return Signature(f"a call of {self.name}", options, "call")


@record
class Layer:
    """A layer with its arguments: those written in the spec, by Keras's names."""

    type: LayerType
    arguments: Arguments = field(default_factory=Arguments)
    name: str = ""

    @property
    def values(self) -> Mapping[str, Any]:
        return self.arguments.values

    @property
    def trainable(self) -> bool:
        return self.values.get("trainable", True) is not False

    @property
    def inner_name(self) -> str:
        """What it is called inside another layer: its own name, or else its class as Keras writes it."""
        return self.name or snake_case(self.type.name)

    def effect(
        self, *shapes: Shape, options: Mapping[str, Any] | None = None, **tensors: Shapes
    ) -> Effect:
        """What the layer does to inputs of these shapes; `options` are the call's, such as `training`.

        Raises SpecError where it cannot take them.
        """
        given, named = self.type.placed(shapes, tensors)
        _check_tensors(self.type, given, named)
        for name in tensors.keys() & self.values.keys():
            message = f"takes `{name}` as a tensor or as a constant, not as both"
            raise SpecError("conflicting-arguments", message, name)
        own = {name: value for name, value in self.values.items() if name in self.type.own}
        asked = {name: value for name, value in (options or {}).items() if name in self.type.asked}
        effect = self.type.rule(*given, **named, **own, **asked)
        if self.trainable:
            return effect
        return replace(effect, weights={}, fixed={**effect.weights, **effect.fixed})

    def called(self, name: str) -> Layer:
        """The same layer under another name."""
        return replace(self, name=name)

    def inside(self, arg: str, *shapes: Shape, **tensors: Shapes) -> Effect:
        """The effect as part of the layer whose argument `arg` it is, its weights under its inner name."""
        try:
            return self.effect(*shapes, options=None, **tensors).within(self.inner_name)
        except SpecError as fault:
            message = f"cannot hold this {self.type.name}, which {fault.message}"
            raise SpecError(fault.code, message, arg, fault.help, fault.related) from None


def inner_names(layers: Sequence[Layer]) -> tuple[str, ...]:
    """The names of layers side by side inside one; from the second on, those alike end in `_1`, `_2`."""
    names: list[str] = []
    for layer in layers:
        name, count = layer.inner_name, 0
        while name in names:
            count += 1
            name = f"{layer.inner_name}_{count}"
        names.append(name)
    return tuple(names)


def _check_tensors(
    entry: LayerType, shapes: Sequence[Shape], tensors: Mapping[str, Shapes]
) -> None:
    """Raises SpecError unless the layer can be called on so many tensors, of these names."""
    for name, value in tensors.items():
        if name not in entry.tensors:
            help = f"it takes {', '.join(entry.tensors)}" if entry.tensors else None
            help = did_you_mean(name, entry.tensors) or help
            raise SpecError("unknown-input", f"takes no tensor called `{name}`", help=help)
        if name not in entry.listed and value and isinstance(value[0], tuple):
            raise SpecError("too-many-inputs", f"takes one tensor as `{name}`, not a list of them")
    given = {*entry.tensors[: len(shapes)], *tensors}
    missing = [name for name in entry.tensors[: entry.required_tensors] if name not in given]
    if missing or len(shapes) < entry.variadic:
        wanted = ", ".join(f"`{name}`" for name in missing) or "at least one tensor"
        raise SpecError("missing-input", f"needs {wanted} to be called on")
    if not (entry.variadic or entry.gathers) and len(shapes) > len(entry.tensors):
        most = "one tensor" if len(entry.tensors) == 1 else f"at most {len(entry.tensors)} tensors"
        help = "join them first, with Concatenate or Add" if len(entry.tensors) == 1 else None
        raise SpecError("too-many-inputs", f"takes {most}, not {len(shapes)}", help=help)


@cache
def snake_case(name: str) -> str:
    """A class name as Keras writes it in automatic names: `LSTMCell` is `lstm_cell`, `Conv1D` `conv1d`.

    An operation's name stands behind its last point. Source: `keras.src.utils.naming.to_snake_case`.
    """
    word = name.rpartition(".")[2]
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", word))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


CATALOG: Final[dict[str, LayerType]] = {}
ALIASES: Final[dict[str, str]] = {}  # Keras's own second names, such as MaxPool1D
LEFT_OUT: Final = dict(left_out.LEFT_OUT)  # what Keras has and a spec has not, and why


def layer(
    *,
    alias: str = "",
    packed: int = 0,
    common: Sequence[str] = _ALL_COMMON,
    holder: str = "",
    home: str = KERAS,
    **options: Kind,
) -> Callable[[Callable[..., Effect]], Callable[..., Effect]]:
    """Registers a rule under its own name, the Keras class; `options` are call arguments that are no tensors.

    The rule's positional parameters are the tensors it is called on (those with a default may be
    left out, one that is `Shapes` may be a list, `*inputs` takes any number), its keyword-only
    parameters the layer's arguments; an option among them is given to the rule, the others only
    to Keras. `common` names what the class takes of the base layer's arguments, where not all;
    `holder` the layer that must hold it, where Keras cannot run it alone; `home` the module of the
    class, where that is not keras.layers.
    """

    def register(rule: Callable[..., Effect]) -> Callable[..., Effect]:
        code = rule.__code__
        declared = signature_of(rule)
        own = tuple(each for each in declared.parameters if each.name not in options)
        taken = frozenset(each.name for each in own)
        rest = tuple(each for each in COMMON if each.name in common and each.name not in taken)
        signature = Signature(declared.name, own + rest, "layer", declared.doc)
        tensors = code.co_varnames[: code.co_argcount]
        CATALOG[declared.name] = LayerType(
            declared.name,
            signature,
            rule,
            tensors,
            len(tensors) - len(rule.__defaults__ or ()),
            bool(code.co_flags & 0x04),  # CO_VARARGS: the rule takes `*inputs`
            options,
            taken,
            frozenset(each.name for each in declared.parameters if each.name in options),
            frozenset(name for name in tensors if rule.__annotations__[name] == Shapes),
            packed,
            holder,
            home,
            _registered_name(declared.name, home),
        )
        if alias:
            ALIASES[alias] = declared.name
        return rule

    return register


def _registered_name(name: str, home: str) -> str:
    """What saved models call a class whose rule is registered, unless it was named otherwise."""
    return {KERAS: "", OWN: f"layerforge>{name}"}.get(home, name)


def find(name: str) -> LayerType | None:
    """The catalog's entry for a Keras class name or one of Keras's aliases, or None.

    A name with a capital letter that is in no catalog is asked of the plugins. Operations are
    registered when the first of them is asked for: three hundred take a tenth of the time in which a
    spec without any is checked.
    """
    if name == "slice" or name.startswith("ops."):
        from layerforge.layers import operations  # noqa: F401 - registers them
    entry = CATALOG.get(ALIASES.get(name, name))
    if entry is None and name[:1].isupper() and name not in LEFT_OUT:
        from layerforge.custom.plugins import offer

        return None if offer(name) else CATALOG.get(name)
    return entry


def whole_catalog() -> Mapping[str, LayerType]:
    """The catalog with its operations and plugins, which are otherwise registered when one is named."""
    from layerforge.custom.plugins import offer_all

    find("slice")
    offer_all()
    return CATALOG


def _fault_of_plugin(name: str) -> SpecError | None:
    """What is wrong with the plugin that offers a layer of this name."""
    if not name[:1].isupper():
        return None
    from layerforge.custom.plugins import offer

    return offer(name)


def unknown_layer(word: Scalar, also: tuple[str, ...] = ()) -> Diagnostic:
    """The diagnostic of a name that is neither a layer nor one of `also` (the spec's own blocks)."""
    if word.text in LEFT_OUT:
        message = f"a spec has no `{word.text}`: {LEFT_OUT[word.text]}"
        return Diagnostic("component-left-out", message, word.span)
    if fault := _fault_of_plugin(word.text):
        return fault.at(word.span)
    help = left_out.FORMER.get(word.text) or did_you_mean(word.text, (*CATALOG, *ALIASES, *also))
    if word.text.startswith("ops."):
        return Diagnostic("unknown-layer", f"there is no operation `{word.text}`", word.span, help)
    first, _, rest = word.text.partition(" ")
    if find(first) and rest:
        help = f"write `{first}: {rest.strip()}`"
    return Diagnostic("unknown-layer", f"there is no layer `{word.text}`", word.span, help)


@record
class LayerOf:
    """A layer as an argument of another: `LSTM`, or `{LSTM: 32}`, or `{LSTM: {units: 32}}`."""

    noun: str = "a layer"
    among: tuple[str, ...] = ()  # the only ones allowed, or none for all

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and not is_null(node):
            key, inner = node, None
        elif isinstance(node, MappingNode) and len(node.entries) == 1:
            key, inner = node.entries[0]
        else:
            return refuse(found, node, self.noun, f"write `{{{(self.among or ('LSTM',))[0]}: 32}}`")
        entry = find(key.text)
        if self.among and entry and entry.name not in self.among:
            return refuse(found, key, self.noun, f"one of {', '.join(self.among)}")
        if entry is not None and entry.is_operation:
            return refuse(found, key, self.noun, "a function can only stand as an item of its own")
        return read_layer(key, inner, found)

    def schema(self) -> dict[str, Any]:
        layer = {"$ref": "#/$defs/layer"}
        if not self.among:
            return layer
        names = {"enum": list(self.among)}
        return {**layer, "if": {"type": "string"}, "then": names, "else": {"propertyNames": names}}


def read_layer(key: Scalar, node: Node | None, found: Found) -> Any:
    """The layer that `key: node` writes, or INVALID after adding to `found` what is wrong with it."""
    entry = find(key.text)
    if entry is None:
        found.append(unknown_layer(key))
        return INVALID
    arguments = read_arguments(entry.signature, node, key.span, found)
    if arguments is None:
        return INVALID
    return Layer(entry, arguments, arguments.values.get("name") or "")


NestedLayer = Annotated[Layer, LayerOf()]

__all__ = [
    "CATALOG",
    "KERAS",
    "OWN",
    "Component",
    "Layer",
    "LayerOf",
    "LayerType",
    "NestedLayer",
    "OptionalShape",
    "Shapes",
    "find",
    "inner_names",
    "layer",
    "snake_case",
    "whole_catalog",
]
