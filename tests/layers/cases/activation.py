"""Cases of activations as layers."""

from tests.layers.case import bad, case

CASES = [
    case("Activation: relu", (5,)),
    case("Activation: {activation: softmax}", (None, 4)),
    case("ReLU", (5,)),
    case("ReLU: {max_value: 6, negative_slope: 0.1, threshold: 0.5}", (None, 4)),
    case("LeakyReLU: 0.1", (5,)),
    case("LeakyReLU", (8, 8, 3)),
    case("PReLU", (5,), params=5),
    case("PReLU: {shared_axes: [1, 2]}", (8, 8, 3), params=3),
    case("PReLU: {shared_axes: 1, alpha_initializer: ones}", (None, 3)),
    case("ELU: 0.5", (5,)),
    case("Softmax", (None, 4)),
    case("Softmax: 1", (6, 4)),
    case("Softmax: [1, 2]", (6, 4)),
    case("Softmax: {axis: [-1]}", (6, 4)),
    case("Softmax", (6, 4), mask=(6, 4)),
    case("Softmax", (6, 4), mask=(1, 4)),
]

BAD = [
    bad("missing-argument", "Activation", (5,)),
    bad("out-of-range", "ReLU: -1", (5,)),
    bad("out-of-range", "ReLU: {negative_slope: -1}", (5,)),
    bad("out-of-range", "ReLU: {threshold: -0.5}", (5,)),
    bad("wrong-type", "ReLU: {threshold: null}", (5,)),
    bad("out-of-range", "LeakyReLU: -0.1", (5,)),
    bad("unknown-dimension", "PReLU", (None, 3)),
    bad("wrong-axis", "PReLU: {shared_axes: 3}", (6, 3)),
    bad("wrong-axis", "Softmax: 3", (6, 4), late=True),
    bad("shape-mismatch", "Softmax", (6, 4), mask=(5, 4), late=True),
]
