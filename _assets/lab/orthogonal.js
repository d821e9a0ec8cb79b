// The draws of xavier_lib.orthogonal: normal numbers (longer, shorter) become orthogonal weights (fan_in, fan_out), in
// place. They are the Q of the QR decomposition whose R has a positive diagonal; there is only one. Gram's and Schmidt's
// way finds it, for on its diagonal stand lengths, and twice over it is as exact as Householder's.
export function orthogonalize(numbers, { fan_in, fan_out }) {
  const long = Math.max(fan_in, fan_out), short = Math.min(fan_in, fan_out);
  for (let time = 0; time < 2; time++) {
    for (let column = 0; column < short; column++) clear(numbers, column, short);
  }
  const size = Math.sqrt(long); // times it their mean square is one, as that of the numbers was
  const found = numbers.map((number) => number * size);
  for (let row = 0, place = 0; row < long; row++) {
    for (let column = 0; column < short; column++, place++) {
      numbers[fan_in < fan_out ? column * long + row : place] = found[place];
    }
  }
}

// Give a column the length one, and take its direction from those after it.
function clear(numbers, column, columns) {
  const shares = new Float64Array(columns);
  for (let row = 0; row < numbers.length; row += columns) {
    const own = numbers[row + column];
    for (let other = column; other < columns; other++) shares[other] += own * numbers[row + other];
  }
  const length = Math.sqrt(shares[column]);
  for (let other = column + 1; other < columns; other++) shares[other] /= length;
  for (let row = 0; row < numbers.length; row += columns) {
    const own = (numbers[row + column] /= length);
    for (let other = column + 1; other < columns; other++) numbers[row + other] -= own * shares[other];
  }
}
