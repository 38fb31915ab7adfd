/** What keeps the program from starting, in one line for the person who starts it: what is wrong and what to do. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
