// The challenge: settings that do not learn. One is solved when one change of it, the seed left alone, learns.
import { EPOCH } from "./curves_view.js";
import { differing, parse } from "./state.js";

const SOLVED = 0.9; // of the test images
const IN_TIME = 10 * EPOCH;

// Return what looks at each run, marks the settings of which it is one change, and returns what is new in words.
export function challenge(page) {
  const links = [...page.querySelectorAll(".challenge > li > a")];
  return (state, points) => {
    if (!points.some(({ step, accuracy }) => step <= IN_TIME && accuracy >= SOLVED)) return "";
    return links.map((link) => marked(link, state)).join("");
  };
}

function marked(link, state) {
  const changed = differing(parse(link.hash).state, state),
    [key] = changed;
  if (changed.length !== 1 || key === "seed") return "";
  const entry = link.closest("li"),
    line = entry.querySelector(".solved") ?? entry.appendChild(document.createElement("p"));
  const words = `Solved: ${key} = ${state[key]}.`;
  if (line.textContent === words) return "";
  line.className = "solved";
  line.textContent = words;
  return `${link.textContent} of the challenge. ${words}`;
}
