"""Finds what follows each layer of a PyTorch model, module by module where the whole cannot be traced."""

from collections.abc import Iterator
from typing import Any

from xavier_lib.frameworks.following import END, UNKNOWN, After, merged
from xavier_lib.frameworks.torch_blocks import within
from xavier_lib.frameworks.torch_graph import Graph
from xavier_lib.frameworks.torch_twin import twin

WRAPPERS = {"OptimizedModule", "DataParallel", "DistributedDataParallel"}
CONTAINERS = {"Sequential", "ModuleList", "ModuleDict"}


def followers(model: Any, unseen: list[str]) -> dict[str, After]:
    """Return what follows each submodule, as a symbolic trace of the forward pass shows it.

    The trace runs on a copy that shares the parameters, so that the model keeps its state. A forward pass that
    depends on its inputs' values cannot be traced: then the modules in it are followed one by one, what follows the
    last layer of each is not known, and a sentence on it is added to ``unseen``.
    """
    missed: list[str] = []
    found = dict(followed_in(twin(model), "", missed))
    if missed:
        more = f", nor could {len(missed) - 1} modules in it" if len(missed) > 1 else ""
        unseen.append(f"{missed[0]}{more}; a batch x shows what follows")
    return found


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
                yield from ((one, within_module(after)) for one, after in inside if after not in (END, UNKNOWN))
        else:
            yield from layers_of(graph, path)


def within_module(after: After) -> After:
    """Return what follows a layer inside a module, without a word on what lies outside."""
    return after._replace(last=False) if after.activation != "linear" or not after.last else UNKNOWN


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
