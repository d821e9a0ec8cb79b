"""From a recorded pass of a Keras model to a record for each of its arrays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xavier_lib.diagnosis.records import LayerRecord
from xavier_lib.frameworks.report import wanted_start
from xavier_lib.frameworks.rules import known, start_for
from xavier_lib.frameworks.trace.followed import Followed, followed
from xavier_lib.frameworks.trace.keras_curves import name_of, saturated_share, source_of
from xavier_lib.frameworks.trace.keras_facts import NO_FACTS, Facts, copies, facts_of
from xavier_lib.frameworks.trace.keras_sizes import numbers
from xavier_lib.frameworks.trace.keras_uses import Use
from xavier_lib.frameworks.trace.keras_variables import Held
from xavier_lib.frameworks.trace.nodes import Node
from xavier_lib.frameworks.trace.torch_fields import of_branch, recurrent
from xavier_lib.weights.scaling import fan_of, std_of

HUGE = 100.0  # a bias beyond it is no start of anyone's; ones to a forget gate and priors of a detector stay below 10


def records(
    held: Sequence[Held], uses: Sequence[Use], nodes: Sequence[Node], facts: Mapping[Held, Facts] | None
) -> list[LayerRecord]:
    """Return the records of all arrays in the order of use; what was not used comes last.

    Args:
        held: the variables.
        uses: the uses of them as weights.
        nodes: the signals.
        facts: of each used variable what its numbers showed at its first use; None where no numbers are read.
    """
    chosen = list(chosen_uses(uses, nodes))
    after = followed(pruned(nodes))
    taken = {use.held for use in chosen}
    own, same = dict.fromkeys(held, NO_FACTS), dict[str, str]()
    if facts is not None:
        own = {entry: facts.get(entry) or facts_of(values_of(entry), ()) for entry in held}
        same = copies((entry.name, values_of(entry)) for entry in held if entry.matrix)
    found: list[tuple[float, LayerRecord]] = []
    first: dict[Held, str] = {}
    for use in chosen:
        settings = of_array(use.held, own[use.held], same) | of_use(use, uses, after) | of_rule(use, after)
        found.append((use.node.time, LayerRecord(**settings, tied_to=first.get(use.held))))
        first.setdefault(use.held, use.held.name)
    for entry in held:
        if entry not in taken and told(entry, own[entry]):
            settings = of_array(entry, own[entry], same) | {"used": entry.first is not None} | of_branch(entry, after)
            if entry.factor:
                settings |= {"fan_in": settings["shape"][0], "fan_out": settings["shape"][-1]}
            found.append((float("inf") if entry.first is None else entry.first, LayerRecord(**settings)))
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]


def values_of(entry: Held) -> Any:
    """Return the numbers of a variable."""
    return numbers(entry.variable.value)


def told(entry: Held, facts: Facts) -> bool:
    """Say whether an array without a product is worth a record: all but the biases that are as biases are."""
    return not entry.bias or not facts.finite or facts.largest > HUGE


def chosen_uses(uses: Iterable[Use], nodes: Sequence[Node]) -> Iterator[Use]:
    """Yield the use of each array that its record is about: the first that something enters and that leads on.

    A recurrent layer of Keras runs its cell once beforehand, and enters its first step with a state of zeros.
    """
    live = reached(nodes)
    groups: dict[tuple[Held, bool], list[Use]] = {}
    for use in uses:
        if use.output is not None:
            groups.setdefault((use.held, use.lookup), []).append(use)
    for group in groups.values():
        yield min(group, key=lambda use: (use.node not in live, use.input is not None and not use.input.whole))


def reached(nodes: Sequence[Node]) -> set[Node]:
    """Return the signals that the outputs were made of."""
    found: set[Node] = set()
    for node in reversed(nodes):
        if node.output or node in found:
            found.add(node)
            found.update(node.parents)
    return found


def pruned(nodes: Sequence[Node]) -> Sequence[Node]:
    """Forget of each signal what was made of it and led nowhere."""
    live = reached(nodes)
    for node in live:
        node.children = [child for child in node.children if child in live]
    return nodes


def of_array(entry: Held, facts: Facts, same: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a record that an array shows by itself."""
    return {
        "name": entry.name,
        "kind": entry.kind,
        "shape": tuple(int(side) for side in entry.variable.shape),
        "copy_of": same.get(entry.name),
        "trainable": bool(entry.variable.trainable),
        "weight_gradient": entry.gradient,
        **facts._asdict(),
    }


def of_use(use: Use, uses: Sequence[Use], after: Followed) -> dict[str, Any]:
    """Return the fields of a record that a pass shows at one use."""
    node = use.node
    ends = after.exits[node].values()
    saturated = [share for end in ends if (share := saturated_share(end)) is not None]
    dead = [share for end in ends if end.curved and (share := source_of(end).dead) is not None]
    arriving = after.arriving[node]
    found: dict[str, Any] = {
        "lookup": use.lookup,
        "recurrent": use.held.name.endswith("recurrent_kernel") or recurrent(use, uses),  # type: ignore[arg-type]
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


def of_rule(use: Use, after: Followed) -> dict[str, Any]:
    """Return what follows a use, its true fans, and the spread that the rule for both asks for."""
    array, activation = use.held.stored, activation_of(use, after)
    fans = array.fans if array is not None else use.fans
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
