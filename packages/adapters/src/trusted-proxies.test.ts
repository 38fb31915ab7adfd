import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const load = (env: Record<string, string>) => loadConfig({ JWT_SECRET: 'k7Jr0cC3Wq9Xz5Lm2Nn8Vb4Ty6Uo1Pa0', ...env });
const proxies = (text: string) => {
  const { trustedProxies, notices } = load({ TRUSTED_PROXIES: text });
  return [trustedProxies, notices.filter((notice) => notice.includes('TRUSTED_PROXIES')).length];
};

describe('TRUSTED_PROXIES', () => {
  it.each<[string, unknown]>([
    ['10.0.0.0/8,127.0.0.1,::1', ['10.0.0.0/8', '127.0.0.1', '::1']],
    [' 10.0.0.1 , 2001:db8::/32 ,', ['10.0.0.1', '2001:db8::/32']],
    ['', 0],
    [',', 0],
    ['0', 0],
  ])('%j names proxies without a warning', (text, named) => {
    expect(proxies(text)).toEqual([named, 0]);
  });

  it.each(['1', '2', '10'])('%s still works, with a warning at start', (text) => {
    expect(proxies(text)).toEqual([Number(text), 1]);
  });

  it.each([
    ...['1,10.0.0.0/8', '1,2', '11', '-1', '10.0.0.0/0', '::/0', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0', '10.0.0.256'],
    ...[
      'localhost',
      'loopback',
      '*',
      'fe80::1%eth0',
      '::ffff:10.0.0.1',
      '::ffff:10.0.0.0/104',
      '0:0:0:0:0:ffff:a00:1',
      '10.0.0.1:80',
      '[::1]',
      '10.0.0.1 10.0.0.2',
    ],
  ])('%s is a fault', (text) => {
    expect(() => proxies(text)).toThrow(/TRUSTED_PROXIES: /);
  });
});

describe('KEEP_ALIVE_SECONDS', () => {
  it('is 75 where a proxy is in front, 5 where none is, or as it says', () => {
    const seconds = (env: Record<string, string>) => load(env).keepAliveSeconds;
    expect([seconds({}), seconds({ TRUSTED_PROXIES: '10.0.0.1' }), seconds({ TRUSTED_PROXIES: '1' })]).toEqual([5, 75, 75]);
    expect([seconds({ KEEP_ALIVE_SECONDS: '20' }), seconds({ TRUSTED_PROXIES: '1', KEEP_ALIVE_SECONDS: '3' })]).toEqual([20, 3]);
    for (const text of ['0', '-1', '1.5', '3601', 'x']) expect(() => seconds({ KEEP_ALIVE_SECONDS: text })).toThrow(/KEEP_ALIVE_SECONDS: /);
  });
});

it('HSTS is for the subdomains only if it is asked for', () => {
  expect([load({}), load({ HSTS_INCLUDE_SUBDOMAINS: 'yes' })].map(({ hstsIncludeSubdomains }) => hstsIncludeSubdomains)).toEqual([false, true]);
});
