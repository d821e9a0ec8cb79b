"""Reads a ``torch.nn.Module``: its arrays of weights, their true fans, and what follows each layer."""

import math
from collections.abc import Iterator
from typing import Any

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.following import LINEAR, After, settings_of
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, dotted, turned, turned_back, with_parts
from xavier_lib.frameworks.torch_followers import followers
from xavier_lib.shapes import embedding_fans, packed_fans, strided_fans

ATTENTION = {"in_proj_weight": 3, "q_proj_weight": 1, "k_proj_weight": 1, "v_proj_weight": 1}
SCRIPTED = {"Linear", "Embedding", *(f"Conv{turn}{axes}d" for axes in (1, 2, 3) for turn in ("", "Transpose"))}
Part = tuple[str, str, Fans | MeanFans, dict[str, Any]]


def contents(model: Any) -> Contents:
    """Return what lies in a module, in the order in which its submodules were registered.

    Raises:
        ValueError: if a layer is lazy and has not seen a batch, lies on the meta device, or is empty.
    """
    found = Contents()
    for name, parameter in model.named_parameters():
        refuse_empty(name, parameter)
    following = followers(model, found.unseen)
    for name, module in model.named_modules():
        own = {dotted(name, part): p for part, p in module.named_parameters(recurse=False)}
        arrays = list(arrays_of(name, module, following.get(name)))
        found.arrays.extend(arrays)
        judged = {array.name for array in arrays}
        for whole, parameter in own.items():
            bias = arrays and whole.split(".")[-1].startswith(("bias", "in_proj_bias"))
            if whole not in judged and not bias:
                found.set_aside(whole, parameter.ndim, why_not(module, whole.rpartition(".")[2]))
        found.others.extend(dotted(name, part) for part, _ in module.named_buffers(recurse=False))
        if hasattr(module, "_packed_params"):
            found.set_aside(dotted(name, "weight"), 2, "quantized")
    return found


def why_not(module: Any, part: str) -> str:
    """Return why the fans of a parameter are not read."""
    if part in ("weight_g", "weight_v") and hasattr(module, "weight"):
        return "weight normalization computes the weights from it"
    if part.endswith("_orig"):
        return "pruning or spectral normalization computes the weights from it"
    if type(module).__name__ == "ParametrizationList":
        return f"{type(module[0]).__name__.strip('_')} computes the weights from it"
    return f"{kind_of(module)} is not known here"


def kind_of(module: Any) -> str:
    """Return the kind of a module, also of one that was scripted."""
    return str(getattr(module, "original_name", type(module).__name__))


def refuse_empty(name: str, parameter: Any) -> None:
    """Refuse a parameter that has no numbers, or none yet."""
    import torch

    if isinstance(parameter, torch.nn.parameter.UninitializedParameter):
        raise ValueError(f"{name} is lazy and has no shape yet: send one batch through the model first")
    if parameter.is_meta:
        raise ValueError(f"{name} lies on the meta device and has no numbers: move the model with to_empty first")
    if not parameter.numel():
        raise ValueError(f"{name} must hold at least one number, got shape {tuple(parameter.shape)}")


def arrays_of(name: str, module: Any, following: After | None) -> Iterator[Stored]:
    """Return the arrays of weights of one module, without those of its submodules."""
    from torch import nn

    for part, kind, fans, settings in parts_of(module, settings_of(following)):
        weight = getattr(module, part)
        if (
            isinstance(weight, nn.Parameter) or kind_of(module) != type(module).__name__
        ) and weight.is_floating_point():
            whole = dotted(name, part)  # and not computed from other parameters
            padding, kept = getattr(module, "padding_idx", None), settings.pop("turned", True)
            where = place(weight, padding, kept)
            trainable = weight.requires_grad
            yield Stored(whole, kind, tuple(weight.shape), fans, where, id(weight), trainable=trainable, **settings)


def parts_of(module: Any, following: dict[str, Any]) -> Iterator[Part]:
    """Return the name, kind, true fans and settings of each array of weights in one module."""
    from torch import nn

    kind = kind_of(module)
    scripted = kind in SCRIPTED and kind != type(module).__name__
    if scripted and not hasattr(module, "weight"):
        return
    if isinstance(module, (nn.Linear, nn.modules.conv._ConvNd)) or (scripted and kind != "Embedding"):
        if scripted and not hasattr(module, "groups") and "Conv" in kind:
            return  # traced: the settings are gone
        bias = None if getattr(module, "bias", None) is None else place(module.bias)
        turned_around = bool(getattr(module, "transposed", False))
        own = {"bias": bias, "movable": not turned_around, "transposed": turned_around, "unstrided": unstrided(module)}
        yield "weight", kind, fans_of(module), following | own
    elif isinstance(module, (nn.Embedding, nn.EmbeddingBag)) or scripted:
        yield "weight", kind, embedding_fans(module.weight.shape), settings_of(LINEAR) | {"lookup": True}
    elif kind == "Conv1D" and hasattr(module, "nf"):  # of transformers: a dense layer, stored as (in, out)
        own = {"bias": place(module.bias), "turned": False}
        yield "weight", kind, fan_in_fan_out(tuple(module.weight.shape)), following | own
    elif isinstance(module, nn.MultiheadAttention):
        for part, parts in ATTENTION.items():
            if getattr(module, part) is not None:
                fans = packed_fans(getattr(module, part).shape, parts, layout="OI")
                yield part, with_parts("attention", parts), fans, {"activation": "linear", "parts": parts}
    elif isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
        yield from recurrent_parts(module, kind)


def recurrent_parts(module: Any, kind: str) -> Iterator[Part]:
    """Return the same for a recurrent layer, whose gates lie side by side."""
    after = {"activation": getattr(module, "nonlinearity", "tanh")}
    for part, parameter in module.named_parameters(recurse=False):
        if part.startswith("weight"):
            parts = 1 if part.startswith("weight_hr") else parameter.shape[0] // module.hidden_size
            own = {"parts": parts, "gates": parts > 1, "recurrent": part.startswith("weight_hh")}
            yield part, with_parts(kind, parts), packed_fans(parameter.shape, parts, layout="OI"), after | own


def unstrided(module: Any) -> Fans | None:
    """Return the fans of a convolution without its strides, or None where it has none."""
    if not hasattr(module, "groups") or module.transposed or math.prod(module.stride) == 1:
        return None
    return fan_in_fan_out(module.weight.shape, layout="OI", groups=module.groups)


def fans_of(module: Any) -> Fans | MeanFans:
    """Return the true fans of a dense or convolutional layer."""
    shape = module.weight.shape
    if not hasattr(module, "groups"):
        return fan_in_fan_out(shape, layout="OI")
    fans = fan_in_fan_out(shape, layout="OI", groups=module.groups, transposed=module.transposed)
    return strided_fans(fans, module.stride, transposed=module.transposed)


def place(parameter: Any, padding: int | None = None, other_layout: bool = True) -> Place:
    """Return where a parameter lies; a kernel's axes are turned to the layout of this book and back.

    A row of embeddings that stands for padding is kept at zero.
    """
    kernel = parameter.ndim > 1 and other_layout

    def read() -> Array:
        import torch

        values = parameter.detach().cpu()
        exact = values if values.dtype in (torch.float32, torch.float64) else values.float()
        array: Array = exact.numpy()
        return turned(array) if kernel else array

    def write(values: Array) -> None:
        import torch

        ordered = turned_back(values) if kernel else values
        with torch.no_grad():
            parameter.copy_(torch.tensor(ordered))
            if padding is not None:
                parameter[padding] = 0

    return Place(read, write, "was made in inference mode" if parameter.is_inference() else "")
