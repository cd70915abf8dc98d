"""Cases of layers that resize and augment images."""

from tests.layers.case import bad, case

_RGB = (8, 9, 3)

_SIZES = [
    case("Resizing: {height: 4, width: 5}", _RGB),
    case(
        "Resizing: {height: 16, width: 5, interpolation: bicubic, antialias: true}", (None, None, 1)
    ),
    case("Resizing: {height: 4, width: 5, crop_to_aspect_ratio: true}", _RGB),
    case("Resizing: {height: 4, width: 5, pad_to_aspect_ratio: true, fill_value: 1}", _RGB),
    case("Resizing: {height: 4, width: 5, data_format: channels_first}", (3, 8, 9)),
    case("CenterCrop: {height: 4, width: 5}", _RGB),
    case("CenterCrop: {height: 10, width: 5}", (8, 9, None)),
    case("CenterCrop: {height: 4, width: 5, data_format: channels_first}", (3, 8, 9)),
    case("RandomCrop: {height: 4, width: 5, seed: 1}", _RGB),
    case("RandomCrop: {height: 4, width: 5}", (None, 9, 3)),
    case("RandomCrop: {height: 4, width: 5, data_format: channels_first}", (3, 8, 9)),
]

_GEOMETRY = [
    case("RandomFlip", _RGB),
    case("RandomFlip: {mode: horizontal, seed: 7, data_format: channels_first}", (1, 8, 9)),
    case("RandomFlip: vertical", (None, None, 3), options={"training": True}),
    case("RandomRotation: 0.2", _RGB),
    case("RandomRotation: {factor: [-0.2, 0.3], fill_mode: nearest, fill_value: 0.5}", _RGB),
    case("RandomTranslation: {height_factor: 0.2, width_factor: [-0.1, 0.3]}", _RGB),
    case(
        "RandomTranslation: {height_factor: -0.2, width_factor: 0, fill_mode: wrap, seed: 3}",
        (8, 9, 1),
    ),
    case("RandomZoom: 0.3", _RGB),
    case("RandomZoom: {height_factor: [-0.3, -0.2], width_factor: [0.1, 0.2]}", _RGB),
    case("RandomZoom: {height_factor: 1, width_factor: null, interpolation: nearest}", _RGB),
    case("RandomShear", _RGB),
    case("RandomShear: {x_factor: 0.2, y_factor: [0.1, 0.4], fill_mode: constant}", _RGB),
    case("RandomPerspective", _RGB),
    case("RandomPerspective: {factor: 0.5, scale: 0.3, interpolation: nearest}", (8, 9, 4)),
    case("RandomElasticTransform", _RGB),
    case("RandomElasticTransform: {factor: 0.5, scale: [0.1, 0.2], fill_mode: wrap}", _RGB),
]

_COLORS = [
    case("RandomBrightness: 0.2", _RGB),
    case("RandomBrightness: {factor: [-0.3, 0.5], value_range: [0, 1]}", (None, 9, 1)),
    case("RandomContrast: 0.2", _RGB),
    case("RandomContrast: {factor: [0.2, 0.3], data_format: channels_first}", (3, 8, 9)),
    case("RandomSaturation: 0.5", _RGB),
    case("RandomSaturation: {factor: [0.2, 0.3], data_format: channels_first}", (3, 8, 9)),
    case("RandomHue: 0.1", _RGB),
    case("RandomHue: {factor: [0.1, 0.2], value_range: [0, 1]}", (8, 9, None)),
    case("RandomColorJitter", (8, 9, 1)),
    case("RandomColorJitter: {brightness_factor: 0.2, contrast_factor: [0.1, 0.3]}", (8, 9, 1)),
    case("RandomColorJitter: {saturation_factor: 0.2, hue_factor: 0.1, seed: 3}", _RGB),
    case("RandomColorDegeneration: 0.5", _RGB),
    case("RandomColorDegeneration: {factor: [0.2, 0.3], data_format: channels_first}", (3, 8, 9)),
    case("RandomGrayscale", _RGB),
    case("RandomGrayscale: {factor: 0.2}", (8, 9, 1)),
    case("RandomInvert", _RGB),
    case("RandomInvert: {factor: [0.1, 0.2], value_range: [0, 1]}", (8, 9, 4)),
    case("RandomPosterization: 4", _RGB),
    case("RandomPosterization: {factor: [2, 6], seed: 1}", (8, 9, 1)),
    case("Solarization", _RGB),
    case("Solarization: {addition_factor: 0.2, threshold_factor: [0.1, 0.5]}", (8, 9, 1)),
    case("AutoContrast", _RGB),
    case("AutoContrast: {value_range: [0, 1], data_format: channels_first}", (3, 8, 9)),
    case("Equalization", _RGB),
    case("Equalization: {bins: 64, value_range: [0, 1]}", (8, 9, 1)),
    case("ContrastLimitedAdaptiveHistogramEqualization", _RGB),
    case(
        "ContrastLimitedAdaptiveHistogramEqualization: {clip_limit: 2.5, tile_grid_size: [2, 3]}",
        (2, 2, 1),
    ),
    case("RandomSharpness: 0.5", _RGB),
    case("RandomSharpness: {factor: [0.2, 0.3], data_format: channels_first}", (3, 8, 9)),
    case("RandomGaussianBlur", _RGB),
    case("RandomGaussianBlur: {kernel_size: [3, 5], sigma: [0.1, 0.5], factor: 0.5}", (8, 9, 1)),
]

_MIXTURES = [
    case("MixUp", _RGB),
    case("MixUp: {alpha: 0.4, seed: 1}", (None, 9, 4)),
    case("CutMix", _RGB),
    case("CutMix: {factor: [0.2, 0.5], data_format: channels_first}", (3, 8, 9)),
    case("RandomErasing", _RGB),
    case("RandomErasing: {factor: 0.5, scale: [0.1, 0.2], fill_value: [1, 2, 3]}", _RGB),
    case("AugMix", _RGB),
    case("AugMix: {num_chains: 2, chain_depth: 1, all_ops: false, factor: [0.1, 0.3]}", (8, 9, 4)),
    case("RandAugment", (8, 9, 1)),
    case("RandAugment: {num_ops: 1, factor: 0.2, interpolation: nearest}", _RGB),
    case("MaxNumBoundingBoxes: 10", _RGB),
    case("MaxNumBoundingBoxes: {max_number: 3, fill_value: 0}", (8, 9, 1)),
]

CASES = [*_SIZES, *_GEOMETRY, *_COLORS, *_MIXTURES]

_TRAINING = {"training": True}

BAD = [
    bad("wrong-rank", "Resizing: {height: 4, width: 5}", (3, 8, 9, 3), late=True),
    bad("wrong-rank", "CenterCrop: {height: 4, width: 5}", (3, 8, 9, 3)),
    bad("wrong-rank", "RandomCrop: {height: 4, width: 5}", (9,)),
    bad("wrong-rank", "RandomFlip", (9,), late=True),
    bad("out-of-range", "Resizing: {height: 0, width: 5}", _RGB, late=True),
    bad("missing-argument", "Resizing: 4", _RGB),
    bad("wrong-type", "Resizing: {height: 4, width: 5, fill_mode: reflect}", _RGB, late=True),
    bad("wrong-type", "Resizing: {height: 4, width: 5, interpolation: cubic}", _RGB, late=True),
    bad(
        "conflicting-arguments",
        "Resizing: {height: 4, width: 5, crop_to_aspect_ratio: true, pad_to_aspect_ratio: true}",
        _RGB,
        late=True,
    ),
    bad("missing-argument", "RandomRotation", _RGB),
    bad("out-of-range", "RandomRotation: 2", _RGB),
    bad("wrong-length", "RandomRotation: [0.1, 0.2, 0.3]", _RGB),
    bad("wrong-type", "RandomRotation: {factor: 0.2, interpolation: bicubic}", _RGB),
    bad(
        "wrong-type",
        "RandomTranslation: {height_factor: 0, width_factor: 0, fill_mode: mirror}",
        _RGB,
    ),
    bad(
        "wrong-type",
        "RandomElasticTransform: {fill_mode: mirror}",
        _RGB,
        late=True,
        options=_TRAINING,
    ),
    bad("out-of-range", "RandomTranslation: {height_factor: 1.5, width_factor: 0}", _RGB),
    bad("out-of-range", "RandomZoom: -1", _RGB),
    bad("out-of-range", "RandomShear: -0.1", _RGB),
    bad("out-of-range", "RandomPerspective: {scale: 1.5}", _RGB),
    bad("wrong-type", "RandomPerspective: {scale: [0.1, 0.2]}", _RGB),
    bad("out-of-range", "RandomContrast: -0.5", _RGB),
    bad("wrong-type", "RandomContrast: {factor: 0.5, value_range: 255}", _RGB, late=True),
    bad("wrong-length", "AutoContrast: {value_range: [0, 1, 2]}", _RGB),
    bad("out-of-range", "RandomPosterization: 0.5", _RGB),
    bad("out-of-range", "RandomGrayscale: 2", _RGB),
    bad("out-of-range", "RandomGaussianBlur: {kernel_size: 4}", _RGB),
    bad("out-of-range", "Solarization: {threshold_factor: 1.5}", _RGB),
    bad("wrong-size", "RandomColorDegeneration: 0.5", (8, 9, 1)),
    bad("wrong-size", "RandomSaturation: 0.5", (8, 9, 1), late=True, options=_TRAINING),
    bad("wrong-size", "RandomHue: 0.5", (8, 9, 4), late=True, options=_TRAINING),
    bad("wrong-size", "RandomGrayscale", (8, 9, 2), late=True, options=_TRAINING),
    bad("wrong-size", "RandAugment: {num_ops: 11}", (8, 9, 4), late=True, options=_TRAINING),
    bad(
        "wrong-size",
        "RandomColorJitter: {hue_factor: 0.5}",
        (8, 9, 1),
        late=True,
        options=_TRAINING,
    ),
    bad(
        "wrong-size",
        "RandomColorJitter: {saturation_factor: 0.5, data_format: channels_first}",
        (3, 8, 9),
        late=True,
        options=_TRAINING,
    ),
    bad(
        "kernel-too-large",
        "ContrastLimitedAdaptiveHistogramEqualization",
        (3, 8, 3),
        late=True,
        options=_TRAINING,
    ),
]
