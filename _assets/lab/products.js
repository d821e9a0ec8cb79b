// The one matrix product that a network needs, C = A B, in blocks of 4 x 4 whose sums stay in registers. A may be
// read with any steps between its rows and its columns, so that it may stand transposed; B and C row by row.
export function multiply(a, row_step, column_step, b, c, rows, inner, columns) {
  if (rows < 4 || columns < 4) {
    multiply_small(a, row_step, column_step, b, c, rows, inner, columns);
    return;
  }
  for (let top = 0; top < rows; top += 4) {
    const row = Math.min(top, rows - 4); // the last block may overlap the one before, and writes the same again
    const r0 = row * row_step, r1 = r0 + row_step, r2 = r1 + row_step, r3 = r2 + row_step;
    for (let left = 0; left < columns; left += 4) {
      const column = Math.min(left, columns - 4);
      let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
      let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
      for (let term = 0, place = 0, below = column; term < inner; term++, place += column_step, below += columns) {
        const b0 = b[below], b1 = b[below + 1], b2 = b[below + 2], b3 = b[below + 3];
        const a0 = a[r0 + place], a1 = a[r1 + place], a2 = a[r2 + place], a3 = a[r3 + place];
        c00 += a0 * b0; c01 += a0 * b1; c02 += a0 * b2; c03 += a0 * b3;
        c10 += a1 * b0; c11 += a1 * b1; c12 += a1 * b2; c13 += a1 * b3;
        c20 += a2 * b0; c21 += a2 * b1; c22 += a2 * b2; c23 += a2 * b3;
        c30 += a3 * b0; c31 += a3 * b1; c32 += a3 * b2; c33 += a3 * b3;
      }
      let out = row * columns + column;
      c[out] = c00; c[out + 1] = c01; c[out + 2] = c02; c[out + 3] = c03;
      out += columns;
      c[out] = c10; c[out + 1] = c11; c[out + 2] = c12; c[out + 3] = c13;
      out += columns;
      c[out] = c20; c[out + 1] = c21; c[out + 2] = c22; c[out + 3] = c23;
      out += columns;
      c[out] = c30; c[out + 1] = c31; c[out + 2] = c32; c[out + 3] = c33;
    }
  }
}

function multiply_small(a, row_step, column_step, b, c, rows, inner, columns) {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let term = 0; term < inner; term++) {
        sum += a[row * row_step + term * column_step] * b[term * columns + column];
      }
      c[row * columns + column] = sum;
    }
  }
}

// Ordinary memory, and the product above.
export const plain = () => ({ multiply, room: (count) => new Float64Array(count) });
