"""`layerforge layers`."""

from __future__ import annotations

import json

import pytest

from layerforge.layers import whole_catalog
from tests.cli.conftest import Run


def names_in(text: str) -> list[str]:
    """The first words of the indented lines."""
    return [line.split()[0] for line in text.splitlines() if line.startswith("  ")]


def test_every_layer_has_its_line_and_every_operation_hers(run: Run) -> None:
    layers, operations = run("layers"), run("layers", "--ops")
    assert (layers.status, layers.err, operations.status) == (0, "", 0)
    both = names_in(layers.out) + names_in(operations.out)
    assert sorted(both) == sorted(whole_catalog())
    assert not any(name.startswith("ops.") for name in names_in(layers.out))


def test_a_family_stands_together_under_its_heading(run: Run) -> None:
    done = run("layers")
    heading, first, *_ = done.out.split("\nrecurrent: ")[-1].splitlines()
    assert heading.startswith("Layers that walk along time")
    assert first.startswith("  SimpleRNN ")


def test_one_layer_shows_arguments_defaults_formula_source_and_alias(run: Run) -> None:
    done = run("layers", "Conv1D")
    assert done.status == 0
    for part in (
        "Conv1D (convolution)\n",
        "  filters               required        a positive whole number\n",
        "  padding               valid           `valid`, `same` or `causal`\n",
        "floor((n - k_eff) / strides) + 1",
        "Source: Keras `Conv1D`.",
        "also called  Convolution1D\n",
        "called on    x\n",
    ):
        assert part in done.out


def test_an_alias_shows_the_layer_it_stands_for(run: Run) -> None:
    assert run("layers", "MaxPool1D").out == run("layers", "MaxPooling1D").out


def test_json_tells_a_default_of_null_from_none_at_all(run: Run) -> None:
    record = json.loads(run("layers", "Dense", "--json").out)
    units, activation = record["arguments"][:2]
    assert units == {
        "name": "units",
        "takes": "a positive whole number",
        "required": True,
        "default": None,
    }
    assert (activation["name"], activation["required"]) == ("activation", False)
    assert record["call"] == {"training": "true or false"}


def test_json_of_the_catalog_lists_names_families_and_aliases(run: Run) -> None:
    listed = json.loads(run("layers", "--json").out)["layers"]
    pooling = next(each for each in listed if each["name"] == "MaxPooling1D")
    assert pooling["aliases"] == ["MaxPool1D"]
    assert pooling["family"] == "pooling"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Dens", "there is no layer `Dens`; did you mean `Dense`?"),
        ("ops.meen", "there is no operation `ops.meen`; did you mean `ops.mean`?"),
        ("Lambda", "a spec has no `Lambda`: it holds Python code"),
    ],
)
def test_an_unknown_name_is_a_wrong_command_line(run: Run, name: str, said: str) -> None:
    done = run("layers", name)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize("width", ["40", "80", "120"])
def test_the_catalog_is_no_wider_than_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for arguments in (("layers",), ("layers", "MultiHeadAttention")):
        assert max(map(len, run(*arguments).out.splitlines())) <= int(width)
