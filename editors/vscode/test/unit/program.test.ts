// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  buildCommandOf,
  commandText,
  programsOf,
  quote,
  targetOf,
  type CompileCommand,
} from '../../src/program.ts';

function command(directory: string, line: string, file = '/ws/src/shop.cc'): CompileCommand {
  return {
    file,
    origin: 'compilation database',
    reason: '',
    directory,
    arguments: line.split(' '),
    frontEnd: [],
  };
}
const disk = (...files: string[]) => ({
  isProgram: () => false,
  isFile: (file: string) => files.includes(file),
});
const cmake = disk('/ws/build/CMakeCache.txt');

test('a command for a person', () => {
  const text = commandText({
    ...command('/ws', 'c++ -c a.cc'),
    reason: 'entry 0 of /ws/c.json',
    frontEnd: ['-cc1', '-x', 'c++', '-D', 'A=b c'],
  });
  assert.equal(
    text,
    [
      'file       /ws/src/shop.cc',
      'from       compilation database: entry 0 of /ws/c.json',
      'directory  /ws',
      'command    c++ -c a.cc',
      '',
      'front end',
      '  -cc1',
      '  -x c++',
      "  -D 'A=b c'",
    ].join('\n'),
  );
  assert.match(commandText({ ...command('/ws', 'c++'), problem: 'no file' }), /front end\n {2}no file$/);
});

test('targets of CMake, by Ninja and by Make', () => {
  const ninja = command('/ws/build', 'c++ -o src/CMakeFiles/shop.dir/shop.cc.o -c /ws/src/shop.cc');
  const make = command('/ws/build/src', 'c++ -o CMakeFiles/shop.dir/shop.cc.o -c /ws/src/shop.cc');
  for (const each of [ninja, make]) {
    assert.deepEqual(targetOf(each), { name: 'shop', folder: '/ws/build/src', buildSystem: 'CMake' });
    assert.deepEqual(programsOf(each, cmake), [
      '/ws/build/src/shop',
      '/ws/build/src/bin/shop',
      '/ws/build/bin/shop',
      '/ws/build/shop',
    ]);
    assert.equal(buildCommandOf(each, cmake), 'cmake --build /ws/build --target shop');
  }
});

test('targets of Meson', () => {
  const meson = command('/ws/build', 'c++ -o src/shop.p/shop.cc.o -c ../src/shop.cc');
  assert.equal(programsOf(meson, disk())[0], '/ws/build/src/shop');
  assert.equal(
    buildCommandOf(meson, disk('/ws/build/meson-info/meson-info.json')),
    'meson compile -C /ws/build shop',
  );
});

test('an output that is glued to its flag', () => {
  const glued = command('/ws/build', 'c++ -osrc/CMakeFiles/shop.dir/shop.cc.o -c /ws/src/shop.cc');
  assert.equal(targetOf(glued).name, 'shop');
});

test('others are named like their source', () => {
  const plain = command('/ws', 'g++ -c src/shop.cc');
  assert.deepEqual(programsOf(plain, disk()), ['/ws/shop', '/ws/bin/shop', '/ws/src/shop']);
  assert.equal(buildCommandOf(plain, disk()), undefined);
});

test('a build folder that is gone builds nothing', () => {
  assert.equal(buildCommandOf(command('/b', 'c++ -o CMakeFiles/x.dir/a.o'), disk()), undefined);
});

test('words for a shell', () => {
  assert.equal(quote('/a/b-c.d'), '/a/b-c.d');
  assert.equal(quote("it's $HOME"), "'it'\\''s $HOME'");
  assert.equal(quote('--gtest_filter=A.B:*/A.B'), "'--gtest_filter=A.B:*/A.B'");
  assert.equal(quote(''), "''");
});
