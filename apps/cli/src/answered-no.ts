/** A command that did its work and has printed its answer, which is no: exit code 1, nothing more to say. */
export class AnsweredNo extends Error {
  override readonly name = 'AnsweredNo';
}
