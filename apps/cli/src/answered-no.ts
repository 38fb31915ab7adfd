/** Thrown by a command that did its work and printed a negative answer. It exits with 1 and prints no error. */
export class AnsweredNo extends Error {
  override readonly name = 'AnsweredNo';
}
