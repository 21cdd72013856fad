// Preloaded by Node through NODE_OPTIONS, and by Bun through BUN_OPTIONS: connections of this process to the API's host,
// and to no other, end at the mock.
'use strict';

const net = require('net');

const [from, to] = (process.env.TRACKFLOW_INTERCEPT || '').split(' ');

if (to) {
  const [host, port] = split(from);
  const [address, there] = split(to);
  const offline = Boolean(process.env.TRACKFLOW_INTERCEPT_OFFLINE);
  const connect = net.Socket.prototype.connect;

  net.Socket.prototype.connect = function (...args) {
    // net.connect and tls.connect hand over one array, of options and callback, that Node has marked as normalised.
    const inner = Array.isArray(args[0]) ? args[0] : args;
    const given = inner[0];
    let options = given;
    if (typeof given === 'number' || (typeof given === 'string' && !Number.isNaN(Number(given)))) {
      options = { port: given, host: typeof inner[1] === 'string' ? inner[1] : 'localhost' };
    }
    if (options !== null && typeof options === 'object' && !options.path) {
      if (meant(options)) {
        // A copy, because TLS goes on asking the original which name the certificate must have.
        inner[0] = { ...options, host: address, port: there, family: 4, lookup: undefined };
        if (options !== given) inner.splice(1, typeof inner[1] === 'string' ? 1 : 0);
      } else if (offline && !isHere(options.host || 'localhost')) {
        process.nextTick(() => this.destroy(refused(options)));
        return this;
      }
    }
    return connect.apply(this, args);
  };

  function meant(options) {
    return (
      typeof options.host === 'string' &&
      options.host.toLowerCase().replace(/\.$/, '') === host &&
      Number(options.port) === port
    );
  }

  function refused(options) {
    const what = `${options.host}:${options.port}`;
    const error = new Error(`connect ECONNREFUSED ${what}: another host, and trackflow-mock run was told --offline`);
    return Object.assign(error, { code: 'ECONNREFUSED', errno: -111, syscall: 'connect', address: options.host });
  }
}

function split(text) {
  const cut = text.lastIndexOf(':');
  return [text.slice(0, cut), Number(text.slice(cut + 1))];
}

function isHere(name) {
  return name === 'localhost' || name === '::1' || name === '::' || name === '0.0.0.0' || /^127\./.test(name);
}
