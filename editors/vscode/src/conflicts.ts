// Another extension that answers the same questions shows everything twice: clangd's, and the IntelliSense of
// Microsoft's C/C++ extension (whose debugger is welcome). Says so once, and turns it off if the user wants
// that.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import { settings } from './environment.ts';

interface Rival {
  extension: string;
  name: string;
  setting: [section: string, name: string, off: unknown];
}

const rivals: Rival[] = [
  {
    extension: 'llvm-vs-code-extensions.vscode-clangd',
    name: 'The clangd extension',
    setting: ['clangd', 'enable', false],
  },
  {
    extension: 'ms-vscode.cpptools',
    name: 'IntelliSense of the C/C++ extension',
    setting: ['C_Cpp', 'intelliSenseEngine', 'disabled'],
  },
];

function isActive({ extension, setting: [section, name, off] }: Rival): boolean {
  if (!vscode.extensions.getExtension(extension)) return false;
  const value = vscode.workspace.getConfiguration(section).get(name);
  return typeof value === 'string' ? value.toLowerCase() !== off : value !== off;
}

async function tell(rival: Rival): Promise<void> {
  const turnOff = 'Turn it off here';
  const ignore = 'Never say this again';
  const chosen = await vscode.window.showWarningMessage(
    `${rival.name} answers for C and C++ as well as Astrolabe: each completion and error appears twice.`,
    turnOff,
    ignore,
  );
  if (chosen === turnOff) {
    const [section, name, off] = rival.setting;
    const target = vscode.workspace.workspaceFolders
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration(section).update(name, off, target);
    const reload = await vscode.window.showInformationMessage(
      'It is off after the window is reloaded.',
      'Reload',
    );
    if (reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
  }
  if (chosen === ignore) {
    const target = vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration('astrolabe').update('detectExtensionConflicts', false, target);
  }
}

export function watchConflicts(): vscode.Disposable {
  const told = new Set<string>();
  const look = () => {
    if (!settings().detectExtensionConflicts) return;
    for (const rival of rivals) {
      if (told.has(rival.extension) || !isActive(rival)) continue;
      told.add(rival.extension);
      void tell(rival);
    }
  };
  look();
  return vscode.extensions.onDidChange(look);
}
