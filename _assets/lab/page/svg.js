// Lines, bars and words of a picture in SVG, in the pixels of the page, so that its words keep their size.
export const attributes = (given) =>
  Object.entries(given)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");
export const element = (name, given, inner = "") => `<${name}${attributes(given)}>${inner}</${name}>`;
export const label = (x, y, words, given = {}) => element("text", { x: place(x), y: place(y), ...given }, words);
export const rule = (x1, y1, x2, y2, given = {}) =>
  element("path", { d: `M${place(x1)} ${place(y1)}L${place(x2)} ${place(y2)}`, ...given });

export const view = (width, height, words, inner) =>
  element(
    "svg",
    { class: "view", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words },
    inner,
  );

export const place = (value) => Math.round(value * 10) / 10;

// A line through points; where a number is missing it breaks.
export function path(points) {
  let pen = "M";
  return points
    .map(([x, y]) => {
      if (!Number.isFinite(y)) {
        pen = "M";
        return "";
      }
      const step = `${pen}${place(x)} ${place(y)}`;
      pen = "L";
      return step;
    })
    .join("");
}

// From numbers to pixels, and the same for their logarithms; what lies beyond stays on the edge.
export function linear([low, high], [from, to]) {
  return (value) => from + ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (to - from);
}

export function logarithmic([low, high], range) {
  const scale = linear([Math.log10(low), Math.log10(high)], range);
  return (value) => scale(value > 0 ? Math.log10(value) : -Infinity);
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
export const power_of_ten = (exponent) =>
  exponent === 0 ? "1" : exponent === 1 ? "10" : `10${[...String(exponent)].map((sign) => RAISED[sign]).join("")}`;
