"""What a layer class says of itself: arguments of its `__init__`, tensors and options of its `call`."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Final

from layerforge.arguments import (
    REQUIRED,
    Anything,
    Choice,
    Either,
    Flag,
    Kind,
    ListOf,
    Optional,
    Parameter,
    Real,
    Signature,
    Text,
    Whole,
)
from layerforge.components import ComponentOf
from layerforge.layers.catalog import COMMON, LayerOf

_PLAIN: Final[Mapping[Any, Kind]] = {bool: Flag(), int: Whole(), float: Real(), str: Text()}
_ENDINGS: Final = {
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
}
_LISTS: Final = (list, tuple, Sequence)


def signature_of_class(cls: type[Any]) -> Signature:
    """The arguments of `__init__`, and of its bases' as far as `**kwargs` hands them on."""
    own = _arguments(cls)
    taken = {each.name for each in own}
    rest = tuple(each for each in COMMON if each.name not in taken) if _hands_on(cls) else ()
    doc = inspect.getdoc(cls) if "__doc__" in cls.__dict__ else None
    return Signature(cls.__name__, (*own, *rest), "layer", doc or "A layer of the user's own.")


def tensors_of_class(cls: type[Any]) -> tuple[list[str], int, bool, dict[str, Kind]]:
    """The tensors of `call`, how many of them must be given, whether it takes any number; its options."""
    hints = _hints(cls.call)
    tensors: list[str] = []
    required, variadic = 0, False
    options: dict[str, Kind] = {}
    for each in list(inspect.signature(cls.call).parameters.values())[1:]:
        if each.kind is each.VAR_POSITIONAL:
            variadic = True
        elif each.kind is each.VAR_KEYWORD:
            continue
        elif each.name == "training":
            options[each.name] = Flag()
        elif each.default is each.empty or each.default is None or "mask" in each.name:
            tensors.append(each.name)
            required += each.default is each.empty
        else:
            options[each.name] = _kind(each.name, hints.get(each.name), each.default)
    return tensors, required, variadic, options


def _arguments(cls: type[Any]) -> tuple[Parameter, ...]:
    common = {each.name for each in COMMON}
    found: dict[str, Parameter] = {}
    for base in _initialisers(cls):
        hints = _hints(base.__init__)
        for each in list(inspect.signature(base.__init__).parameters.values())[1:]:
            named = each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
            if named and each.name not in found and each.name not in common:
                kind = _kind(each.name, hints.get(each.name), each.default)
                found[each.name] = Parameter(each.name, kind, _default(each.default))
    required = [each for each in found.values() if each.default is REQUIRED]
    return (*required, *(each for each in found.values() if each.default is not REQUIRED))


def _initialisers(cls: type[Any]) -> list[type[Any]]:
    """The classes whose `__init__` an argument may reach: each as long as the one before hands it on."""
    found = []
    for base in cls.__mro__:
        if "__init__" in base.__dict__:
            found.append(base)
            if not _takes_more(base.__dict__["__init__"]) or _is_base(base):
                break
    return found


def _hands_on(cls: type[Any]) -> bool:
    """Whether what every layer takes reaches the base of all layers."""
    return _is_base(_initialisers(cls)[-1])


def _is_base(cls: type[Any]) -> bool:
    return cls.__name__ == "Layer" and cls.__module__.startswith("keras.")


def _takes_more(function: Any) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(each.kind is each.VAR_KEYWORD for each in parameters)


def _hints(function: Any) -> Mapping[str, Any]:
    """The annotations as types; none where one of them cannot be understood here."""
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return {}


def _default(value: Any) -> Any:
    """The default as a spec could write it; null stands for what it could not."""
    if value is inspect.Parameter.empty:
        return REQUIRED
    if isinstance(value, list | tuple):
        return tuple(_default(each) for each in value)
    return value if isinstance(value, bool | int | float | str) else None


def _kind(name: str, hint: Any, default: Any) -> Kind:
    """The kind of an argument: by its name where Keras has one for it, by annotation, or by default."""
    category = _ENDINGS.get(name.rpartition("_")[2])
    if category is not None:
        kind: Kind = ComponentOf(category)
    elif hint is not None:
        kind = _of_hint(hint)
    else:
        kind = Flag() if isinstance(default, bool) else Anything()
    if default is None and not isinstance(kind, Optional | Anything):
        return Optional(kind)
    return kind


def _of_hint(hint: Any) -> Kind:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        kinds = tuple(_of_hint(each) for each in inner if each is not type(None))
        kind = kinds[0] if len(kinds) == 1 else Either(kinds)
        return Optional(kind) if type(None) in inner else kind
    if origin is typing.Literal and all(isinstance(each, str) for each in inner):
        return Choice(inner)
    if origin in _LISTS:
        return _list_of(origin, inner)
    if inspect.isclass(hint) and any(map(_is_base, hint.__mro__)):
        return LayerOf()
    return Anything()


def _list_of(origin: Any, inner: tuple[Any, ...]) -> Kind:
    fixed = origin is tuple and Ellipsis not in inner
    if fixed and len(set(inner)) != 1:
        return Anything()
    return ListOf(_of_hint(inner[0]), length=len(inner) if fixed else None)
