/** A command that did its work and printed its answer, which is "no": it exits with 1 and prints no error. */
export class AnsweredNo extends Error {
  override readonly name = 'AnsweredNo';
}
