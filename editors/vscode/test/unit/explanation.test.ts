// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import test from 'node:test';
import { explain, explanationText, readSteps, type Facts } from '../../src/explanation.ts';

const command = {
  file: '/ws/a.cc',
  origin: 'compilation database',
  reason: 'entry 0 of /ws/compile_commands.json',
  directory: '/ws',
  command: 'c++ -c a.cc',
};
const good: Facts = {
  isRunning: true,
  fileState: 'idle',
  isIndexing: false,
  command,
  unitsIndexed: 315,
  steps: [
    { step: 'database', ok: true, lines: [] },
    { step: 'parse', ok: true, lines: ['0.3 s parsing', '0 errors'] },
  ],
};

test('all links are there', () => {
  const { isExact, verdict, advice } = explain(good);
  assert.ok(isExact);
  assert.match(verdict, /exact\.$/);
  assert.deepEqual(advice, []);
});

// Each missing link is named, and nothing is called exact that is not.
const missing: [string, Partial<Facts>, RegExp][] = [
  ['no server', { isRunning: false }, /does not run/],
  ['no command', { command: undefined }, /no compile command/],
  ['being parsed', { fileState: 'parsing includes' }, /being parsed just now \(parsing includes\)/],
  ['errors', { steps: [{ step: 'parse', ok: true, lines: ['2 errors'] }] }, /with 2 errors/],
  [
    'a step fails',
    { steps: [{ step: 'modules', ok: false, lines: ['no interface of m'] }] },
    /no interface of m/,
  ],
  ['no index', { unitsIndexed: undefined }, /has indexed no file/],
  ['index being built', { isIndexing: true }, /being built/],
];
for (const [name, change, wanted] of missing) {
  test(name, () => {
    const explanation = explain({ ...good, ...change });
    assert.ok(!explanation.isExact);
    assert.match(explanation.reasons.join('\n'), wanted);
  });
}

test('a borrowed command is told, with what helps', () => {
  const borrowed = { ...command, origin: 'a similar file', reason: 'the command of /ws/b.cc' };
  const explanation = explain({ ...good, command: borrowed });
  assert.match(explanation.reasons[0], /a similar file: the command of \/ws\/b\.cc/);
  assert.match(explanation.advice.join('\n'), /CMAKE_EXPORT_COMPILE_COMMANDS/);
});

test('as text', () => {
  const text = explanationText('/ws/a.cc', explain({ ...good, unitsIndexed: undefined }));
  assert.match(text, /^\/ws\/a\.cc\n\nAnswers from this file are exact; .*\n\nWhy\n- /);
  assert.match(text, /\nWhat helps\n- /);
});

test('steps of `check --json`, whatever else is printed', () => {
  const steps = readSteps('note\n{"step":"parse","ok":true,"seconds":1,"lines":["0 errors"]}\n{"other":1}\n');
  assert.deepEqual(
    steps.map(step => step.step),
    ['parse'],
  );
  assert.deepEqual(readSteps(''), []);
});
