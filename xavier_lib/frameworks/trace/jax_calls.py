"""Runs a traced JAX function on numbers, into its calls, loops and branches."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace import nodes as kinds
from xavier_lib.frameworks.trace.jax_recorder import Recorder, binding
from xavier_lib.frameworks.trace.jax_sizes import mean_square
from xavier_lib.frameworks.trace.jax_tape import Value
from xavier_lib.frameworks.trace.jax_uses import is_signal, is_weight
from xavier_lib.frameworks.trace.nodes import Node

STEPS = 8  # of a loop over time that are followed one by one; the rest runs as one
LAYERS = 512  # likewise of a stack of layers


class Runner:
    """Runs what was traced, and has each primitive recorded.

    Args:
        recorder: what notes the primitives.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder, self.tape = recorder, recorder.tape

    def run(self, jaxpr: Any, consts: Sequence[Value], values: Sequence[Value]) -> list[Value]:
        """Return what a traced function gives for values."""
        from jax.extend.core import Literal

        held: dict[Any, Value] = dict(zip(jaxpr.constvars, consts, strict=True))
        held.update(zip(jaxpr.invars, values, strict=True))
        last = last_uses(jaxpr)

        def read(atom: Any) -> Value:
            return Value(array_of(atom.val)) if isinstance(atom, Literal) else held[atom]

        for place, eqn in enumerate(jaxpr.eqns):
            if not eqn.effects and not any(var in last for var in eqn.outvars):
                continue
            results = self.step(eqn, [read(atom) for atom in eqn.invars])
            held.update(zip(eqn.outvars, results, strict=True))
            for atom in (*eqn.invars, *eqn.outvars):
                if not isinstance(atom, Literal) and last.get(atom, -1) <= place:
                    held.pop(atom, None)  # so that its numbers are let go
        return [read(atom) for atom in jaxpr.outvars]

    def step(self, eqn: Any, values: Sequence[Value]) -> list[Value]:
        """Return what one equation gives."""
        name = eqn.primitive.name
        if not any(value.node is not None for value in values):
            return self.tape.apply(binding(eqn), values)
        if name in ops.CALLS and (inner := ops.inner_of(eqn)) is not None:
            return self.call(eqn, inner, values)
        if name == "scan":
            return self.scan(eqn, values)
        if name == "cond":
            branches = eqn.params["branches"]
            chosen = branches[min(max(int(values[0].array), 0), len(branches) - 1)]
            return self.run(chosen.jaxpr, constants(chosen), values[1:])
        if name == "while":
            return self.repeat(eqn.params, values)
        return self.recorder.called(eqn, values)

    def call(self, eqn: Any, inner: Any, values: Sequence[Value]) -> list[Value]:
        """Return what a call gives, by the names that activations have in JAX where it is one."""
        own = eqn.primitive.name in ops.CUSTOM
        if own and not any(is_weight(value) and value.node and value.node.array.matrix for value in values):
            with self.tape.paused():
                found = self.run(inner.jaxpr, constants(inner), values)
            if self.tape.on:  # its own derivative counts
                found = [Value(v.array, f.node, v.slot) for v, f in zip(self.tape.apply(binding(eqn), values), found)]
        else:
            found = self.run(inner.jaxpr, constants(inner), values)
        self.named(str(eqn.params.get("name", "")), values, found)
        return found

    @staticmethod
    def named(name: str, values: Sequence[Value], found: Sequence[Value]) -> None:
        """Give the result of an activation of JAX its name, if its signal entered as it is."""
        signals = [value.node for value in values if value.node is not None and is_signal(value.node)]
        if name not in ops.ACTIVATIONS or len(signals) != 1 or len(found) != 1 or found[0].node is None:
            return
        before, after = signals[0], found[0].node
        if after.root is before.root and after is not before and before.plain and not before.curved:
            after.name, after.curved, after.plain = ops.ACTIVATIONS[name], True, True

    def repeat(self, params: dict[str, Any], values: Sequence[Value]) -> list[Value]:
        """Return what a loop with a condition gives."""
        first = params["cond_nconsts"]
        second = first + params["body_nconsts"]
        asked, body = params["cond_jaxpr"], params["body_jaxpr"]
        carried = list(values[second:])
        while self.goes_on(asked, [*values[:first], *carried]):
            carried = self.run(body.jaxpr, constants(body), [*values[first:second], *carried])
        return carried

    @staticmethod
    def goes_on(asked: Any, values: Sequence[Value]) -> bool:
        """Say whether a loop goes on."""
        from jax.extend.core import jaxpr_as_fun

        return bool(jaxpr_as_fun(asked)(*[value.array for value in values])[0])

    def scan(self, eqn: Any, values: Sequence[Value]) -> list[Value]:
        """Return what a scan gives: layer by layer, or the first steps one by one and the rest as one."""
        params, body = eqn.params, eqn.params["jaxpr"]
        start, end = params["num_consts"], params["num_consts"] + params["num_carry"]
        fixed, carried, given = values[:start], list(values[start:end]), values[end:]
        places = list(range(params["length"]))[:: -1 if params["reverse"] else 1]
        limit = LAYERS if any(is_weight(value) for value in given) else STEPS
        wanted = [type(var).__name__ != "DropVar" for var in eqn.outvars[params["num_carry"] :]]
        rows: list[list[Value]] = []
        for place in places[:limit]:
            found = self.run(body.jaxpr, constants(body), [*fixed, *carried, *(self.picked(v, place) for v in given)])
            carried, row = found[: len(carried)], found[len(carried) :]
            rows.append([value if keep else Value(None) for value, keep in zip(row, wanted, strict=True)])
        rest = self.rest(eqn, [*fixed, *carried], given, len(places) - limit, rows) if places[limit:] else None
        if rest is not None:
            carried = rest[: len(carried)]
        if params["reverse"]:
            rows.reverse()
        ends = [None] * len(wanted) if rest is None else rest[len(carried) :]
        columns = zip(*rows, strict=True) if rows else [()] * len(wanted)
        stacked = [
            self.stacked(list(column), end, front=params["reverse"]) if keep else Value(None)
            for column, end, keep in zip(columns, ends, wanted, strict=True)
        ]
        return [*carried, *stacked] if rows else self.recorder.called(eqn, values)

    def picked(self, value: Value, place: int) -> Value:
        """Return what one step of a scan gets of an array."""
        import jax

        if is_weight(value) and value.node is not None and value.node.plain:
            return self.recorder.layer(value, place)
        where = jax.numpy.asarray(place)
        found = self.tape.apply(lambda array: (jax.lax.dynamic_index_in_dim(array, where, keepdims=False),), [value])[0]
        found.node = self.passed(value.node, found.array) if is_signal(value.node) else value.node
        return found

    def rest(
        self, eqn: Any, first: Sequence[Value], given: Sequence[Value], count: int, rows: Sequence[Sequence[Value]]
    ) -> list[Value]:
        """Return what the steps of a scan that are left give, as one."""
        reverse = eqn.params["reverse"]
        cut = [
            self.tape.apply(lambda array: (array[:count] if reverse else array[-count:],), [value])[0]
            for value in given
        ]
        settings = {**eqn.params, "length": count}
        results = self.tape.apply(lambda *arrays: eqn.primitive.bind(*arrays, **settings), [*first, *cut])
        before = [*first[eqn.params["num_consts"] :], *rows[-1]]
        for result, value in zip(results, before, strict=True):
            node = value.node
            result.node = self.passed(node, result.array) if is_signal(node) else node
        return results

    def stacked(self, column: list[Value], end: Value | None, *, front: bool) -> Value:
        """Return what all steps of a scan gave, beside each other."""
        import jax

        apply, several = self.tape.apply, [*column] if end is None else [end, *column] if front else [*column, end]

        def joined(*arrays: Any) -> Any:
            parts = [array if value is end else array[None] for array, value in zip(arrays, several, strict=True)]
            return (jax.numpy.concatenate(parts),)

        result = apply(joined, several)[0]
        nodes = tuple(dict.fromkeys(v.node for v in several if v.node is not None and is_signal(v.node)))
        for value in several if len(nodes) > 1 else ():
            if value.node is not None and value.node.square is None:
                value.node.square = mean_square(value.array)
        if nodes:
            kind = kinds.JOIN if len(nodes) > 1 else kinds.PASS
            result.node = self.passed(nodes[0], result.array, kind, nodes)
        else:
            result.node = column[0].node
        return result

    def passed(self, node: Node | None, array: Any, kind: str = kinds.PASS, parents: tuple[Node, ...] = ()) -> Node:
        """Return the node of a signal that is handed on."""
        assert node is not None
        nodes = self.recorder.nodes
        found = Node(kind, len(nodes) + 1, parents or (node,), numel=array.size, axis=node.axis, units=node.units)
        found.square = mean_square(array) if kind is kinds.JOIN else None
        nodes.append(found)
        return found


def constants(closed: Any) -> list[Value]:
    """Return the constants of a traced function."""
    return [Value(array_of(value)) for value in closed.consts]


def array_of(value: Any) -> Any:
    """Return a number of a traced function as an array."""
    import jax

    return value if isinstance(value, jax.Array) else jax.numpy.asarray(value)


def last_uses(jaxpr: Any) -> dict[Any, int]:
    """Return where each variable that matters is read for the last time; results count as read at the end."""
    from jax.extend.core import Literal

    found = {atom: len(jaxpr.eqns) for atom in jaxpr.outvars if not isinstance(atom, Literal)}
    for place in reversed(range(len(jaxpr.eqns))):
        eqn = jaxpr.eqns[place]
        if eqn.effects or any(var in found for var in eqn.outvars):
            for atom in eqn.invars:
                if not isinstance(atom, Literal):
                    found.setdefault(atom, place)
    return found
