// The draws of NumPy's Generator: the same numbers for a seed, in the same order.
import { PCG64 } from "./pcg64.js";
import { TAIL, ziggurat } from "./ziggurat.js";

export class Generator {
  constructor(bits) {
    this.bits = bits;
  }

  // Fill an array with numbers from 0 to below 1.
  random(out) {
    for (let place = 0; place < out.length; place++) out[place] = this.bits.next_double();
    return out;
  }

  // Fill an array with standard normal numbers.
  standard_normal(out) {
    for (let place = 0; place < out.length; place++) out[place] = this.normal();
    return out;
  }

  normal() {
    const { bits } = this, { k, w, f } = ziggurat();
    for (;;) {
      bits.next64();
      const lower = bits.drawn[0], layer = lower & 0xff, negative = lower & 0x100;
      const size = (bits.drawn[1] & 0x1fffffff) * 2 ** 23 + (lower >>> 9); // 52 bits
      const x = negative ? -size * w[layer] : size * w[layer];
      if (size < k[layer]) return x; // 99 of 100 draws end here
      if (layer === 0) return Math.floor(size / 256) % 2 ? -this.beyond() : this.beyond();
      if ((f[layer - 1] - f[layer]) * bits.next_double() + f[layer] < Math.exp(-0.5 * x * x)) return x;
    }
  }

  // A number from the tail, one draw in 3900. Its last bit is that of the machine's log1p, here as in NumPy.
  beyond() {
    for (;;) {
      const x = -(1 / TAIL) * Math.log1p(-this.bits.next_double());
      const y = -Math.log1p(-this.bits.next_double());
      if (y + y > x * x) return TAIL + x;
    }
  }

  // The numbers from 0 to below count in random order: Fisher and Yates, from the last place to the first.
  permutation(count) {
    const order = Int32Array.from({ length: count }, (_, place) => place);
    for (let last = count - 1; last > 0; last--) {
      const place = this.up_to(last), moved = order[place];
      order[place] = order[last];
      order[last] = moved;
    }
    return order;
  }

  // A whole number from 0 to a last one: as few bits as can hold it, drawn again until they do not exceed it.
  up_to(last) {
    const mask = 0xffffffff >>> Math.clz32(last);
    for (;;) {
      const drawn = (this.bits.next32() & mask) >>> 0;
      if (drawn <= last) return drawn;
    }
  }
}

export const default_rng = (seed) => new Generator(new PCG64(seed));
