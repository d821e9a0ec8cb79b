"""From a recorded pass of a JAX function to a record for each of its arrays."""

from collections.abc import Iterator, Sequence
from typing import Any

from xavier_lib.diagnosis.records import LayerRecord
from xavier_lib.fans import Fans, MeanFans
from xavier_lib.frameworks.report import wanted_start
from xavier_lib.frameworks.rules import known, start_for
from xavier_lib.frameworks.trace.followed import Followed, followed
from xavier_lib.frameworks.trace.jax_curves import name_of, saturated_share, source_of
from xavier_lib.frameworks.trace.jax_facts import NO_FACTS, Facts, acting, copies, facts_of
from xavier_lib.frameworks.trace.jax_leaves import Leaf
from xavier_lib.frameworks.trace.jax_sizes import is_float
from xavier_lib.frameworks.trace.jax_uses import Use
from xavier_lib.frameworks.trace.nodes import Node
from xavier_lib.frameworks.trace.torch_fields import comes_of, of_branch
from xavier_lib.weights.scaling import fan_of, std_of

HUGE = 100.0  # a bias beyond it is no start of anyone's; ones to a forget gate and priors of a detector stay below 10


def records(
    leaves: Sequence[Leaf], uses: Sequence[Use], nodes: Sequence[Node], *, weights: bool = True
) -> list[LayerRecord]:
    """Return the records of all arrays in the order of use; what was not used comes last.

    Args:
        leaves: the arrays.
        uses: the uses of weights.
        nodes: the signals.
        weights: whether the numbers of the arrays are read too.
    """
    after, chosen = followed(nodes), list(chosen_uses(uses))
    taken = {use.held for use in chosen}
    held = [leaf for whole in leaves for leaf in parts_of(whole)]
    facts = {leaf: facts_of(leaf.array) if weights else NO_FACTS for leaf in held}
    same = copies([(leaf.name, leaf.array, facts[leaf]) for leaf in held if leaf.matrix])
    found: list[tuple[float, LayerRecord]] = []
    first: dict[Leaf, str] = {}
    for use in chosen:
        if use.held not in facts:
            continue
        own = acting(use.effective, facts[use.held]) if use.effective else facts[use.held]
        settings = of_array(use.held, own, same) | {"kind": kind_of(use), "alike": use.alike}
        settings |= {"tied_to": first.get(use.held)} | of_use(use, uses, after) | of_rule(use, after)
        first.setdefault(use.held, use.held.name)
        found.append((use.node.time, LayerRecord(**settings)))
    for leaf in held:
        if leaf not in taken and told(leaf, facts[leaf]):
            settings = of_array(leaf, facts[leaf], same) | {"kind": leaf.kind}
            settings |= {"used": leaf.first is not None} | of_branch(leaf, after)
            found.append((float("inf") if leaf.first is None else leaf.first, LayerRecord(**settings)))
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]


def parts_of(leaf: Leaf) -> Iterator[Leaf]:
    """Yield the layers of a stack that were used one by one, or the array itself, if it holds numbers."""
    if leaf.weights and is_float(leaf.array) and leaf.array.size:
        yield from sorted(leaf.layers.values(), key=lambda layer: layer.name) if leaf.layers else [leaf]


def told(leaf: Leaf, facts: Facts) -> bool:
    """Say whether an array without a product is worth a record: all but the biases that are as biases are."""
    return not leaf.bias or not facts["finite"] or facts["largest"] > HUGE


def chosen_uses(uses: Sequence[Use]) -> Iterator[Use]:
    """Yield the use of each array that its record is about: the first, or the second if nothing entered the first."""
    groups: dict[tuple[Leaf, bool], list[Use]] = {}
    for use in uses:
        if use.output is not None:
            groups.setdefault((use.held, use.lookup), []).append(use)
    for group in groups.values():
        empty = group[0].input is not None and not group[0].input.whole
        yield group[1] if empty and len(group) > 1 else group[0]


def of_array(leaf: Leaf, facts: Facts, same: dict[str, str]) -> dict[str, Any]:
    """Return the fields of a record that an array shows by itself."""
    return {
        "name": leaf.name,
        "shape": tuple(leaf.array.shape),
        "copy_of": same.get(leaf.name),
        "trainable": leaf.trainable,
        "weight_gradient": leaf.gradient,
        **facts,
    }


def kind_of(use: Use) -> str:
    """Return the kind of layer that a use shows, and where it lies in a stack."""
    kind = use.held.own_kind or use.kind
    if use.held.stack:
        return use.held.in_stack(kind)
    return f"{kind}, a stack of {use.stack}" if use.stack > 1 and "attention" not in kind else kind


def of_use(use: Use, uses: Sequence[Use], after: Followed) -> dict[str, Any]:
    """Return the fields of a record that a pass shows at one use."""
    node = use.node
    ends = after.exits[node].values()
    saturated = [share for end in ends if (share := saturated_share(end)) is not None]
    dead = [share for end in ends if end.curved and (share := source_of(end).dead) is not None]
    arriving = after.arriving[node]
    found: dict[str, Any] = {
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


def recurrent(use: Use, uses: Sequence[Use]) -> bool:
    """Say whether an array is used again on what came of its own output."""
    again = next((other for other in uses if other.held is use.held and other is not use and not other.lookup), None)
    if use.lookup or again is None:
        return False
    return comes_of(*sorted((use.node, again.node), key=lambda node: node.time))


def of_rule(use: Use, after: Followed) -> dict[str, Any]:
    """Return what follows a use, its true fans, and the spread that the rule for both asks for."""
    array = use.held.stored
    packed = array is not None and "parts" in array.kind
    fans: Fans | MeanFans | None = array.fans if array is not None and packed else use.fans
    activation = activation_of(use, after)
    found: dict[str, Any] = {"activation": activation}
    if fans is None:
        return found
    start = wanted_start(array, activation) if array else start_for(activation) if activation else None
    found |= {"fan_in": fans.fan_in, "fan_out": fans.fan_out}
    if start is not None:
        found |= {"rule": start.rule, "wanted": std_of(start.scale, fan_of(start.mode, fans))}
    return found


def activation_of(use: Use, after: Followed) -> str | None:
    """Return the name of what follows a use, if it is one thing and known by a rule."""
    stored = use.held.stored
    if stored is not None and "Cell" in stored.kind:
        return stored.activation
    names = {name_of(end) if name is None else name for name, end in after.exits[use.node].items()}
    if not names or (use.node not in after.reaching and "linear" in names):
        return "linear"
    if names == {"linear", "softmax"}:  # packed queries, keys and values
        return "linear"
    only = names.pop() if len(names) == 1 else None
    return only if only is not None and known(only) else None
