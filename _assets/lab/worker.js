// The laboratory's network in a worker: it computes beside the page, which answers keys meanwhile.
// It is told { state }, { play, pace }, { pause }, { epoch }, { step: how many }; it tells the images shown, once, and
// then reports, at rest with what is judged.
import { Session } from "./session.js";

const REST = 150; // milliseconds without a new state, after which all images are judged
const FRAME = 50; // milliseconds between two reports
const PACE = 15; // steps a report, a third of an epoch, unless at full speed

const session = new Session();
let timer = 0, number = 0;

postMessage({ images: session.images() });

const tell = (more) => postMessage({ ...session.report(), number, running: false, ...more });
const rest = () => tell({ judged: session.judge() });

function advance(steps, until = Infinity) {
  for (let step = 0; step < steps && !session.outgrown && performance.now() < until; step++) session.step();
}

function play(pace) {
  const start = performance.now();
  advance(pace === "full" ? Infinity : PACE, start + FRAME);
  if (session.outgrown) rest();
  else {
    tell({ running: true });
    timer = setTimeout(play, Math.max(0, FRAME - (performance.now() - start)), pace);
  }
}

onmessage = ({ data }) => {
  clearTimeout(timer);
  number = data.number;
  if (data.state) {
    session.begin(data.state);
    tell();
    timer = setTimeout(rest, REST);
  } else if (data.play) play(data.pace);
  else {
    advance(data.epoch ? session.rest_of_epoch() : (data.step ?? 0));
    rest();
  }
};
