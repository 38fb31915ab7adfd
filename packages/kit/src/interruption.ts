/** Ctrl-C ends the trial, and the kit deletes what it made. A second Ctrl-C ends the program at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.error('Interrupted. What was made is being deleted.');
    controller.abort(new Error('interrupted'));
  });
  return controller.signal;
}
