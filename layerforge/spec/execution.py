"""How training steps are executed: `train.execution`, chosen by measurement or by hand."""

from __future__ import annotations

from typing import Any, Final

from layerforge.arguments import (
    INVALID,
    Either,
    Flag,
    Found,
    Literal,
    Optional,
    Parameter,
    Signature,
    Whole,
    read_arguments,
    refuse,
)
from layerforge.records import record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar

_AUTO: Final = Literal("auto", None)


@record
class Execution:
    """None is chosen by measurement; `unroll` of None is as each layer says, `threads` one for each core.

    `jit_compile` has XLA compile the step; `steps_per_execution` are made in one call; `unroll` is of every
    recurrent layer while it is trained; `threads` share the work of one operation.
    """

    jit_compile: bool | None = None
    steps_per_execution: int | None = None
    unroll: bool | None = None
    threads: int | None = None


SIGNATURE = Signature(
    "execution",
    (
        Parameter("jit_compile", Either((_AUTO, Flag())), "auto"),
        Parameter("steps_per_execution", Either((_AUTO, Whole(1))), "auto"),
        Parameter("unroll", Optional(Flag()), None),
        Parameter("threads", Optional(Whole(1)), None),
    ),
    "section",
)


@record
class ExecutionKind:
    """`auto`, or what is fixed by hand: `{jit_compile: true, steps_per_execution: 16}`."""

    noun: str = "`auto` or a mapping of jit_compile, steps_per_execution, unroll, threads"

    def read(self, node: Node, found: Found) -> Any:
        if isinstance(node, Scalar) and node.text == "auto":
            return Execution()
        if not isinstance(node, MappingNode):
            return refuse(found, node, self.noun)
        arguments = read_arguments(SIGNATURE, node, node.span, found, bare=False)
        return INVALID if arguments is None else Execution(**arguments.values)

    def schema(self) -> dict[str, Any]:
        properties = {each.name: each.kind.schema() for each in SIGNATURE.parameters}
        fixed = {"type": "object", "properties": properties, "additionalProperties": False}
        return {"anyOf": [_AUTO.schema(), fixed]}
