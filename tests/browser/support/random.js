// Numbers that look random and are the same for the same seed (xorshift).
export class Random {
  constructor(seed) {
    this.state = seed * 2654435761 || 1;
  }

  // @return a whole number below most.
  below(most) {
    let { state } = this;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state;
    return (state >>> 0) % most;
  }

  one(of) {
    return of[this.below(of.length)];
  }
}
