// The volt under Node's WASI, with an editor around it that does what Lapce's proxy does: one instance
// whose `_initialize` was not called, JSON lines on standard input, one message of the plugin's for each
// call of `host_handle_rpc`, and the answer to a request of the plugin's on its standard input before that
// call returns.
//
//   VOLT=out node --test test/
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { WASI } from 'node:wasi';

const folder = path.resolve(process.env.VOLT ?? 'out');
const volt = new WebAssembly.Module(fs.readFileSync(path.join(folder, 'bin/astrolabe.wasm')));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'astrolabe-volt-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

let count = 0;

// An editor on a platform, with a folder of the plugin that holds these files.
class Editor {
  constructor({ system = 'linux', machine = 'x86_64', libc = system === 'linux' ? 'glibc' : '', files = [],
    uri = 'file:///plugins/a%20b/', onRequest = () => ({ result: null }), isInitialized = false } = {}) {
    const place = path.join(scratch, String(count++));
    this.place = place;
    this.root = path.join(place, 'root');
    fs.mkdirSync(this.root, { recursive: true });
    for (const file of files) {
      fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
      fs.writeFileSync(path.join(this.root, file), '');
    }
    const open = name => fs.openSync(path.join(place, name), 'a+');
    [this.stdin, this.stdout, this.stderr] = ['in', 'out', 'err'].map(open);
    const wasi = new WASI({
      version: 'preview1',
      args: [],
      env: { VOLT_OS: system, VOLT_ARCH: machine, VOLT_LIBC: libc, ...(uri && { VOLT_URI: uri }) },
      preopens: { '/': this.root },
      stdin: fs.openSync(path.join(place, 'in'), 'r'),
      stdout: this.stdout,
      stderr: this.stderr,
    });
    this.messages = [];
    this.told = '';
    this.onRequest = onRequest;
    const lapce = {
      host_handle_rpc: () => this.take(),
      host_handle_stderr: () => {
        this.told = fs.readFileSync(path.join(place, 'err'), 'utf8');
      },
    };
    const instance = new WebAssembly.Instance(volt, { ...wasi.getImportObject(), lapce });
    const { memory, _initialize } = instance.exports;
    wasi.initialize({ exports: isInitialized ? { memory, _initialize } : { memory } });
    this.instance = instance;
    this.taken = 0;
  }

  // What the plugin has written since the last time: one message, as the editor parses it.
  take() {
    const all = fs.readFileSync(path.join(this.place, 'out'), 'utf8');
    const message = JSON.parse(all.slice(this.taken));
    this.taken = all.length;
    assert.equal(message.jsonrpc, '2.0');
    this.messages.push(message);
    if (message.method && message.id !== undefined) {
      this.write(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...this.onRequest(message) }));
    }
  }

  write(line) {
    fs.writeSync(this.stdin, `${line}\n`);
  }

  // What the plugin says to a message.
  send(message) {
    this.messages = [];
    this.write(typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.instance.exports.handle_rpc();
    return this.messages;
  }

  initialize(initializationOptions, id = 0) {
    const params = { processId: 1, rootUri: 'file:///work/', capabilities: {}, initializationOptions };
    return this.send({ id, method: 'initialize', params });
  }

  start(options) {
    return this.initialize(options).find(message => message.method === 'host/startLspServer').params;
  }
}

for (const isInitialized of [false, true]) {
  test(`initialize is answered, then the server is started (constructors ${isInitialized})`, () => {
    const editor = new Editor({ isInitialized });
    const [answer, start, ...others] = editor.initialize(undefined, 7);
    assert.deepEqual(answer, { jsonrpc: '2.0', id: 7, result: { capabilities: {} } });
    assert.equal(start.method, 'host/startLspServer');
    assert.equal(start.params.serverUri, 'urn:astrolabe');
    assert.deepEqual(start.params.serverArgs, ['lsp']);
    assert.deepEqual(start.params.options, {});
    assert.deepEqual(others, []);
  });
}

test('files of C and C++ are the server\'s', () => {
  const selector = new Editor().start().documentSelector;
  const languages = selector.map(filter => filter.language).filter(Boolean);
  assert.deepEqual(languages, ['c', 'cpp', 'objective-c', 'objective-cpp', 'cuda']);
  const endings = selector.at(-1).pattern.match(/\{(.*)\}/)[1].split(',');
  for (const ending of ['cc', 'hh', 'inl', 'ixx', 'cu']) assert.ok(endings.includes(ending), ending);
});

test('settings are read, in the forms that the editor has had', () => {
  const wanted = {
    serverUri: 'urn:/opt/my tools/astrolabe',
    serverArgs: ['lsp', '--ai=0', '-j=2'],
    options: { fallbackFlags: ['-std=c++20', 'ü"\\'] },
  };
  const values = {
    serverPath: ' /opt/my tools/astrolabe ',
    serverArgs: ['--ai=0', '-j=2', '', 3],
    initializationOptions: wanted.options,
  };
  const initializationOptions = JSON.stringify(wanted.options);
  const texts = { ...values, serverArgs: ' --ai=0  -j=2', initializationOptions };
  for (const each of [values, texts]) {
    const flat = Object.fromEntries(Object.entries(each).map(([name, value]) => [`volt.${name}`, value]));
    for (const options of [{ volt: each }, flat]) {
      const { serverUri, serverArgs, options: given } = new Editor().start(options);
      assert.deepEqual({ serverUri, serverArgs, options: given }, wanted);
    }
  }
});

test('settings that make no sense are told or left out', () => {
  const editor = new Editor();
  const volt = { serverPath: 3, serverArgs: {}, initializationOptions: 'no JSON' };
  const messages = editor.initialize({ volt });
  const methods = messages.map(message => message.method);
  assert.deepEqual(methods, [undefined, 'window/showMessage', 'host/startLspServer']);
  assert.match(messages[1].params.message, /volt.initializationOptions is no JSON object/);
  assert.match(editor.told, /is no JSON object/);
  const { serverUri, serverArgs, options } = messages[2].params;
  assert.deepEqual([serverUri, serverArgs, options], ['urn:astrolabe', ['lsp'], {}]);
  for (const options of [null, [], 'text', 3, { volt: null }, { volt: [] }]) {
    assert.equal(new Editor().start(options).serverUri, 'urn:astrolabe');
  }
});

// As Rust's std::env::consts says them, on which Lapce runs.
for (const system of ['linux', 'macos', 'windows', 'freebsd', 'openbsd', '']) {
  for (const machine of ['x86_64', 'aarch64', 'arm', 'riscv64', '']) {
    for (const libc of system === 'linux' ? ['glibc', 'musl', ''] : ['']) {
      test(`the server on ${system || 'nothing'} ${machine || 'nothing'} ${libc}`, () => {
        const name = system === 'windows' ? 'astrolabe.exe' : 'astrolabe';
        const place = `server/${system}-${machine}${libc === 'musl' ? '-musl' : ''}/${name}`;
        const without = new Editor({ system, machine, libc, files: ['server/other/astrolabe'] });
        assert.equal(without.start().serverUri, `urn:${name}`);
        const bundled = new Editor({ system, machine, libc, files: [place] });
        assert.equal(bundled.start().serverUri, `file:///plugins/a%20b/${place}`);
        const named = new Editor({ system, machine, libc, files: [place] });
        assert.equal(named.start({ volt: { serverPath: '/opt/astrolabe' } }).serverUri, 'urn:/opt/astrolabe');
      });
    }
  }
}

test('VOLT_URI may be without a slash at its end, or missing', () => {
  const files = ['server/linux-x86_64/astrolabe'];
  const { serverUri } = new Editor({ files, uri: 'file:///plugins/a' }).start();
  assert.equal(serverUri, 'file:///plugins/a/server/linux-x86_64/astrolabe');
  assert.equal(new Editor({ files, uri: '' }).start().serverUri, 'urn:astrolabe');
});

test('a folder by the name of the server is no server', () => {
  const files = ['server/linux-x86_64/astrolabe/readme'];
  assert.equal(new Editor({ files }).start().serverUri, 'urn:astrolabe');
});

test('a server that does not start is told', () => {
  const onRequest = () => ({ error: { code: 0, message: 'No such file' } });
  const messages = new Editor({ onRequest }).initialize();
  assert.match(messages.at(-1).params.message, /the server does not start: No such file/);
});

test('what comes besides', () => {
  const editor = new Editor();
  editor.initialize();
  assert.deepEqual(editor.send({ method: 'initialized', params: {} }), []);
  assert.deepEqual(editor.send({ id: 3, method: 'shutdown' }), [{ jsonrpc: '2.0', id: 3, result: null }]);
  assert.equal(editor.send({ id: 4, method: 'textDocument/hover', params: {} })[0].error.code, -32601);
  assert.equal(editor.send({ id: 5, method: 'initialize' })[0].error.code, -32602);
  const odds = ['', 'no JSON', '[]', '3', '{}', '{"method":3}', '{"id":1,"error":3}'];
  for (const odd of odds) {
    assert.deepEqual(editor.send(odd), []);
  }
});

test('several messages that came at once, and a long one', () => {
  const editor = new Editor();
  editor.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'shutdown', params: {} }));
  const answers = editor.send({ id: 2, method: 'shutdown', params: { text: 'ü'.repeat(1 << 20) } });
  assert.deepEqual(answers.map(answer => answer.id), [1, 2]);
});

test('the manifest names what is there', () => {
  const text = fs.readFileSync(path.join(folder, 'volt.toml'), 'utf8');
  const wasm = /^wasm = "(.*)"$/m.exec(text)[1];
  assert.ok(fs.existsSync(path.join(folder, wasm)));
  for (const name of ['name', 'version', 'author', 'display-name', 'description']) {
    assert.match(text, new RegExp(`^${name} = ".+"$`, 'm'));
  }
  for (const setting of ['serverPath', 'serverArgs', 'initializationOptions']) {
    assert.ok(text.includes(`[config."volt.${setting}"]`));
  }
});
