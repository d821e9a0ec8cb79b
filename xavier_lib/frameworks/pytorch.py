"""Reads a ``torch.nn.Module``: its arrays of weights, their true fans, and what follows each layer."""

from collections.abc import Iterator
from typing import Any

from xavier_lib.fans import Fans, MeanFans, fan_in_fan_out
from xavier_lib.frameworks.stored import Array, Contents, Place, Stored, dotted, turned, turned_back, with_parts
from xavier_lib.frameworks.torch_graph import activations
from xavier_lib.shapes import embedding_fans, packed_fans, strided_fans

ATTENTION = {"in_proj_weight": 3, "q_proj_weight": 1, "k_proj_weight": 1, "v_proj_weight": 1}
Part = tuple[str, str, Fans | MeanFans, dict[str, Any]]


def contents(model: Any) -> Contents:
    """Return what lies in a module, in the order in which its submodules were registered.

    Raises:
        ValueError: if a layer is lazy and has not seen a batch, lies on the meta device, or is empty.
    """
    found, following = Contents(), activations(model)
    for name, module in model.named_modules():
        own = {dotted(name, part): p for part, p in module.named_parameters(recurse=False)}
        for whole, parameter in own.items():
            refuse_empty(whole, parameter)
        arrays = list(arrays_of(name, module, following.get(name)))
        found.arrays.extend(arrays)
        judged = {array.key for array in arrays}
        for whole, parameter in own.items():
            bias = arrays and whole.split(".")[-1].startswith(("bias", "in_proj_bias"))
            if id(parameter) not in judged and not bias:
                found.set_aside(whole, parameter.ndim, f"{type(module).__name__} is not known here")
        found.others.extend(dotted(name, part) for part, _ in module.named_buffers(recurse=False))
        if hasattr(module, "_packed_params"):
            found.set_aside(dotted(name, "weight"), 2, "quantized")
    return found


def refuse_empty(name: str, parameter: Any) -> None:
    """Refuse a parameter that has no numbers, or none yet."""
    import torch

    if isinstance(parameter, torch.nn.parameter.UninitializedParameter):
        raise ValueError(f"{name} is lazy and has no shape yet: send one batch through the model first")
    if parameter.is_meta:
        raise ValueError(f"{name} lies on the meta device and has no numbers: move the model with to_empty first")
    if not parameter.numel():
        raise ValueError(f"{name} must hold at least one number, got shape {tuple(parameter.shape)}")


def arrays_of(name: str, module: Any, following: str | None) -> Iterator[Stored]:
    """Return the arrays of weights of one module, without those of its submodules."""
    from torch import nn

    for part, kind, fans, settings in parts_of(module, following):
        weight = getattr(module, part)
        if isinstance(weight, nn.Parameter) and weight.is_floating_point():  # and not computed from other parameters
            whole = dotted(name, part)
            padding = getattr(module, "padding_idx", None)
            yield Stored(whole, kind, tuple(weight.shape), fans, place(weight, padding), id(weight), **settings)


def parts_of(module: Any, following: str | None) -> Iterator[Part]:
    """Return the name, kind, true fans and settings of each array of weights in one module."""
    from torch import nn

    kind = type(module).__name__
    if isinstance(module, (nn.Linear, nn.modules.conv._ConvNd)):
        bias = None if module.bias is None else place(module.bias)
        plain = not getattr(module, "transposed", False)
        yield "weight", kind, fans_of(module), {"activation": following, "bias": bias, "movable": plain}
    elif isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
        yield "weight", kind, embedding_fans(module.weight.shape), {"activation": "linear", "lookup": True}
    elif isinstance(module, nn.MultiheadAttention):
        for part, parts in ATTENTION.items():
            if getattr(module, part) is not None:
                fans = packed_fans(getattr(module, part).shape, parts, layout="OI")
                yield part, with_parts("attention", parts), fans, {"activation": "linear"}
    elif isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
        after = {"activation": getattr(module, "nonlinearity", "tanh")}
        for part, parameter in module.named_parameters(recurse=False):
            if part.startswith("weight"):
                parts = 1 if part.startswith("weight_hr") else parameter.shape[0] // module.hidden_size
                yield part, with_parts(kind, parts), packed_fans(parameter.shape, parts, layout="OI"), after


def fans_of(module: Any) -> Fans | MeanFans:
    """Return the true fans of a dense or convolutional layer."""
    shape = module.weight.shape
    if not hasattr(module, "groups"):
        return fan_in_fan_out(shape, layout="OI")
    fans = fan_in_fan_out(shape, layout="OI", groups=module.groups, transposed=module.transposed)
    return strided_fans(fans, module.stride, transposed=module.transposed)


def place(parameter: Any, padding: int | None = None) -> Place:
    """Return where a parameter lies; a kernel's axes are turned to the layout of this book and back.

    A row of embeddings that stands for padding is kept at zero.
    """
    kernel = parameter.ndim > 1

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

    return Place(read, write)
