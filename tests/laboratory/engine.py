"""The laboratory's own files under a JavaScript engine, beside the library."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py_mini_racer import DEFAULT_V8_FLAGS, MiniRacer, init_mini_racer

from xavier_lib import MLP, orthogonal, variance_scaling
from xavier_lib.naive import naive_normal, naive_uniform
from xavier_lib.symmetry import constant

FOLDER = Path(__file__).parents[2] / "_assets" / "lab"
IMPORT = re.compile(r'^import .* from "\./(.*)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|function|class)", re.MULTILINE)
PAGE = {"worker.js"}  # waits for messages: the files below it are the engine
# WebAssembly at its best at once: it would become so in the background, which the embedded engine does not wait for
FLAGS = (*DEFAULT_V8_FLAGS, "--no-liftoff", "--no-wasm-tier-up")


def in_order(files: dict[str, str]) -> Iterator[str]:
    """Yield the names of files, each after those that it imports from."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name not in done:
            done.add(name)
            for imported in IMPORT.findall(files[name]):
                yield from visit(imported)
            yield name

    for name in sorted(files):
        yield from visit(name)


def files() -> dict[str, str]:
    """Return the engine's files as they are, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js") if path.name not in PAGE}


def one_script(given: dict[str, str]) -> str:
    """Return all files as one script: one after the other, without the lines that import and the words that export."""
    script = "".join(EXPORT.sub("", IMPORT.sub("", given[name])) for name in in_order(given))
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    return script


class Engine:
    """A JavaScript engine that has loaded the files."""

    def __init__(self, given: dict[str, str] | None = None) -> None:
        init_mini_racer(flags=FLAGS, ignore_duplicate_init=True)
        self.context = MiniRacer()
        self.context.eval(one_script(given or files()))
        self.context.eval(HELPERS)

    def __call__(self, name: str, *arguments: Any) -> Any:
        """Call a function with what JSON can say, in full digits."""
        plain = json.dumps(arguments, default=lambda value: value.tolist())
        return json.loads(str(self.context.eval(f"JSON.stringify({name}(...{plain}))")))


# What the tests ask for, in the engine's own words
HELPERS = """
const told = (arrays) => arrays.map((array) => Array.from(array));
const random = (seed, count) => Array.from(default_rng(seed).random(new Float64Array(count)));
const standard_normal = (seed, count) => Array.from(default_rng(seed).standard_normal(new Float64Array(count)));
const permutations = (seed, counts) => {
  const generator = default_rng(seed);
  return told(counts.map((count) => generator.permutation(count)));
};
const started = (sizes, options) => told(new MLP(sizes, options).layers.map((layer) => layer.weights));
const orthogonalized = (numbers, fan_in, fan_out) => {
  const out = Float64Array.from(numbers);
  orthogonalize(out, { fan_in, fan_out });
  return Array.from(out);
};
const restarted = (sizes, ...options) => {
  const network = new MLP(sizes, options[0]);
  options.slice(1).forEach((option) => network.restart(option));
  return told(network.layers.map((layer) => layer.weights));
};
const passes = (sizes, options, x, y) => {
  const network = new MLP(sizes, options), chosen = every(y.length);
  const loss = network.gradients(Float64Array.from(x.flat()), y, chosen);
  const first = (array, layer) => Array.from(array.subarray(0, y.length * layer.fan_out));
  const of = (name) => network.layers.map((layer) => first(layer[name], layer));
  return {
    loss,
    z: of("z"),
    a: of("a"),
    by_z: of("by_z"),
    by_weights: told(network.layers.map((layer) => layer.by_weights)),
    by_biases: told(network.layers.map((layer) => layer.by_bias)),
  };
};
const trained = (sizes, options, steps, rate) => {
  const network = new MLP(sizes, options), { x, y } = digits("train"), test = digits("test"), losses = [];
  const shuffled = batches(y.length, default_rng(0));
  for (let step = 0; step < steps; step++) losses.push(network.step(x, y, shuffled.next().value, rate));
  return { losses, ...network.judge(test.x, test.y), weights: told(network.layers.map((layer) => layer.weights)) };
};
const measured = (sizes, options, light = 1) => {
  const { x, y } = digits("train"), lit = x.map((pixel) => light * pixel);
  const found = signals(new MLP(sizes, options), lit, y, [-1, 1]);
  return { ...found, histograms: told(found.histograms) };
};
const seen = (state, steps) => {
  const session = new Session();
  session.begin(state);
  for (let step = 0; step < steps; step++) session.step();
  return { ...session.report(), judged: session.judge() };
};
const gain_of = (name) => ACTIVATIONS[name].gain;
const activation = (name, z) => {
  const { f, df } = ACTIVATIONS[name], a = new Float64Array(z.length), slope = new Float64Array(z.length);
  f(z, a, z.length);
  df(z, a, slope, z.length);
  return told([a, slope]);
};
const product = (kind, a, row_step, column_step, b, sizes) => {
  const memory = kind === "plain" ? plain() : vectors(a.length + b.length + sizes[0] * sizes[2]);
  const room = (values) => { const array = memory.room(values.length); array.set(values); return array; };
  const out = memory.room(sizes[0] * sizes[2]);
  memory.multiply(room(a), row_step, column_step, room(b), out, ...sizes);
  return Array.from(out);
};
const stored = (which) => { const { x, y } = digits(which); return [Array.from(x), Array.from(y)]; };
const tables = () => { const { k, w, f } = ziggurat(); return told([k, w, f]); };
"""

SCALED = {"lecun": (1, "fan_in"), "glorot": (1, "fan_avg"), "he": (2, "fan_in")}


def initializer(start: str, gain: float) -> Callable[..., NDArray[Any]]:
    """Return a start of the library by the laboratory's name, its weights multiplied by a gain."""
    family, _, distribution = start.partition("_")

    def draw(shape: tuple[int, int], **options: Any) -> NDArray[Any]:
        if family == "constant":
            return constant(shape, 0.1 * gain, **options)
        if family == "orthogonal":
            return orthogonal(shape, gain=gain, **options)
        if family == "naive":
            return {"uniform": naive_uniform, "normal": naive_normal}[distribution](shape, 0.1 * gain, **options)
        scale, mode = SCALED[family]
        return variance_scaling(shape, scale=scale * gain**2, mode=mode, distribution=distribution, **options)  # type: ignore[arg-type]

    return draw


def network(sizes: tuple[int, ...], start: str, gain: float, activation: str, seed: int) -> MLP:
    """Return the library's network for a state of the laboratory."""
    return MLP(sizes, initializer(start, gain), activation=activation, rng=seed)  # type: ignore[arg-type]


def far(found: Any, expected: Any) -> float:
    """Return the largest distance of two arrays, as a share of the largest number."""
    ours, theirs = np.asarray(found, float).ravel(), np.asarray(expected, float).ravel()
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-300))
