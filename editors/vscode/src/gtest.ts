// GoogleTest, as far as names and files go: how to ask a program for some of the tests that the server knows,
// and what its report says.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import type { Range } from 'vscode-languageclient/node';

// What the server answers to astrolabe/tests.
export interface DeclaredTest {
  suite: string;
  name: string;
  range: Range;
}
export interface TestFile {
  uri: string;
  tests: DeclaredTest[];
}

// What our code lenses carry.
export interface Runnable {
  uri: string;
  kind: 'main' | 'test';
  filter?: string; // of a test: "Suite.Name"
}

// The patterns of --gtest_filter that reach a test whether it is plain, has parameters or is typed. `name`
// may be '*'.
export function filterOf(suite: string, name: string): string {
  const plain = `${suite}.${name}`;
  const kinds = name === '*' ? [plain, `*/${plain}`] : [plain, `${plain}/*`, `*/${plain}/*`];
  return [...kinds, `${suite}/*.${name}`, `*/${suite}/*.${name}`].join(':');
}

export interface Outcome {
  test: string; // "Suite.Name", as declared
  instance: string; // as run: "All/Suite.Name/0"
  result: 'passed' | 'failed' | 'skipped';
  milliseconds: number;
  failures: { message: string; file?: string; line?: number }[]; // line from 0
}

// Which declared test a name that was run is of: parameters and types stand around it, between slashes.
function declared(suite: string, name: string, known: ReadonlySet<string>): string {
  const base = name.split('/')[0];
  const candidates = suite.split('/').map(part => `${part}.${base}`);
  return candidates.find(each => known.has(each)) ?? candidates[0];
}

function failureOf(text: string): Outcome['failures'][number] {
  const place = /^(\/[^\n]*?):(\d+)\n/.exec(text);
  if (!place) return { message: text };
  return { message: text.slice(place[0].length), file: place[1], line: Number(place[2]) - 1 };
}

// `report`: what --gtest_output=json: wrote. Throws if that is not JSON.
export function readReport(report: string, known: ReadonlySet<string>): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const suite of JSON.parse(report).testsuites ?? []) {
    for (const test of suite.testsuite ?? []) {
      if (test.status === 'NOTRUN') continue;
      const failures = (test.failures ?? []).map((each: { failure: string }) => failureOf(each.failure));
      const result = failures.length ? 'failed' : test.result === 'SKIPPED' ? 'skipped' : 'passed';
      outcomes.push({
        test: declared(suite.name, test.name, known),
        instance: `${suite.name}.${test.name}`,
        result,
        milliseconds: Number.parseFloat(test.time ?? '0') * 1000,
        failures,
      });
    }
  }
  return outcomes;
}

// Of a test that ran several times, with parameters or types: it failed if one did; it was skipped if all
// were.
export function summarise(outcomes: Outcome[]): Map<string, Outcome> {
  const summary = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const before = summary.get(outcome.test);
    if (!before) {
      summary.set(outcome.test, outcome);
      continue;
    }
    const results = [before.result, outcome.result];
    summary.set(outcome.test, {
      ...before,
      result: results.includes('failed') ? 'failed' : results.includes('passed') ? 'passed' : 'skipped',
      milliseconds: before.milliseconds + outcome.milliseconds,
      failures: [...before.failures, ...outcome.failures],
    });
  }
  return summary;
}
