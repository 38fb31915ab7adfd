import { describe, expect, it } from 'vitest';
import { foreignDatabaseNames, misspelt, trimmed } from './config-names.ts';

describe('a variable that is not ours', () => {
  it.each([
    ['a letter more', 'JWT_SECRETS', 'JWT_SECRET'],
    ['a letter less', 'JWT_SECRT', 'JWT_SECRET'],
    ['another letter', 'METRICS_TOKEM', 'METRICS_TOKEN'],
    ['two letters that changed places', 'TRUSTED_PORXIES', 'TRUSTED_PROXIES'],
    ['the last two that changed places', 'DATABASE_ULR', 'DATABASE_URL'],
    ['small letters', 'cors_origins', 'CORS_ORIGINS'],
    ['small letters and one less', 'cors_origin', 'CORS_ORIGINS'],
    ['a name that is read elsewhere', 'TICKETS_PASWORD', 'TICKETS_PASSWORD'],
  ])('and has %s is told with the one that is meant', (_, name, ours) => {
    expect(misspelt({ [name]: 'x' })).toEqual([
      expect.stringContaining(`${name} is not a variable of this program and has no effect. Is ${ours} meant?`),
    ]);
  });

  it.each(['HOSTS', 'PORTS', 'DB_HOST', 'JWT_KEY', 'PATH', 'METRICS_TOKENIZER', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'NODE_OPTIONS'])(
    'is nobody’s business: %s',
    (name) => {
      expect(misspelt({ [name]: 'x' })).toEqual([]);
    },
  );

  it.each([
    ...[
      'MYSQLHOST DB_HOST',
      'MYSQL_HOST DB_HOST',
      'MYSQL_ADDON_HOST DB_HOST',
      'DATABASE_HOST DB_HOST',
      'MARIADB_HOST DB_HOST',
      'RDS_HOSTNAME DB_HOST',
    ],
    ...['MYSQLUSER DB_USER', 'DATABASE_USERNAME DB_USER', 'DB_USERNAME DB_USER', 'MYSQLPASSWORD DB_PASSWORD', 'DB_PASS DB_PASSWORD'],
    ...[
      'MYSQL_DATABASE DB_NAME',
      'MYSQLDATABASE DB_NAME',
      'RDS_DB_NAME DB_NAME',
      'DB_DATABASE DB_NAME',
      'MYSQL_ADDON_DB DB_NAME',
      'DATABASE_NAME DB_NAME',
    ],
    ...['MYSQLPORT DB_PORT', 'RDS_PORT DB_PORT', 'MYSQL_ADDON_URI DATABASE_URL', 'SCALINGO_MYSQL_URL DATABASE_URL', 'JAWSDB_MARIA_URL DATABASE_URL'],
    ...['MYSQL_PUBLIC_URL DATABASE_URL', 'CLEARDB_AMBER_URL DATABASE_URL', 'DB_SSL DB_SSL_MODE', 'DB_CA DB_SSL_CA', 'MYSQL_SSL_CA DB_SSL_CA'],
  ])('and gives the database is known by ours: %s', (pair) => {
    const [name = '', ours] = pair.split(' ');
    expect(foreignDatabaseNames({ [name]: 'x' })).toEqual([{ name, ours }]);
  });

  it('is no name for the database: those of ours, and of programs beside it', () => {
    const names = [
      'DB_HOST',
      'DATABASE_URL',
      'MYSQL_URL',
      'MYSQL_ROOT_PASSWORD',
      'MYSQL_PWD',
      'MYSQL_TCP_PORT',
      'PGHOST',
      'REDIS_HOST',
      'DB_ROOT_PASSWORD',
    ];
    expect(foreignDatabaseNames(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
  });
});

it('an empty value counts as not set, and spaces around one do not count', () => {
  expect(trimmed({ PORT: ' 80\t', HOST: '', DB_NAME: ' \n', DB_USER: 'a b ', LOG_LEVEL: undefined })).toEqual({ PORT: '80', DB_USER: 'a b' });
});
