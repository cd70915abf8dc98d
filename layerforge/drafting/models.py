"""A sensible model for each form of data, as lines of a spec with what each is for."""

from __future__ import annotations

from typing import Final

from layerforge.drafting.plan import Draft

Lines = list[tuple[str, str]]  # a line of YAML, and the comment behind it
_RECENT: Final = 96  # rows that an LSTM looks at


def model_lines(plan: Draft) -> Lines:
    """The items of `model.layers`, each list item beginning with `- `."""
    if plan.form == "series":
        return _series(plan)
    body = {"table": _table, "sequence": _sequence, "image": _image, "steps": _steps}[plan.form](
        plan
    )
    return [*body, _head(plan)]


def _series(plan: Draft) -> Lines:
    """A line for each target, and what it cannot say (NLinear of Zeng et al. 2023, and a small LSTM)."""
    targets, source = len(plan.targets), "past" if plan.ahead else "input"
    first = f'- slice: "[:, :, :{targets}]"'
    own: Lines = [(first, "the targets, which come first")] if targets < plan.width else []
    last: Lines = [(first, "the last known values"), ("  from: now", ""), ("  name: last", "")]
    return [
        ('- slice: "[:, -1:, :]"', "the last row: everything is told as a change of it"),
        *([("  from: past", "")] if plan.ahead else []),
        ("  name: now", ""),
        ("- Subtract:", ""),
        (f"  from: [{source}, now]", ""),
        ("  name: change", ""),
        *own,
        ("- Permute: [2, 1]", ""),
        (
            "- Dense: {units: $(horizon), kernel_initializer: zeros}",
            "a straight line from past to future, the same for every target; at first the last value",
        ),
        ("- Permute: [2, 1]", ""),
        ("  name: line", ""),
        ("", ""),
        *(_curve_ahead(plan, targets) if plan.ahead else _curve(plan, targets)),
        ("", ""),
        *(last if own else []),
        ("- Add:", ""),
        (f"  from: [line, curve, {'last' if own else 'now'}]", ""),
        (f"  expect: [{plan.horizon}, {targets}]", "steps, targets"),
    ]


def _story(plan: Draft) -> Lines:
    """The past in one vector; of a long one the line alone sees the whole, for an LSTM takes its time."""
    convolution = "- Conv1D: {filters: 32, kernel_size: 3, padding: causal, activation: relu}"
    what, source = "what the line cannot say", ("  from: change", "")
    recent: Lines = [(f'- slice: "[:, -{_RECENT}:, :]"', f"{what}, from the latest rows"), source]
    if plan.window > _RECENT:
        return [*recent, (convolution, ""), ("- LSTM: 32", "")]
    return [(convolution, what), source, ("- LSTM: 32", "")]


def _curve(plan: Draft, targets: int) -> Lines:
    """A small network that says nothing at first."""
    return [
        *_story(plan),
        ("- Dropout: 0.2", ""),
        (
            f"- Dense: {{units: $(horizon * {targets}), kernel_initializer: zeros}}",
            "says nothing until it has learnt something",
        ),
        (f"- Reshape: [$(horizon), {targets}]", ""),
        ("  name: curve", ""),
    ]


def _curve_ahead(plan: Draft, targets: int) -> Lines:
    """The same, which hears of the last row and of each step to come what is known of them."""
    known = f'- slice: "[:, 0, {plan.width - plan.ahead}:]"'
    return [
        *_story(plan),
        ("  name: lstm", ""),
        (known, "of the last row what is known of the steps to come, too"),
        ("  from: now", ""),
        ("- Concatenate:", ""),
        ("  from: [lstm, previous]", ""),
        ("- RepeatVector: $(horizon)", "for each step to come"),
        ("  name: story", ""),
        ("- Concatenate:", ""),
        ("  from: [story, future]", ""),
        ("- Dense: {units: 32, activation: relu}", ""),
        ("- Dropout: 0.2", ""),
        (
            f"- Dense: {{units: {targets}, kernel_initializer: zeros}}",
            "says nothing until it has learnt something",
        ),
        ("  name: curve", ""),
    ]


def _table(plan: Draft) -> Lines:
    return [
        ("- Dense: {units: 64, activation: relu}", ""),
        ("- Dropout: 0.2", "against learning the training rows by heart"),
        ("- Dense: {units: 64, activation: relu}", ""),
    ]


def _sequence(plan: Draft) -> Lines:
    """The fully convolutional network of Wang et al. 2017, half as wide."""
    lines: Lines = []
    for filters, kernel in ((64, 8), (128, 5), (64, 3)):
        lines += [
            (f"- Conv1D: {{filters: {filters}, kernel_size: {kernel}, padding: same}}", ""),
            ("- BatchNormalization: {momentum: 0.9}", ""),
            ("- ReLU", ""),
        ]
    lines[0] = (lines[0][0], "shapes of a few steps, wherever they stand")
    lines[1] = (lines[1][0], "Keras's 0.99 takes hundreds of steps to know the mean")
    return [*lines, ("- GlobalAveragePooling1D", "how much of each shape there is in all")]


def _steps(plan: Draft) -> Lines:
    """Sequences of any length, padded: the mask keeps the padding out."""
    return [
        ("- Masking", "steps of zeros alone are padding"),
        ("- Bidirectional: {layer: {GRU: {units: 48, return_sequences: true}}}", ""),
        ("- GlobalAveragePooling1D", "over the steps that are there"),
        ("- Dropout: 0.3", ""),
    ]


def _image(plan: Draft) -> Lines:
    convolution = "- Conv2D: {filters: 32, kernel_size: 3, padding: same, activation: relu}"
    return [
        (convolution, "edges"),
        (convolution, "corners and curves"),
        ("- MaxPooling2D: 2", ""),
        (convolution.replace("32", "64"), "parts"),
        ("- MaxPooling2D: 2", ""),
        ("- Flatten", ""),
        ("- Dropout: 0.4", ""),
        ("- Dense: {units: 64, activation: relu}", ""),
    ]


def _head(plan: Draft) -> tuple[str, str]:
    if plan.task == "classification":
        units = f"- Dense: {{units: {plan.classes}, activation: softmax}}"
        return units, "a probability for each class"
    count = len(plan.targets)
    return f"- Dense: {count}", "a number for each target" if count > 1 else "the number"
