// What the laboratory is made of, as HTML.
import { CONTROLS } from "./controls.js";

const table = (id, caption, heads) => `<table id="${id}"><caption>${caption}</caption>
  <thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead><tbody></tbody></table>`;
const boxed = (label, inner) => `<div class="scrolls" role="group" aria-label="${label}" tabindex="0">${inner}</div>`;

const key = (name, words) => `<span class="key ${name}">${words}</span>`;
const figure = (name, caption, inner) => `<figure class="${name}"><figcaption>${caption}</figcaption>${inner}</figure>`;
const PLACE = '<div class="place"></div>';

const TRANSPORT = `
  <div class="transport" role="group" aria-label="Training">
    <button type="button" name="play">Play</button>
    <button type="button" name="step">Step</button>
    <button type="button" name="epoch">Epoch</button>
    <button type="button" name="reset">Reset</button>
    <button type="button" name="pin">Pin this run</button>
    <button type="button" name="copy">Copy link</button>
    <label><input type="checkbox" name="full"> as fast as it goes</label>
  </div>`;

const LAYERS = `By layer, over 100 training images: the ${key("signal", "size (rms) of the activations")} and of
  ${key("gradient", "the gradient")} on a logarithmic axis; how the values of the activations
  are spread, wider where there are more; the shares
  ${key("saturated", "saturated")} and ${key("dead", "dead")}.`;
const CURVES = `By step: the ${key("loss", "training loss")}, a mean of fifteen mini-batches and 2.3 for who guesses, and the
  ${key("accuracy", "test accuracy")}<span class="pinned" hidden>. Dashed and gray: the pinned run</span>.`;
const DIGITS = "Ten test images, and what the network says of each.";

const SIGNALS = ["layer", "signal, rms", "gradient, rms", "saturated", "dead"];
const NUMBERS = `
  <details class="numbers"><summary>The numbers behind the pictures</summary>
    ${boxed("Sizes by layer", table("signals", "Size of signal and gradient, and shares, by layer", SIGNALS))}
    ${boxed("Values by layer", table("values", "Shares of the activations around each value, by layer", ["layer"]))}
    ${boxed("Curves", table("curves", "Training loss and test accuracy, by step", ["step", "loss, nats", "accuracy"]))}
  </details>`;

export const PAGE = `
  <p class="faults" hidden></p>
  ${TRANSPORT}
  <p class="status" role="status"></p>
  <div class="panel">
    <form class="controls" aria-label="The network" autocomplete="off">${CONTROLS}</form>
    ${figure("curves", CURVES, PLACE)}
  </div>
  <div class="views">
    <p class="words"></p>
    ${figure("layers", LAYERS, PLACE)}
    ${figure("digits", DIGITS, "<ul></ul>")}
  </div>
  ${NUMBERS}`;
