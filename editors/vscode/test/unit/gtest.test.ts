// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import test from 'node:test';
import { filterOf, readReport, summarise } from '../../src/gtest.ts';

// As GoogleTest reads --gtest_filter, so far as we use it.
function isRun(filter: string, name: string): boolean {
  return filter
    .split(':')
    .some(pattern => new RegExp(`^${pattern.replace(/[.]/g, '\\.').replaceAll('*', '.*')}$`).test(name));
}

test('a filter reaches every kind of test and no other', () => {
  const one = filterOf('Shop', 'Sells');
  for (const name of ['Shop.Sells', 'All/Shop.Sells/0', 'Shop.Sells/1', 'Shop/2.Sells', 'My/Shop/0.Sells']) {
    assert.ok(isRun(one, name), name);
  }
  for (const name of ['Shop.SellsMore', 'BookShop.Sells', 'All/Shop.Buys/0', 'Shop2.Sells']) {
    assert.ok(!isRun(one, name), name);
  }
  const all = filterOf('Shop', '*');
  for (const name of ['Shop.Buys', 'All/Shop.Sells/0', 'Shop/1.Sells']) assert.ok(isRun(all, name), name);
  assert.ok(!isRun(all, 'BookShop.Sells'));
});

const report = JSON.stringify({
  testsuites: [
    {
      name: 'Shop',
      testsuite: [
        { name: 'Sells', status: 'RUN', result: 'COMPLETED', time: '0.002s' },
        {
          name: 'Buys',
          status: 'RUN',
          result: 'COMPLETED',
          time: '0s',
          failures: [
            { failure: '/ws/shop_test.cc:12\nExpected equality of these values:\n  1\n  2', type: '' },
            { failure: 'unknown file\nC++ exception', type: '' },
          ],
        },
        { name: 'Waits', status: 'RUN', result: 'SKIPPED', time: '0s' },
        { name: 'Other', status: 'NOTRUN', result: 'SUPPRESSED', time: '0s' },
      ],
    },
    {
      name: 'All/Prices',
      testsuite: [
        { name: 'Rise/0', status: 'RUN', result: 'COMPLETED', time: '0.001s' },
        {
          name: 'Rise/1',
          status: 'RUN',
          result: 'COMPLETED',
          time: '0.001s',
          failures: [{ failure: '/ws/shop_test.cc:20\nno', type: '' }],
        },
      ],
    },
    { name: 'List/0', testsuite: [{ name: 'Grows', status: 'RUN', result: 'COMPLETED', time: '0s' }] },
  ],
});
const known = new Set(['Shop.Sells', 'Shop.Buys', 'Shop.Waits', 'Prices.Rise', 'List.Grows']);

test('a report tells each test that ran, by the name that it is declared with', () => {
  const outcomes = summarise(readReport(report, known));
  const results = [...outcomes].map(([name, { result }]) => `${name} ${result}`);
  assert.deepEqual(results, [
    'Shop.Sells passed',
    'Shop.Buys failed',
    'Shop.Waits skipped',
    'Prices.Rise failed',
    'List.Grows passed',
  ]);
  assert.equal(outcomes.get('Prices.Rise')!.milliseconds, 2);
  assert.deepEqual(outcomes.get('Shop.Buys')!.failures, [
    { message: 'Expected equality of these values:\n  1\n  2', file: '/ws/shop_test.cc', line: 11 },
    { message: 'unknown file\nC++ exception' },
  ]);
});

test('a report that was cut off is no report', () => {
  assert.throws(() => readReport(report.slice(0, -9), known));
});
