// The numbers behind the pictures, as tables.
import { number, percent } from "./words.js";

const cell = (name, scope, words) => {
  const made = document.createElement(name);
  if (scope) made.scope = scope;
  made.textContent = words;
  return made;
};

const filled = (row, head, words) =>
  row.replaceChildren(cell("th", "row", head), ...words.map((word) => cell("td", "", word)));

// Rows are kept and only their number changes, since this runs at each picture.
function rows(table, count) {
  const body = table.tBodies[0];
  while (body.rows.length > count) body.deleteRow(-1);
  while (body.rows.length < count) body.insertRow();
  return [...body.rows];
}

const shown = (size) => (size === undefined ? "–" : number(size, 4));

// One row a layer, the input first; in full digits as data.
export function fill_signals(table, { signal, gradient, saturated, dead }) {
  const depth = saturated.length;
  rows(table, depth + 2).forEach((row, layer) => {
    const name = layer === 0 ? "input" : layer > depth ? "output" : String(layer);
    const sizes = { signal: signal[layer], gradient: gradient[layer - 1] };
    for (const [key, size] of Object.entries(sizes)) {
      if (size === undefined) delete row.dataset[key];
      else row.dataset[key] = size;
    }
    if (table.closest("details").open) {
      const share = (shares) => (shares[layer - 1] === undefined ? "–" : percent(shares[layer - 1]));
      filled(row, name, [shown(sizes.signal), shown(sizes.gradient), share(saturated), share(dead)]);
    }
  });
}

export function fill_values(table, { histograms }, [low, high]) {
  const bins = histograms[0].length,
    width = (high - low) / bins;
  const head = table.tHead.rows[0];
  head.replaceChildren(
    cell("th", "col", "layer"),
    ...Array.from({ length: bins }, (_, bin) => cell("th", "col", number(low + (bin + 0.5) * width))),
  );
  rows(table, histograms.length).forEach((row, layer) =>
    filled(row, String(layer + 1), Array.from(histograms[layer], percent)),
  );
}

export function fill_curves(table, points) {
  rows(table, points.length).forEach((row, place) => {
    const { step, loss, accuracy } = points[place];
    filled(row, String(step), [number(loss, 4), percent(accuracy)]);
  });
}
