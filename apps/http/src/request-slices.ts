/**
 * Begins at most this many requests in one turn of the event loop. The others wait for the next turns, in the order in which they came.
 * In between, answers of the database are read. Without that, each of a booking's trips there waits until all requests of a crowd are
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
    // To hear of a turn's end costs a turn more. Where few come, it is asked for once for many of them.
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
