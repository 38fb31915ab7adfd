/**
 * Starts at most `sizeMax` requests in one turn of the event loop. The others wait for the next turns, in arrival order. Between turns, the
 * process reads answers of the database. Without this, each round trip of a booking would wait until all other waiting requests were
 * refused.
 */
export class RequestSlices {
  readonly #sizeMax: number;
  readonly #waiting: (() => void)[] = [];
  #begun = 0;
  #isTurning = false;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  begin(work: () => void): void {
    // `setImmediate` costs an additional turn of the event loop. So it is called only when many requests have started.
    if (this.#begun >= this.#sizeMax / 4) this.#turn();
    if (this.#begun >= this.#sizeMax || this.#waiting.length > 0) {
      this.#waiting.push(work);
      return;
    }
    this.#begun += 1;
    work();
  }

  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      const slice = this.#waiting.splice(0, this.#sizeMax);
      this.#begun = slice.length;
      if (slice.length > 0) this.#turn();
      for (const work of slice) work();
    });
  }
}
