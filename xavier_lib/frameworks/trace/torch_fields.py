"""The fields of a record of an array of PyTorch: what it shows by itself, at its use, and of its rule."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.fans import Fans, MeanFans
from xavier_lib.frameworks.report import wanted_start
from xavier_lib.frameworks.rules import known, start_for
from xavier_lib.frameworks.stored import Stored
from xavier_lib.frameworks.trace.followed import Followed
from xavier_lib.frameworks.trace.nodes import Node
from xavier_lib.frameworks.trace.torch_curves import name_by_numbers, saturated_share, source_of
from xavier_lib.frameworks.trace.torch_facts import Facts
from xavier_lib.frameworks.trace.torch_uses import Use
from xavier_lib.frameworks.trace.torch_weights import Held
from xavier_lib.weights.scaling import fan_of, std_of


def of_array(entry: Held, name: str, facts: Facts, same: dict[str, str], stored: dict[str, Stored]) -> dict[str, Any]:
    """Return the fields of a record that an array shows by itself."""
    owner = entry.owners[entry.names.index(name)]
    return {
        "name": name,
        "kind": stored[name].kind if name in stored else kind_of(name, entry),
        "shape": tuple(entry.parameter.shape),
        "copy_of": same.get(entry.names[0]),
        "trainable": bool(entry.parameter.requires_grad),
        "weight_gradient": entry.gradient,
        "magnitude": magnitude(owner, name),
        **facts._asdict(),
    }


def kind_of(name: str, entry: Held) -> str:
    """Return the kind of an array that is no layer's own: by its module, and as a gain if it is a vector."""
    kind = entry.kinds[entry.names.index(name)]
    if entry.matrix:
        return kind
    part = name.rsplit(".", 1)[-1]
    return f"{kind} gain" if part in ("weight", "gamma", "scale", "g", "gain") else f"{kind} {part}"


def magnitude(owner: Any, name: str) -> float | None:
    """Return the size of a stored direction over the stored length, under weight normalization."""
    path, _, part = name.rpartition(".")
    del path
    lengths = None
    if part.endswith("_v"):
        lengths = getattr(owner, f"{part[:-2]}_g", None)
    elif part == "original1" and "_WeightNorm" in {type(inner).__name__ for inner in owner.children()}:
        lengths = getattr(owner, "original0", None)
    if lengths is None:
        return None
    length = float(lengths.detach().double().norm())
    return float(getattr(owner, part).detach().double().norm()) / length if length else None


def of_use(use: Use, uses: Sequence[Use], after: Followed) -> dict[str, Any]:
    """Return the fields of a record that a pass shows at one use."""
    node = use.node
    exits = after.exits[node]
    saturated = [share for end in exits.values() if (share := saturated_share(node, end)) is not None]
    dead = [share for end in exits.values() if end.curved and (share := source_of(end).dead) is not None]
    arriving = after.arriving[node]
    found = {
        "lookup": use.lookup,
        "recurrent": recurrent(use, uses),
        "last": node not in after.reaching,
        "normalized": after.normalized[node],
        "saturated": max(saturated, default=None),
        "dead": max(dead, default=None),
        "kept": arriving / node.square if arriving is not None and node.square else None,
    }
    for part in ("input", "output", "gradient"):
        pair = getattr(use, part)
        found |= {part: pair and pair.whole, f"{part}_varying": pair and pair.varying}
    return found | of_branch(node, after)


def of_branch(end: Any, after: Followed) -> dict[str, Any]:
    """Return the fields of a record on the residual stream that it is added to."""
    branch = after.branches.get(end)
    if branch is None:
        return {}
    return {
        "stream_before": None if branch.before is None else branch.before**0.5,
        "stream_after": None if branch.after is None else branch.after**0.5,
        "branches": after.totals[branch.stream],
        "branch": branch.number,
    }


def of_rule(use: Use, after: Followed, stored: dict[str, Stored]) -> dict[str, Any]:
    """Return what follows a use, its true fans, and the spread that the rule for both asks for."""
    array = stored.get(use.name)
    fans: Fans | MeanFans | None = array.fans if array else use.fans
    activation = activation_of(use, after, array)
    found: dict[str, Any] = {"activation": activation}
    if fans is None:
        return found
    start = wanted_start(array, activation) if array else start_for(activation) if activation else None
    found |= {"fan_in": fans.fan_in, "fan_out": fans.fan_out}
    if start is not None:
        found |= {"rule": start.rule, "wanted": std_of(start.scale, fan_of(start.mode, fans))}
    return found


def activation_of(use: Use, after: Followed, array: Stored | None) -> str | None:
    """Return the name of what follows a use, if it is one thing and known by a rule."""
    if array is not None and ("RNN" in array.kind or "LSTM" in array.kind or "GRU" in array.kind):
        owner = use.held.owners[use.held.names.index(use.name)]
        return str(getattr(owner, "nonlinearity", "tanh"))
    names = {name_by_numbers(use.node, end) if name is None else name for name, end in after.exits[use.node].items()}
    if not names or (use.node not in after.reaching and "linear" in names):
        return "linear"
    if names == {"linear", "softmax"}:  # packed queries, keys and values
        return "linear"
    only = names.pop() if len(names) == 1 else None
    return only if only is not None and known(only) else None


def recurrent(use: Use, uses: Sequence[Use]) -> bool:
    """Say whether an array is used again on what came of its own output."""
    if use.lookup:
        return False
    again = [other for other in uses if other.held is use.held and other.node.time != use.node.time]
    return any(comes_of(*sorted((use.node, other.node), key=lambda node: node.time)) for other in again[:1])


def comes_of(earlier: Node, later: Node) -> bool:
    """Say whether a signal was made of an earlier one."""
    left, seen = [later], set()
    while left:
        node = left.pop()
        if node is earlier:
            return True
        if node not in seen and node.time > earlier.time:
            seen.add(node)
            left += node.parents
    return False
