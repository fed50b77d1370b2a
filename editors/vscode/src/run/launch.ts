// From a source file to its program: found by the file's compile command, built first where we know how, run
// in a terminal or under a debugger.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';
import * as vscode from 'vscode';
import { isFile, isProgram } from '../environment.ts';
import { buildCommandOf, programsOf, quote, type CompileCommand } from '../program.ts';
import type { Server } from '../server.ts';

export interface Launch {
  program: string;
  build?: string; // a shell's command line
  folder: string; // to run in
}

const rememberedKey = 'astrolabe.programs';

// Where the file's program is and how it is built. Asks the user where the compile command does not say, and
// remembers the answer for this workspace; undefined if the user gives none.
export async function launchOf(
  extension: vscode.ExtensionContext,
  server: Server,
  source: vscode.Uri,
): Promise<Launch | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(source)?.uri.fsPath ?? path.dirname(source.fsPath);
  const disk = { isProgram, isFile };
  const remembered = extension.workspaceState.get<Record<string, string>>(rememberedKey, {});
  const command = await server.ask<CompileCommand>('astrolabe/compileCommand', source);
  const isListed = command?.origin === 'compilation database';
  const buildSetting = vscode.workspace.getConfiguration('astrolabe', source).get('run.build', true);
  const build = isListed && buildSetting ? buildCommandOf(command, disk) : undefined;

  const known = remembered[source.fsPath];
  if (known && isProgram(known)) return { program: known, build, folder };
  const places = isListed ? programsOf(command, disk) : [];
  const there = places.find(isProgram);
  if (there) return { program: there, build, folder };
  if (build && command?.arguments.some(word => word.includes('CMakeFiles/'))) {
    // It has not been built yet; what is there afterwards is taken.
    return { program: places[0], build, folder };
  }
  const chosen = await vscode.window.showOpenDialog({
    title: `The program of ${path.basename(source.fsPath)}`,
    openLabel: 'Run this',
    canSelectMany: false,
    defaultUri: vscode.Uri.file(command?.directory ?? folder),
  });
  if (!chosen?.length) return undefined;
  const program = chosen[0].fsPath;
  await extension.workspaceState.update(rememberedKey, { ...remembered, [source.fsPath]: program });
  return { program, build, folder };
}

// In a terminal of a task of its own, which a later run of the same name takes over.
export async function runInTerminal(launch: Launch, args: string[]): Promise<void> {
  const words = [launch.program, ...args].map(quote).join(' ');
  const line = launch.build ? `${launch.build} && ${words}` : words;
  const name = `run ${path.basename(launch.program)}`;
  const task = new vscode.Task(
    { type: 'astrolabe' },
    vscode.TaskScope.Workspace,
    name,
    'astrolabe',
    new vscode.ShellExecution(line, { cwd: launch.folder }),
    '$gcc',
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  await vscode.tasks.executeTask(task);
}

// Runs the build as a task and waits; false if it failed.
export async function build(launch: Launch): Promise<boolean> {
  if (!launch.build) return true;
  const task = new vscode.Task(
    { type: 'astrolabe' },
    vscode.TaskScope.Workspace,
    `build ${path.basename(launch.program)}`,
    'astrolabe',
    new vscode.ShellExecution(launch.build, { cwd: launch.folder }),
    '$gcc',
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, clear: true };
  // Before it runs, since a task that fails at once has ended when executeTask returns.
  return new Promise((resolve, reject) => {
    const ended = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      ended.dispose();
      resolve(exitCode === 0);
    });
    vscode.tasks.executeTask(task).then(undefined, error => {
      ended.dispose();
      reject(error);
    });
  });
}
