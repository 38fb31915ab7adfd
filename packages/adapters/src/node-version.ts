/** Every program imports this file first. An older Node would fail on syntax inside a library, without a clear message. */
const MIN = [20, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MIN[0] || (major === MIN[0] && minor < MIN[1])) {
  process.stderr.write(
    `Node ${MIN.join('.')} or newer is needed; this is ${process.versions.node}. Install one from https://nodejs.org and try again.\n`,
  );
  process.exit(1);
}
