import { expect, it } from 'vitest';
import { faultsOf } from './disturbances.ts';

it('HISTORY_FAULTS names faults, all or none of them; an unknown one is refused by its name', () => {
  expect(faultsOf('stop, kill')).toEqual(['stop', 'kill']);
  expect(faultsOf('none')).toEqual([]);
  expect(faultsOf('all')).toContain('settings');
  expect(() => faultsOf('stop,freeze')).toThrow('HISTORY_FAULTS: "freeze" is unknown; give all, none, or some of slow_requests,stop,kill');
  expect(() => faultsOf('')).toThrow('HISTORY_FAULTS: "" is unknown');
});
