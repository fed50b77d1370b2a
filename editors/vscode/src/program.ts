// Which program a source file is part of, from the command that compiles it: build systems put the object
// file where its target can be read off.
//
//   CMake   -o sub/CMakeFiles/TARGET.dir/file.cc.o   in the build folder (Ninja) or its `sub` (Make)
//   Meson   -o sub/TARGET.p/file.cc.o
//   others  a program beside the source or in the build folder that is named like the source
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';

// What the server answers to astrolabe/compileCommand.
export interface CompileCommand {
  file: string;
  origin: string; // "compilation database", "a similar file", …
  reason: string;
  directory: string;
  arguments: string[];
  frontEnd: string[]; // empty: see `problem`
  problem?: string;
}

// For a person: where it is from, the command, and what Clang's parser makes of it.
export function commandText(command: CompileCommand): string {
  const lines = [
    `file       ${command.file}`,
    `from       ${command.origin}: ${command.reason}`,
    `directory  ${command.directory}`,
    `command    ${command.arguments.map(quote).join(' ')}`,
    '',
    'front end',
  ];
  for (const word of command.frontEnd) {
    if (word.startsWith('-') || lines.at(-1) === 'front end') lines.push(`  ${quote(word)}`);
    else lines[lines.length - 1] += ` ${quote(word)}`;
  }
  if (command.problem) lines.push(`  ${command.problem}`);
  return lines.join('\n');
}

export interface Target {
  name: string;
  folder: string; // where its object files' folder is
  buildSystem: 'CMake' | 'Meson' | 'other';
}

export function targetOf(command: CompileCommand): Target {
  const at = command.arguments.findIndex(word => /^-o/.test(word));
  const output = at < 0 ? '' : command.arguments[at].slice(2) || command.arguments[at + 1];
  const object = output ? path.resolve(command.directory, output) : '';
  const cmake = /^(.*?)\/CMakeFiles\/([^/]+)\.dir\//.exec(object);
  if (cmake) return { name: cmake[2], folder: cmake[1], buildSystem: 'CMake' };
  const meson = /^(.*)\/([^/]+)\.p\/[^/]+$/.exec(object);
  if (meson) return { name: meson[2], folder: meson[1], buildSystem: 'Meson' };
  return { name: path.parse(command.file).name, folder: command.directory, buildSystem: 'other' };
}

export interface Disk {
  isProgram: (file: string) => boolean;
  isFile: (file: string) => boolean;
}

// The build folder: the nearest one upwards with the file that its build system leaves there.
export function buildFolderOf(target: Target, disk: Disk): string | undefined {
  const mark = { CMake: 'CMakeCache.txt', Meson: 'meson-info/meson-info.json', other: '' }[
    target.buildSystem
  ];
  if (!mark) return undefined;
  for (let folder = target.folder; ; folder = path.dirname(folder)) {
    if (disk.isFile(path.join(folder, mark))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

// Where the program may be, the likeliest place first; it need not have been built yet.
export function programsOf(command: CompileCommand, disk: Disk): string[] {
  const target = targetOf(command);
  const folders = [target.folder];
  const root = buildFolderOf(target, disk);
  for (const each of [target.folder, root]) if (each) folders.push(path.join(each, 'bin'));
  if (root) folders.push(root);
  if (target.buildSystem === 'other') folders.push(path.dirname(command.file));
  return [...new Set(folders.map(folder => path.join(folder, target.name)))];
}

// What builds it, for a shell; undefined where we do not know.
export function buildCommandOf(command: CompileCommand, disk: Disk): string | undefined {
  const target = targetOf(command);
  const folder = buildFolderOf(target, disk);
  if (!folder) return undefined;
  if (target.buildSystem === 'CMake') return `cmake --build ${quote(folder)} --target ${quote(target.name)}`;
  return `meson compile -C ${quote(folder)} ${quote(target.name)}`;
}

// A word for a POSIX shell.
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
