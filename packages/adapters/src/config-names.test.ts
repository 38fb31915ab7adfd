import { describe, expect, it } from 'vitest';
import { foreignDatabaseNames, misspelt, trimmed } from './config-names.ts';

/** What environments have. */
const USUAL =
  `
HOME HOMEPATH HOMEDRIVE HOSTNAME HOSTTYPE OSTYPE MACHTYPE HOSTS HOSTALIASES HOST_IP HOST_NAME HOST_UID PORTS POST SPORT EXPORT PORTAL
USER USERNAME LOGNAME UID EUID PPID PATH PWD OLDPWD SHELL SHLVL TERM TERMINAL COLORTERM COLUMNS LINES LANG LANGUAGE LC_ALL LC_CTYPE TZ MAIL
EDITOR VISUAL PAGER LESS LS_COLORS DISPLAY WAYLAND_DISPLAY XAUTHORITY TMP TEMP TMPDIR IFS PS1 HISTFILE HISTSIZE _ DEBUG VERBOSE CI NO_COLOR
FORCE_COLOR HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR XDG_DATA_DIRS XDG_DATA_HOME
XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_RUNTIME_DIR XDG_SESSION_ID DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK SSH_CONNECTION SSH_CLIENT SSH_TTY
SUDO_USER SUDO_UID INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET LISTEN_FDS LISTEN_PID MAINPID SYSTEMD_EXEC_PID STATE_DIRECTORY CREDENTIALS_DIRECTORY
NODE NODE_PATH NODE_OPTIONS NODE_VERSION NODE_EXTRA_CA_CERTS NODE_DEBUG NODE_PENDING_DEPRECATION NODE_NO_WARNINGS NODE_CHANNEL_FD NODE_APP_INSTANCE
NODENV_VERSION NVM_DIR NVM_BIN NPM_TOKEN npm_config_loglevel npm_config_node_gyp npm_lifecycle_event npm_package_name npm_execpath INIT_CWD
YARN_VERSION COREPACK_HOME VOLTA_HOME PNPM_HOME TS_NODE VITEST VITEST_MODE TEST DEV PROD MODE BASE_URL
JAVA_HOME GOPATH PYTHONPATH VIRTUAL_ENV RUBYOPT GEM_HOME CARGO_HOME
MYSQL_PWD MYSQL_ROOT_PASSWORD MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_HOME MARIADB_ROOT_PASSWORD PGHOST PGPORT PGUSER PGDATA REDIS_URL REDIS_HOST
MONGO_URL MONGODB_URI POSTGRES_URL RABBITMQ_URL DATABASE_SCHEMA JAWSDB_MARIA_URL
DYNO WEB_CONCURRENCY WEB_MEMORY STACK SOURCE_VERSION HEROKU_APP_NAME RENDER RENDER_SERVICE_ID FLY_APP_NAME FLY_REGION RAILWAY_PROJECT_ID
KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_PORT POD_NAME POD_IP K_SERVICE K_REVISION AWS_REGION AWS_SECRET_ACCESS_KEY
ECS_CONTAINER_METADATA_URI WEBSITE_HOSTNAME GOOGLE_APPLICATION_CREDENTIALS GITHUB_ACTIONS GITHUB_TOKEN GITLAB_CI RUNNER_OS
OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES OTEL_TRACES_SAMPLER OTEL_EXPORTER_OTLP_HEADERS OTEL_EXPORTER_OTLP_PROTOCOL OTEL_EXPORTER_OTLP_TIMEOUT
OTEL_EXPORTER_OTLP_METRICS_ENDPOINT OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_EXPORTER_OTLP_TRACES_HEADERS OTEL_TRACES_EXPORTER OTEL_LOG_LEVEL
OS WINDIR SystemRoot ComSpec PATHEXT APPDATA LOCALAPPDATA ProgramFiles USERPROFILE USERDOMAIN COMPUTERNAME LOGONSERVER NUMBER_OF_PROCESSORS
PROCESSOR_ARCHITECTURE PUBLIC SESSIONNAME PSModulePath
`.match(/\S+/g) ?? [];

describe('a variable that is not ours', () => {
  it.each([
    ['a letter more', 'JWT_SECRETS', 'JWT_SECRET'],
    ['a letter less', 'JWT_SECRT', 'JWT_SECRET'],
    ['another letter', 'METRICS_TOKEM', 'METRICS_TOKEN'],
    ['two letters that changed places', 'TRUSTED_PORXIES', 'TRUSTED_PROXIES'],
    ['the last two that changed places', 'DATABASE_ULR', 'DATABASE_URL'],
    ['small letters', 'cors_origins', 'CORS_ORIGINS'],
    ['small letters and one less', 'cors_origin', 'CORS_ORIGINS'],
    ['no underscore', 'DATADIR', 'DATA_DIR'],
    ['no underscores', 'JWTSECRETPREVIOUS', 'JWT_SECRET_PREVIOUS'],
    ['an underscore more', 'TRUSTED__PROXIES', 'TRUSTED_PROXIES'],
    ['an underscore elsewhere', 'METRIC_STOKEN', 'METRICS_TOKEN'],
    ['another sign', 'DATA-DIR', 'DATA_DIR'],
    ['a short name, and changed places', 'HOTS', 'HOST'],
    ['a short name, and its first letters changed places', 'OPRT', 'PORT'],
    ['a short name, and a letter twice', 'PORTT', 'PORT'],
    ['a short name, in small letters', 'port', 'PORT'],
    ['a name of the database, and changed places', 'DB_HSOT', 'DB_HOST'],
    ['seven letters, and one other', 'DATE_DIR', 'DATA_DIR'],
    ['a letter less', 'NODE_EN', 'NODE_ENV'],
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

  it('is not one of those that systems, shells, hosts and programs beside it have', () => {
    expect(misspelt(Object.fromEntries(USUAL.map((name) => [name, 'x'])))).toEqual([]);
  });

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
    ...['DB_ENGINE DB_TYPE', 'DB_DIALECT DB_TYPE', 'DB_CONNECTION DB_TYPE', 'DATABASE_CLIENT DB_TYPE', 'DATABASE_PUBLIC_URL DATABASE_URL'],
    ...['MYSQL_PUBLIC_URL DATABASE_URL', 'CLEARDB_AMBER_URL DATABASE_URL', 'DB_SSL DB_SSL_MODE', 'DB_CA DB_SSL_CA', 'MYSQL_SSL_CA DB_SSL_CA'],
  ])('and gives the database is known by ours: %s', (pair) => {
    const [name = '', ours] = pair.split(' ');
    expect(foreignDatabaseNames({ [name]: 'x' })).toEqual([{ name, ours, isPostgres: false }]);
  });

  it.each([
    ...[
      'PGHOST DB_HOST',
      'PGHOSTADDR DB_HOST',
      'PGPORT DB_PORT',
      'PGUSER DB_USER',
      'PGPASSWORD DB_PASSWORD',
      'PGDATABASE DB_NAME',
      'PG_HOST DB_HOST',
    ],
    ...['PGSSLMODE DB_SSL_MODE', 'PGSSLROOTCERT DB_SSL_CA', 'POSTGRES_URL DATABASE_URL', 'POSTGRES_HOST DB_HOST', 'POSTGRES_USER DB_USER'],
    ...[
      'POSTGRES_PASSWORD DB_PASSWORD',
      'POSTGRES_DB DB_NAME',
      'POSTGRES_DATABASE DB_NAME',
      'POSTGRESQL_HOST DB_HOST',
      'POSTGRESQL_URL DATABASE_URL',
    ],
    ...['POSTGRESQL_ADDON_URI DATABASE_URL', 'SCALINGO_POSTGRESQL_URL DATABASE_URL', 'HEROKU_POSTGRESQL_AMBER_URL DATABASE_URL'],
  ])('and gives a PostgreSQL database is known by ours: %s', (pair) => {
    const [name = '', ours] = pair.split(' ');
    expect(foreignDatabaseNames({ [name]: 'x' })).toEqual([{ name, ours, isPostgres: true }]);
  });

  it('is no name for the database: those of ours, and of programs beside it', () => {
    const names = [
      'DB_TYPE',
      'DB_HOST',
      'DATABASE_URL',
      'MYSQL_URL',
      'MYSQL_ROOT_PASSWORD',
      'MYSQL_PWD',
      'MYSQL_TCP_PORT',
      'PGDATA',
      'PGPASSFILE',
      'PGADMIN_DEFAULT_PASSWORD',
      'POSTGRES_INITDB_ARGS',
      'POSTGRES_HOST_AUTH_METHOD',
      'REDIS_HOST',
      'DB_ROOT_PASSWORD',
    ];
    expect(foreignDatabaseNames(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
  });
});

it('an empty value counts as not set, and spaces around one do not count', () => {
  expect(trimmed({ PORT: ' 80\t', HOST: '', DB_NAME: ' \n', DB_USER: 'a b ', LOG_LEVEL: undefined })).toEqual({ PORT: '80', DB_USER: 'a b' });
});
