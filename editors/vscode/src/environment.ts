// What all parts of the extension ask the editor for: settings, the workspace's folders, the program, and the
// answers of its command line.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as childProcess from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findServer, type Found } from './server_path.ts';
import { expand, readSettings, type Settings, type Variables } from './settings.ts';

export const languages = ['c', 'cpp', 'cuda-cpp', 'objective-c', 'objective-cpp'];

export function settings(): Settings {
  return readSettings((section, name) => vscode.workspace.getConfiguration(section).inspect(name));
}

export function isOurs(document: vscode.TextDocument): boolean {
  return languages.includes(document.languageId) && document.uri.scheme === 'file';
}

export function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

export function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

export function variables(): Variables {
  return {
    home: os.homedir(),
    folders: (vscode.workspace.workspaceFolders ?? [])
      .filter(folder => folder.uri.scheme === 'file')
      .map(folder => folder.uri.fsPath),
    environment: process.env,
    config: name => vscode.workspace.getConfiguration().get(name),
  };
}

export function server(extension: vscode.ExtensionContext): Found {
  const known = variables();
  return findServer({
    configured: expand(settings().path, known),
    extension: extension.extensionPath,
    folder: known.folders[0],
    search: process.env.PATH ?? '',
    isProgram,
  });
}

// The folder of a file, as a person in this workspace calls it; empty for the workspace's own.
export function folderOf(file: vscode.Uri): string {
  const folder = path.dirname(file.fsPath);
  const isRoot = variables().folders.includes(folder);
  return isRoot ? '' : vscode.workspace.asRelativePath(folder);
}

export interface Answer {
  code: number;
  output: string;
  problem: string; // what it wrote to stderr
}

// Runs a program to its end.
export function run(program: string, args: string[], folder: string): Promise<Answer> {
  return new Promise(resolve => {
    const child = childProcess.spawn(program, args, { cwd: folder });
    let output = '';
    let problem = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      problem += text;
    });
    child.on('error', error => resolve({ code: 4, output, problem: error.message }));
    child.on('close', code => resolve({ code: code ?? 130, output, problem }));
  });
}

// Asks the command line what the server does not tell.
export async function ask(
  extension: vscode.ExtensionContext,
  question: string[],
  about: vscode.Uri,
): Promise<Answer> {
  const found = server(extension);
  if (found.program === undefined) return { code: 4, output: '', problem: found.problem };
  return run(found.program, question, vscode.workspace.getWorkspaceFolder(about)?.uri.fsPath ?? os.homedir());
}
