// How it learns: the training loss and below it the test accuracy, by step, with the pinned run as a ghost.
import { element, label, linear, path, rule, view } from "./svg.js";

export const EPOCH = 45; // steps
const LEFT = 44,
  RIGHT = 12;
const LOSS = { top: 8, bottom: 150 },
  ACCURACY = { top: 178, bottom: 298 };
const HEIGHT = 338;

export function curves_view(width, points, pinned, shortest = 10 * EPOCH) {
  const all = [...points, ...(pinned?.points ?? [])];
  const last = Math.max(shortest, ...all.map(({ step }) => step)),
    end = Math.ceil(last / shortest) * shortest;
  const x = linear([0, end], [LEFT, width - RIGHT]);
  const highest = Math.max(2.5, Math.min(10, Math.max(0, ...all.map(({ loss }) => loss))));
  const loss = linear([0, highest], [LOSS.bottom, LOSS.top]),
    accuracy = linear([0, 1], [ACCURACY.bottom, ACCURACY.top]);
  const inner = [
    scale(width, loss, [
      [0, "0"],
      [Math.LN10, "2.3"],
      ...(highest > 5 ? [[highest, String(Math.round(highest))]] : [[1, "1"]]),
    ]),
    scale(width, accuracy, [
      [0, "0"],
      [0.1, ""],
      [0.5, "50 %"],
      [1, "100 %"],
    ]),
    steps(x, end),
    ...(pinned
      ? [curve("ghost", x, loss, pinned.points, "loss"), curve("ghost", x, accuracy, pinned.points, "accuracy")]
      : []),
    curve("loss", x, loss, points, "loss"),
    curve("accuracy", x, accuracy, points, "accuracy"),
  ].join("");
  return view(width, HEIGHT, "Lines of the training loss and of the test accuracy, by step.", inner);
}

const scale = (width, y, ticks) =>
  ticks
    .map(
      ([value, words]) =>
        rule(LEFT, y(value), width - RIGHT, y(value), { class: words === "2.3" || words === "" ? "one" : "grid" }) +
        (words && label(LEFT - 6, y(value) + 4, words, { "text-anchor": "end" })),
    )
    .join("");

function curve(name, x, y, points, what) {
  const places = points.map((point) => [x(point.step), y(point[what])]),
    [last_x, last_y] = places.at(-1) ?? [];
  const end =
    places.length && name !== "ghost"
      ? element("circle", { class: `${name} marks`, cx: last_x, cy: last_y, r: 3.5 })
      : "";
  return element("path", { class: name, d: path(places) }) + end;
}

function steps(x, end) {
  let words = "";
  for (const part of [0, 0.5, 1]) {
    words += label(x(part * end), HEIGHT - 22, part * end, { "text-anchor": part === 1 ? "end" : "middle" });
  }
  return words + label(x(end / 2), HEIGHT - 4, `step (${EPOCH} are an epoch)`, { "text-anchor": "middle" });
}
