"""Finds in a trace of a PyTorch model what follows each layer."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from xavier_lib.frameworks.by_hand import GRID, Edges, activation_behind
from xavier_lib.frameworks.following import END, LINEAR, UNKNOWN, After, merged
from xavier_lib.frameworks.rules import known
from xavier_lib.frameworks.torch_blocks import within
from xavier_lib.frameworks.torch_twin import twin
from xavier_lib.nn.functions import simple

# What a signal passes on its way from a layer to the activation, by the name of a module, function or method.
PASSED = (
    *("dropout", "pool", "flatten", "reshape", "view", "pad", "permute", "transpose", "squeeze", "contiguous"),
    *("upsample", "identity", "mean", "interpolate", "shuffle", "droppath", "stochasticdepth"),
)
SAME = {
    *("to", "float", "double", "half", "bfloat16", "type", "typeas", "clone", "cat", "concat", "stack", "chunk"),
    *("split", "unbind", "getitem", "select", "narrow", "expand", "repeat", "roll", "flip", "t", "swapaxes", "movedim"),
}
ADDED = {"add", "sub", "rsub", "iadd", "isub"}
SCALED = {"mul", "div", "truediv", "imul", "itruediv", "neg"}
MATRICES = {
    *("matmul", "bmm", "baddbmm", "addmm", "mm", "linear", "einsum", "tensordot", "conv1d", "conv2d", "conv3d"),
    *("convtranspose1d", "convtranspose2d", "convtranspose3d", "scaleddotproductattention", "embedding"),
}
ASKED = {"size", "dim", "numel", "shape", "device", "dtype", "getattr", "isfloatingpoint", "assert"}  # not sent on
WRAPPERS = {"OptimizedModule", "DataParallel", "DistributedDataParallel"}
CONTAINERS = {"Sequential", "ModuleList", "ModuleDict"}
LEAVES = ("Linear", "_ConvNd", "Embedding", "EmbeddingBag", "RNNBase", "RNNCellBase", "MultiheadAttention", "Conv1D")


class Graph:
    """The graph of one module, with what follows each of its nodes.

    Attributes:
        nodes: its nodes, in the order of use.
        modules: the modules in it by name.
    """

    def __init__(self, module: Any) -> None:
        from torch import fx

        class Tracer(fx.Tracer):  # type: ignore[misc]  # of a package without types
            def is_leaf_module(self, m: Any, module_qualified_name: str) -> bool:
                names = {base.__name__ for base in type(m).__mro__}
                whole = bool(names & set(LEAVES)) or "norm" in type(m).__name__.lower()
                return whole or bool(super().is_leaf_module(m, module_qualified_name))

        with contextlib.redirect_stdout(io.StringIO()):
            self.nodes = list(Tracer().trace(module).nodes)
        self.modules: dict[str, Any] = dict(module.named_modules())
        self.seen: dict[Any, After] = {}

    def after(self, node: Any) -> After:
        """Return what follows a node: in all places where its value goes, so far as they agree."""
        if node not in self.seen:
            self.seen[node] = UNKNOWN  # of a graph that leads back to where it began
            self.seen[node] = self.found(node)
        return self.seen[node]

    def found(self, node: Any) -> After:
        """Return what follows a node, without a look at what was found before."""
        users = [user for user in node.users if not self.asks(user)]
        if len(users) == 1 and known(self.named(users[0])):
            return After(described(users[0], self.modules))
        by_hand = activation_behind(node, self.edges(), tensor_grid())
        if by_hand is not None:
            name, end = by_hand
            return self.after(end) if name == "linear" else After(name)
        return merged([self.what(user, node) for user in users]) if users else UNKNOWN

    def edges(self) -> Edges:
        """Return how to walk through this graph."""
        return Edges(
            users=lambda node: [user for user in node.users if not self.asks(user)],
            sources=lambda node: [one for one in node.all_input_nodes if not self.number(one)],
            name=self.named,
            compute=self.computed,
        )

    def number(self, node: Any) -> bool:
        """Say whether a node is one number that the model keeps."""
        return node.op == "get_attr" and bool(self.kept(node).numel() == 1)

    def kept(self, node: Any) -> Any:
        """Return what the model keeps under the name of a node."""
        owner, _, attribute = node.target.rpartition(".")
        return getattr(self.modules[owner], attribute)

    def computed(self, node: Any, given: dict[Any, Any]) -> Any:
        """Return the value of a node from those of its sources; in place or not, they keep theirs."""
        import torch
        from torch.fx.node import map_arg

        def value(source: Any) -> Any:
            return self.kept(source).detach().double().reshape(()) if self.number(source) else given[source].clone()

        positional, named = map_arg(node.args, value), map_arg(node.kwargs, value)
        with torch.no_grad():
            if node.op == "call_module":
                return self.modules[node.target](*positional, **named)
            if node.op == "call_method":
                return getattr(positional[0], node.target)(*positional[1:], **named)
            return node.target(*positional, **named)

    def named(self, node: Any) -> str:
        """Return the name of what a node calls."""
        if node.op == "output":
            return "output"
        module = self.modules.get(node.target) if node.op == "call_module" else None
        return name_of(node.target if module is None else type(module))

    def asks(self, node: Any) -> bool:
        """Say whether a node only asks for a shape or the like."""
        return simple(self.named(node)) in ASKED

    def what(self, user: Any, node: Any) -> After:
        """Return what a node is for the one before it, or what follows it if it lets the signal pass."""
        if user.op == "output":
            return END
        name, module = simple(self.named(user)), self.modules.get(user.target) if user.op == "call_module" else None
        if known(name):
            return After(described(user, self.modules))
        if "norm" in name and (module is not None or name != "norm"):
            return self.after(user)._replace(normalized=True)
        others = [one for one in user.all_input_nodes if one is not node and one.op != "get_attr"]
        if name in ADDED and others:
            beyond = merged(self.what(one, user) for one in user.users if simple(self.named(one)) not in ADDED)
            return After("linear", summed=True, beyond=beyond.activation)
        if name in MATRICES or (module is not None and any(p.ndim > 1 for p in module.parameters())):
            return LINEAR
        passing = any(word in name for word in PASSED) or name in SAME
        return self.after(user) if passing or (name in ADDED | SCALED and not others) else UNKNOWN


def name_of(called: Any) -> str:
    """Return the name of a class, function or method, without underscores at its ends."""
    return str(getattr(called, "__name__", called)).strip("_")


def tensor_grid() -> Any:
    """Return the grid as a tensor."""
    import torch

    return torch.from_numpy(GRID.copy())


def described(node: Any, modules: dict[str, Any]) -> str:
    """Return the name of the activation that a node calls, with the number that it takes."""
    module = modules.get(node.target) if node.op == "call_module" else None
    called = name_of(node.target if module is None else type(module))
    name = simple(called)
    if name == "prelu" and module is not None:
        return f"prelu({float(module.weight.detach().float().mean()):g})"
    if name.startswith("leaky"):
        slope = setting(node, module, "negative_slope", 1, 0.01)
        return f"leaky_relu({slope:.9g})"
    if name in ("elu", "celu") and (alpha := setting(node, module, "alpha", 1, 1.0)) != 1:
        return f"{name}({alpha:.9g})"
    if name == "softplus" and (beta := setting(node, module, "beta", 1, 1.0)) != 1:
        return f"softplus({beta:.9g})"
    if name == "gelu" and setting(node, module, "approximate", 1, "none") == "tanh":
        return "gelu_tanh"
    return called.lower()


def setting(node: Any, module: Any, name: str, place: int, default: Any) -> Any:
    """Return a setting of an activation: an attribute of its module, or an argument of its function."""
    if module is not None:
        return getattr(module, name, default)
    return node.kwargs.get(name, node.args[place] if len(node.args) > place else default)


def followers(model: Any, unseen: list[str]) -> dict[str, After]:
    """Return what follows each submodule, as a symbolic trace of the forward pass shows it.

    The trace runs on a copy that shares the parameters, so that the model keeps its state. A forward pass that
    depends on its inputs' values cannot be traced: then the modules in it are followed one by one, what follows the
    last layer of each is not known, and a sentence on it is added to ``unseen``.
    """
    return dict(followed_in(twin(model), "", unseen))


def followed_in(module: Any, path: str, unseen: list[str]) -> Iterator[tuple[str, After]]:
    """Yield the names of the layers in a module with what follows each of them."""
    kind, inner = type(module).__name__, list(module._modules.items())
    if kind in WRAPPERS and len(inner) == 1:
        yield from followed_in(inner[0][1], f"{path}{inner[0][0]}.", unseen)
    elif type(module).__module__.startswith("torch.nn.") and kind not in CONTAINERS:
        yield from ((f"{path}{name}", after) for name, after in within(module, UNKNOWN))
    else:
        try:
            graph = Graph(module)
        except Exception as error:  # whatever a forward pass raises when it is called with symbols
            if kind not in CONTAINERS and inner:
                unseen.append(f"{path.rstrip('.') or 'the model'} could not be followed: {reason(error)}")
            for name, child in inner:
                inside = followed_in(child, f"{path}{name}.", unseen) if child is not None else ()
                yield from ((one, after) for one, after in inside if not after.last)
        else:
            yield from layers_of(graph, path)


def layers_of(graph: Graph, path: str) -> Iterator[tuple[str, After]]:
    """Yield the names of the layers that a graph calls with what follows each of them."""
    seen = dict[str, set[After]]()
    for node in graph.nodes:
        if node.op == "call_module":
            seen.setdefault(f"{path}{node.target}", set()).add(graph.after(node))
            for name, after in within(graph.modules[node.target], graph.after(node)):
                seen.setdefault(f"{path}{node.target}.{name}", set()).add(after)
    yield from ((name, merged(found)) for name, found in seen.items())


def reason(error: Exception) -> str:
    """Return the first line of an error, short."""
    return str(error).strip().split("\n")[0][:100] or type(error).__name__
