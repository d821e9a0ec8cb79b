"""Runs the steps of a scan: all layers of a stack one by one, or the first steps in time and the rest as one."""

from collections.abc import Callable, Sequence
from typing import Any

from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_recorder import Recorder
from xavier_lib.frameworks.trace.jax_sizes import mean_square
from xavier_lib.frameworks.trace.jax_values import Signal, Value

STEPS = 8  # of a loop over time that are followed one by one
LAYERS = 512  # of a stack
NOTHING = Value(None)


class Scan:
    """A scan that is run.

    Args:
        eqn: the equation.
        wanted: which of its results are.
        recorder: what notes the primitives.
        run: runs its body.
    """

    def __init__(self, eqn: Any, wanted: Sequence[bool], recorder: Recorder, run: Callable[..., list[Value]]) -> None:
        self.eqn, self.recorder, self.run = eqn, recorder, run
        self.fixed, self.carries = eqn.params["num_consts"], eqn.params["num_carry"]
        self.backwards = eqn.params["reverse"]
        self.wanted = wanted[self.carries :]

    def steps(self, values: Sequence[Value]) -> list[Value]:
        """Return what all steps give."""
        first = self.fixed + self.carries
        fixed, carried, given = values[: self.fixed], list(values[self.fixed : first]), values[first:]
        length = self.eqn.params["length"]
        places = list(range(length))[:: -1 if self.backwards else 1]
        limit = LAYERS if any(value.weight for value in given) else STEPS
        rows: list[list[Value]] = []
        for place in places[:limit]:
            each = [self.picked(value, place) for value in given]
            found = self.run(self.eqn.params["jaxpr"], [*fixed, *carried, *each])
            carried, row = found[: self.carries], found[self.carries :]
            rows.append([value if keep else NOTHING for value, keep in zip(row, self.wanted, strict=True)])
        ends: list[Value | None] = [None] * len(self.wanted)
        if length > limit:
            carried, ends = self.rest([*fixed, *carried], given, length - limit, rows[-1])
        columns = [[row[place] for row in rows] for place in range(len(self.wanted))]
        joined = zip(columns, ends, self.wanted, strict=True)
        return [*carried, *(self.stacked(column, end) if keep else NOTHING for column, end, keep in joined)]

    def picked(self, value: Value, place: int) -> Value:
        """Return what one step gets of an array."""
        import jax

        if value.weight and value.node is not None and value.node.plain:
            return self.recorder.layer(value, place)
        where = jax.numpy.asarray(place)
        (found,) = self.recorder.tape.apply(
            lambda array: (jax.lax.dynamic_index_in_dim(array, where, keepdims=False),), [value]
        )
        found.node = self.passed(value.node, found.array)
        return found

    def rest(
        self, first: Sequence[Value], given: Sequence[Value], count: int, row: Sequence[Value]
    ) -> tuple[list[Value], list[Value | None]]:
        """Return what the steps that are left give, as one."""
        apply = self.recorder.tape.apply
        part = slice(count) if self.backwards else slice(-count, None)
        cut = [apply(lambda array: (array[part],), [value])[0] for value in given]
        settings = {**self.eqn.params, "length": count}
        results = apply(lambda *arrays: self.eqn.primitive.bind(*arrays, **settings), [*first, *cut])
        for result, before in zip(results, [*first[self.fixed :], *row], strict=True):
            result.node = self.passed(before.node, result.array)
        return results[: self.carries], [*results[self.carries :]]

    def stacked(self, column: Sequence[Value], end: Value | None) -> Value:
        """Return what all steps gave, beside each other."""
        import jax

        several = [*column, *([] if end is None else [end])][:: -1 if self.backwards else 1]

        def joined(*arrays: Any) -> Any:
            parts = [array if value is end else array[None] for array, value in zip(arrays, several, strict=True)]
            return (jax.numpy.concatenate(parts),)

        (result,) = self.recorder.tape.apply(joined, several)
        nodes = tuple(dict.fromkeys(value.node for value in several if value.node is not None and value.signal))
        if len(nodes) < 2:
            result.node = self.passed(column[0].node, result.array)
            return result
        for value in several:
            if value.node is not None and value.node.square is None:
                value.node.square = mean_square(value.array)
        result.node = self.noted(Signal(kinds.JOIN, len(self.recorder.nodes) + 1, nodes), result.array)
        result.node.square = mean_square(result.array)
        return result

    def passed(self, node: Signal | None, array: Any) -> Signal | None:
        """Return the node of a signal that is handed on; what is none stays what it is."""
        if node is None or node.kind in (kinds.WEIGHT, kinds.IDS):
            return node
        return self.noted(Signal(kinds.PASS, len(self.recorder.nodes) + 1, (node,)), array)

    def noted(self, node: Signal, array: Any) -> Signal:
        """Return a node that was added to those of the pass."""
        first = node.parents[0]
        node.numel, node.axis, node.units = array.size, first.axis, first.units
        self.recorder.nodes.append(node)
        return node
