"""From a recorded pass of a PyTorch model to a record for each of its arrays."""

from collections.abc import Iterator, Sequence
from typing import Any

from xavier_lib.diagnosis.records import LayerRecord
from xavier_lib.frameworks.pytorch import arrays_of
from xavier_lib.frameworks.stored import Stored
from xavier_lib.frameworks.trace.followed import followed
from xavier_lib.frameworks.trace.nodes import Node
from xavier_lib.frameworks.trace.torch_facts import NO_FACTS, Facts, acting, copies, facts_of
from xavier_lib.frameworks.trace.torch_fields import of_array, of_branch, of_rule, of_use
from xavier_lib.frameworks.trace.torch_uses import Use
from xavier_lib.frameworks.trace.torch_weights import Held

HUGE = 100.0  # a bias beyond it is no start of anyone's; ones to a forget gate and priors of a detector stay below 10
BIASES = ("bias", "beta")


def records(
    model: Any, held: Sequence[Held], uses: Sequence[Use], nodes: Sequence[Node], *, weights: bool = True
) -> list[LayerRecord]:
    """Return the records of all arrays in the order of use; what was not used comes last.

    Args:
        model: the module.
        held: its parameters.
        uses: the uses of weights.
        nodes: the signals.
        weights: whether the numbers of the arrays are read too.
    """
    after, stored = followed(nodes), stored_arrays(model)
    entries = [entry for entry in held if numeric(entry)]
    facts = {id(entry): numbers_of(entry, uses) if weights else NO_FACTS for entry in entries}
    drawn = [entry for entry in entries if entry.matrix and facts[id(entry)].spread > 0]
    same = copies([(entry.names[0], entry.parameter.detach(), facts[id(entry)]) for entry in drawn])
    found: list[tuple[float, LayerRecord]] = []
    first: dict[int, str] = {}
    for use in chosen_uses(uses):
        own = facts[id(use.held)]
        seen = acting(use.effective, own) if use.effective and weights else own
        settings = of_array(use.held, use.name, seen, same, stored)
        settings |= {"tied_to": first.get(id(use.held))} | of_use(use, uses, after) | of_rule(use, after, stored)
        first.setdefault(id(use.held), use.name)
        found.append((use.node.time, LayerRecord(**settings)))
    for entry in entries:
        if id(entry) not in first and told(entry, facts[id(entry)]):
            settings = of_array(entry, entry.names[0], facts[id(entry)], same, stored)
            settings |= {"used": entry.first is not None} | of_branch(entry, after)
            found.append((float("inf") if entry.first is None else entry.first, LayerRecord(**settings)))
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]


def numbers_of(entry: Held, uses: Sequence[Use]) -> Facts:
    """Return the facts of a parameter; its units lie as its first use has them."""
    return facts_of(entry.parameter.detach(), next((use.unit for use in uses if use.held is entry), None))


def numeric(entry: Held) -> bool:
    """Say whether a parameter holds numbers of which a spread can be taken."""
    return bool(entry.parameter.is_floating_point() and entry.parameter.numel())


def told(entry: Held, facts: Facts) -> bool:
    """Say whether an array without a product is worth a record: all but the biases that are as biases are."""
    part = entry.names[0].rsplit(".", 1)[-1]
    bias = any(word in part for word in BIASES)
    return not bias or entry.matrix or not facts.finite or facts.largest > HUGE


def chosen_uses(uses: Sequence[Use]) -> Iterator[Use]:
    """Yield the use of each array that its record is about: the first, or the second if nothing entered the first."""
    groups: dict[tuple[int, str, bool], list[Use]] = {}
    for use in uses:
        if use.output is not None or use.input is not None:
            groups.setdefault((id(use.held), use.name, use.lookup), []).append(use)
    for group in groups.values():
        empty = group[0].input is not None and not group[0].input.whole
        yield group[1] if empty and len(group) > 1 else group[0]


def stored_arrays(model: Any) -> dict[str, Stored]:
    """Return what the reader of PyTorch knows of arrays by their names: kind and true fans."""
    found = (arrays_of(name, module, None) for name, module in model.named_modules())
    return {array.name: array for arrays in found for array in arrays}
