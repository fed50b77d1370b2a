// The server's state in the status bar: what it does, how far indexing is, how much memory it has. A click
// opens what one may want then.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import { isOurs, settings } from './environment.ts';
import type { MemoryTree } from './views/memory_view.ts';
import type { Server } from './server.ts';
import { describe } from './status_text.ts';

const memoryPeriod = 10_000; // milliseconds; while somebody looks

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('astrolabe', vscode.StatusBarAlignment.Left, 0);
  private readonly parts: vscode.Disposable[] = [this.item];

  constructor(private readonly server: Server) {
    this.item.name = 'Astrolabe';
    this.item.command = 'astrolabe.menu';
    const timer = setInterval(() => void this.measure(), memoryPeriod);
    this.parts.push(
      server.onStatus(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('astrolabe.statusBar')) void this.measure();
      }),
      { dispose: () => clearInterval(timer) },
    );
    this.show();
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.parts).dispose();
  }

  private async measure(): Promise<void> {
    if (!settings().statusBarMemory) {
      if (this.server.status.memory !== undefined) this.server.update({ memory: undefined });
      return;
    }
    if (!vscode.window.state.focused || !this.server.isRunning) return;
    const tree = await this.server.request<MemoryTree>('$/memoryUsage', undefined);
    if (tree && this.server.isRunning) this.server.update({ memory: tree._total });
  }

  private show(): void {
    const document = vscode.window.activeTextEditor?.document;
    const fileState = document && isOurs(document) ? this.server.fileState(document.uri) : undefined;
    const { text, tooltip, severity } = describe({ ...this.server.status, fileState });
    this.item.text = text;
    this.item.tooltip = new vscode.MarkdownString(tooltip);
    this.item.backgroundColor =
      severity === 'none' ? undefined : new vscode.ThemeColor(`statusBarItem.${severity}Background`);
  }
}
