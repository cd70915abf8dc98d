"""Values of arguments as a spec writes them, on one line and with the defaults left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from layerforge.arguments import INVALID, REQUIRED, Kind, Optional, Parameter, Signature
from layerforge.components import Component, ComponentOf
from layerforge.components.table import find
from layerforge.diagnostics import Span
from layerforge.layers import Layer, snake_case
from layerforge.layers.operations.operand import Array
from layerforge.layers.operations.slices import Selection
from layerforge.source import Scalar

NOWHERE: Final = Span("", 1, 1, 1, 1)
# What YAML takes for plain text everywhere, inside braces too.
_WORDS: Final = re.compile(r"[A-Za-z_][\w./-]*( [\w./-]+)*")
_RESERVED: Final = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
_SPECIAL: Final = frozenset(("inf", "nan"))
# Sizes along each axis, where one number stands for all of them.
_SIZES: Final = frozenset(
    [
        "kernel_size",
        "strides",
        "pool_size",
        "dilation_rate",
        "size",
        "padding",
        "cropping",
        "output_padding",
        "output_size",
        "salt",
    ]
)


def text(value: Any) -> str:
    """The value on one line of YAML, which reads back as the same value."""
    if value is None or isinstance(value, bool | int | float | str):
        return _plain(value)
    if isinstance(value, Array):
        return text(value.values)
    if isinstance(value, Selection):
        return json.dumps(value.text)
    if isinstance(value, tuple | list):
        return f"[{', '.join(text(each) for each in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{word(str(k))}: {text(v)}' for k, v in value.items())}}}"
    if isinstance(value, Component):
        return _component(value)
    if isinstance(value, Layer):
        return inline(value.type.name, value.type.signature, _with_name(value))
    return str(value)


def _plain(value: float | str | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return word(value)
    return _number(value) if isinstance(value, float) else str(value)


def word(value: str) -> str:
    """A text, in quotes where YAML or a careful reader would take it for something else."""
    plain = _WORDS.fullmatch(value) and value.lower() not in _RESERVED
    if plain and value.lower() not in _SPECIAL:
        return value
    # What cannot be seen, line breaks of every kind among it, is written by its number.
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _number(value: float) -> str:
    shown = repr(value)
    mantissa, _, exponent = shown.partition("e")
    if not exponent:
        return shown
    # YAML 1.1 takes a number for text unless it has a point before the exponent.
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(exponent)}"


def _component(value: Component) -> str:
    entry = find(value.category, value.name)
    if entry is None or not entry.keras_class:
        return word(value.name)
    parts = {
        each.name: text(value.values[each.name])
        for each in entry.signature.parameters
        if each.name in value.values and not is_default(each, value.values[each.name])
    }
    short = snake_case(entry.keras_class)
    known = find(value.category, short)
    if not parts and known is not None and known.keras_class == entry.keras_class:
        return short
    return inline(entry.keras_class, entry.signature, parts)


def inline(name: str, signature: Signature, parts: Mapping[str, str]) -> str:
    """`Name`, `{Name: first}` or `{Name: {argument: value}}`."""
    return name if not parts else f"{{{name}: {arguments_text(signature, parts)}}}"


def arguments_text(signature: Signature, parts: Mapping[str, str]) -> str:
    """Arguments behind `Name: `: the first alone where that is all, else a mapping in braces."""
    if is_first_alone(signature, parts):
        return next(iter(parts.values()))
    return f"{{{', '.join(f'{name}: {value}' for name, value in parts.items())}}}"


def is_first_alone(signature: Signature, parts: Mapping[str, str]) -> bool:
    """Whether the first argument can stand without its name: a mapping might be taken for arguments."""
    if len(parts) != 1 or not signature.parameters:
        return False
    name, value = next(iter(parts.items()))
    if name != signature.parameters[0].name or value in ("null", '""'):
        return False
    return not value.startswith("{") or name in ("layer", "cell")


def written(layer: Layer) -> dict[str, str]:
    """The arguments of a layer that are not its defaults, as text, in the order of its signature."""
    return texts(layer.type.signature, layer.values)


def _with_name(layer: Layer) -> dict[str, str]:
    """The arguments of a layer inside another, where its name is one of them."""
    own = layer.values.get("name")
    return written(layer) | ({} if own is None else {"name": word(own)})


def texts(signature: Signature, values: Mapping[str, Any]) -> dict[str, str]:
    """The values that are not defaults, as text, in the order of the signature; no `name`."""
    parts = {}
    for parameter in signature.parameters:
        if parameter.name in values and parameter.name != "name":
            value = values[parameter.name]
            if not is_default(parameter, value):
                parts[parameter.name] = text(shortest(parameter, value))
    return parts


def is_default(parameter: Parameter, value: Any) -> bool:
    """Whether the value is the one that an argument has when it is not written."""
    default = default_text(parameter)
    if default is None:
        return False
    shown = text(shortest(parameter, value))
    if _category(parameter.kind) == "activations" and parameter.default is None:
        return shown in ("null", "linear")  # keras.activations.get(None)
    return shown == default or (_is_number(value) and value == parameter.default)


def default_text(parameter: Parameter) -> str | None:
    """The default as text, in the same spelling as values; None where there is none."""
    if parameter.default is REQUIRED:
        return None
    if isinstance(parameter.default, str):
        read = parameter.kind.read(Scalar(parameter.default, False, NOWHERE), [])
        return text(parameter.default if read is INVALID else read)
    return text(shortest(parameter, parameter.default))


def shortest(parameter: Parameter, value: Any) -> Any:
    """One number for a list of equal sizes, such as `kernel_size: [3, 3]`, where it takes one."""
    if parameter.name in _SIZES and isinstance(value, tuple):
        number = _only(value)
        if number is not None:
            read = parameter.kind.read(Scalar(str(number), False, NOWHERE), [])
            return value if read is INVALID else number
        return _one_for_both_ends(value)
    return value


def _one_for_both_ends(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """One number for each axis, where all have as much added or cut at their end as at their start."""
    even = [isinstance(each, tuple) and len(each) == 2 and each[0] == each[1] for each in value]
    return tuple(each[0] for each in value) if all(even) else value


def _only(value: Any) -> int | None:
    """The number that a tuple, or each of the tuples in it, holds nothing but."""
    if not isinstance(value, tuple):
        return value if isinstance(value, int) else None
    inner = [_only(each) for each in value]
    return inner[0] if inner and inner.count(inner[0]) == len(inner) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _category(kind: Kind) -> str:
    """The category of a component argument, or nothing."""
    inner = kind.kind if isinstance(kind, Optional) else kind
    return inner.category if isinstance(inner, ComponentOf) else ""
