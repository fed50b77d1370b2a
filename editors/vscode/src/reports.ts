// What the command line knows of a file, in an editor of its own that is read only: its effective flags, and
// why its answers are as they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ask } from './environment.ts';
import { explain, explanationText, readSteps } from './explanation.ts';
import { readFlags } from './program.ts';
import type { Server } from './server.ts';

const scheme = 'astrolabe';
const shared = ['compile-commands-dir', 'index-dir', 'enable-config'];

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
    const [flags, config] = await Promise.all([
      ask(this.extension, ['dump', 'flags', file.fsPath], file, shared),
      ask(this.extension, ['config', file.fsPath], file, []),
    ]);
    const parts = [
      'How this file is compiled (astrolabe dump flags)',
      '',
      flags.output.trim() || flags.problem.trim(),
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
    const options = {
      location: vscode.ProgressLocation.Notification,
      cancellable: true,
      title: `Astrolabe: following ${path.basename(file.fsPath)} from its command to the index`,
    };
    const text = await vscode.window.withProgress(options, async (_, token) => {
      const [flags, check, stats] = await Promise.all([
        ask(this.extension, ['dump', 'flags', file.fsPath], file, shared, token),
        ask(this.extension, ['check', file.fsPath, '--json'], file, shared, token),
        ask(this.extension, ['stats', '--json'], file, ['index-dir'], token),
      ]);
      if (token.isCancellationRequested) return undefined;
      const unitsIndexed = stats.code === 0 ? JSON.parse(stats.output).semantic?.units : undefined;
      return explanationText(
        file.fsPath,
        explain({
          isRunning: this.server.isRunning,
          fileState: this.server.fileState(file),
          isIndexing: this.server.status.indexing !== undefined,
          command: readFlags(flags.output),
          steps: readSteps(check.output),
          unitsIndexed,
        }),
      );
    });
    if (text !== undefined) await this.show(`why ${path.basename(file.fsPath)} is answered so`, text);
  }

  async show(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: title });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  }
}
