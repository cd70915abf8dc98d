"""A plan as a whole script: the imports, a function for each nested model, `build_model`, a summary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from layerforge.ejecting.calls import call_of, gives_a_list, operation_of
from layerforge.ejecting.constants import floating
from layerforge.ejecting.imports import imports
from layerforge.ejecting.layout import WIDTH, Expression, Group, arguments, keyword, laid_out
from layerforge.ejecting.operation_names import makes_masks, must_be_named, reserved
from layerforge.ejecting.values import layer, literal, value
from layerforge.ejecting.variables import Names, Variables
from layerforge.graph import Input, Ref
from layerforge.infer import Plan, Step
from layerforge.shapes import UNKNOWN

_NAMED: Final = '''\
def named(name, made):
    """Gives the operation behind a tensor, or a list of them, another name than Keras's."""
    keras.tree.flatten(made)[0]._keras_history.operation.name = name
    return made
'''
_MAIN: Final = """\
if __name__ == "__main__":
    build_model().summary()
"""


def eject(plan: Plan, defaults: Mapping[str, Any] | None = None) -> str:
    """The script that builds the model of a plan; `defaults` are the values of hyperparameters."""
    work = _Script(makes_masks(plan.graph))
    work.function("build_model", plan, Names())
    body = "\n\n".join([*work.functions, _MAIN])
    used = [_NAMED] if work.naming else []
    parts = [_header(plan, defaults or {}, body), *used, body]
    return "\n\n".join(parts)


def _header(plan: Plan, defaults: Mapping[str, Any], body: str) -> str:
    """What stands above the functions."""
    called = f" `{plan.name}`" if re.fullmatch(r"[\w-]+", plan.name) else ""
    lines = [f'"""The Keras model{called}, written by layerforge from its spec."""', ""]
    if defaults:
        values = ", ".join(f"{_visible(key)} = {_visible(each)}" for key, each in defaults.items())
        said = f"Hyperparameters have their default values: {values}."
        lines += [*(f"# {line}" for line in wrap(said, WIDTH - 2)), ""]
    return "\n".join([*lines, *imports(plan, body)]) + "\n"


def _visible(given: Any) -> str:
    """The value in printable characters on one line, for a comment."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(given))


class _Script:
    """The functions so far: those of nested models before the ones that call them."""

    def __init__(self, masks: bool) -> None:
        self.masks = masks
        self.functions: list[str] = []
        self.builders = Names()
        self.naming = False

    def function(self, title: str, plan: Plan, names: Names) -> None:
        """Adds the function that builds a plan."""
        made = _Function(self, plan, names)
        lines = [f"def {title}() -> keras.Model:"]
        lines += _reservations(reserved(plan.graph)) if self.masks else []
        lines += [laid_out(statement, 4) for statement in made.statements()]
        self.functions.append("\n".join(lines) + "\n")
        self.naming = self.naming or bool(made.naming)

    def nested(self, plan: Plan) -> str:
        """The name of the function that builds a nested model, once it is added."""
        title = self.builders.new(f"build_{plan.name}")
        self.function(title, plan, Names())
        return title


class _Function:
    """The body of one function."""

    def __init__(self, script: _Script, plan: Plan, names: Names) -> None:
        self.script = script
        self.plan = plan
        self.names = names
        self.builders = {
            step.call.layer.name: script.nested(step.inner)
            for step in plan.steps
            if step.inner is not None and not step.shared
        }
        names.taken |= set(self.builders.values())
        self.variables = Variables(plan.graph, plan.steps, names)
        self.naming = must_be_named(plan.graph)
        self.sure = floating(plan.graph)
        called = [step.call.layer.name for step in plan.steps]
        self.shared = {name for name, times in Counter(called).items() if times > 1}
        self.layers: dict[str, str] = {}

    def statements(self) -> list[Expression]:
        """The lines of the body, one expression each."""
        lines = [self._input(each) for each in self.plan.graph.inputs]
        for step in self.plan.steps:
            name = step.call.layer.name
            if name in self.shared and name not in self.layers:
                made = self._made(step)
                self.layers[name] = self.variables.new(f"{name}_layer")
                lines.append((f"{self.layers[name]} = ", *made))
            lines.append(self._called(step))
        return [*lines, self._returned()]

    def _input(self, each: Input) -> Expression:
        shape = tuple(None if dim is UNKNOWN else dim for dim in each.shape)
        given = {"shape": shape, "batch_size": each.batch_size, "dtype": each.dtype}
        given |= {"sparse": each.sparse or None, "name": each.name}
        items = [keyword(key, value(it)) for key, it in given.items() if it is not None]
        return (f"{self.variables.of(Ref(each.name))} = ", "keras.Input", arguments(items))

    def _made(self, step: Step) -> Expression:
        """The layer itself, or the nested model, before it is called."""
        name = step.call.layer.name
        if step.inner is not None:
            return (self.builders[name], arguments([]))
        return layer(step.call.layer)

    def _called(self, step: Step) -> Expression:
        call = step.call
        tensors = {ref: self.variables.of(ref) for ref in call.refs()}
        if call.layer.type.is_operation:
            sure = all(ref.name in self.sure for ref in call.refs())
            made = operation_of(step, tensors, sure)
            if call.name in self.naming:
                made = ("named", arguments([(literal(call.name),), made]))
        else:
            variable = self.layers.get(call.layer.name)
            made = call_of((variable,) if variable else self._made(step), step, tensors)
        targets = self.variables.targets(step)
        target = ", ".join(targets)
        if gives_a_list(step) and len(targets) == 1:
            target = f"({target},)"
        return (f"{target} = ", *made)

    def _returned(self) -> Expression:
        graph = self.plan.graph
        inputs = [self.variables.of(Ref(each.name)) for each in graph.inputs]
        outputs = [self.variables.of(ref) for ref in graph.outputs]
        items = [_one_or_all(inputs), _one_or_all(outputs), keyword("name", value(self.plan.name))]
        return ("return keras.Model", arguments(items))


def _reservations(numbers: Mapping[str, int]) -> list[str]:
    """Lines that keep Keras from giving names of layers to operations that compute masks."""
    lines = ["    # Names of layers below, which Keras might give to the masks it computes."]
    for stem, count in numbers.items():
        call = f"keras.backend.get_uid({literal(stem)})"
        loop = [f"    for _ in range({count}):", f"        {call}"]
        lines += loop if count > 1 else [f"    {call}"]
    return lines if numbers else []


def _one_or_all(names: Sequence[str]) -> Expression:
    if len(names) == 1:
        return (names[0],)
    return (Group("[", tuple((name,) for name in names), "]"),)
