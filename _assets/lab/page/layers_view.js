// What passes through the layers, in three pictures over one axis: size, values, and shares saturated and dead.
import { range_of } from "../activations.js";
import { element, label, linear, logarithmic, path, place, power_of_ten, rule, view } from "./svg.js";

const LEFT = 44,
  RIGHT = 8; // pixels beside the pictures
const SIZES = { top: 8, bottom: 210 },
  VALUES = { top: 236, bottom: 366 },
  SHARES = { top: 392, bottom: 452 };
const HEIGHT = 492;
const APART = 24; // pixels between two words below
const WIDEST = 1e30; // sizes beyond are drawn on the edge

export function layers_view(width, { seen }, { activation, depth }, pinned) {
  const columns = depth + 2,
    step = (width - LEFT - RIGHT) / columns;
  const x = (layer) => LEFT + (layer + 0.5) * step;
  const inner = [
    sizes(width, x, seen, pinned),
    values(width, x, step, seen, range_of(activation)),
    shares(width, x, step, seen),
    layers(width, x, step, depth),
  ].join("");
  return view(
    width,
    HEIGHT,
    "Lines of the sizes, histograms of the activations and bars of the shares, by layer: the sentence says what is the case, and the tables have the numbers.",
    inner,
  );
}

// The decades to show: at least from a thousandth to ten, and further in threes, so that the axis rests in one's hand.
export function decades(numbers) {
  const there = numbers.filter((number) => number > 1 / WIDEST && number < WIDEST).map(Math.log10);
  const low = Math.floor(Math.min(-3, ...there) / 3) * 3,
    high = Math.max(1, ...there);
  return [low, high <= 1 ? 1 : Math.ceil(high / 3) * 3];
}

function sizes(width, x, { signal, gradient }, pinned) {
  const [low, high] = decades([...signal, ...gradient, ...(pinned?.signal ?? []), ...(pinned?.gradient ?? [])]);
  const y = logarithmic([10 ** low, 10 ** high], [SIZES.bottom, SIZES.top]);
  const every = Math.max(1, Math.ceil((high - low) / 7 / 3) * (high - low > 7 ? 3 : 1));
  let grid = "";
  for (let exponent = Math.ceil(low / every) * every; exponent <= high; exponent += every) {
    grid += rule(LEFT, y(10 ** exponent), width - RIGHT, y(10 ** exponent), { class: exponent === 0 ? "one" : "grid" });
    grid += label(LEFT - 6, y(10 ** exponent) + 4, power_of_ten(exponent), { "text-anchor": "end" });
  }
  const ghost = pinned ? line("ghost", x, y, pinned.signal, 0) + line("ghost", x, y, pinned.gradient, 1) : "";
  return grid + ghost + series("gradient", x, y, gradient, 1, triangle) + series("signal", x, y, signal, 0, circle);
}

const line = (name, x, y, numbers, first) =>
  element("path", {
    class: name,
    d: path(numbers.map((number, place) => [x(first + place), number > 0 ? y(number) : NaN])),
  });

const circle = (x, y) => `M${place(x - 4)} ${place(y)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`;
const triangle = (x, y) => `M${place(x - 5)} ${place(y)}l8 -4.5v9z`;

function series(name, x, y, numbers, first, marker) {
  const marks = (wanted) =>
    numbers.map((number, place) => (number > 0 === wanted ? marker(x(first + place), y(number)) : "")).join("");
  const nothing = marks(false); // a size of zero has no place on this axis: an empty marker on the edge
  return (
    line(name, x, y, numbers, first) +
    element("path", { class: `${name} marks`, d: marks(true) }) +
    (nothing && element("path", { class: `${name} nothing`, d: nothing }))
  );
}

function values(width, x, step, { histograms }, [low, high]) {
  const y = linear([low, high], [VALUES.bottom, VALUES.top]);
  let grid = "";
  for (const value of [low, (low + high) / 2, high]) {
    grid += rule(LEFT, y(value), width - RIGHT, y(value), { class: "grid" });
    grid += label(LEFT - 6, y(value) + 4, String(value).replace("-", "−"), { "text-anchor": "end" });
  }
  return (
    grid +
    element("path", {
      class: "values",
      d: histograms.map((shares, layer) => violin(x(layer + 1), step, shares, y, low, high)).join(""),
    })
  );
}

// A histogram on its side and its mirror image. The width is the root of the share, so that few values are seen too.
function violin(middle, step, shares, y, low, high) {
  const fullest = Math.max(...shares),
    height = (high - low) / shares.length;
  return Array.from(shares, (share, bin) => {
    if (share === 0) return "";
    const half = Math.max(0.5, Math.sqrt(share / fullest) * step * 0.46),
      top = y(low + (bin + 1) * height);
    return `M${place(middle - half)} ${place(top)}h${place(2 * half)}V${place(y(low + bin * height))}h${place(-2 * half)}z`;
  }).join("");
}

function shares(width, x, step, { saturated, dead }) {
  const y = linear([0, 1], [SHARES.bottom, SHARES.top]),
    wide = Math.min(14, step * 0.4);
  let grid = "";
  for (const [share, words] of [
    [0, "0"],
    [0.5, "50 %"],
    [1, "100 %"],
  ]) {
    grid += rule(LEFT, y(share), width - RIGHT, y(share), { class: "grid" });
    grid += label(LEFT - 6, y(share) + 4, words, { "text-anchor": "end" });
  }
  const bars = (numbers, side) =>
    numbers
      .map((share, layer) =>
        share > 0
          ? `M${place(x(layer + 1) + side * wide - wide / 2)} ${place(y(share))}h${place(wide)}V${SHARES.bottom}h${place(-wide)}z`
          : "",
      )
      .join("");
  return (
    grid +
    element("path", { class: "saturated", d: bars(saturated, -0.5) }) +
    element("path", { class: "dead", d: bars(dead, 0.5) })
  );
}

// As many numbers of layers as there is room for, none of them on the words at the ends.
function layers(width, x, step, depth) {
  const each = Math.ceil(APART / step);
  const numbered = (layer) => layer % each === 0 && layer * step >= APART && (depth + 1 - layer) * step >= APART;
  const below = (layer, words) => label(x(layer), HEIGHT - 22, words, { "text-anchor": "middle" });
  let words = below(0, "in") + below(depth + 1, "out");
  for (let layer = 1; layer <= depth; layer++) if (numbered(layer)) words += below(layer, layer);
  return words + label((LEFT + width - RIGHT) / 2, HEIGHT - 4, "layer", { "text-anchor": "middle" });
}
