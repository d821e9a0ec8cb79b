// Numbers that outgrow float64 are refused, as in the library: tanh and relu would return them as if nothing were.
export class Overflow extends RangeError {}

export function refuse_overflow(where) {
  throw new Overflow(`the ${where} outgrew float64`);
}
