// The outputs of a cell as elements of the page, in the forms that the build gives to stored ones.
const escaped = (text) => Object.assign(document.createElement("p"), { textContent: text }).innerHTML;
const pre = (kind, text) => `<div class="output ${kind} highlight-myst-ansi"><div class="highlight">` +
  `<pre tabindex="0">${escaped(text)}</pre></div></div>`;

export function put(cell, outputs) {
  let box = cell.querySelector(":scope > .cell_output");
  if (!box) {
    if (!outputs.length) return;
    box = document.createElement("div");
    box.className = "cell_output";
    cell.append(box);
  }
  const caption = box.querySelector("figcaption");
  box.innerHTML = outputs.map(html).join("");
  if (caption) box.append(caption);
  wake(box);
}

function html(output) {
  if (output.output_type === "stream") return pre("stream", output.text);
  if (output.output_type === "error") return pre("traceback", output.traceback);
  const { "image/svg+xml": svg, "text/html": rich, "text/plain": plain } = output.data;
  return svg ? `<div class="picture-box">${svg}</div>` : rich ? `<div class="output text_html">${rich}</div>` : pre("", plain);
}

// What a notebook that is not trusted shows makes way for the sliders, as in the build.
function wake(box) {
  box.querySelectorAll(".still, .asleep").forEach((sleeping) => sleeping.remove());
  box.querySelectorAll('[hidden="hidden"]').forEach((control) => control.removeAttribute("hidden"));
  box.querySelectorAll(".explorer").forEach((explorer) => {
    explorer.querySelector("style")?.remove();
    explorer.dispatchEvent(new Event("input")); // its own handler takes the frames out of their scripts
    explorer.querySelector(".frame:not([hidden])")?.classList.add("opening"); // the one that is printed
  });
}
