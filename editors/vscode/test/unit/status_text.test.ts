// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import test from 'node:test';
import { bytes, describe, shortProgress } from '../../src/status_text.ts';

test('what is shown while the server works', () => {
  assert.equal(describe({ state: 'running' }).text, '$(check) Astrolabe');
  assert.equal(
    describe({ state: 'running', fileState: 'parsing includes' }).text,
    '$(loading~spin) parsing includes',
  );
  assert.equal(
    describe({ state: 'running', fileState: 'idle', memory: 312e6 }).text,
    '$(check) Astrolabe 312 MB',
  );
  const indexing = describe({
    state: 'running',
    fileState: 'parsing includes',
    indexing: { message: '120/3000 units, 4.5/s', percentage: 4 },
  });
  assert.equal(indexing.text, '$(sync~spin) Indexing 4 %, 4.5/s');
  assert.match(indexing.tooltip, /120\/3000 units/);
  assert.match(indexing.tooltip, /parsing includes/);
});

test('what is shown when it does not', () => {
  const failed = describe({ state: 'failed', problem: 'no such program', memory: 5 });
  assert.deepEqual(failed, { text: '$(error) Astrolabe', tooltip: 'no such program', severity: 'error' });
  assert.equal(describe({ state: 'stopped', fileState: 'idle' }).severity, 'warning');
});

test('numbers', () => {
  assert.equal(bytes(0), '0 kB');
  assert.equal(bytes(999_600_000), '1000 MB');
  assert.equal(bytes(1_234_000_000), '1.2 GB');
  assert.equal(shortProgress('includes of 3/315 units', 0), 'includes of 3/315 units');
  assert.equal(shortProgress('1/2 units, 0.5/s', undefined), '0.5/s');
});
