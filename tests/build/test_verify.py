"""A plan is held against Keras also where Keras needs variables as it builds."""

from __future__ import annotations

import pytest

from layerforge.build.verify import verify
from tests.conftest import CompileText

STATEFUL = {
    "a layer": "LSTM: {units: 4, stateful: true}",
    "both directions": "Bidirectional: {layer: {GRU: {units: 3, stateful: true}}}",
    "cells": "RNN: {cell: [{LSTMCell: 3}, {GRUCell: 4}], stateful: true}",
}


@pytest.mark.parametrize("layer", STATEFUL.values(), ids=STATEFUL)
def test_a_layer_that_keeps_its_state_is_compared(layer: str, compile_text: CompileText) -> None:
    compiled = compile_text(
        f"""
        model:
          input: {{shape: [6, 2], batch_size: 4}}
          layers:
            - {layer}
            - Dense: 2
        """
    )
    assert compiled.plan is not None, compiled.found
    assert verify(compiled.plan) == []
