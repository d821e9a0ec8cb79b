// The state of the laboratory: all that decides a run, and its address, start=glorot_uniform&gain=1&...
import { ACTIVATIONS } from "../activations.js";
import { STARTS } from "../starts.js";

export const DEFAULT = {
  start: "glorot_uniform",
  gain: 1,
  activation: "tanh",
  depth: 5,
  width: 64,
  seed: 0,
  rate: 0.05,
};

const one_of = (names) => ({
  read: (text) => (names.includes(text) ? text : null),
  accepted: `one of ${names.join(", ")}`,
});
const number = (low, high) => ({
  read: (text) => (text.trim() !== "" && Number(text) >= low && Number(text) <= high ? Number(text) : null),
  accepted: `a number from ${low} to ${high}`,
});
const whole = (low, high) => ({
  read: (text) => (Number.isSafeInteger(number(low, high).read(text)) ? Number(text) : null),
  accepted: `a whole number from ${low} to ${high}`,
});

// What a state may hold: each control and each part of an address is read by these.
export const KEYS = {
  start: one_of(Object.keys(STARTS)),
  gain: number(0.01, 100),
  activation: one_of(Object.keys(ACTIVATIONS)),
  depth: whole(1, 30),
  width: whole(4, 128),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  rate: number(0.001, 10),
};

// Other parts of an address lead to a place on the page, and say nothing of a state.
export const says_a_state = (hash) => hash.length < 2 || hash.includes("=");

// Return { state, faults }: what an address does not say is the default, and so is what it says wrongly.
export function parse(hash) {
  const state = { ...DEFAULT },
    faults = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    const value = Object.hasOwn(KEYS, key) ? KEYS[key].read(text) : null;
    if (value !== null) state[key] = value;
    else if (Object.hasOwn(KEYS, key))
      faults.push(`${key} must be ${KEYS[key].accepted}, got “${text}”: it is ${DEFAULT[key]} here.`);
    else faults.push(`“${key}” is no setting of the laboratory.`);
  }
  return { state, faults };
}

export const format = (state) =>
  Object.keys(DEFAULT)
    .map((key) => `${key}=${state[key]}`)
    .join("&");

export const differing = (one, other) => Object.keys(DEFAULT).filter((key) => one[key] !== other[key]);
