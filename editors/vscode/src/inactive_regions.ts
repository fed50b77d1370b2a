// Code that the preprocessor leaves out is shown faint, or on a background of its own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import type { Range } from 'vscode-languageclient/node';
import { settings } from './environment.ts';
import type { Server } from './server.ts';

interface InactiveRegions {
  textDocument: { uri: string };
  regions: Range[];
}

export class InactiveRegionsView implements vscode.Disposable {
  private decoration = this.makeDecoration();
  private readonly regions = new Map<string, vscode.Range[]>(); // by URI
  private readonly parts: vscode.Disposable[] = [];

  constructor(server: Server) {
    this.parts.push(
      server.onStart(client => {
        this.regions.clear();
        client.onNotification(
          'textDocument/inactiveRegions',
          ({ textDocument, regions }: InactiveRegions) => {
            const uri = client.protocol2CodeConverter.asUri(textDocument.uri).toString();
            this.regions.set(
              uri,
              regions.map(region => client.protocol2CodeConverter.asRange(region)),
            );
            this.show();
          },
        );
      }),
      server.onStatus(status => {
        if (status.state !== 'stopped' && status.state !== 'failed') return;
        this.regions.clear();
        this.show();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.show()),
      vscode.workspace.onDidCloseTextDocument(document => this.regions.delete(document.uri.toString())),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (!['astrolabe', 'clangd'].some(each => change.affectsConfiguration(`${each}.inactiveRegions`)))
          return;
        this.decoration.dispose();
        this.decoration = this.makeDecoration();
        this.show();
      }),
    );
  }

  dispose(): void {
    this.decoration.dispose();
    vscode.Disposable.from(...this.parts).dispose();
  }

  private makeDecoration(): vscode.TextEditorDecorationType {
    const { inactiveRegionsBackground, inactiveRegionsOpacity } = settings();
    return vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      ...(inactiveRegionsBackground
        ? { backgroundColor: new vscode.ThemeColor('astrolabe.inactiveRegions.background') }
        : { opacity: String(inactiveRegionsOpacity) }),
    });
  }

  private show(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      editor.setDecorations(this.decoration, this.regions.get(editor.document.uri.toString()) ?? []);
    }
  }
}
