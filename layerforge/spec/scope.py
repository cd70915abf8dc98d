"""Names and their values: variables, block arguments, `i`; and the replacing of `$(...)` by what it gives."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from typing import Any, Final, TypeAlias

from layerforge.arguments import INVALID, Found
from layerforge.diagnostics import SpecError, did_you_mean
from layerforge.expressions import Value, evaluate, literal, split
from layerforge.source import MAX_DEPTH, Mapping, Node, Scalar, Sequence
from layerforge.spec.hyperparameters import (
    Hyperparameter,
    as_written,
    read_hyperparameter,
    written,
)

Binding: TypeAlias = Value | Node

MAX_PUT_IN: Final = 200_000  # values of lists and mappings that stand for variables, all together


class Variables:
    """The section `vars`, each variable computed when first used, and the hyperparameters met on the way.

    `choices` gives hyperparameters their values by name; one without a choice takes its default.
    """

    def __init__(self, nodes: Lookup[str, Node], choices: Lookup[str, Value], found: Found) -> None:
        self._nodes = nodes
        self._choices = choices
        self._found = found
        self._values: dict[str, Binding] = {}
        self._open: list[str] = []
        self._sizes: dict[int, tuple[Node, int, int]] = {}
        self._put_in = 0
        self.hyperparameters: dict[str, Hyperparameter] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def names(self) -> list[str]:
        return list(self._nodes)

    def value(self, name: str) -> Binding:
        """The variable's value. Raises SpecError where it is defined by itself or cannot be computed."""
        if name not in self._values:
            if name in self._open:
                circle = " -> ".join([*self._open[self._open.index(name) :], name])
                raise SpecError("circular-variable", f"`{name}` is defined by itself: {circle}")
            self._values[name] = self._computed(name)
        return self._values[name]

    def _computed(self, name: str) -> Binding:
        self._open.append(name)
        before = len(self._found)
        try:
            node = resolve(self._nodes[name], Scope(self), self._found, name)
        except RecursionError:  # a long chain of variables, each defined by one further down
            message = f"`{name}` is defined through too many other variables"
            raise SpecError("too-deep", message) from None
        finally:
            self._open.pop()
        # A fault told here is not told again wherever the variable is used.
        return INVALID if len(self._found) > before else _binding(node)

    def put_in(self, node: Node) -> None:
        """Counts a list or mapping that takes the place of an expression.

        Raises SpecError where all of them together are larger, or one is deeper, than any spec is:
        variables that hold each other twice double with every step.
        """
        size, depth = self._measured(node)
        self._put_in += size
        if depth > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep once variables are put in"
            raise SpecError("too-deep", message)
        if self._put_in > MAX_PUT_IN:
            message = f"more than {MAX_PUT_IN:,} values once variables are put in"
            raise SpecError("too-large", message)

    def _measured(self, node: Node) -> tuple[int, int]:
        """How many values a node holds and how deep it is; a node shared by many is looked at once."""
        if isinstance(node, Scalar):
            return 1, 1
        known = self._sizes.get(id(node))
        if known is None:
            parts = [self._measured(each) for each in _inside(node)]
            size = 1 + sum(size for size, _ in parts)
            known = node, size, 1 + max((depth for _, depth in parts), default=0)
            self._sizes[id(node)] = known  # which keeps the node, and with it the id, alive
        return known[1:]

    def choose(self, key: Scalar, node: Node, name: str) -> Any:
        """The value in force of the hyperparameter that `key: node` writes, or INVALID."""
        hyperparameter = read_hyperparameter(key, node, name, self._found)
        if hyperparameter is None:
            return INVALID
        self.hyperparameters[hyperparameter.name] = hyperparameter
        return self._choices.get(hyperparameter.name, hyperparameter.default)

    def check(self) -> None:
        """Computes every variable, so that a fault in one that nothing uses is told as well."""
        for name, node in self._nodes.items():
            try:
                self.value(name)
            except SpecError as error:
                self._found.append(error.at(node.span))


def _inside(node: Sequence | Mapping) -> list[Node]:
    if isinstance(node, Sequence):
        return list(node.items)
    return [value for _, value in node.entries]


class Scope:
    """The names that an expression may use: local ones first, then the variables."""

    def __init__(self, variables: Variables, local: Lookup[str, Binding] | None = None) -> None:
        self.variables = variables
        self.local = local or {}

    def within(self, **local: Binding) -> Scope:
        """The scope with more local names."""
        return Scope(self.variables, {**self.local, **local})

    def binding(self, name: str) -> Binding:
        if name in self.local:
            return self.local[name]
        if name not in self.variables:
            names = [*self.local, *self.variables.names()]
            help = did_you_mean(name, names) or (
                f"known here: {', '.join(names)}" if names else None
            )
            raise SpecError("unknown-variable", f"there is no variable `{name}`", help=help)
        return self.variables.value(name)

    def value(self, name: str) -> Value:
        """The value of a name inside an expression, which takes no lists."""
        value = self.binding(name)
        if value is INVALID:
            raise SpecError("", "")  # told where the variable is defined
        if isinstance(value, Scalar | Sequence | Mapping):
            raise SpecError("wrong-type", f"`{name}` is a list or mapping; it can only stand alone")
        return value


def resolve(node: Node, scope: Scope, found: Found, path: str) -> Node:
    """The node with every expression and hyperparameter replaced by its value, spans kept.

    `path` is the key path, after which a hyperparameter in place is named. A scalar that cannot be
    computed stays as the text it was, after its fault was added to `found`.
    """
    if isinstance(node, Scalar):
        return _scalar(node, scope, found) if "$(" in node.text else node
    if isinstance(node, Sequence):
        items = [resolve(n, scope, found, f"{path}.{i}") for i, n in enumerate(node.items)]
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else Sequence(tuple(items), node.span)
    hyperparameter = written(node)
    if hyperparameter is not None:
        key, inner = hyperparameter
        arguments = resolve(inner, scope, found, path)
        value = scope.variables.choose(key, arguments, path)
        return Scalar("", True, node.span) if value is INVALID else _as_scalar(value, node)
    entries = [
        (key, resolve(value, scope, found, f"{path}.{key.text}")) for key, value in node.entries
    ]
    same = all(new[1] is old[1] for new, old in zip(entries, node.entries, strict=True))
    return node if same else Mapping(tuple(entries), node.span)


def _scalar(node: Scalar, scope: Scope, found: Found) -> Node:
    try:
        parts = split(node.text)
        if len(parts) == 3 and not parts[0] and not parts[2]:
            return _alone(parts[1], node, scope)
        texts = [_word(part, scope) if i % 2 else part for i, part in enumerate(parts)]
    except SpecError as error:
        if error.code:
            found.append(error.at(node.span))
        return node
    return Scalar("".join(texts), node.quoted, node.span)


def _alone(expression: str, node: Scalar, scope: Scope) -> Node:
    """What a scalar that is one expression becomes: it takes the expression's type, lists included."""
    name = expression.strip()
    if name.isidentifier():
        binding = scope.binding(name) if name not in ("true", "false", "null") else literal(name)
        if isinstance(binding, Scalar | Sequence | Mapping):
            scope.variables.put_in(binding)
            return binding
    return _as_scalar(evaluate(expression, scope.value), node)


def _word(expression: str, scope: Scope) -> str:
    return as_written(evaluate(expression, scope.value))


def _as_scalar(value: Value, node: Node) -> Scalar:
    return Scalar(as_written(value), isinstance(value, str), node.span)


def _binding(node: Node) -> Binding:
    """What a resolved node is as the value of a name."""
    if not isinstance(node, Scalar):
        return node
    if "$(" in node.text:
        return INVALID  # type: ignore[no-any-return]
    return node.text if node.quoted else literal(node.text)


def binding_of(node: Node, scope: Scope, found: Found, path: str) -> Binding:
    """The value a name gets when it is bound to this node: a block's argument, say."""
    return _binding(resolve(node, scope, found, path))
