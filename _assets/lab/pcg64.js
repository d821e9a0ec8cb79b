// NumPy's default generator, PCG64: a state of 128 bits, multiplied and added to at each draw. O'Neill (2014).
// JavaScript has no fast whole numbers of that size, so the state is six limbs of 22 bits, the lowest first, whose
// products and sums a double holds exactly.
import { generate_state } from "./seeding.js";

const limbs = (number) => [0n, 22n, 44n, 66n, 88n, 110n].map((place) => Number((number >> place) & 0x3fffffn));
const wide = (words) => words.reduce((number, word) => (number << 32n) | BigInt(word), 0n);

const [M0, M1, M2, M3, M4, M5] = limbs(0x2360ed051fc65da44385df649fccf645n);
const LIMB = 2 ** 22;

export class PCG64 {
  constructor(seed) {
    const w = generate_state(seed, 8); // four numbers of 64 bits, of each the lower half first
    const start = wide([w[1], w[0], w[3], w[2]]), increment = (wide([w[5], w[4], w[7], w[6]]) << 1n) | 1n;
    this.increment = Float64Array.from(limbs(BigInt.asUintN(128, increment)));
    this.state = Float64Array.from(limbs(BigInt.asUintN(128, start + increment)));
    this.drawn = new Uint32Array(2); // the lower and the upper half of the last draw
    this.kept = null; // an upper half of which next32 has given the lower one
    this.advance();
  }

  // state <- state * M + increment, modulo 2^128
  advance() {
    const { state, increment } = this;
    const s0 = state[0], s1 = state[1], s2 = state[2], s3 = state[3], s4 = state[4], s5 = state[5];
    const t0 = s0 * M0 + increment[0], c0 = Math.floor(t0 / LIMB);
    const t1 = s0 * M1 + s1 * M0 + increment[1] + c0, c1 = Math.floor(t1 / LIMB);
    const t2 = s0 * M2 + s1 * M1 + s2 * M0 + increment[2] + c1, c2 = Math.floor(t2 / LIMB);
    const t3 = s0 * M3 + s1 * M2 + s2 * M1 + s3 * M0 + increment[3] + c2, c3 = Math.floor(t3 / LIMB);
    const t4 = s0 * M4 + s1 * M3 + s2 * M2 + s3 * M1 + s4 * M0 + increment[4] + c3, c4 = Math.floor(t4 / LIMB);
    const t5 = s0 * M5 + s1 * M4 + s2 * M3 + s3 * M2 + s4 * M1 + s5 * M0 + increment[5] + c4;
    state[0] = t0 - c0 * LIMB;
    state[1] = t1 - c1 * LIMB;
    state[2] = t2 - c2 * LIMB;
    state[3] = t3 - c3 * LIMB;
    state[4] = t4 - c4 * LIMB;
    state[5] = t5 - Math.floor(t5 / 2 ** 18) * 2 ** 18;
  }

  // Draw 64 bits: both halves of the state xored, and rotated by its six upper bits.
  next64() {
    this.advance();
    const { state, drawn } = this, turn = state[5] >> 12, by = turn & 31;
    const x = state[0] ^ (state[1] << 22) ^ (state[2] >> 20) ^ (state[3] << 2) ^ (state[4] << 24);
    const y = (state[1] >> 10) ^ (state[2] << 12) ^ (state[4] >> 8) ^ (state[5] << 14);
    const lower = turn & 32 ? y : x, upper = turn & 32 ? x : y;
    drawn[0] = by ? (lower >>> by) | (upper << (32 - by)) : lower;
    drawn[1] = by ? (upper >>> by) | (lower << (32 - by)) : upper;
  }

  // Draw 32 bits, two from each draw of 64, the lower ones first.
  next32() {
    const { kept } = this;
    if (kept !== null) {
      this.kept = null;
      return kept;
    }
    this.next64();
    this.kept = this.drawn[1];
    return this.drawn[0];
  }

  // Draw a number from 0 to below 1, a multiple of 2^-53.
  next_double() {
    this.next64();
    return (this.drawn[1] * 2 ** 21 + (this.drawn[0] >>> 11)) * 2 ** -53;
  }
}
