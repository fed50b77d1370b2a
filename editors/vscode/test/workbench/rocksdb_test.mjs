// How long a new user waits in a large workspace: from choosing the .vsix to the first hover, without an index.
//
//   ROCKSDB=folder … node --test test/workbench/rocksdb_test.mjs      left out where ROCKSDB is not set
//
// The clock starts when the workbench is given the .vsix and stops when the hover of a method stands there. In
// between are the installation, the start of the extension and the server, and the scan of the workspace for names;
// then the parse of a file with hundreds of headers. COMMANDS names the folder of the compilation database; BAR=1
// makes more than three seconds a failure; TRACE names a file for the server's trace. The index goes to a folder of
// the test.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Workbench, serversOf, sleep, wait } from './workbench.mjs';

const rocksdb = process.env.ROCKSDB;
const extension = fileURLToPath(new URL('../../out/astrolabe.vsix', import.meta.url));
const bar = 3; // seconds, on a quiet machine

test('the first hover in RocksDB', { skip: !rocksdb && 'ROCKSDB is not set' }, async t => {
  const w = await Workbench.start({
    folder: rocksdb,
    machine: { 'astrolabe.index.directory': '${userHome}/index' },
    settings: {
      'astrolabe.arguments': process.env.COMMANDS ? [`--compile-commands-dir=${process.env.COMMANDS}`] : [],
      'astrolabe.trace': process.env.TRACE ?? '',
    },
  });
  try {
    await w.openFile('db/db_impl/db_impl.cc', 1887, 16);
    await w.run('Extensions: Install from VSIX...');
    const input = w.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await wait('the file in the dialog', async () => {
      // The dialog writes its own folder there when it has read it, over what was typed before.
      if ((await input.inputValue()) !== extension) await input.fill(extension);
      return (await w.texts('.quick-input-list .monaco-list-row')).join().includes('astrolabe.vsix');
    });
    const times = {};
    const start = performance.now();
    const started = Date.now();
    const mark = name => (times[name] ??= (performance.now() - start) / 1000);
    await w.press('Enter');
    await wait('the server', () => serversOf(w).size > 0, 10);
    mark('the server is started');
    await wait('the extension', async () => (await w.ourStatus()) !== '', 10);
    mark('the extension says so');
    // Asked as soon as there is somebody to ask, and again where what waits for an answer has been closed: asking
    // twice throws away what was about to be shown.
    const appears = w.hoverAppears(/Status.*Get|GetImpl/s);
    let isThere = false;
    void appears.then(() => (isThere = true));
    while (!isThere) {
      if (!(await w.page.locator('.monaco-hover:not(.hidden)').count()))
        await w.press('Control+k', 'Control+i');
      await sleep(400);
    }
    times['the first hover'] = ((await appears) - started) / 1000;
    await w.screenshot('rocksdb');
    // The first one may be by name, while the compiler reads the file.
    await wait("the compiler's hover", async () => {
      await w.press('Escape', 'Control+k', 'Control+i');
      await sleep(300);
      const shown = await w.texts('.monaco-hover:not(.hidden) .monaco-hover-content');
      return shown.some(text => /Parameters/.test(text));
    });
    mark("the compiler's own");
    for (const [name, seconds] of Object.entries(times))
      t.diagnostic(`${seconds.toFixed(2)} s until ${name}`);
    await sleep(3000);
    await w.screenshot('rocksdb_indexing');
    if (process.env.BAR) assert.ok(times['the first hover'] < bar);
  } catch (problem) {
    await w.screenshot('failed rocksdb');
    throw problem;
  } finally {
    await w.close();
  }
});
