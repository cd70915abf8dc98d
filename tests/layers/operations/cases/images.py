"""Cases of keras.ops.image."""

from tests.layers.case import bad, case

_CORNERS = "[[0, 0], [0, 5], [5, 0], [5, 5]]"
_NEARER = "[[0, 0], [0, 4], [4, 0], [4, 4]]"
_FIRST = "data_format: channels_first"

CASES = [
    case("ops.image.resize: [4, 5]", (8, 6, 3)),
    case("ops.image.resize: {size: [4, 5], interpolation: bicubic, antialias: true}", (None, 6, 3)),
    case("ops.image.resize: {size: [4, 5], crop_to_aspect_ratio: true}", (8, 6, 3)),
    case("ops.image.resize: {size: [4, 5], pad_to_aspect_ratio: true, fill_value: 1}", (8, 6, 3)),
    case(f"ops.image.resize: {{size: [4, 5], {_FIRST}}}", (3, 8, 6)),
    case("ops.image.rgb_to_grayscale", (8, 6, 3)),
    case(f"ops.image.rgb_to_grayscale: {{{_FIRST}}}", (3, 8, 6)),
    case("ops.image.rgb_to_hsv", (8, 6, 3)),
    case("ops.image.hsv_to_rgb", (None, None, 3)),
    case("ops.image.affine_transform: [1, 0, 0, 0, 1, 0, 0, 0]", (8, 6, 3)),
    case("ops.image.affine_transform: {fill_mode: wrap}", (8, 6, 3), (8,)),
    case(
        f"ops.image.perspective_transform: {{start_points: {_CORNERS}, end_points: {_NEARER}}}",
        (8, 6, 3),
    ),
    case("ops.image.gaussian_blur", (8, 6, 3)),
    case("ops.image.gaussian_blur: {kernel_size: [5, 3], sigma: [1, 2]}", (8, 6, 3)),
    case("ops.image.sobel_edges", (8, 6, 3)),
    case("ops.image.ssim: {filter_size: 3}", (8, 6, 3), (8, 6, 3)),
    case("ops.image.ssim", (18, 16, 1), (18, 16, 1)),
    case("ops.image.extract_patches: 2", (8, 6, 3)),
    case("ops.image.extract_patches: {size: [2, 3], strides: 1, padding: same}", (8, 6, 3)),
    case("ops.image.extract_patches: {size: 2, strides: 1, dilation_rate: 2}", (None, 6, 3)),
    case("ops.image.extract_patches: {size: [2, 3, 2]}", (8, 6, 4, 3)),
    case("ops.image.extract_patches_3d: 2", (8, 6, 4, 3)),
    case("ops.image.extract_patches_3d: {size: [2, 3, 2], strides: [1, 1, 1]}", (8, 6, 4, 3)),
    case(
        "ops.image.pad_images: {top_padding: 1, left_padding: 2, bottom_padding: 3, right_padding: 0}",
        (8, 6, 3),
    ),
    case(
        "ops.image.pad_images: {top_padding: 1, left_padding: 2, target_height: 12, target_width: 9}",
        (8, 6, 3),
    ),
    case(
        "ops.image.pad_images: {top_padding: 1, bottom_padding: 2, left_padding: 1, target_width: 9}",
        (None, 6, 3),
    ),
    case(
        "ops.image.crop_images: {top_cropping: 1, left_cropping: 2, bottom_cropping: 3, right_cropping: 1}",
        (8, 6, 3),
    ),
    case(
        "ops.image.crop_images: {top_cropping: 1, left_cropping: 2, target_height: 2, target_width: 2}",
        (None, 6, 3),
    ),
    case(
        "ops.image.map_coordinates: {coordinates: [[0, 1], [0, 1], [0.5, 1]], order: 1}",
        (4, 3),
        batch=3,
    ),
    case(
        "ops.image.map_coordinates: {coordinates: [[[0, 1]], [[0, 1]], [[0.5, 1]]], order: 0,"
        " fill_mode: nearest}",
        (4, 3),
        batch=3,
    ),
    case(
        "ops.image.scale_and_translate: {output_shape: [null, 4, 4, 3], scale: [0.5, 0.5],"
        " translation: [0, 0], spatial_dims: [1, -2], method: linear}",
        (8, 6, 3),
    ),
]

BAD = [
    bad("wrong-rank", "ops.image.resize: [4, 5]", (8, 6, 3, 1)),
    bad("wrong-length", "ops.image.resize: [4]", (8, 6, 3)),
    bad("out-of-range", "ops.image.resize: [4, 0]", (8, 6, 3)),
    bad(
        "conflicting-arguments",
        "ops.image.resize: {size: [4, 5], crop_to_aspect_ratio: true, pad_to_aspect_ratio: true}",
        (8, 6, 3),
    ),
    bad("shape-mismatch", "ops.image.rgb_to_grayscale", (8, 6, 4)),
    bad("shape-mismatch", "ops.image.rgb_to_hsv", (8, 6, 1)),
    bad("shape-mismatch", "ops.image.affine_transform: [1, 0]", (8, 6, 3), late=True),
    bad(
        "shape-mismatch",
        f"ops.image.perspective_transform: {{start_points: {_CORNERS}, end_points: [[0, 0]]}}",
        (8, 6, 3),
    ),
    bad("wrong-rank", "ops.image.sobel_edges", (8, 6)),
    bad("shape-mismatch", "ops.image.ssim", (18, 16, 3), (18, 15, 3), late=True),
    bad("kernel-too-large", "ops.image.ssim", (8, 6, 3), (8, 6, 3), late=True),
    bad("kernel-too-large", "ops.image.extract_patches: 9", (8, 6, 3)),
    bad(
        "conflicting-arguments",
        "ops.image.extract_patches: {size: 2, dilation_rate: 2}",
        (8, 6, 3),
        late=True,
    ),
    bad("missing-argument", "ops.image.pad_images: {top_padding: 1, left_padding: 2}", (8, 6, 3)),
    bad(
        "out-of-range",
        "ops.image.pad_images: {top_padding: 1, left_padding: 2, target_height: 5, target_width: 9}",
        (8, 6, 3),
    ),
    bad(
        "unknown-dimension",
        "ops.image.pad_images: {top_padding: 1, left_padding: 2, target_height: 12, target_width: 9}",
        (None, 6, 3),
        late=True,
    ),
    bad(
        "unknown-dimension",
        "ops.image.map_coordinates: {coordinates: [[0], [0], [0]], order: 1}",
        (4, 3),
        late=True,
    ),
    bad(
        "out-of-range",
        "ops.image.crop_images: {top_cropping: 5, left_cropping: 2, target_height: 5, target_width: 2}",
        (8, 6, 3),
    ),
    bad(
        "unknown-dimension",
        "ops.image.crop_images: {top_cropping: 1, left_cropping: 2, bottom_cropping: 3, right_cropping: 1}",
        (None, 6, 3),
    ),
    bad(
        "shape-mismatch",
        "ops.image.map_coordinates: {coordinates: [[0, 1], [0, 1]], order: 1}",
        (4, 3),
        batch=3,
    ),
    bad(
        "out-of-range",
        "ops.image.map_coordinates: {coordinates: [[0], [0], [0]], order: 2}",
        (4, 3),
        late=True,
    ),
]
