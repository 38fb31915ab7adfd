/** A command failed after it had changed something. `state` tells a person what is there now. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
  readonly state: string;

  constructor(state: string, cause: unknown) {
    super(state, { cause });
    this.state = state;
  }
}
