"""Layers that look numbers, texts and the words of texts up in a vocabulary."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import Choice, Either, ListOf, Optional, Real, Text, Whole
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.categories import Salt, check_sparse, encoded
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Flag, NonNegative, OptionalPositive, Word
from layerforge.records import record
from layerforge.shapes import UNKNOWN, Shape, describe

_INT64: Final = Whole(-(2**63), 2**63 - 1, "a whole number")

LookupMode: TypeAlias = Annotated[str, Choice(("int", "one_hot", "multi_hot", "count", "tf_idf"))]
MaxTokens: TypeAlias = Annotated[int | None, Optional(Whole(2))]
Token: TypeAlias = Annotated[int | None, Optional(_INT64)]
Term: TypeAlias = Annotated[str | None, Optional(Text())]
Tokens: TypeAlias = Annotated[
    tuple[int, ...] | str | None,
    Optional(Either((ListOf(_INT64), Text("the path of a text file")))),
]
Terms: TypeAlias = Annotated[
    tuple[str, ...] | str | None,
    Optional(Either((ListOf(Text()), Text("the path of a text file")))),
]
Weights: TypeAlias = Annotated[tuple[float, ...] | None, Optional(ListOf(Real(), at_least=1))]
Int64: TypeAlias = Annotated[str, Choice(("int64",))]
OovMethod: TypeAlias = Annotated[str, Choice(("floormod", "farmhash"))]
Standardize: TypeAlias = Annotated[
    str | None, Optional(Choice(("lower_and_strip_punctuation", "lower", "strip_punctuation")))
]
Split: TypeAlias = Annotated[str | None, Optional(Choice(("whitespace", "character")))]
Ngrams: TypeAlias = Annotated[
    int | tuple[int, ...] | None, Optional(Either((Whole(1), ListOf(Whole(1), at_least=1))))
]


@record
class _Table:
    """The arguments that a lookup table is made of, as Keras's `IndexLookup` has them."""

    vocabulary: Sequence[Any] | str | None
    max_tokens: int | None
    num_oov_indices: int
    mask_token: Any
    oov_token: Any
    idf_weights: Sequence[float] | None
    invert: bool
    output_mode: str
    pad_to_max_tokens: bool

    def depth(self) -> int:
        """How many numbers a code has; SpecError for a vocabulary that Keras does not take."""
        if self.vocabulary is None:
            message = "needs a `vocabulary`; to find one Keras must have seen data before"
            raise SpecError("missing-argument", message)
        self._check_mode()
        size = None if isinstance(self.vocabulary, str) else self._size(tuple(self.vocabulary))
        if self.pad_to_max_tokens:
            if self.max_tokens is None:
                message = "needs `max_tokens` to pad its codes to"
                raise SpecError("missing-argument", message, "pad_to_max_tokens")
            return self.max_tokens
        if size is not None or self.output_mode == "int":
            return size or 0
        message = "cannot know the size of its codes from a vocabulary in a file"
        help = "give `max_tokens` and `pad_to_max_tokens: true`, or write the vocabulary out"
        raise SpecError("unknown-dimension", message, "vocabulary", help)

    def _check_mode(self) -> None:
        if self.invert and self.output_mode != "int":
            message = f"cannot give `{self.output_mode}` codes with `invert`, which gives tokens for numbers"
            raise SpecError("conflicting-arguments", message, "output_mode")
        if self.invert and self.oov_token is None:
            message = "needs an `oov_token` with `invert`: the answer to a number of no token"
            raise SpecError("missing-argument", message, "oov_token")
        weighted = self.output_mode == "tf_idf"
        if weighted and isinstance(self.vocabulary, str):
            message = "cannot weigh a vocabulary in a file by `tf_idf`"
            raise SpecError("conflicting-arguments", message, "vocabulary")
        if weighted and self.idf_weights is None:
            message = "needs `idf_weights`, one for each token, for `tf_idf`"
            raise SpecError("missing-argument", message, "output_mode")
        if not weighted and self.idf_weights is not None:
            message = "takes `idf_weights` only with `output_mode: tf_idf`"
            raise SpecError("conflicting-arguments", message, "idf_weights")

    def _size(self, vocabulary: tuple[Any, ...]) -> int:
        """How many numbers the vocabulary takes, the reserved ones counted.

        Source: `keras.src.layers.preprocessing.index_lookup.IndexLookup.set_vocabulary`.
        """
        masks = int(self.mask_token is not None and self.output_mode == "int")
        reserved = (self.mask_token,) * masks + (self.oov_token,) * self.num_oov_indices
        start = len(reserved)
        tokens = vocabulary[start:] if vocabulary[:start] == reserved else vocabulary
        self._check_tokens(vocabulary, tokens)
        size = start + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            message = (
                f"needs `max_tokens` of at least {size} for its vocabulary, not {self.max_tokens}"
            )
            raise SpecError("bad-vocabulary", message, "max_tokens")
        return size

    def _check_tokens(self, vocabulary: tuple[Any, ...], tokens: tuple[Any, ...]) -> None:
        if not vocabulary:
            raise SpecError("bad-vocabulary", "needs a vocabulary that is not empty", "vocabulary")
        twice = next((token for token in tokens if tokens.count(token) > 1), None)
        if twice is not None:
            raise SpecError(
                "bad-vocabulary", f"needs each token once, not `{twice}` twice", "vocabulary"
            )
        taken = [self.mask_token, self.oov_token if self.invert else None]
        for token in taken:
            if token is not None and token in tokens:
                message = f"needs a vocabulary without `{token}`, which stands for other tokens"
                raise SpecError("bad-vocabulary", message, "vocabulary")
        if self.idf_weights is not None and len(self.idf_weights) != len(vocabulary):
            message = f"needs {len(vocabulary)} `idf_weights`, one for each token"
            message += f", not {len(self.idf_weights)}"
            raise SpecError("wrong-length", message, "idf_weights")


@layer(common=("trainable", "dtype", "name"))
def IntegerLookup(
    x: Shape,
    *,
    max_tokens: MaxTokens = None,
    num_oov_indices: NonNegative = 1,
    mask_token: Token = None,
    oov_token: Token = -1,
    vocabulary: Tokens = None,
    vocabulary_dtype: Int64 = "int64",
    idf_weights: Weights = None,
    invert: Flag = False,
    output_mode: LookupMode = "int",
    sparse: Flag = False,
    pad_to_max_tokens: Flag = False,
    oov_method: OovMethod = "floormod",
    salt: Salt = None,
) -> Effect:
    """Numbers the whole numbers of a vocabulary one after the other; all others share the first places.

    Source: Keras `IntegerLookup`.
    """
    if salt is not None and oov_method != "farmhash":
        message = "takes a `salt` only with `oov_method: farmhash`"
        raise SpecError("conflicting-arguments", message, "salt")
    check_sparse(sparse, output_mode)
    table = _Table(
        vocabulary, max_tokens, num_oov_indices, mask_token, oov_token,
        idf_weights, invert, output_mode, pad_to_max_tokens,
    )  # fmt: skip
    return Effect(encoded(x, output_mode, table.depth()))


@layer(common=("trainable", "dtype", "name"))
def StringLookup(
    x: Shape,
    *,
    max_tokens: MaxTokens = None,
    num_oov_indices: NonNegative = 1,
    mask_token: Term = None,
    oov_token: Term = "[UNK]",
    vocabulary: Terms = None,
    idf_weights: Weights = None,
    invert: Flag = False,
    output_mode: LookupMode = "int",
    pad_to_max_tokens: Flag = False,
    sparse: Flag = False,
    encoding: Word = "utf-8",
    salt: Salt = None,
) -> Effect:
    """Numbers the texts of a vocabulary one after the other; all others share the first places.

    Source: Keras `StringLookup`.
    """
    check_sparse(sparse, output_mode)
    table = _Table(
        vocabulary, max_tokens, num_oov_indices, mask_token, oov_token,
        idf_weights, invert, output_mode, pad_to_max_tokens,
    )  # fmt: skip
    return Effect(encoded(x, output_mode, table.depth()))


@layer()
def TextVectorization(
    x: Shape,
    *,
    max_tokens: MaxTokens = None,
    standardize: Standardize = "lower_and_strip_punctuation",
    split: Split = "whitespace",
    ngrams: Ngrams = None,
    output_mode: LookupMode = "int",
    output_sequence_length: OptionalPositive = None,
    pad_to_max_tokens: Flag = False,
    vocabulary: Terms = None,
    idf_weights: Weights = None,
    sparse: Flag = False,
    ragged: Flag = False,
    encoding: Word = "utf-8",
) -> Effect:
    """Cuts texts into words and numbers these by a vocabulary; 0 fills up, 1 is for unknown words.

    Source: Keras `TextVectorization`.
    """
    check_sparse(sparse, output_mode)
    table = _Table(
        vocabulary, max_tokens, 1, "", "[UNK]",
        idf_weights, False, output_mode, pad_to_max_tokens,
    )  # fmt: skip
    depth = table.depth()
    if output_mode == "int":
        _check_texts(x, split)
        steps = UNKNOWN if output_sequence_length is None else output_sequence_length
        return Effect((x[0], steps))
    for name, given in (("output_sequence_length", output_sequence_length), ("ragged", ragged)):
        if given:
            message = f"takes `{name}` only with `output_mode: int`"
            raise SpecError("conflicting-arguments", message, name)
    return Effect(_coded(x, split, ngrams, output_mode, depth))


def _check_texts(x: Shape, split: str | None) -> None:
    """Raises SpecError unless a sample is one text to split, or a list of words where nothing is split."""
    if split is None and len(x) != 2:
        message = f"needs a list of words where it does not `split`, not {describe(x)}"
        raise SpecError("wrong-rank", message)
    if split is not None and (len(x) > 2 or (len(x) == 2 and x[1] != 1)):
        message = f"needs one text per sample to split, () or (1), not {describe(x)}"
        raise SpecError("wrong-rank", message)


def _coded(x: Shape, split: str | None, ngrams: object, mode: str, depth: int) -> Shape:
    """The shape of texts as codes; SpecError where Keras gives another than it says."""
    _check_texts(x, split)
    if mode == "one_hot" and (split is not None or ngrams is not None):
        message = "cannot give `one_hot` codes of texts of different lengths as one tensor"
        raise SpecError("conflicting-arguments", message, "output_mode")
    if split is None:
        return encoded(x, mode, depth)
    if len(x) == 2:
        # compute_output_spec keeps the axis of one place that `call` takes out.
        gives, said = describe((x[0], depth)), describe((*x, depth))
        message = f"cannot be built right: it gives {gives}, but Keras says {said}"
        help = "let the input be one text, of the shape [], instead of a list of one"
        raise SpecError("untrue-shape", message, "output_mode", help)
    return (x[0], depth)
