import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from './run.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an output that fails', () => {
  it.each([
    ['ENOSPC', 3, ['The output cannot be written: ENOSPC. Look at the rights and the room of the file that it goes to.\n']],
    ['EPIPE', 141, []],
  ])('with %s ends the command with %i', async (code, expected, told) => {
    vi.spyOn(process.stdout, 'write').mockImplementation((...args: unknown[]) => {
      const done = args.at(-1);
      if (typeof done === 'function') done(Object.assign(new Error(code), { code }));
      return true;
    });
    const said: unknown[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(text) > 0);
    expect([await run(['--version']), said]).toEqual([expected, told]);
  });
});
