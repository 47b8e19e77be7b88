// Chance that repeats itself: the same seed gives the same numbers on every machine.

export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  // Uniform in [0, 1). Marsaglia's xorshift over a Weyl sequence, 32 bits.
  number() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 4294967296;
  }

  // A whole number from `low` to `high`, both possible.
  whole(low, high) {
    return low + Math.floor(this.number() * (high - low + 1));
  }

  happens(probability) {
    return this.number() < probability;
  }

  pick(list) {
    return list[this.whole(0, list.length - 1)];
  }

  // Roughly normal: the sum of twelve uniform numbers has variance one.
  normal(mean, deviation) {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.number();
    return mean + deviation * sum;
  }

  // A letter string of the alphabet of pseudonyms.
  base32(length) {
    let text = "";
    for (let i = 0; i < length; i++) text += "abcdefghijklmnopqrstuvwxyz234567"[this.whole(0, 31)];
    return text;
  }
}
