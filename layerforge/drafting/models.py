"""A sensible model for each form of data, as lines of a spec with what each is for."""

from __future__ import annotations

from layerforge.drafting.draft import Draft

Lines = list[tuple[str, str]]  # a line of YAML, and the comment behind it


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
    steps, targets = plan.horizon, len(plan.targets)
    own = targets < plan.width
    past: Lines = []
    if own:
        past = [
            (f'- slice: "[:, :, :{targets}]"', "the past of the targets, which come first"),
            ("  name: past", ""),
        ]
    source = "past" if own else "input"
    return [
        *past,
        ('- slice: "[:, -1:, :]"', "the last known values: everything is told as a change of them"),
        ("  name: last", ""),
        ("- Subtract:", ""),
        (f"  from: [{source}, last]", ""),
        ("- Permute: [2, 1]", ""),
        (
            "- Dense: {units: $(horizon), kernel_initializer: zeros}",
            "a straight line from past to future, the same for every target; at first the last value",
        ),
        ("- Permute: [2, 1]", ""),
        ("  name: line", ""),
        ("", ""),
        *_curve(targets),
        ("", ""),
        ("- Add:", ""),
        ("  from: [line, curve, last]", ""),
        (f"  expect: [{steps}, {targets}]", "steps, targets"),
    ]


def _curve(targets: int) -> Lines:
    """A small network that says nothing at first."""
    return [
        (
            "- Conv1D: {filters: 32, kernel_size: 3, padding: causal, activation: relu}",
            "what the line cannot say",
        ),
        ("  from: input", ""),
        ("- LSTM: 32", ""),
        ("- Dropout: 0.2", ""),
        (
            f"- Dense: {{units: $(horizon * {targets}), kernel_initializer: zeros}}",
            "says nothing until it has learnt something",
        ),
        (f"- Reshape: [$(horizon), {targets}]", ""),
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
            ("- BatchNormalization", ""),
            ("- ReLU", ""),
        ]
    lines[0] = (lines[0][0], "shapes of a few steps, wherever they stand")
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
