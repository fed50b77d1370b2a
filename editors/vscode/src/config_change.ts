// compile_commands.json, compile_flags.txt and .clangd. Our server follows all of them while it runs; a
// restart brings nothing but the answer to a server that is another one, or to a database that comes to
// another folder. So `prompt` (clangd's default) asks only for what the server cannot follow: a setting of
// ours that became a flag.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import { settings, variables } from './environment.ts';
import { serverFlags } from './settings.ts';
import type { Server } from './server.ts';

export class ConfigChange implements vscode.Disposable {
  private readonly parts: vscode.Disposable[] = [];
  private started = this.startedWith();
  private asking = false;

  constructor(private readonly server: Server) {
    this.parts.push(
      server.onStart(() => {
        this.started = this.startedWith();
      }),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('astrolabe') || change.affectsConfiguration('clangd'))
          void this.settle();
      }),
    );
  }

  dispose(): void {
    vscode.Disposable.from(...this.parts).dispose();
  }

  private startedWith(): string {
    const { enable, path, fallbackFlags } = settings();
    return JSON.stringify([enable, path, fallbackFlags, serverFlags(settings(), variables())]);
  }

  private async settle(): Promise<void> {
    if (this.asking || this.startedWith() === this.started) return;
    const { enable, onConfigChanged } = settings();
    if (!enable) {
      this.started = this.startedWith();
      return this.server.stop();
    }
    if (!this.server.isRunning) {
      this.started = this.startedWith();
      return this.server.restart(); // what was wrong may be right now
    }
    if (onConfigChanged === 'ignore') return;
    if (onConfigChanged === 'prompt') {
      this.asking = true;
      const text = 'The settings of Astrolabe have changed. They count when its server is restarted.';
      const chosen = await vscode.window.showInformationMessage(text, 'Restart', 'Always', 'Never');
      this.asking = false;
      if (chosen === undefined) return;
      if (chosen !== 'Restart') {
        const value = chosen === 'Always' ? 'restart' : 'ignore';
        const target = vscode.ConfigurationTarget.Global;
        await vscode.workspace.getConfiguration('astrolabe').update('onConfigChanged', value, target);
      }
      if (chosen === 'Never') return;
    }
    await this.server.restart();
  }
}
