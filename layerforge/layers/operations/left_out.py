"""The functions of keras.ops that a spec does not have, and what to write instead."""

from typing import Final

_FUNCTIONS: Final = "it takes Python functions, and a spec holds none"
_MAKES: Final = (
    "it makes a tensor of numbers alone; write a list of numbers where a tensor is taken"
)
_ASKS: Final = "it answers Python code; the plan knows the shape and type of every tensor"
_COMPILED: Final = "Keras cannot compile it on TensorFlow, as training does"
_ADAPTIVE: Final = (
    "a model with it cannot be loaded again; use a layer such as AdaptiveMaxPooling2D"
)

LEFT_OUT: Final[dict[str, str]] = {
    "ops.arange": _MAKES,
    "ops.bartlett": _MAKES,
    "ops.blackman": _MAKES,
    "ops.empty": _MAKES,
    "ops.eye": _MAKES,
    "ops.full": f"{_MAKES}; `ops.full_like` fills the shape of a tensor",
    "ops.hamming": _MAKES,
    "ops.hanning": _MAKES,
    "ops.identity": _MAKES,
    "ops.kaiser": _MAKES,
    "ops.ones": f"{_MAKES}; `ops.ones_like` takes the shape of a tensor",
    "ops.tri": f"{_MAKES}; `ops.tril` cuts a triangle out of a tensor",
    "ops.zeros": f"{_MAKES}; `ops.zeros_like` takes the shape of a tensor",
    "ops.associative_scan": _FUNCTIONS,
    "ops.cond": f"{_FUNCTIONS}; `ops.where` chooses between two tensors",
    "ops.custom_gradient": _FUNCTIONS,
    "ops.fori_loop": f"{_FUNCTIONS}; `repeat` writes items several times",
    "ops.jvp": _FUNCTIONS,
    "ops.map": f"{_FUNCTIONS}; the layer TimeDistributed applies a layer to every step",
    "ops.scan": f"{_FUNCTIONS}; the layer RNN runs a cell over the steps",
    "ops.switch": _FUNCTIONS,
    "ops.vectorize": _FUNCTIONS,
    "ops.vectorized_map": f"{_FUNCTIONS}; the layer TimeDistributed applies a layer to every step",
    "ops.while_loop": _FUNCTIONS,
    "ops.convert_to_numpy": _ASKS,
    "ops.dtype": _ASKS,
    "ops.is_tensor": _ASKS,
    "ops.ndim": _ASKS,
    "ops.shape": _ASKS,
    "ops.adaptive_average_pool": _ADAPTIVE,
    "ops.adaptive_max_pool": _ADAPTIVE,
    "ops.argpartition": "Keras's version for TensorFlow gives wrong positions; use `ops.argsort`",
    "ops.conv_transpose": "Keras mixes up its arguments in a functional model; use the layer Conv2DTranspose",
    "ops.corrcoef": "Keras plans the shape of its input for it, and it gives another",
    "ops.get_item": 'write it in NumPy\'s notation: `slice: "[:, -1:]"`',
    "ops.histogram": "Keras cannot run it on TensorFlow; `ops.bincount` counts whole numbers",
    "ops.image.elastic_transform": "it is random in use too; use the layer RandomElasticTransform",
    "ops.isin": f"{_COMPILED}; `ops.equal` and `ops.any` compare with each value",
    "ops.kron": f"{_COMPILED}; `ops.einsum` and `ops.reshape` do the same",
    "ops.lu_factor": "Keras cannot run it on a batch on TensorFlow; `ops.qr` factors matrices",
    "ops.nanmedian": f"{_COMPILED}; use `ops.nan_to_num` and `ops.median`",
    "ops.nanpercentile": f"{_COMPILED}; use `ops.nan_to_num` and `ops.percentile`",
    "ops.nanquantile": f"{_COMPILED}; use `ops.nan_to_num` and `ops.quantile`",
    "ops.slogdet": "Keras plans one sign for the whole batch; use `ops.logdet` or `ops.det`",
    "ops.view": "its shape depends on how many bytes a value has; `ops.cast` changes the type",
    "ops.view_as_complex": "Keras cannot run it on TensorFlow; `ops.polar` makes complex numbers",
}
