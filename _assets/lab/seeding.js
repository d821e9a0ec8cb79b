// NumPy's SeedSequence: a seed, however small, becomes as many well mixed words of 32 bits as a generator needs.
// O'Neill (2015), "Developing a seed_seq alternative"; numpy/random/bit_generator.pyx.
const POOL = 4;

// A whole number from 0 to 2^53 as words of 32 bits, the lowest first.
function words_of(seed) {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed must be a whole number of at least 0, got ${seed}`);
  return seed < 2 ** 32 ? [seed] : [seed >>> 0, Math.floor(seed / 2 ** 32)];
}

// A function that spreads each word over all 32 bits, each time with another constant.
function hashing(constant, multiplier) {
  return (word) => {
    word ^= constant;
    constant = Math.imul(constant, multiplier);
    word = Math.imul(word, constant);
    return word ^ (word >>> 16);
  };
}

function mix(x, y) {
  const mixed = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
  return mixed ^ (mixed >>> 16);
}

export function generate_state(seed, count) {
  const entropy = words_of(seed);
  const spread = hashing(0x43b0d7e5, 0x931e8875);
  const pool = Array.from({ length: POOL }, (_, place) => spread(entropy[place] ?? 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to], spread(pool[from]));
  }
  const draw = hashing(0x8b51f9dd, 0x58f38ded);
  return Uint32Array.from({ length: count }, (_, place) => draw(pool[place % POOL]));
}
