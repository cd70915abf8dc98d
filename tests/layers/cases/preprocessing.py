"""Cases of layers that bring raw data into shape: scales, categories, vocabularies, spectrograms.

Keras calls all of them symbolically, those on texts on inputs of the dtype `string`.
"""

from tests.layers.case import bad, case

_NUMBERS = [
    case("Rescaling: 0.00392156862", (28, 28, 1)),
    case("Rescaling: {scale: 2, offset: -1}", (None, 3)),
    case("Rescaling: {scale: [1, 2, 3], offset: [0.5, 0, 0]}", (5, 3)),
    case("Rescaling: {scale: [[1], [2]]}", (2, 3)),
    case("Rescaling: 2", ()),
    case("Normalization", (5, 3), params=7),
    case("Normalization: {axis: null}", (5, None)),
    case("Normalization: {axis: [2, 1]}", (5, 3)),
    case("Normalization: 1", (5, None)),
    case("Normalization: 0", (3,), batch=8),
    case("Normalization: {mean: 1.5, variance: 2}", (None, 3)),
    case("Normalization: {mean: [1, 2, 3], variance: [1, 1, 2], invert: true}", (5, 3)),
    case("Normalization: {axis: [1, 2], mean: [1, 2, 3], variance: [1, 1, 2]}", (5, 3)),
    case("Normalization: {axis: [], mean: 1, variance: 1}", (5, 3)),
]

_PIPELINE = [
    case("Pipeline: [RandomFlip, {Resizing: {height: 4, width: 5}}]", (8, 8, 3)),
    case("Pipeline: [Equalization]", (8, 8, 3)),
    case("Pipeline: {layers: [{Dense: 4}, {Dense: 5}]}", (8, 3), params=4 * 4 + 5 * 5),
    case(
        "Pipeline: [{Dense: {units: 4, name: first}}, BatchNormalization, Flatten]",
        (8, 3),
        macs=8 * 3 * 4,
    ),
    case("Pipeline: {layers: [Flatten], name: row}", (8, 3)),
]

_CATEGORIES = [
    case("CategoryEncoding: 6", (3,), dtype="int32"),
    case("CategoryEncoding: 6", (None,), dtype="int32"),
    case("CategoryEncoding: {num_tokens: 6, output_mode: one_hot}", (3,), dtype="int32"),
    case("CategoryEncoding: {num_tokens: 6, output_mode: one_hot}", (5, 1), dtype="int32"),
    case("CategoryEncoding: {num_tokens: 6, output_mode: one_hot}", (), dtype="int32"),
    case(
        "CategoryEncoding: {num_tokens: 6, output_mode: one_hot, sparse: true}", (1,), dtype="int32"
    ),
    case("CategoryEncoding: {num_tokens: 6, output_mode: count}", (3,), dtype="int32"),
    case("CategoryEncoding: {num_tokens: 6, output_mode: count}", (3,), count_weights=(3,)),
    case("Discretization: [0, 1.5, 2]", (None, 3)),
    case("Discretization: {bin_boundaries: [0, 1.5, 2], output_mode: one_hot}", (3,)),
    case("Discretization: {bin_boundaries: [0, 1.5, 2], output_mode: one_hot}", (5, 1)),
    case("Discretization: {bin_boundaries: [0, 1.5, 2], output_mode: multi_hot}", (3,)),
    case("Discretization: {bin_boundaries: [0, 1.5, 2], output_mode: count}", (5, 3)),
    case("Discretization: {bin_boundaries: [], output_mode: one_hot, sparse: true}", (3,)),
    case("Hashing: 6", (5, 3), dtype="int32"),
    case("Hashing: {num_bins: 6, mask_value: none, salt: [1, 2]}", (3,), dtype="string"),
    case("Hashing: {num_bins: 6, output_mode: one_hot}", (1,), dtype="int32"),
    case("Hashing: {num_bins: 6, output_mode: one_hot, salt: 3}", (5, 1), dtype="int32"),
    case("Hashing: {num_bins: 6, output_mode: multi_hot, sparse: true}", (3,), dtype="int32"),
    case("Hashing: {num_bins: 6, output_mode: count, mask_value: 0}", (None,), dtype="int32"),
    case("HashedCrossing: 5", (1,), (1,), dtype="int32"),
    case("HashedCrossing: 5", (), (), dtype="string"),
    case("HashedCrossing: {num_bins: 5, output_mode: one_hot}", (1,), (1,), dtype="int32"),
    case(
        "HashedCrossing: {num_bins: 5, output_mode: one_hot, sparse: true}", (), (), dtype="int32"
    ),
]

_LOOKUPS = [
    case("IntegerLookup: {vocabulary: [12, 36, 1138]}", (None, 3), dtype="int64"),
    case(
        "IntegerLookup: {vocabulary: [12, 36], mask_token: 0, max_tokens: 4}", (3,), dtype="int64"
    ),
    case("IntegerLookup: {vocabulary: [12, 36], output_mode: one_hot}", (3,), dtype="int64"),
    case("IntegerLookup: {vocabulary: [12, 36], output_mode: one_hot}", (5, 1), dtype="int64"),
    case("IntegerLookup: {vocabulary: [-1, 12, 36], output_mode: multi_hot}", (3,), dtype="int64"),
    case("IntegerLookup: {vocabulary: [12, -1], output_mode: multi_hot}", (3,), dtype="int64"),
    case(
        "IntegerLookup: {vocabulary: [12, 36], output_mode: count, num_oov_indices: 3}",
        (3,),
        dtype="int64",
    ),
    case(
        "IntegerLookup: {vocabulary: [12], output_mode: multi_hot, num_oov_indices: 0, mask_token: 0}",
        (3,),
        dtype="int64",
    ),
    case(
        "IntegerLookup: "
        "{vocabulary: [12], output_mode: multi_hot, max_tokens: 9, pad_to_max_tokens: true}",
        (3,),
        dtype="int64",
    ),
    case(
        "IntegerLookup: {vocabulary: [12, 36], output_mode: tf_idf, idf_weights: [0.5, 0.25]}",
        (3,),
        dtype="int64",
    ),
    case("IntegerLookup: {vocabulary: [12], invert: true, trainable: false}", (3,), dtype="int64"),
    case("IntegerLookup: {vocabulary: [12], salt: 3, oov_method: farmhash}", (3,), dtype="int64"),
    case("StringLookup: {vocabulary: [sun, rain]}", (None,), dtype="string"),
    case("StringLookup: {vocabulary: [sun, rain], output_mode: one_hot}", (1,), dtype="string"),
    case("StringLookup: {vocabulary: [sun, 12], output_mode: one_hot}", (3,), dtype="string"),
    case(
        "StringLookup: {vocabulary: ['[UNK]', sun, rain], output_mode: multi_hot, sparse: true}",
        (3,),
        dtype="string",
    ),
    case(
        "StringLookup: {vocabulary: [sun], mask_token: '', num_oov_indices: 2, output_mode: count}",
        (3,),
        dtype="string",
    ),
    case("StringLookup: {vocabulary: [sun, rain], invert: true}", (3,), dtype="int64"),
    case("StringLookup: {vocabulary: [sun], salt: [1, 2], encoding: latin-1}", (), dtype="string"),
    case("TextVectorization: {vocabulary: [sun, rain]}", (1,), dtype="string"),
    case(
        "TextVectorization: {vocabulary: [sun], output_sequence_length: 5, standardize: null}",
        (),
        dtype="string",
    ),
    case("TextVectorization: {vocabulary: [sun], ragged: true, ngrams: 2}", (1,), dtype="string"),
    case("TextVectorization: {vocabulary: [sun], output_mode: multi_hot}", (), dtype="string"),
    case(
        "TextVectorization: {vocabulary: [sun], output_mode: count, ngrams: [1, 3]}",
        (),
        dtype="string",
    ),
    case(
        "TextVectorization: {vocabulary: [sun], output_mode: tf_idf, idf_weights: [0.5]}",
        (),
        dtype="string",
    ),
    case(
        "TextVectorization: "
        "{vocabulary: [sun], output_mode: count, max_tokens: 9, pad_to_max_tokens: true}",
        (),
        dtype="string",
    ),
    case("TextVectorization: {vocabulary: [sun], split: null}", (3,), dtype="string"),
    case(
        "TextVectorization: {vocabulary: [sun], split: null, output_mode: one_hot}",
        (3,),
        dtype="string",
    ),
    case(
        "TextVectorization: {vocabulary: [s], split: character, output_mode: multi_hot}",
        (),
        dtype="string",
    ),
]

_SPECTROGRAMS = [
    case(
        "STFTSpectrogram: {frame_length: 8}",
        (64, 2),
        params=2 * 8 * 5,
        macs=2 * 15 * 8 * 5 * 2,
    ),
    case("STFTSpectrogram: {mode: stft, frame_length: 8}", (64, 2)),
    case("STFTSpectrogram: {mode: real, frame_length: 8, trainable: false}", (64, 1)),
    case("STFTSpectrogram: {mode: imag, frame_length: 6}", (64, 1)),
    case(
        "STFTSpectrogram: {frame_length: 8, frame_step: 3, fft_length: 16, padding: same}", (64, 1)
    ),
    case("STFTSpectrogram: {frame_length: 8, expand_dims: true, mode: psd}", (64, 2)),
    case("STFTSpectrogram: {frame_length: 8, data_format: channels_first}", (2, 64)),
    case(
        "STFTSpectrogram: {frame_length: 8, data_format: channels_first, expand_dims: true}",
        (2, 64),
    ),
    case("STFTSpectrogram: {frame_length: 8, window: blackman, scaling: null}", (None, 2)),
    case("STFTSpectrogram: {frame_length: 4, window: [1, 2, 2, 1], periodic: true}", (64, 1)),
    case("STFTSpectrogram: {frame_length: 1, frame_step: 1, window: null}", (64, 1)),
    case("STFTSpectrogram: {frame_length: 8, mode: real}", (24, 3)),
    case("MelSpectrogram", (16000,), macs=32 * 1025 * 128),
    case("MelSpectrogram: {fft_length: 16, sequence_stride: 4, num_mel_bins: 5}", (30,)),
    case("MelSpectrogram: {fft_length: 16, sequence_stride: 4, num_mel_bins: 5}", (64,)),
    case("MelSpectrogram: {fft_length: 15, sequence_stride: 4, num_mel_bins: 5}", (66,)),
    case("MelSpectrogram: {fft_length: 16, sequence_length: 8, sequence_stride: 4}", (None,)),
    case(
        "MelSpectrogram: {fft_length: 16, sequence_length: 2, window: [1, 2], sequence_stride: 7}",
        (64,),
    ),
]

CASES = [*_NUMBERS, *_PIPELINE, *_CATEGORIES, *_LOOKUPS, *_SPECTROGRAMS]

_BAD_NUMBERS = [
    bad("shape-mismatch", "Rescaling: [[1, 2, 3]]", (5, 2), late=True),
    bad("shape-mismatch", "Rescaling: {scale: 1, offset: [1, 2]}", (5, 3), late=True),
    bad("wrong-length", "Rescaling: {scale: [[1], [2, 3]]}", (5, 3), late=True),
    bad("missing-argument", "Rescaling", (5, 3)),
    bad("wrong-axis", "Normalization: 3", (5, 3)),
    bad("wrong-axis", "Normalization: [-1, 2]", (5, 3)),
    bad("unknown-dimension", "Normalization", (5, None)),
    bad("unknown-dimension", "Normalization: 0", (5, 3)),
    bad("conflicting-arguments", "Normalization: {mean: 1}", (5, 3)),
    bad("conflicting-arguments", "Normalization: {variance: [1, 1, 1]}", (5, 3)),
    bad("shape-mismatch", "Normalization: {mean: 1, variance: [1]}", (5, 3)),
    bad("shape-mismatch", "Normalization: {mean: [1, 2], variance: [1, 2]}", (5, 3)),
    bad("shape-mismatch", "Normalization: {mean: [[1]], variance: [[1]]}", (5, 3)),
    bad("wrong-rank", "Pipeline: [{LSTM: 4}]", (5,)),
    bad("wrong-type", "Pipeline: {layers: []}", (5,)),
    bad("unknown-argument", "Pipeline: {layers: [Flatten], trainable: false}", (5,)),
]

_BAD_CATEGORIES = [
    bad("missing-argument", "CategoryEncoding", (3,), dtype="int32"),
    bad("out-of-range", "CategoryEncoding: 0", (3,), dtype="int32"),
    bad("wrong-type", "CategoryEncoding: {num_tokens: 3, output_mode: int}", (3,), dtype="int32"),
    bad("conflicting-arguments", "CategoryEncoding: 6", (3,), count_weights=(3,), late=True),
    bad(
        "shape-mismatch",
        "CategoryEncoding: {num_tokens: 6, output_mode: count}",
        (3,),
        count_weights=(4,),
        late=True,
    ),
    bad(
        "conflicting-arguments",
        "CategoryEncoding: {num_tokens: 6, sparse: true}",
        (3,),
        dtype="int32",
        late=True,
    ),
    bad("missing-argument", "Discretization", (3,)),
    bad("missing-argument", "Discretization: {num_bins: 4}", (3,), late=True),
    bad("conflicting-arguments", "Discretization: {num_bins: 4, bin_boundaries: [1]}", (3,)),
    bad("conflicting-arguments", "Discretization: {bin_boundaries: [1], sparse: true}", (3,)),
    bad("not-ascending", "Discretization: [1, 3, 2]", (3,), late=True),
    bad("unknown-argument", "Discretization: {bin_boundaries: [1], trainable: false}", (3,)),
    bad("out-of-range", "Hashing: 0", (3,), dtype="int32"),
    bad("wrong-length", "Hashing: {num_bins: 3, salt: [1, 2, 3]}", (3,), dtype="int32"),
    bad("conflicting-arguments", "Hashing: {num_bins: 3, sparse: true}", (3,), dtype="int32"),
    bad("wrong-rank", "HashedCrossing: 5", (3,), (3,), dtype="int32", late=True),
    bad("wrong-rank", "HashedCrossing: 5", (1, 1), (1, 1), dtype="int32", late=True),
    bad("shape-mismatch", "HashedCrossing: 5", (1,), (), dtype="int32"),
    bad("missing-input", "HashedCrossing: 5", (1,), dtype="int32"),
    bad(
        "wrong-type", "HashedCrossing: {num_bins: 5, output_mode: count}", (1,), (1,), dtype="int32"
    ),
]

_BAD_LOOKUPS = [
    bad(
        "missing-argument",
        "StringLookup: {vocabulary: [sun, rain], invert: true, oov_token: null}",
        (3,),
        dtype="int64",
    ),
    bad(
        "missing-argument",
        "IntegerLookup: {vocabulary: [4, 5], invert: true, oov_token: null}",
        (3,),
        dtype="int64",
    ),
    bad("missing-argument", "IntegerLookup", (3,), dtype="int64", late=True),
    bad(
        "missing-argument", "StringLookup: {output_mode: one_hot}", (3,), dtype="string", late=True
    ),
    bad("missing-argument", "TextVectorization: 9", (1,), dtype="string", late=True),
    bad("bad-vocabulary", "IntegerLookup: {vocabulary: [1, 2, 2]}", (3,), dtype="int64"),
    bad("bad-vocabulary", "IntegerLookup: {vocabulary: []}", (3,), dtype="int64"),
    bad(
        "bad-vocabulary", "IntegerLookup: {vocabulary: [1, 2], mask_token: 2}", (3,), dtype="int64"
    ),
    bad(
        "bad-vocabulary", "IntegerLookup: {vocabulary: [1, -1], invert: true}", (3,), dtype="int64"
    ),
    bad(
        "bad-vocabulary", "StringLookup: {vocabulary: [a, b], max_tokens: 2}", (3,), dtype="string"
    ),
    bad("out-of-range", "StringLookup: {vocabulary: [a, b], max_tokens: 1}", (3,), dtype="string"),
    bad(
        "missing-argument",
        "StringLookup: {vocabulary: [a], pad_to_max_tokens: true}",
        (3,),
        dtype="string",
    ),
    bad("conflicting-arguments", "IntegerLookup: {vocabulary: [1], salt: 3}", (3,), dtype="int64"),
    bad(
        "conflicting-arguments",
        "IntegerLookup: {vocabulary: [1], sparse: true}",
        (3,),
        dtype="int64",
    ),
    bad(
        "conflicting-arguments",
        "IntegerLookup: {vocabulary: [1], invert: true, output_mode: count}",
        (3,),
        dtype="int64",
    ),
    bad(
        "conflicting-arguments",
        "StringLookup: {vocabulary: [a], idf_weights: [1]}",
        (3,),
        dtype="string",
    ),
    bad(
        "missing-argument",
        "StringLookup: {vocabulary: [a], output_mode: tf_idf}",
        (3,),
        dtype="string",
    ),
    bad(
        "wrong-length",
        "StringLookup: {vocabulary: [a, b], output_mode: tf_idf, idf_weights: [1]}",
        (3,),
        dtype="string",
    ),
    bad(
        "wrong-type",
        "IntegerLookup: {vocabulary: [1], vocabulary_dtype: int32}",
        (3,),
        dtype="int64",
    ),
    bad(
        "unknown-argument", "StringLookup: {vocabulary: [a], autocast: false}", (3,), dtype="string"
    ),
    bad(
        "conflicting-arguments",
        "TextVectorization: {vocabulary: [a], output_mode: count, output_sequence_length: 3}",
        (),
        dtype="string",
    ),
    bad(
        "conflicting-arguments",
        "TextVectorization: {vocabulary: [a], output_mode: count, ragged: true}",
        (),
        dtype="string",
    ),
    bad("wrong-rank", "TextVectorization: {vocabulary: [a]}", (3,), dtype="string", late=True),
]

_BAD_SPECTROGRAMS = [
    bad("wrong-rank", "STFTSpectrogram: {frame_length: 8}", (64,)),
    bad("unknown-dimension", "STFTSpectrogram: {frame_length: 8}", (64, None)),
    bad("kernel-too-large", "STFTSpectrogram: {frame_length: 8}", (7, 1)),
    bad("out-of-range", "STFTSpectrogram: {frame_length: 8, frame_step: 9}", (64, 1)),
    bad("out-of-range", "STFTSpectrogram: {frame_length: 1}", (64, 1)),
    bad("out-of-range", "STFTSpectrogram: {frame_length: 8, fft_length: 4}", (64, 1)),
    bad("wrong-length", "STFTSpectrogram: {frame_length: 8, window: [1, 2]}", (64, 1)),
    bad("wrong-type", "STFTSpectrogram: {frame_length: 8, window: kaiser}", (64, 1)),
    bad("out-of-range", "MelSpectrogram: {fft_length: 16, sequence_length: 17}", (64,)),
    bad("kernel-too-large", "MelSpectrogram: {fft_length: 16}", (8,), late=True),
    bad("wrong-rank", "MelSpectrogram: {fft_length: 16}", (64, 2), late=True),
    bad("wrong-length", "MelSpectrogram: {fft_length: 16, window: [1, 2]}", (64,), late=True),
    bad("wrong-type", "MelSpectrogram: {fft_length: 16, window: blackman}", (64,), late=True),
]

BAD = [*_BAD_NUMBERS, *_BAD_CATEGORIES, *_BAD_LOOKUPS, *_BAD_SPECTROGRAMS]
