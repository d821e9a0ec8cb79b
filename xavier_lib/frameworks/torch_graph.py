"""The graph of a PyTorch module by a symbolic trace, and what follows each of its nodes."""

import contextlib
import io
from typing import Any

from xavier_lib.frameworks.by_hand import Edges, activation_behind
from xavier_lib.frameworks.following import END, LINEAR, UNKNOWN, After, merged
from xavier_lib.frameworks.torch_names import activates, described, name_of, normalizes, tensor_grid
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
NORMALIZED = {"batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm", "localresponsenorm", "normalize"}
ASKED = {"size", "dim", "numel", "shape", "device", "dtype", "getattr", "isfloatingpoint", "assert"}  # not sent on
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
                whole = bool(names & set(LEAVES)) or (normalizes(m) and not m._modules)
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
        users = [user for user in node.users if not self.asks(user) and not self.unused(user)]
        if len(users) == 1 and activates(self.named(users[0])):
            return self.behind(described(users[0], self.modules), users[0])
        by_hand = activation_behind(node, self.edges(), tensor_grid())
        if by_hand is not None:
            name, end = by_hand
            return self.after(end) if name == "linear" else self.behind(name, end)
        return merged([self.what(user, node) for user in users]) if users else UNKNOWN

    def behind(self, name: str, node: Any) -> After:
        """Return what follows where a node is the end of an activation."""
        further = self.after(node)
        return After(name, chained=further == LINEAR, last=further == END)

    def edges(self) -> Edges:
        """Return how to walk through this graph."""
        return Edges(
            users=lambda node: [user for user in node.users if not self.asks(user) and not self.unused(user)],
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

    def unused(self, node: Any) -> bool:
        """Say whether a node takes a part of a tuple that nothing goes on to use."""
        return simple(self.named(node)) == "getitem" and not node.users

    def what(self, user: Any, node: Any) -> After:
        """Return what a node is for the one before it, or what follows it if it lets the signal pass."""
        if user.op == "output":
            return END
        name, module = simple(self.named(user)), self.modules.get(user.target) if user.op == "call_module" else None
        if activates(name):
            return self.behind(described(user, self.modules), user)
        if normalizes(module) if module is not None else name in NORMALIZED:
            return self.after(user)._replace(normalized=True)
        others = [one for one in user.all_input_nodes if one is not node and one.op != "get_attr"]
        if name in ADDED and others:
            beyond = merged(self.what(one, user) for one in user.users if simple(self.named(one)) not in ADDED)
            return After("linear", summed=True, beyond=beyond.activation)
        if name in MATRICES or (module is not None and any(p.ndim > 1 for p in module.parameters())):
            return LINEAR
        passing = any(word in name for word in PASSED) or name in SAME
        return self.after(user) if passing or (name in ADDED | SCALED and not others) else UNKNOWN
