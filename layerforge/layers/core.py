"""Dense and what else has weights but no sense of place or time."""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.einsum import parse, resolve
from layerforge.layers.kinds import (
    SWITCH,
    Activation,
    Constraint,
    Flag,
    Initializer,
    Number,
    OptionalNumber,
    OptionalPositive,
    OptionalWord,
    PartialShape,
    Positive,
    Regularizer,
    Word,
)
from layerforge.layers.lora import adapted
from layerforge.shapes import Shape, at_least, describe, differ, known, size


@layer(training=SWITCH)
def Dense(
    x: Shape,
    *,
    units: Positive,
    activation: Activation = None,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    lora_rank: OptionalPositive = None,
    lora_alpha: OptionalPositive = None,
) -> Effect:
    """Connects every input feature to every unit, at each position: y = activation(x W + b).

    Parameters: features x units + units; with `lora_rank` r also r x (features + units), and the
    kernel is fixed. Source: Keras `Dense`.
    """
    *rest, last = at_least(x, 2, "a vector (features) or a sequence of them")
    features = known(last, "the last axis")
    weights: dict[str, tuple[int, ...]] = {"kernel": (features, units)}
    if use_bias:
        weights["bias"] = (units,)
    effect = Effect((*rest, units), weights, macs=size(rest[1:]) * features * units)
    return adapted(effect, lora_rank, kernel_constraint)


@layer(training=SWITCH)
def EinsumDense(
    x: Shape,
    *,
    equation: Word,
    output_shape: PartialShape,
    activation: Activation = None,
    bias_axes: OptionalWord = None,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    lora_rank: OptionalPositive = None,
    lora_alpha: OptionalPositive = None,
    gptq_unpacked_column_size: OptionalPositive = None,
) -> Effect:
    """Multiplies with a kernel along the axes that an einsum equation names: `abc,cd->abd` is Dense.

    Parameters: the lengths of the kernel's letters multiplied; a bias of those of `bias_axes`.
    `output_shape` leaves the batch out and has null where the input decides. Source: Keras `EinsumDense`.
    """
    partial = (output_shape,) if isinstance(output_shape, int) else output_shape
    resolved = resolve(parse(equation), x, partial)
    weights = {"kernel": resolved.kernel()}
    if bias_axes is not None:
        weights["bias"] = resolved.bias(bias_axes)
    effect = Effect(resolved.output, weights, macs=resolved.macs())
    return adapted(effect, lora_rank, kernel_constraint)


@layer()
def Embedding(
    x: Shape,
    *,
    input_dim: Positive,
    output_dim: Positive,
    embeddings_initializer: Initializer = "uniform",
    embeddings_regularizer: Regularizer = None,
    embeddings_constraint: Constraint = None,
    mask_zero: Flag = False,
    lora_rank: OptionalPositive = None,
    lora_alpha: OptionalPositive = None,
) -> Effect:
    """Looks up a vector for each whole number below `input_dim`: (steps) becomes (steps, output_dim).

    Parameters: input_dim x output_dim. With `mask_zero` the number 0 is padding. Source: Keras `Embedding`.
    """
    effect = Effect((*x, output_dim), {"embeddings": (input_dim, output_dim)})
    return adapted(effect, lora_rank, embeddings_constraint, "embeddings")


@layer(reverse=SWITCH)
def ReversibleEmbedding(
    x: Shape,
    *,
    input_dim: Positive,
    output_dim: Positive,
    tie_weights: Flag = True,
    embeddings_initializer: Initializer = "uniform",
    embeddings_regularizer: Regularizer = None,
    embeddings_constraint: Constraint = None,
    mask_zero: Flag = False,
    reverse_dtype: OptionalWord = None,
    logit_soft_cap: OptionalNumber = None,
    reverse: Flag = False,
) -> Effect:
    """An Embedding that also leads back: called with `reverse: true`, vectors give a score for each number.

    Parameters: input_dim x output_dim, twice with `tie_weights: false`.
    Source: Press & Wolf 2017; Keras `ReversibleEmbedding`.
    """
    weights = {"embeddings": (input_dim, output_dim)}
    if not tie_weights:
        weights["reverse_embeddings"] = (output_dim, input_dim)
    if not reverse:
        return Effect((*x, output_dim), weights)
    *rest, last = at_least(x, 2, "a vector (features) or a sequence of them")
    if differ(last, output_dim):
        message = f"needs vectors of {output_dim} to lead back, not {describe(x)}"
        raise SpecError("shape-mismatch", message, "output_dim")
    return Effect((*rest, input_dim), weights, macs=size(rest[1:]) * output_dim * input_dim)


@layer()
def Masking(x: Shape, *, mask_value: Number = 0.0) -> Effect:
    """Marks the steps whose features all equal `mask_value`, so that later layers pass over them.

    Source: Keras `Masking`.
    """
    return Effect(x)


@layer()
def Identity(x: Shape) -> Effect:
    """Passes its input on unchanged.

    Source: Keras `Identity`.
    """
    return Effect(x)
