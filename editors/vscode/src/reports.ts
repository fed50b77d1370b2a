// What the server knows of a file, in an editor of its own that is read only: its effective flags, and why its
// answers are as they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ask } from './environment.ts';
import { commandText, type CompileCommand } from './program.ts';
import type { Server } from './server.ts';

const scheme = 'astrolabe';
const noServer = 'The language server does not run, so nothing is answered at all. Its log says why.';

// What the server answers to astrolabe/explain.
interface Explanation {
  verdict: string;
  reasons: string[];
  advice: string[];
}

export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  // The compile command, where it is from, what the front end makes of it, and the .clangd keys that count.
  async showFlags(file: vscode.Uri): Promise<void> {
    const [command, config] = await Promise.all([
      this.server.ask<CompileCommand | null>('astrolabe/compileCommand', file),
      ask(this.extension, ['config', file.fsPath], file),
    ]);
    const parts = [
      'How this file is compiled',
      '',
      command ? commandText(command) : this.server.isRunning ? 'Nobody knows.' : noServer,
      '',
      '',
      'What its configuration says (astrolabe config)',
      '',
      config.output.trim() || config.problem.trim(),
      '',
    ];
    await this.show(`flags of ${path.basename(file.fsPath)}`, parts.join('\n'));
  }

  async showExplanation(file: vscode.Uri): Promise<void> {
    const told = await this.server.ask<Explanation>('astrolabe/explain', file);
    const list = (lines: string[]) => lines.map(line => `- ${line}`).join('\n');
    const parts = [file.fsPath, '', told?.verdict ?? noServer];
    if (told) parts.push('', 'Why', list(told.reasons));
    if (told?.advice.length) parts.push('', 'What helps', list(told.advice));
    await this.show(`why ${path.basename(file.fsPath)} is answered so`, parts.join('\n') + '\n');
  }

  async show(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: title });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  }
}
