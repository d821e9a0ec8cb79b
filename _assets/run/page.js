// A chapter at work: its cells are edited and run, and what they compute takes the place of what was stored.
import { put } from "./outputs.js";

let cells, sources, data, worker, waiting, agreed = false, running = false, ran = new Map(), furnished, tools;

// Run one cell with what it needs, or all of them (-1); the first time, ask whether Python may be loaded.
export async function press(found, place, dataset) {
  [cells, data] = [found, dataset];
  if (running) return say("Another cell is running. Press Stop to end it.");
  if (!agreed && !(await asked())) return;
  running = true;
  tools.stop.disabled = false;
  try {
    await wake();
    const wanted = place < 0 ? cells.map((_, i) => i) : needed(place);
    for (const i of wanted) if (place < 0 || i === place || ran.get(i) !== source(i)) await run(i);
    say(place < 0 ? "All cells have run." : `Cell ${place + 1} has run.`);
  } catch (problem) {
    say(problem.message);
  }
  tools.stop.disabled = true;
  running = false;
}

// What is loaded, from where and how much, in a dialog that a key closes.
async function asked() {
  tools = await (furnished ??= furnish());
  const { dialog } = tools;
  if (dialog.open) return false; // the button was pressed twice
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  return dialog.returnValue === "load";
}

async function furnish() {
  const [plain, pictured] = data.megabytes.split(" "), origin = new URL(data.pyodide, location).host;
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${data.library}/page.css` });
  document.head.append(sheet);
  await new Promise((come) => { sheet.onload = sheet.onerror = come; });
  document.body.insertAdjacentHTML("beforeend", `
    <dialog class="run-ask" aria-labelledby="run-title"><form method="dialog">
    <h2 id="run-title">Run Python on this page?</h2>
    <p>This loads Python (Pyodide) and NumPy, about ${plain} MB, from <code>${origin}</code>, and with the first picture
    matplotlib, ${pictured} MB in all. They run in this page, and nothing that you write leaves it.</p>
    <button value="load">Load and run</button> <button value="">Cancel</button></form></dialog>
    <aside class="run-bar" aria-label="Python on this page"><p role="status"></p>
    <button class="stop" disabled>Stop</button> <button class="reset">Reset the page</button></aside>`);
  const found = (what) => document.querySelector(what);
  found(".run-bar .stop").onclick = () => stop("Stopped.");
  found(".run-bar .reset").onclick = reset;
  return { dialog: found(".run-ask"), status: found(".run-bar p"), stop: found(".run-bar .stop"), bar: found(".run-bar") };
}

function say(text) {
  tools.status.textContent = text;
}

// Start a worker and wait until it has Python; what had run before it was ended is run again when it is needed.
async function wake() {
  if (worker) return;
  tools.bar.classList.add("open");
  say("Loading …");
  sources ??= await (await fetched(`${data.library}/${data.chapter}.json`)).json();
  const base = new URL(`${data.library}/`, location);
  worker = new Worker(new URL("worker.js", base), { type: "module" });
  worker.onmessage = ({ data: told }) => told.said ? say(told.said) : waiting?.[told.failed ? "fail" : "done"](told);
  worker.onerror = (event) => waiting?.fail({ failed: event.message || "the worker did not start" });
  try {
    await answer({ pyodide: new URL(data.pyodide, location).href, library: new URL("xavier_lib.whl", base).href,
      harness: new URL("cells.py", base).href });
  } catch (problem) {
    end();
    throw new Error(`Python could not be loaded, and the page is as it was: ${problem.message}`);
  }
  if (!agreed) edit();
  agreed = true;
}

async function fetched(address) {
  const answered = await fetch(address);
  if (!answered.ok) throw new Error(`${address} answers ${answered.status}`);
  return answered;
}

function answer(message) {
  return new Promise((resolve, reject) => {
    waiting = { done: resolve, fail: (told) => reject(new Error(told.failed)) };
    worker.postMessage(message);
  });
}

// Which cells a cell needs, itself included: in the exercises the imports and its own stub, elsewhere all above it.
function needed(place) {
  const head = document.getElementById("exercises");
  const inside = (i) => head?.contains(cells[i]);
  const before = [...cells.keys()].slice(0, place);
  if (!inside(place)) return [...before.filter((i) => !inside(i)), place];
  const exercises = [...head.querySelectorAll(".exercise")];
  const group = (i) => exercises.filter((one) => one.compareDocumentPosition(cells[i]) & 4).length; // 4: follows it
  return [...before.filter((i) => inside(i) && [0, group(place)].includes(group(i))), place];
}

async function run(place) {
  say(`Running cell ${place + 1} of ${cells.length} …`);
  cells[place].setAttribute("aria-busy", "true");
  const text = source(place);
  let done = false;
  const seconds = data.seconds * (cells[place].closest("#exercises") ? 1 : 10); // elsewhere a cell may train
  const clock = setTimeout(() => stop(`Cell ${place + 1} did not end within ${seconds} seconds, and was ended.`), 1000 * seconds);
  try {
    const { outputs } = await answer({ source: text, name: `<cell ${place + 1}>` });
    done = ran.set(place, text);
    put(cells[place], outputs);
    cells[place].dispatchEvent(new CustomEvent("ran", { bubbles: true, detail: { place, outputs } }));
    if (outputs.some((output) => output.output_type === "error")) throw new Error(`Cell ${place + 1} ended in an error.`);
  } catch (problem) {
    if (!worker || done) throw problem; // it was stopped, or has put out its error
    end();
    throw new Error(`Cell ${place + 1} has ended Python itself (${problem.message}). The next run starts it anew.`);
  } finally {
    clearTimeout(clock);
    cells[place].removeAttribute("aria-busy");
  }
}

// End the worker with whatever it does; the next press starts another one, and runs what is needed again.
function stop(words) {
  end();
  waiting?.fail({ failed: words });
}

function end() {
  worker?.terminate();
  worker = undefined;
  ran.clear();
}

// The code of a cell as it is now: what the reader has made of it, or what was stored.
const source = (place) => cells[place].edited ?? sources[place];

function edit() {
  const kept = read();
  cells.forEach((cell, place) => {
    const code = cell.querySelector(".cell_input pre");
    if (!code) return;
    code.contentEditable = "plaintext-only";
    Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": `Code of cell ${place + 1}`, spellcheck: "false" })
      .forEach(([name, value]) => code.setAttribute(name, value));
    if (kept[place] !== undefined) code.textContent = cell.edited = kept[place];
    code.oninput = () => { cell.edited = code.innerText.replace(/\n$/, ""); keep(); };
    code.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      press(cells, place, data);
    };
  });
}

// Under the book's own prefix, so that the first page forgets this too.
const root = new URL(document.documentElement.dataset.content_root ?? "./", location).pathname;
const key = () => `first-weights ${root} ${data.chapter} code`;

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(key()) ?? "{}");
    return Object(kept) === kept ? kept : {};
  } catch {
    return {}; // no storage, or what no one here has written
  }
}

function keep() {
  const edited = cells.flatMap((cell, place) => cell.edited === undefined ? [] : [[place, cell.edited]]);
  try {
    localStorage.setItem(key(), JSON.stringify(Object.fromEntries(edited)));
  } catch {
    say("This browser keeps nothing here: what you write is gone with the page.");
  }
}

function reset() {
  stop("Reset: the page shows what was stored.");
  try { localStorage.removeItem(key()); } catch { /* nothing was kept */ }
  location.reload();
}
