// A debugger for programs of C and C++ without a further extension: LLVM's lldb-dap, or a GDB that speaks the
// debug adapter protocol itself (14 or later). Where an extension with a debugger is installed, the user's
// choice is that.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';
import * as vscode from 'vscode';
import { isProgram, run } from '../environment.ts';
import { build, type Launch } from './launch.ts';

const ownType = 'astrolabe';

interface Known {
  extension: string;
  configuration: (launch: Launch, args: string[]) => Omit<vscode.DebugConfiguration, 'name' | 'request'>;
}

const known: Known[] = [
  {
    extension: 'vadimcn.vscode-lldb',
    configuration: ({ program, folder }, args) => ({ type: 'lldb', program, args, cwd: folder }),
  },
  {
    extension: 'llvm-vs-code-extensions.lldb-dap',
    configuration: ({ program, folder }, args) => ({ type: 'lldb-dap', program, args, cwd: folder }),
  },
  {
    extension: 'ms-vscode.cpptools',
    configuration: ({ program, folder }, args) => ({
      type: 'cppdbg',
      program,
      args,
      cwd: folder,
      MIMode: process.platform === 'darwin' ? 'lldb' : 'gdb',
    }),
  },
];

// The adapter and how it is started; undefined if there is none.
async function findAdapter(): Promise<vscode.DebugAdapterExecutable | undefined> {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(folder => path.isAbsolute(folder));
  const find = (name: string) => folders.map(folder => path.join(folder, name)).find(isProgram);
  const versions = Array.from({ length: 15 }, (_, i) => 30 - i);
  for (const name of ['lldb-dap', ...versions.map(version => `lldb-dap-${version}`)]) {
    const found = find(name);
    if (found) return new vscode.DebugAdapterExecutable(found, []);
  }
  const gdb = find('gdb');
  if (!gdb) return undefined;
  const version = /\bgdb\b.*?(\d+)\.\d+/i.exec((await run(gdb, ['--version'], '/')).output)?.[1];
  return Number(version) >= 14 ? new vscode.DebugAdapterExecutable(gdb, ['--interpreter=dap']) : undefined;
}

export async function debug(launch: Launch, args: string[]): Promise<void> {
  if (!(await build(launch))) {
    void vscode.window.showErrorMessage(`Astrolabe: ${path.basename(launch.program)} was not built.`);
    return;
  }
  const rival = known.find(({ extension }) => vscode.extensions.getExtension(extension));
  const name = path.basename(launch.program);
  if (!rival && !(await findAdapter())) {
    void vscode.window.showErrorMessage(
      'Astrolabe: no debugger. Install lldb (it has lldb-dap), GDB 14 or later, or an extension with a C++ debugger.',
    );
    return;
  }
  const rest = rival
    ? rival.configuration(launch, args)
    : { type: ownType, program: launch.program, args, cwd: launch.folder };
  await vscode.debug.startDebugging(undefined, {
    name,
    request: 'launch',
    ...rest,
  } as vscode.DebugConfiguration);
}

export function registerDebugger(): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(ownType, {
    async createDebugAdapterDescriptor() {
      const adapter = await findAdapter();
      if (!adapter) throw new Error('no lldb-dap and no GDB 14 or later on PATH');
      return adapter;
    },
  });
}
