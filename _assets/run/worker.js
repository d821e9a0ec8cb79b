// Python in the page: loads Pyodide, NumPy and the book's library, then runs one cell after the other.
let python, cells;

const say = (text) => postMessage({ said: text });

async function load({ pyodide, library, harness }) {
  say("Loading Python …");
  const { loadPyodide } = await import(`${pyodide}pyodide.mjs`);
  python = await loadPyodide({ indexURL: pyodide });
  say("Loading NumPy …");
  await bring("numpy");
  say("Loading the book’s library …");
  const [wheel, code] = await Promise.all([library, harness].map(async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
    return answer.arrayBuffer();
  }));
  python.unpackArchive(wheel, "wheel");
  python.FS.writeFile("cells.py", new Uint8Array(code));
  cells = python.pyimport("cells");
}

// A package that does not come leaves a word in the console and no error: so it is asked for.
async function bring(name) {
  const said = [];
  await python.loadPackage(name, { messageCallback() {}, errorCallback: (text) => said.push(text) });
  if (!python.loadedPackages[name]) throw new Error(said.join(" ") || `${name} did not come`);
}

async function run({ source, name }) {
  const outputs = JSON.parse(cells.run(source, name));
  if (!outputs.some((output) => output.missing === "matplotlib") || python.loadedPackages.matplotlib) return outputs;
  say("Loading matplotlib …");
  await bring("matplotlib");
  return run({ source, name });
}

onmessage = async ({ data }) => {
  try {
    if (data.pyodide) await load(data);
    postMessage(data.pyodide ? { loaded: true } : { outputs: await run(data) });
  } catch (error) {
    postMessage({ failed: String(error.message ?? error).slice(0, 300) });
  }
};
