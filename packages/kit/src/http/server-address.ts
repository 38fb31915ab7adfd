/**
 * The address of a server that `--url` names, without a slash at its end. An address with a password is refused, because the kit would not send
 * the password. The password is never printed.
 */
export function serverAt(address: string, isRemoteAllowed: boolean): string {
  if (!URL.canParse(address)) throw new RangeError('--url is no address, such as http://127.0.0.1:3000');
  const { protocol, hostname, host, username, password, pathname, search, hash } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') throw new RangeError(`--url begins with http:// or https://, and begins with ${protocol}`);
  if (username !== '' || password !== '') throw new RangeError("--url takes no user and no password; set TICKET_KIT_ADMIN_TOKEN to an admin's token");
  if (search !== '' || hash !== '') throw new RangeError('--url takes no ? and no #');
  const isHere = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (!isHere && !isRemoteAllowed)
    throw new RangeError(
      `${host} is not this machine. It would get thousands of requests, and rows that are deleted afterwards. If it is yours to try, add --allow-remote`,
    );
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
}
