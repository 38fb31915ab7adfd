// A crowd of connections in its own process. It must not slow down the clock of the test that measures beside it. Each connection sends its
// requests one after the other, without a pause.
import { connect } from 'node:net';

const [port, connections] = process.argv.slice(2).map(Number);
let requests = [];
let answered = {};

/** Where the first complete answer in the bytes ends, or -1. */
function endOf(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return -1;
  const headers = bytes.slice(0, head);
  if (headers.startsWith('HTTP/1.1 304')) return head + 4;
  const length = /\r\ncontent-length: (\d+)/i.exec(headers);
  if (length !== null) return bytes.length >= head + 4 + Number(length[1]) ? head + 4 + Number(length[1]) : -1;
  const last = bytes.indexOf('\r\n0\r\n\r\n', head);
  return last < 0 ? -1 : last + 7;
}

function join(n) {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let turn = n;
  let heard = '';
  const send = () => {
    if (requests.length === 0) setTimeout(send, 20);
    else socket.write(requests[turn++ % requests.length]);
  };
  socket.on('connect', send);
  socket.on('data', (bytes) => {
    heard += bytes;
    const end = endOf(heard);
    if (end < 0) return;
    const status = heard.slice(9, 12);
    answered[status] = (answered[status] ?? 0) + 1;
    heard = heard.slice(end);
    send();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(join, 20, n));
}

for (let n = 0; n < connections; n++) join(n);
process.on('message', (told) => {
  process.send(answered);
  answered = {};
  requests = told;
});
process.on('disconnect', () => process.exit());
