"""The size of the gradients of a PyTorch model's parameters: each measured as it comes, the large ones never whole."""

from collections.abc import Callable, Sequence
from typing import Any

from xavier_lib.frameworks.trace.torch_sizes import CHUNK, LARGE, Sizes, mean_square, root, sizes
from xavier_lib.frameworks.trace.torch_uses import Use
from xavier_lib.frameworks.trace.torch_weights import Held


class Table:
    r"""The gradient of a large table of weights that serves one product, look-ups, or both, without the table.

    .. math:: G = \delta^\top x + S, \qquad |G|^2 = |\delta^\top x|^2 + 2 \langle (\delta^\top x)_U, S_U \rangle + |S|^2

    where S is zero but in the rows U that were looked up.
    """

    def __init__(self, uses: Sequence[Use]) -> None:
        import torch

        self.uses = list(uses)
        chosen = [use.rows.flatten() for use in uses if use.lookup]
        self.rows: Any = torch.unique(torch.cat(chosen)) if chosen else None
        self.dense = 0.0
        self.looked: Any = None
        self.shared: Any = None

    @staticmethod
    def fits(uses: Sequence[Use]) -> bool:
        """Say whether the uses of a parameter are of that kind."""
        products = [use for use in uses if not use.lookup]
        aligned = len(products) == len(uses) or all(use.unit == 0 for use in products)
        return len(products) <= 1 and aligned and all(use.rows is not None for use in uses)

    def product(self, use: Use, gradient: Any) -> None:
        """Take the part of a product: gradients of what came out, times what went in."""
        entered, units = use.rows, gradient.shape[1]
        step = max(1, CHUNK // entered.shape[1])
        for start in range(0, units, step):
            part = gradient[:, start : start + step].T @ entered
            self.dense += mean_square(part) * part.numel()
        if self.rows is not None:
            self.shared = gradient[:, self.rows].T @ entered

    def lookup(self, use: Use, gradient: Any) -> None:
        """Take the part of a look-up: gradients of the rows that were picked."""
        import torch

        flat = gradient.reshape(-1, gradient.shape[-1])
        if use.padding is not None:
            flat = flat * (use.rows.flatten() != use.padding)[:, None]
        if self.looked is None:
            self.looked = torch.zeros(len(self.rows), flat.shape[1], dtype=flat.dtype, device=flat.device)
        self.looked.index_add_(0, torch.searchsorted(self.rows, use.rows.flatten()), flat)

    def size(self, numel: int) -> float:
        """Return the root mean square of the whole gradient."""
        total = self.dense
        if self.looked is not None:
            total += mean_square(self.looked) * self.looked.numel()
            if self.shared is not None:
                total += 2 * float((self.shared * self.looked).double().sum())
        return root(max(total, 0.0) / numel)


def tables(held: Sequence[Held], uses: Sequence[Use]) -> dict[int, Table]:
    """Return the large parameters whose gradients are taken in parts."""
    found = {}
    for entry in held:
        own = [use for use in uses if use.held is entry]
        large = entry.parameter.requires_grad and entry.parameter.numel() > LARGE
        if large and own and not entry.parameter._backward_hooks and Table.fits(own):
            found[id(entry)] = Table(own)
    return found


def watched(use: Use, tensor: Any, samples: int, large: dict[int, Table]) -> Any:
    """Measure the gradient of a use's output when it comes, and return the handle of the hook."""
    from torch.autograd.graph import get_gradient_edge

    if use.rows is not None and (use.lookup or not use.rows.requires_grad):  # else the pass comes by anyway
        use.edge = get_gradient_edge(tensor)
    axis = use.axis

    def measure(gradient: Any) -> None:
        if use.measured:
            found = sizes(gradient, axis, samples)
            varying = None if found.varying is None else found.varying * samples
            use.gradient = Sizes(found.whole * samples, varying)
        table = large.get(id(use.held))
        if table is not None and use.rows is not None:
            (table.lookup if use.lookup else table.product)(use, gradient)

    return tensor.register_hook(measure)


def measuring(entry: Held) -> Callable[[Any], Any]:
    """Return a hook that measures the gradient of a parameter and puts zeros without memory in its place."""

    def measure(gradient: Any) -> Any:
        if gradient.is_sparse:  # of a table: the rows that were looked up
            rows = gradient.coalesce().values()
            entry.gradient = root(mean_square(rows) * rows.numel() / gradient.numel())
            return None
        entry.gradient = mean_square(gradient) ** 0.5
        return gradient.new_zeros(()).expand(gradient.shape)

    return measure


def first_line(error: Exception) -> str:
    """Return the kind of an error and the first line of what it says."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:300]}"


def backwards(starts: Sequence[Any], held: Sequence[Held], large: dict[int, Table], hooks: list[Any]) -> list[str]:
    """Send gradients back, measure each one of a parameter as it comes, and keep none; return what was not seen.

    Args:
        starts: the single numbers that the pass starts from.
        held: the parameters.
        large: those whose gradients are taken in parts.
        hooks: where hooks are collected, to be removed.
    """
    import torch

    wanted = [entry for entry in held if entry.parameter.requires_grad]
    able = [number for number in starts if number.requires_grad]
    if not able or not wanted:
        return ["the gradients: no output depends on parameters in a way that PyTorch can differentiate"]
    whole = [entry for entry in wanted if id(entry) not in large]
    hooks += [entry.parameter.register_hook(measuring(entry)) for entry in whole]
    ends = [entry.parameter for entry in whole] + [
        use.edge for table in large.values() for use in table.uses if use.edge
    ]
    try:
        torch.autograd.grad(able, ends, allow_unused=True)
    except Exception as error:  # whatever a function's own backward pass raises
        for entry in held:  # half of them would tell a wrong story
            entry.gradient = None
        return [f"the gradients: the backward pass failed with {first_line(error)}"]
    for entry in wanted:
        if id(entry) in large:
            entry.gradient = large[id(entry)].size(entry.parameter.numel())
    return []
