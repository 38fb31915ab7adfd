import { describe, expect, it } from 'vitest';
import { filesToMutate } from '../tools/mutated-files.ts';

const stock = (name: string) => `packages/domain/src/stock/${name}`;

describe('the files to mutate after a change', () => {
  const files = (...changed: string[]) => filesToMutate(changed, (path) => path === stock('event.ts') || path === stock('booking.ts'));

  it('are the changed sources, and those beside changed tests', () => {
    expect(files(stock('event.ts'), stock('event.test.ts'), stock('booking.test.ts'))).toEqual([stock('booking.ts'), stock('event.ts')]);
  });

  it('are the whole folder if a test is named for no source', () => {
    expect(files(stock('selling.test.ts'))).toEqual([stock('*.ts')]);
  });

  it('are none for a deleted source, another folder or another kind of file', () => {
    const others = [stock('gone.ts'), 'packages/domain/src/accounts/user.ts', stock('notes.md'), 'apps/http/src/stock/event.ts', ''];
    expect(files(...others)).toEqual([]);
  });
});
