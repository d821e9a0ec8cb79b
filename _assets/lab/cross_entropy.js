// The mean cross-entropy in nats of rows of logits, and its derivative by them: xavier_lib.nn.backpropagation.
import { refuse_overflow } from "./overflow.js";

// Turn each row of logits into the logarithm of its softmax.
export function log_softmax(logits, rows, classes, out) {
  for (let row = 0; row < rows; row++) {
    const first = row * classes;
    let largest = -Infinity, sum = 0;
    for (let place = first; place < first + classes; place++) largest = Math.max(largest, logits[place]);
    for (let place = first; place < first + classes; place++) sum += Math.exp(logits[place] - largest);
    const log = Math.log(sum);
    for (let place = first; place < first + classes; place++) out[place] = logits[place] - largest - log;
  }
}

// Return the loss, and write its derivative by the logits times a factor.
export function cross_entropy(logits, labels, rows, classes, by_logits, factor = 1) {
  log_softmax(logits, rows, classes, by_logits);
  let loss = 0;
  for (let row = 0; row < rows; row++) loss -= by_logits[row * classes + labels[row]];
  if (!Number.isFinite(loss)) refuse_overflow("forward pass");
  for (let place = 0; place < rows * classes; place++) by_logits[place] = Math.exp(by_logits[place]);
  for (let row = 0; row < rows; row++) by_logits[row * classes + labels[row]] -= 1;
  for (let place = 0; place < rows * classes; place++) by_logits[place] = (by_logits[place] / rows) * factor;
  return loss / rows;
}
