"""A component as a spec writes it: a Keras name, alone or with its arguments."""

import re
from collections.abc import Mapping
from typing import Any, Final

from layerforge.arguments import INVALID, Found, read_arguments, refuse
from layerforge.components.left_out import left_out
from layerforge.components.rules import check_values
from layerforge.components.table import CATEGORIES, Entry, classes, find, names
from layerforge.diagnostics import Diagnostic, Span, SpecError, did_you_mean
from layerforge.records import field, record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, is_null

# Initializers that Keras does not make of their names: `Constant.from_config` wants a value.
_NOT_BY_NAME: Final = frozenset(("Constant",))
_FEW: Final = 12  # a category of so few names is listed where a name is unknown


@record
class Component:
    """One optimizer, loss, initializer, ...: its category, its name and its arguments as written.

    `category` is the Keras module (`optimizers`, `losses`, ...). `spans` and `place` say where the
    arguments and the name stand, and are no part of what the component is.
    """

    category: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False)
    place: Span | None = field(default=None, compare=False)

    def span(self, arg: str | None = None) -> Span | None:
        """Where the argument's value stands, or the component's name where it was not written."""
        return self.place if arg is None else self.spans.get(arg, self.place)

    @property
    def is_by_name(self) -> bool:
        """Whether a layer of Keras takes its name for it: of an initializer without arguments.

        The layer then makes it when it makes those that are not written, so the numbers of all of
        them come out as for a person who writes `kernel_initializer="he_normal"`.
        """
        entry = find(self.category, self.name)
        if self.category != "initializers" or self.values or entry is None:
            return False
        return entry.keras_class not in _NOT_BY_NAME


@record
class ComponentOf:
    """The kind of an argument that takes a component: `Adam`, `{Adam: {learning_rate: 0.01}}`."""

    category: str

    @property
    def noun(self) -> str:
        return _with_article(CATEGORIES[self.category])

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and not is_null(node):
            return self._make(node, None, found)
        if isinstance(node, MappingNode) and len(node.entries) == 1:
            key, inner = node.entries[0]
            return self._make(key, inner, found)
        return refuse(found, node, self.noun, self._mapping_help(node))

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.category}"}

    def _make(self, key: Scalar, inner: Node | None, found: Found) -> Any:
        entry = find(self.category, key.text)
        if entry is None:
            found.append(unknown_component(self.category, key))
            return INVALID
        if not entry.keras_class and _is_written(inner):
            found.append(_no_arguments(entry, inner))
            return INVALID
        arguments = read_arguments(entry.signature, inner, key.span, found)
        if arguments is None:
            return INVALID
        try:
            check_values(entry, arguments.values)
        except SpecError as fault:
            found.append(fault.at(arguments.place(fault.arg, key.span)))
            return INVALID
        return Component(self.category, key.text, arguments.values, arguments.spans, key.span)

    def _mapping_help(self, node: Node) -> str | None:
        """The cure for arguments beside the name, or for one of Keras's own configurations."""
        if not isinstance(node, MappingNode):
            return None
        if isinstance(name := node.get("class_name"), Scalar):
            return f"write `{name.text}: {{...}}` with the arguments inside"
        name = next((key for key, _ in node.entries if find(self.category, key.text)), None)
        return f"write the arguments inside: `{name.text}: {{...}}`" if name else None


def unknown_component(category: str, word: Scalar) -> Diagnostic:
    """The diagnostic of a name that the category does not have."""
    noun = CATEGORIES[category]
    refused = left_out(category, word.text)
    if refused is not None:
        message = f"`{word.text}` {refused.reason}"
        return Diagnostic("component-left-out", message, word.span, refused.help)
    elsewhere = next((other for other in CATEGORIES if find(other, word.text)), None)
    if elsewhere is not None:
        other = _with_article(CATEGORIES[elsewhere])
        message = f"`{word.text}` is {other}, not {_with_article(noun)}"
        return Diagnostic("wrong-component", message, word.span)
    message = f"there is no {noun} `{word.text}`"
    help = _python_help(category, word.text) or did_you_mean(word.text, names(category))
    if help is None and len(names(category)) <= _FEW:
        message += f"; there are {', '.join(classes(category))}"
    return Diagnostic("unknown-component", message, word.span, help)


def _no_arguments(entry: Entry, inner: Node | None) -> Diagnostic:
    """The diagnostic of arguments given to a name that is a plain function in Keras."""
    help = None
    if entry.instead:
        *most, last = (f"`{name}: {{...}}`" for name in entry.instead)
        help = f"write {', '.join(most) + ' or ' if most else ''}{last}"
        if entry.category == "activations":
            help += " as an item of its own"
    span = None if inner is None else inner.span
    return Diagnostic("unknown-argument", f"`{entry.name}` takes no arguments", span, help)


def _python_help(category: str, word: str) -> str | None:
    """The cure for a name written as in Python: `l2(0.01)`, `keras.losses.Huber`."""
    bare = re.sub(r"\(.*\)$", "", word).rsplit(".", 1)[-1]
    if bare == word or find(category, bare) is None:
        return None
    entry = find(category, bare)
    takes = word.endswith(")") and entry is not None and entry.signature.parameters
    return f"write `{{{bare}: ...}}`" if takes else f"write `{bare}`"


def _is_written(node: Node | None) -> bool:
    return not is_null(node) and not (isinstance(node, MappingNode) and not node.entries)


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
