// The same product in WebAssembly, two numbers at a time: four times as fast as JavaScript, and equal to the last bit,
// since each sum is taken in the same order. The program is put together below, instruction by instruction, from the
// loops of products.js; where a browser does not know it, products.js does the work.
import { multiply } from "./products.js";

const size = (number) => (number < 128 ? [number] : [(number & 127) | 128, ...size(number >>> 7)]); // LEB128
const list = (items) => [...size(items.length), ...items.flat()];
const section = (id, items) => {
  const bytes = list(items);
  return [id, ...size(bytes.length), ...bytes];
};
const text = (name) => list([...name].map((letter) => [letter.charCodeAt(0)]));

// Instructions on whole numbers, and on vectors of two doubles
const [I32, V128] = [0x7f, 0x7b];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const put = (number) => [0x41, number];
const [add, subtract, times, less, select, end] = [0x6a, 0x6b, 0x6c, 0x49, 0x1b, 0x0b];
const loop = (...body) => [0x03, 0x40, ...body.flat(), end];
const repeat_while = (...condition) => [...condition.flat(), 0x0d, 0];
const vector = (code, ...rest) => [0xfd, ...size(code), ...rest];
const load = (offset) => vector(0, 3, offset);
const load_twice = vector(10, 3, 0); // one number into both halves
const store = (offset) => vector(11, 3, offset);
const zeros = vector(12, ...Array(16).fill(0));
const [vector_add, vector_times] = [vector(0xf0), vector(0xf2)];

// Arguments: addresses and steps in bytes, then the sizes; after them the other whole numbers, then the vectors
const [A, ROW_STEP, COLUMN_STEP, B, C, LINE, ROWS, INNER, COLUMNS] = Array(9).keys();
const [ROW, COLUMN, LEFT, BELOW, OUT] = [9, 10, 11, 12, 13];
const PLACE = [14, 15, 16, 17]; // in the four rows of A
const SUM = [18, 19, 20, 21, 22, 23, 24, 25]; // left and right half of the four rows of a block
const [B_LEFT, B_RIGHT, FACTOR] = [26, 27, 28];

const smaller = (local, limit) => [...get(local), ...limit, ...get(local), ...limit, less, select];
const last_block = (count) => [...get(count), ...put(4), subtract];
const step = (local, by) => [...get(local), ...by, add, ...set(local)];
const line = (base, local, row, width) => [...get(base), ...get(local), ...put(row), add, ...get(width), times, add];

const add_products = (sum, half) => [...get(sum), ...get(FACTOR), ...get(half), ...vector_times, ...vector_add, ...set(sum)];
const inner = loop(
  get(BELOW), load(0), set(B_LEFT), get(BELOW), load(16), set(B_RIGHT),
  PLACE.flatMap((place, row) => [
    ...get(place), ...load_twice, ...set(FACTOR),
    ...add_products(SUM[2 * row], B_LEFT), ...add_products(SUM[2 * row + 1], B_RIGHT),
    ...step(place, get(COLUMN_STEP)),
  ]),
  step(BELOW, get(LINE)),
  repeat_while(get(LEFT), put(1), [subtract], set(LEFT), get(LEFT)),
);
const block = [
  ...PLACE.flatMap((place, row) => [...line(A, ROW, row, ROW_STEP), ...set(place)]),
  ...get(B), ...get(COLUMN), ...put(8), times, add, ...set(BELOW),
  ...SUM.flatMap((sum) => [...zeros, ...set(sum)]),
  ...get(INNER), ...set(LEFT),
  ...inner,
  ...PLACE.flatMap((_, row) => [
    ...line(C, ROW, row, LINE), ...get(COLUMN), ...put(8), times, add, ...set(OUT),
    ...get(OUT), ...get(SUM[2 * row]), ...store(0), ...get(OUT), ...get(SUM[2 * row + 1]), ...store(16),
  ]),
];
const over = (local, count, body) => [
  ...put(0), ...set(local),
  ...loop(
    smaller(local, last_block(count)), set(local),
    body,
    step(local, put(4)),
    repeat_while(get(local), get(count), [less]),
  ),
];
const code = [...list([[PLACE[3] - COLUMNS, I32], [11, V128]]), ...over(ROW, ROWS, over(COLUMN, COLUMNS, block)), end];

const program = () => Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [[0x60, ...list(Array(9).fill([I32])), 0]]), // the type of the function
  ...section(2, [[...text("lab"), ...text("memory"), 2, 0, 1]]),
  ...section(3, [[0]]),
  ...section(7, [[...text("multiply"), 0, 0]]),
  ...section(10, [[...size(code.length), ...code]]),
);

// Memory of its own for so many numbers, and the product in it; null where a browser knows no vectors.
export function vectors(count) {
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(program())) return null;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((count * 8) / 65536) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program()), { lab: { memory } });
  let taken = 0;
  return {
    room(length) {
      const array = new Float64Array(memory.buffer, taken, length);
      taken += length * 8;
      return array;
    },
    multiply(a, row_step, column_step, b, c, rows, inner_size, columns) {
      if (rows < 4 || columns < 4) multiply(a, row_step, column_step, b, c, rows, inner_size, columns);
      else {
        exports.multiply(
          a.byteOffset, row_step * 8, column_step * 8, b.byteOffset, c.byteOffset, columns * 8, rows, inner_size, columns,
        );
      }
    },
  };
}
