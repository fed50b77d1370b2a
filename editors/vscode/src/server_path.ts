// Where the server is: the program that the user names, else the one that came with the extension, else the
// one on PATH. A program that the user names and that is not there is told, not replaced by another.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';

export interface Surroundings {
  configured: string; // the setting, its variables replaced; may be empty
  extension: string; // the extension's own folder
  folder?: string; // of the workspace, for a relative path
  search: string; // PATH
  isProgram: (file: string) => boolean;
}

export type Found =
  { program: string; from: 'setting' | 'bundled' | 'PATH' } | { program?: undefined; problem: string };

const programName = 'astrolabe';

function onPath(name: string, where: Surroundings): string | undefined {
  return where.search
    .split(path.delimiter)
    .filter(folder => path.isAbsolute(folder))
    .map(folder => path.join(folder, name))
    .find(where.isProgram);
}

export function findServer(where: Surroundings): Found {
  const { configured } = where;
  if (configured) {
    const named = configured.includes('/')
      ? path.resolve(where.folder ?? '/', configured)
      : onPath(configured, where);
    if (named && where.isProgram(named)) return { program: named, from: 'setting' };
    return { problem: `astrolabe.path is "${configured}", and there is no such program.` };
  }
  const bundled = ['server/bin', 'server']
    .map(folder => path.join(where.extension, folder, programName))
    .find(where.isProgram);
  if (bundled) return { program: bundled, from: 'bundled' };
  const installed = onPath(programName, where);
  if (installed) return { program: installed, from: 'PATH' };
  return { problem: 'The program "astrolabe" is not on PATH, and none came with this extension.' };
}
