"""The calls of a graph in the order one would write them: branch after branch, up to each output."""

from __future__ import annotations

from layerforge.graph import Call, Graph


def in_reading_order(graph: Graph) -> tuple[Call, ...]:
    """The calls that lead to an output, each after all it takes, one branch after the other.

    The order depends on nothing but the graph, so equal graphs give equal orders.
    """
    calls = {call.name: call for call in graph.calls}
    done: dict[str, Call] = {}
    for output in graph.outputs:
        stack = [output.name]
        while stack:
            name = stack[-1]
            call = calls.get(name)
            if call is None or name in done:
                stack.pop()
                continue
            missing = [r.name for r in call.refs() if r.name in calls and r.name not in done]
            if missing:
                stack.append(missing[0])
            else:
                done[name] = call
                stack.pop()
    return tuple(done.values())
