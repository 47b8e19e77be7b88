// Chance that can be repeated: the same seed, the same numbers (splitmix32).
export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // A whole number from `low` to `high`, both included.
  number(low, high) {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return low + (((z ^ (z >>> 15)) >>> 0) % (high - low + 1));
  }

  percent(share) {
    return this.number(1, 100) <= share;
  }

  pick(list) {
    return list[this.number(0, list.length - 1)];
  }
}
