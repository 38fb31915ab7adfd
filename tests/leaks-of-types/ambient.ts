// Each line uses a name that the domain's compiler must not know.
process.exit();
console.log();
fetch('');
crypto.randomUUID();
setTimeout(() => {}, 0);
document.title;
Buffer.from('');
export type Leak = Request;
