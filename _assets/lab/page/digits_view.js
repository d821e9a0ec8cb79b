// Ten test images, and for each what the network says of it and how sure it is.
import { percent } from "./words.js";

const CLASSES = 10,
  SIDE = 8;

// The images are drawn once; what is said of them follows.
export function digits_view(list, { x, y }) {
  const entries = Array.from(y, (digit, place) => {
    const entry = document.createElement("li"),
      canvas = document.createElement("canvas"),
      says = document.createElement("span");
    draw(canvas, x.subarray(place * SIDE * SIDE, (place + 1) * SIDE * SIDE));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `a handwritten ${digit}`);
    entry.append(canvas, says);
    return entry;
  });
  list.replaceChildren(...entries);
  return (answers) =>
    entries.forEach((entry, place) => tell(entry, answers?.subarray(place * CLASSES, (place + 1) * CLASSES), y[place]));
}

function tell(entry, probabilities, digit) {
  const largest = probabilities ? Math.max(...probabilities) : NaN,
    said = probabilities?.indexOf(largest) ?? -1;
  entry.className = said === digit ? "right" : "wrong";
  entry.lastChild.textContent = said < 0 ? "no answer" : `${said === digit ? "✓" : "✗"} ${said}, ${percent(largest)}`;
}

// Dark ink on light paper, in light and dark alike: pixels are standardized, from about −0.8 to 1.9.
function draw(canvas, pixels) {
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d"),
    image = context.createImageData(SIDE, SIDE);
  const low = Math.min(...pixels),
    high = Math.max(...pixels);
  pixels.forEach((pixel, place) => {
    const light = 255 - Math.round(230 * ((pixel - low) / (high - low)));
    image.data.set([light, light, light, 255], 4 * place);
  });
  context.putImageData(image, 0, 0);
}
