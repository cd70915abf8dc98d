"""The estimate of memory as text and as JSON: what weights, training and predicting take for a batch."""

from __future__ import annotations

from typing import Any

from layerforge.memory import Memory
from layerforge.render.numbers import memory as bytes_text
from layerforge.render.screen import Screen
from layerforge.render.table import Column, table
from layerforge.shapes import Dim


def memory_text(memory: Memory, screen: Screen) -> str:
    """A line for each part of it, below the size of the batch."""
    rows = [
        ("weights", _bytes(memory.weights)),
        ("activations", _bytes(memory.activations)),
        ("gradients", _bytes(memory.gradients)),
        (f"optimizer ({memory.optimizer_name})", _bytes(memory.optimizer)),
        ("training, all of these", _bytes(memory.training)),
        ("predicting, at most", _bytes(memory.inference)),
    ]
    title = screen.paint("strong", "memory")
    lines = table(
        (Column(""), Column("")), [(f"  {name}", said) for name, said in rows], screen.width
    )
    return "\n".join([f"{title} for a batch of {memory.batch_size:,}", *lines[1:]]) + "\n"


def memory_record(memory: Memory) -> dict[str, Any]:
    """The same for JSON, in bytes; null for what a free dimension leaves open."""
    return {
        "batch_size": memory.batch_size,
        "optimizer": memory.optimizer_name,
        "weights": memory.weights,
        "activations": _number(memory.activations),
        "gradients": memory.gradients,
        "optimizer_slots": memory.optimizer,
        "training": _number(memory.training),
        "inference": _number(memory.inference),
    }


def _bytes(size: Dim) -> str:
    return bytes_text(size) if isinstance(size, int) else "? (a dimension is free)"


def _number(size: Dim) -> int | None:
    return size if isinstance(size, int) else None
