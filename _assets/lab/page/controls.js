// The controls of a state: native inputs, each with its name and its value in words.
import { ACTIVATIONS } from "../activations.js";
import { gain_for } from "../starts.js";
import { KEYS } from "./state.js";
import { number } from "./words.js";

const GROUPS = {
  "of one size": ["constant"],
  naive: ["naive_uniform", "naive_normal"],
  "by the fans": ["lecun_uniform", "lecun_normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal"],
  "all directions alike": ["orthogonal"],
};
const option = (name) => `<option>${name}</option>`;
const starts = Object.entries(GROUPS)
  .map(([label, names]) => `<optgroup label="${label}">${names.map(option).join("")}</optgroup>`)
  .join("");
const activations = ["tanh", "sigmoid", "softsign", "relu", "leaky_relu", "linear"].map(option).join("");

const field = (key, name, input) => `<label class="${key}" for="lab-${key}"><span>${name}</span>${input}</label>`;
const slider = (key, name, low, high, step) => {
  const range = `id="lab-${key}" name="${key}" type="range" min="${low}" max="${high}" step="${step}"`;
  const value = '<span class="value" aria-hidden="true"></span>'; // hidden, as the slider says it itself
  return field(key, name, `${value}<input ${range}>`);
};

export const CONTROLS = `
  ${slider("gain", "gain", -2, 2, 0.01)}
  <button type="button" name="keep"></button>
  ${field("start", "start", `<select id="lab-start" name="start">${starts}</select>`)}
  ${field("activation", "activation", `<select id="lab-activation" name="activation">${activations}</select>`)}
  ${slider("depth", "depth, hidden layers", 1, 30, 1)}
  ${slider("width", "width, units a layer", 4, 128, 1)}
  ${slider("rate", "learning rate", -3, 1, 0.02)}
  <div class="seed">${field("seed", "seed", '<input id="lab-seed" name="seed" type="number" min="0" step="1" required>')}<button type="button" name="reseed">Reseed</button></div>`;

const LOGARITHMIC = ["gain", "rate"]; // their sliders move the exponent of ten
// Three digits, or the one of a number that is so near that the slider would pass it by.
function rounded(value) {
  const plain = Number(value.toPrecision(1));
  return Math.abs(plain / value - 1) < 0.01 ? plain : Number(value.toPrecision(3));
}

// The gain that keeps pre-activations at an rms of 1, in four digits; null where there is none.
function keeping({ start, activation, width }) {
  const gain = gain_for(ACTIVATIONS[activation].gain, start, width);
  return gain && Number(gain.toPrecision(4));
}

export class Controls {
  // change(key, value) is called at each change that a reader makes.
  constructor(form, change) {
    this.form = form;
    form.addEventListener("input", ({ target }) => this.moved(target, change));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.elements.keep.addEventListener("click", () => change("gain", keeping(this.state)));
    form.elements.reseed.addEventListener("click", () => change("seed", Math.floor(Math.random() * 1e6)));
  }

  moved(input, change) {
    const key = input.name,
      text = LOGARITHMIC.includes(key) ? String(rounded(10 ** Number(input.value))) : input.value;
    const value = KEYS[key].read(text);
    input.setAttribute("aria-invalid", value === null);
    if (value !== null) change(key, value);
  }

  show(state) {
    this.state = state;
    this.offer(keeping(state));
    for (const [key, value] of Object.entries(state)) {
      const input = this.form.elements[key],
        output = this.form.querySelector(`.${key} .value`);
      const stands = LOGARITHMIC.includes(key) ? Math.log10(value) : value;
      const typed = document.activeElement === input && KEYS[key].read(String(input.value)) === value; // 07 stays 07
      if (!typed) input.value = stands;
      input.setAttribute("aria-invalid", false);
      if (output) {
        output.textContent = number(value, 3)
          .replace(/(\.\d*?)0+$/, "$1")
          .replace(/\.$/, "");
        input.setAttribute("aria-valuetext", output.textContent);
      }
    }
  }

  offer(gain) {
    const button = this.form.elements.keep;
    button.textContent = `Gain for ${this.state.activation}: ${gain ?? "none"}`;
    button.disabled = gain === null;
  }
}
