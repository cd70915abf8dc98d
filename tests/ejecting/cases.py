"""Specs for scripts: what each shows, and its model section."""

from __future__ import annotations

CASES = {
    "a cell as an item, whose states Keras gives in a list of their own": """
        model:
          inputs: {x: [3], h: [4], c: [4]}
          layers:
            - LSTMCell: 4
              name: step
              from: {inputs: x, states: [h, c]}
            - Add:
              from: [step.0, step.2]
        """,
    "an index of one part, and patches, whose configuration has no name": """
        model:
          input: [8, 6, 3]
          layers:
            - ops.image.extract_patches: 2
            - slice: "[:]"
            - slice: "[...]"
        """,
    "a plain stack": """
        model:
          input: [96, 7]
          layers:
            - Conv1D: {filters: 32, kernel_size: 3, activation: relu, kernel_regularizer: {L2: 0.01}}
            - BatchNormalization
            - MaxPooling1D: 3
            - LSTM: 8
            - Dropout: 0.2
            - Dense: 24
        """,
    "components with and without arguments": """
        model:
          input: [8]
          layers:
            - Dense: {units: 4, kernel_initializer: he_normal, bias_initializer: {Constant: 0.5}}
            - Dense: {units: 4, kernel_regularizer: {L1L2: {l1: 0.1, l2: 1.0e-5}}, bias_regularizer: l2}
            - Dense: {units: 4, kernel_constraint: {MaxNorm: {max_value: 2, axis: [0]}}, activation: gelu}
            - Dense: {units: 4, kernel_constraint: NonNeg, kernel_initializer: Constant}
            - Dense: {units: 4, kernel_initializer: {RandomNormal: {stddev: 0.1, seed: 7}}}
            - Dense: {units: 4, trainable: false, dtype: mixed_bfloat16}
            - Dense: {units: 2, dtype: float32, activity_regularizer: {L2: 0.1}}
        """,
    "layers of layerforge's own": """
        model:
          input: [12, 6]
          layers:
            - ReversibleInstanceNormalization: {subtract_last: true}
              name: revin
            - L2Pooling1D: {pool_size: 3, padding: same}
              from: revin.0
            - MeanShiftPooling1D: {pool_size: 2, bandwidth: 0.5}
            - TimeDistributed: {layer: {Dense: 6}}
            - InstanceDenormalization:
              from: [previous, revin.1, revin.2]
            - BilinearPooling
        """,
    "layers inside layers": """
        model:
          input: [12, 5, 3]
          layers:
            - TimeDistributed: {layer: {Conv1D: {filters: 4, kernel_size: 2, name: inner}}}
            - TimeDistributed: {layer: GlobalAveragePooling1D}
            - Bidirectional: {layer: {LSTM: {units: 6, return_sequences: true}}, merge_mode: sum}
            - RNN: {cell: [{LSTMCell: 4}, {GRUCell: 3}], return_sequences: true}
            - Bidirectional:
                layer: {GRU: {units: 3, return_sequences: true}}
                backward_layer: {LSTM: {units: 3, return_sequences: true, go_backwards: true}}
        """,
    "a residual block repeated": """
        blocks:
          residual:
            args: {filters: 64, dilation: 1}
            layers:
              - Conv1D: {filters: $(filters), kernel_size: 3, padding: causal, dilation_rate: $(dilation)}
              - SpatialDropout1D: 0.1
                name: main
              - Conv1D: {filters: $(filters), kernel_size: 1}
                name: shortcut
                from: input
              - Add:
                from: [main, shortcut]
        model:
          input: [32, 2]
          layers:
            - residual: {filters: 8, dilation: $(2 ** i)}
              repeat: 3
            - Flatten
            - Dense: 1
        """,
    "a nested model called twice": """
        blocks:
          tower:
            as: model
            layers:
              - Dense: 8
              - Dense: 4
          pair:
            as: model
            inputs: [one, two]
            layers:
              - Add:
                from: [one, two]
              - Dense: 3
        model:
          inputs: {left: [16], right: [16]}
          layers:
            - tower:
              name: encoder
              from: left
            - use: encoder
              name: other
              from: right
            - pair:
              from: [encoder, other]
        """,
    "a shared layer": """
        model:
          inputs: {class: [16], "print": [16]}
          layers:
            - Dense: 4
              name: encoder
              from: class
            - use: encoder
              name: again
              from: print
            - Concatenate:
              from: [encoder, again]
            - Dense: 1
        """,
    "states handed on": """
        model:
          inputs: {history: [24, 3], future: [6, 2]}
          layers:
            - LSTM: {units: 8, return_state: true}
              name: encoder
              from: history
            - LSTM: {units: 8, return_sequences: true}
              from: {sequence: future, initial_state: [encoder.1, encoder.2]}
            - Dense: 1
        """,
    "states of stacked cells": """
        model:
          input: [24, 3]
          layers:
            - RNN: {cell: [{LSTMCell: 4}, {GRUCell: 3}], return_state: true}
              name: stack
            - Concatenate:
              from: [stack.0, stack.1, stack.3]
        """,
    "attention with options": """
        model:
          inputs: {x: [10, 8], memory: [12, 8], keep: {shape: [12], dtype: bool}}
          layers:
            - MultiHeadAttention: {num_heads: 2, key_dim: 4}
              name: inner
              from: x
              call: {use_causal_mask: true, training: false}
            - MultiHeadAttention: {num_heads: 2, key_dim: 4}
              name: cross
              from: {query: inner, value: memory, key: memory, value_mask: keep}
            - Attention:
              from: {query: cross, value: memory}
        """,
    "several outputs": """
        model:
          input: [16]
          layers:
            - Dense: 8
              name: trunk
            - Dense: 1
              name: forecast
            - Dense: {units: 3, activation: softmax}
              name: regime
              from: trunk
          outputs: [forecast, regime]
        """,
    "operations": """
        model:
          input: [12, 8]
          layers:
            - ops.mean: {axis: 1, keepdims: true}
              name: level
            - ops.subtract:
              from: [input, level]
            - ops.multiply: {x2: 0.5}
            - ops.add: {x2: [1, 2, 3, 4, 5, 6, 7, 8]}
            - ops.split: {indices_or_sections: 2, axis: -1}
              name: halves
            - ops.multiply:
              from: [halves.0, halves.1]
              name: gated
            - ops.einsum: {subscripts: "btf,bsf->bts"}
              from: [gated, gated]
              name: scores
            - ops.concatenate: {axis: -1}
              from: [scores, gated]
            - slice: "[:, -1:, :]"
            - slice: "[:, 0, None, ..., ::2]"
            - ops.transpose: {axes: [0, 2, 1]}
        """,
    "lengths of axes": """
        model:
          inputs: {x: {shape: [3, 8], batch_size: 2}}
          layers:
            - ops.rearrange: {pattern: "b o (h w) -> b h (w o)", axes_lengths: {h: 2}}
            - ops.clip: {x_min: -1, x_max: 1}
        """,
    "constants for whole numbers": """
        model:
          inputs: {codes: {shape: [4], dtype: int32}, x: [4]}
          layers:
            - ops.add: {x2: [1, 2, 3, 4]}
              from: codes
              name: shifted
            - ops.multiply: {x2: [0.5, 1, 2, 3]}
              from: shifted
              name: scaled
            - ops.take: {indices: [0, 2], axis: 1}
              from: x
              name: taken
            - ops.hypot: {x2: 2}
              from: x
              name: hypot
            - Concatenate:
              from: [scaled, taken, hypot]
        """,
    "operations beside layers of the same names": """
        model:
          input: [8]
          layers:
            - Dense: 8
              name: mean
            - Add:
              from: [mean, input]
              name: add
            - ops.add: {x2: 1}
            - ops.mean: {axis: -1, keepdims: true}
              name: level
            - Add:
              from: [add, level]
        """,
    "names that are no identifiers": """
        name: 1st-model
        model:
          inputs: {lambda: [4], keras: [4], "2nd-x": [4]}
          layers:
            - Dense: 4
              name: layers
              from: lambda
            - Dense: 4
              name: x
              from: keras
            - Dense: 4
              name: build_model
              from: 2nd-x
            - Add:
              from: [layers, x, build_model, lambda]
        """,
    "embeddings with masks": """
        model:
          input: {shape: [20], dtype: int32}
          layers:
            - Embedding: {input_dim: 100, output_dim: 8, mask_zero: true}
            - LSTM: 4
            - Dense: 1
        """,
    "layers called as what computes masks": """
        model:
          inputs: {a: {shape: [20], dtype: int32}, b: {shape: [20], dtype: int32}}
          layers:
            - Embedding: {input_dim: 100, output_dim: 8, mask_zero: true}
              name: not_equal
              from: a
            - Embedding: {input_dim: 100, output_dim: 8, mask_zero: true}
              name: other
              from: b
            - Concatenate: {axis: -1}
              from: [not_equal, other]
              name: concatenate
            - Concatenate: {axis: -1}
              from: [concatenate, other]
            - LSTM: 4
        """,
    "free dimensions and a batch": """
        model:
          inputs: {x: {shape: [null, 3], batch_size: 4}}
          layers:
            - SimpleRNN: {units: 3, stateful: true}
            - Dense: 1
        """,
    "initializers before and behind those that are not written": """
        model:
          input: [6, 3]
          layers:
            - LSTM: {units: 4, recurrent_initializer: glorot_uniform, return_sequences: true}
            - Conv1D: {filters: 3, kernel_size: 2, bias_initializer: random_normal}
            - RNN: {cell: {GRUCell: {units: 3, recurrent_initializer: he_normal}}}
        """,
    "policies of types": """
        model:
          input: [4]
          layers:
            - Dense: {units: 4, dtype: {DTypePolicy: {name: mixed_float16}}}
            - Dense: {units: 4, dtype: {DTypePolicy: mixed_bfloat16}}
            - Dense: {units: 4, dtype: float64}
        """,
    "lines that must be broken": """
        model:
          inputs: {a_rather_long_name_of_an_input: [8, 8, 3], another_rather_long_name_of_an_input: [8, 8, 4]}
          layers:
            - Conv2D: {filters: 16, kernel_size: [3, 3], strides: [1, 1], padding: same, use_bias: false}
              name: a_convolution_with_a_name_that_takes_some_room
              from: a_rather_long_name_of_an_input
            - Conv2D:
                filters: 16
                kernel_size: [3, 3]
                padding: same
                kernel_initializer:
                  VarianceScaling: {scale: 2.0, mode: fan_out, distribution: truncated_normal, seed: 13}
                kernel_regularizer: {L1L2: {l1: 0.001, l2: 0.0001}}
              from: another_rather_long_name_of_an_input
              name: b
            - Concatenate:
              from:
                - a_convolution_with_a_name_that_takes_some_room
                - b
                - a_rather_long_name_of_an_input
                - another_rather_long_name_of_an_input
            - Flatten
            - Dense: 2
        """,
    "augmentation and its numbers": """
        model:
          input: [8, 8, 3]
          layers:
            - Rescaling: {scale: 0.00392156862745098, offset: -1}
            - RandomRotation: {factor: [-0.1, 0.1], seed: 3}
            - Normalization: {axis: -1, mean: [0.1, 0.2, 0.3], variance: [1, 1, 1]}
            - ZeroPadding2D: [[1, 0], [2, 3]]
            - Conv2DTranspose: {filters: 2, kernel_size: 3, strides: 2}
        """,
}
