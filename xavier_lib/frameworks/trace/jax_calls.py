"""Runs a traced JAX function on numbers, into its calls, loops and branches."""

from collections.abc import Sequence
from typing import Any

from xavier_lib.frameworks.trace import jax_ops as ops
from xavier_lib.frameworks.trace.jax_recorder import Recorder, binding
from xavier_lib.frameworks.trace.jax_scan import Scan
from xavier_lib.frameworks.trace.jax_values import Value


class Runner:
    """Runs what was traced, and has each primitive recorded.

    Args:
        recorder: what notes the primitives.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder, self.tape = recorder, recorder.tape

    def run(self, closed: Any, values: Sequence[Value]) -> list[Value]:
        """Return what a traced function gives for values."""
        from jax.extend.core import Literal

        jaxpr = closed.jaxpr
        held: dict[Any, Value] = {
            var: Value(array_of(value)) for var, value in zip(jaxpr.constvars, closed.consts, strict=True)
        }
        held.update(zip(jaxpr.invars, values, strict=True))
        last = last_uses(jaxpr)

        def read(atom: Any) -> Value:
            return Value(array_of(atom.val)) if isinstance(atom, Literal) else held[atom]

        for place, eqn in enumerate(jaxpr.eqns):
            if not eqn.effects and not any(var in last for var in eqn.outvars):
                continue
            results = self.step(eqn, [read(atom) for atom in eqn.invars], [var in last for var in eqn.outvars])
            held.update(zip(eqn.outvars, results, strict=True))
            for atom in (*eqn.invars, *eqn.outvars):
                if not isinstance(atom, Literal) and last.get(atom, -1) <= place:
                    held.pop(atom, None)  # so that its numbers are let go
        return [read(atom) for atom in jaxpr.outvars]

    def step(self, eqn: Any, values: Sequence[Value], wanted: Sequence[bool]) -> list[Value]:
        """Return what one equation gives; what is not wanted may be left out."""
        name, params = eqn.primitive.name, eqn.params
        if not any(value.node is not None for value in values):
            return self.tape.apply(binding(eqn), values)
        if name in ops.CALLS and (inner := ops.inner_of(eqn)) is not None:
            return self.call(eqn, inner, values)
        if name == "scan" and params["length"]:
            return Scan(eqn, wanted, self.recorder, self.run).steps(values)
        if name == "cond":
            branches = params["branches"]
            return self.run(branches[min(max(int(values[0].array), 0), len(branches) - 1)], values[1:])
        if name == "while":
            return self.repeat(params, values)
        return self.recorder.called(eqn, values)

    def call(self, eqn: Any, inner: Any, values: Sequence[Value]) -> list[Value]:
        """Return what a call gives, by the names that activations have in JAX where it is one."""
        weights = any(value.weight and value.node is not None and value.node.array.matrix for value in values)
        if eqn.primitive.name in ops.CUSTOM and not weights and self.tape.on:
            with self.tape.paused():
                found = self.run(inner, values)
            exact = self.tape.apply(binding(eqn), values)  # as its own derivative counts
            found = [Value(v.array, f.node, v.slot) for v, f in zip(exact, found, strict=True)]
        else:
            found = self.run(inner, values)
        self.named(str(eqn.params.get("name", "")), values, found)
        return found

    @staticmethod
    def named(name: str, values: Sequence[Value], found: Sequence[Value]) -> None:
        """Give the result of an activation of JAX its name, if its signal entered as it is."""
        signals = [value.node for value in values if value.node is not None and value.signal]
        if name not in ops.ACTIVATIONS or len(signals) != 1 or len(found) != 1 or found[0].node is None:
            return
        before, after = signals[0], found[0].node
        if after.root is before.root and after is not before and before.plain and not before.curved:
            after.name, after.curved, after.plain = ops.ACTIVATIONS[name], True, True

    def repeat(self, params: dict[str, Any], values: Sequence[Value]) -> list[Value]:
        """Return what a loop with a condition gives."""
        from jax.extend.core import jaxpr_as_fun

        first = params["cond_nconsts"]
        second = first + params["body_nconsts"]
        goes_on, carried = jaxpr_as_fun(params["cond_jaxpr"]), list(values[second:])
        while bool(goes_on(*[value.array for value in (*values[:first], *carried)])[0]):
            carried = self.run(params["body_jaxpr"], [*values[first:second], *carried])
        return carried


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
