// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import test from 'node:test';
import {
  expand,
  indexDirectoryFlag,
  readSettings,
  serverFlags,
  sharedWithClangd,
  type Written,
} from '../../src/settings.ts';

// Settings as the user's and the workspace's files have them: {"astrolabe.ai.enable": false, …}
function read(user: Record<string, unknown>, workspace: Record<string, unknown> = {}) {
  return readSettings((section, name): Written => ({
    defaultValue: 'never looked at',
    globalValue: user[`${section}.${name}`],
    workspaceValue: workspace[`${section}.${name}`],
  }));
}

const variables = {
  home: '/home/me',
  folders: ['/work/shop'],
  environment: { TOOLS: '/opt/tools' },
  config: (name: string) => (name === 'my.model' ? '/m.gguf' : undefined),
};
const flags = (user: Record<string, unknown>) => serverFlags(read(user), variables);

test('settings of clangd count where ours are not set', () => {
  const clangd = {
    'clangd.arguments': ['--clang-tidy=0'],
    'clangd.enableHover': false,
    'clangd.inactiveRegions.opacity': 0.3,
  };
  assert.deepEqual(read(clangd).arguments, ['--clang-tidy=0']);
  assert.equal(read(clangd).enableHover, false);
  assert.equal(read(clangd).inactiveRegionsOpacity, 0.3);
  assert.equal(read({ ...clangd, 'astrolabe.enableHover': true }).enableHover, true);
  assert.deepEqual(read({ ...clangd, 'astrolabe.arguments': [] }).arguments, []);
});

test('the program of clangd and whether it is on say nothing about ours', () => {
  const settings = read({ 'clangd.path': '/usr/bin/clangd', 'clangd.enable': false });
  assert.equal(settings.path, '');
  assert.equal(settings.enable, true);
});

test('the workspace counts before the user', () => {
  assert.equal(
    read({ 'astrolabe.performanceMode': 'full' }, { 'astrolabe.performanceMode': 'saving' }).performanceMode,
    'saving',
  );
});

test('what has the wrong type or is unknown counts as not set', () => {
  const settings = read({
    'astrolabe.arguments': '--log=error',
    'astrolabe.performanceMode': 'fastest',
    'astrolabe.fallbackFlags': ['-Wall', 3],
    'clangd.onConfigChanged': 'later',
  });
  assert.deepEqual(settings.arguments, []);
  assert.equal(settings.performanceMode, 'balanced');
  assert.deepEqual(settings.fallbackFlags, ['-Wall']);
  assert.equal(settings.onConfigChanged, 'prompt');
});

test('without settings the server gets no flags', () => {
  assert.deepEqual(flags({}), []);
});

test("settings become flags, and the user's own come last", () => {
  assert.deepEqual(
    flags({
      'astrolabe.performanceMode': 'saving',
      'astrolabe.ai.model': '${config:my.model}',
      'astrolabe.index.directory': '~/index',
      'astrolabe.trace': '/tmp/t.json',
      'clangd.arguments': ['-j=4', '--query-driver=${env:TOOLS}/*'],
    }),
    [
      '-j=1',
      '--background-index-priority=background',
      '--index-dir=/home/me/index',
      '--ai-model=/m.gguf',
      '--trace=/tmp/t.json',
      '-j=4',
      '--query-driver=/opt/tools/*',
    ],
  );
  assert.deepEqual(
    flags({
      'astrolabe.ai.enable': false,
      'astrolabe.ai.model': 'x.gguf',
      'astrolabe.index.background': false,
    }),
    ['--background-index=0', '--ai=0'],
  );
});

test('one index folder is not given to several workspaces', () => {
  const settings = read({ 'astrolabe.index.directory': '/i' });
  assert.equal(indexDirectoryFlag(settings, { ...variables, folders: ['/a', '/b'] }), undefined);
  assert.equal(indexDirectoryFlag(settings, variables), '--index-dir=/i');
});

test('variables', () => {
  assert.equal(expand('${workspaceFolder}/../${workspaceFolderBasename}', variables), '/work/shop/../shop');
  assert.equal(expand('${userHome}:${env:NONE}:${command:x}', variables), '/home/me::${command:x}');
  assert.equal(expand('~', variables), '/home/me');
  assert.equal(expand('a~/b', variables), 'a~/b');
});

test('package.json declares what is read, with the same defaults', () => {
  const manifest = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const declared = new Map<string, { default: unknown; markdownDescription: string }>(
    manifest.contributes.configuration.flatMap((group: any) => Object.entries(group.properties)),
  );
  const asked = new Set<string>();
  const byDefault = readSettings((section, name) => {
    if (section === 'astrolabe') asked.add(`astrolabe.${name}`);
    return undefined;
  });
  const fromManifest = readSettings((section, name) => ({
    globalValue: declared.get(`${section}.${name}`)?.default,
  }));
  assert.deepEqual(fromManifest, byDefault);
  const elsewhere = new Set(['astrolabe.run.build']); // read where it is used, since folders may differ
  assert.deepEqual([...declared.keys()].filter(name => !elsewhere.has(name)).sort(), [...asked].sort());
  for (const [name, { markdownDescription }] of declared) {
    const says = markdownDescription.includes(
      `If not set, \`${name.replace('astrolabe', 'clangd')}\` counts.`,
    );
    assert.equal(says, sharedWithClangd.has(name.slice('astrolabe.'.length)), name);
  }
});
