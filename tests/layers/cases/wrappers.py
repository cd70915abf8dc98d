"""Cases of layers around another layer."""

from tests.layers.case import bad, case

CASES = [
    case("Bidirectional: {LSTM: 4}", (6, 3), macs=2 * 6 * 16 * 7),
    case("Bidirectional: {layer: {LSTM: 4}}", (None, 3)),
    case("Bidirectional: {layer: {LSTM: {units: 4, return_sequences: true}}}", (None, 3)),
    case("Bidirectional: {layer: {GRU: 4}, merge_mode: sum}", (6, 3)),
    case("Bidirectional: {layer: {GRU: 4}, merge_mode: mul}", (6, 3)),
    case("Bidirectional: {layer: {GRU: 4}, merge_mode: ave}", (6, 3)),
    case("Bidirectional: {layer: {LSTM: 4}, merge_mode: null}", (6, 3)),
    case("Bidirectional: {layer: {LSTM: {units: 4, return_state: true}}}", (6, 3)),
    case("Bidirectional: {layer: {GRU: {units: 4, return_state: true}}, merge_mode: null}", (6, 3)),
    case("Bidirectional: {layer: {SimpleRNN: {units: 4, name: walk}}}", (6, 3)),
    case("Bidirectional: {layer: {SimpleRNN: {units: 4, name: forward_walk}}}", (6, 3)),
    case("Bidirectional: {layer: {RNN: {cell: {LSTMCell: 4}}}}", (6, 3)),
    case(
        "Bidirectional: {layer: {LSTM: 4}, backward_layer: {GRU: {units: 4, go_backwards: true}}}",
        (6, 3),
    ),
    case(
        "Bidirectional: {layer: {GRU: {units: 4, go_backwards: true}}, backward_layer: {GRU: 4}}",
        (6, 3),
    ),
    case("Bidirectional: {layer: {LSTM: {units: 4, trainable: false}}}", (6, 3)),
    case("Bidirectional: {layer: {LSTM: 4}, trainable: false}", (6, 3)),
    case("Bidirectional: {LSTM: 4}", (6, 3), initial_state=[(4,), (4,), (4,), (4,)]),
    case("Bidirectional: {LSTM: 4}", (6, 3), mask=(6,)),
    case("TimeDistributed: {Dense: 4}", (6, 3), params=16, macs=6 * 3 * 4),
    case("TimeDistributed: {layer: {Dense: {units: 4, name: head}}}", (None, 3)),
    case("TimeDistributed: {layer: {LSTM: 4}}", (2, 6, 3), macs=2 * 6 * 16 * 7),
    case("TimeDistributed: {layer: {Bidirectional: {layer: {GRU: 4}}}}", (2, 6, 3)),
    case("TimeDistributed: {layer: {TimeDistributed: {layer: {Dense: 4}}}}", (2, 6, 3)),
    case("TimeDistributed: {layer: BatchNormalization}", (6, 3)),
    case("TimeDistributed: {layer: Flatten}", (6, 3, 2)),
    case("TimeDistributed: {layer: {Dense: {units: 4, trainable: false}}}", (6, 3)),
    case("TimeDistributed: {Dense: 4}", (6, 3), mask=(6,)),
    case("SpectralNormalization: {Dense: 4}", (3,), params=16 + 4),
    case("SpectralNormalization: {layer: {Dense: 4}, power_iterations: 2}", (None, 3)),
    case("SpectralNormalization: {layer: {Dense: {units: 4, trainable: false, name: d}}}", (3,)),
    case(
        "SpectralNormalization: {layer: {Embedding: {input_dim: 9, output_dim: 4}}}",
        (6,),
        dtype="int32",
    ),
    case("Bidirectional: {layer: {ConvLSTM1D: {filters: 2, kernel_size: 3}}}", (4, 6, 3)),
]

BAD = [
    bad("wrong-rank", "Bidirectional: {LSTM: 4}", (6,)),
    bad("wrong-type", "Bidirectional: {layer: {Dense: 4}}", (6, 3)),
    bad("wrong-type", "Bidirectional: {layer: {GRU: 4}, merge_mode: max}", (6, 3)),
    bad("conflicting-arguments", "Bidirectional: {GRU: {units: 4, go_backwards: true}}", (6, 3)),
    bad(
        "conflicting-arguments",
        "Bidirectional: {layer: {GRU: 4}, backward_layer: {GRU: 4}}",
        (6, 3),
    ),
    bad(
        "conflicting-arguments",
        "Bidirectional: {layer: {GRU: 4}, backward_layer: "
        "{GRU: {units: 4, go_backwards: true, return_sequences: true}}}",
        (6, 3),
    ),
    bad("wrong-rank", "TimeDistributed: {Dense: 4}", (6,)),
    bad("wrong-rank", "TimeDistributed: {LSTM: 4}", (6, 3)),
    bad("unknown-layer", "TimeDistributed: {layer: {Dens: 4}}", (6, 3)),
    bad("missing-argument", "TimeDistributed", (6, 3)),
    bad("conflicting-arguments", "SpectralNormalization: {layer: Flatten}", (6, 3)),
    bad("conflicting-arguments", "SpectralNormalization: {layer: {LSTM: 4}}", (6, 3)),
    bad("out-of-range", "SpectralNormalization: {layer: {Dense: 4}, power_iterations: 0}", (3,)),
    bad("missing-input", "Bidirectional: {LSTM: 4}", (6, 3), initial_state=[(4,), (4,)], late=True),
]
