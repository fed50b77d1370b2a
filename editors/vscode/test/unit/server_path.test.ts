// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import test from 'node:test';
import { findServer, type Surroundings } from '../../src/server_path.ts';

function find(programs: string[], more: Partial<Surroundings> = {}) {
  return findServer({
    configured: '',
    extension: '/ext',
    search: 'bin:/usr/local/bin:/usr/bin',
    folder: '/ws',
    isProgram: file => programs.includes(file),
    ...more,
  });
}

test('a bundled server comes before an installed one', () => {
  assert.deepEqual(find(['/ext/server/bin/astrolabe', '/usr/bin/astrolabe']), {
    program: '/ext/server/bin/astrolabe',
    from: 'bundled',
  });
  assert.deepEqual(find(['/ext/server/astrolabe']), { program: '/ext/server/astrolabe', from: 'bundled' });
});

test('an installed one is the first on PATH; folders of PATH that depend on where one stands do not count', () => {
  assert.deepEqual(find(['/usr/bin/astrolabe', '/usr/local/bin/astrolabe', 'bin/astrolabe']), {
    program: '/usr/local/bin/astrolabe',
    from: 'PATH',
  });
});

test('the setting comes first, as a path or a name', () => {
  const programs = ['/ext/server/astrolabe', '/ws/tools/astro', '/opt/a', '/usr/bin/astro-2'];
  assert.deepEqual(find(programs, { configured: '/opt/a' }), { program: '/opt/a', from: 'setting' });
  assert.deepEqual(find(programs, { configured: 'tools/astro' }), {
    program: '/ws/tools/astro',
    from: 'setting',
  });
  assert.deepEqual(find(programs, { configured: 'astro-2' }), {
    program: '/usr/bin/astro-2',
    from: 'setting',
  });
});

test('a setting that names nothing is told and not replaced', () => {
  const found = find(['/usr/bin/astrolabe'], { configured: '/opt/none' });
  assert.match('problem' in found ? found.problem : '', /"\/opt\/none"/);
});

test('none at all', () => {
  const found = find([]);
  assert.match('problem' in found ? found.problem : '', /not on PATH/);
});
