"""The catalog as text and as JSON."""

from __future__ import annotations

import json

import pytest

from layerforge.arguments import REQUIRED
from layerforge.layers import LayerType, whole_catalog
from layerforge.render.catalog import default_text, details, layer_record, layer_text, summary
from layerforge.render.record import json_text
from layerforge.render.screen import Screen

CATALOG = whole_catalog()
ENTRIES = pytest.mark.parametrize("entry", CATALOG.values(), ids=CATALOG)


@ENTRIES
def test_every_entry_says_in_one_sentence_what_it_does_and_where_it_is_from(
    entry: LayerType,
) -> None:
    assert summary(entry).endswith(".")
    assert "\n" not in summary(entry) + details(entry)
    assert "Source: " in details(entry)


@ENTRIES
def test_every_argument_is_shown_with_its_default(entry: LayerType) -> None:
    text = layer_text(entry, Screen())
    for parameter in entry.signature.parameters:
        assert f"\n  {parameter.name} " in text
        assert f"  {default_text(parameter)}  " in text
    record = json.loads(json_text(layer_record(entry)))
    required = [each["name"] for each in record["arguments"] if each["required"]]
    assert required == [p.name for p in entry.signature.parameters if p.default is REQUIRED]


def test_defaults_are_written_as_a_spec_writes_them() -> None:
    conv = CATALOG["Conv2D"].signature
    defaults = {each.name: default_text(each) for each in conv.parameters}
    assert defaults["filters"] == "required"
    assert defaults["strides"] == "[1, 1]"
    assert (defaults["use_bias"], defaults["activation"]) == ("true", "null")
    assert defaults["padding"] == "valid"


def test_tensors_that_may_be_left_out_stand_in_brackets() -> None:
    text = layer_text(CATALOG["Attention"], Screen())
    assert "\ncalled on  query, value, [key]" in text
    assert "any number of tensors" in layer_text(CATALOG["Add"], Screen())
    assert "initial_state (a list)]" in layer_text(CATALOG["LSTM"], Screen())
