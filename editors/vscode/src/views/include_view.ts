// What a file includes and who includes it, one step at a time in either direction, as the server knows. What
// it could not find is left out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Location } from 'vscode-languageclient/node';
import { folderOf } from '../environment.ts';
import type { Server } from '../server.ts';

type Direction = 'includes' | 'includedBy';

interface Node {
  uri: vscode.Uri;
  direction?: Direction; // absent: the file itself, above both
  isHeading?: boolean; // its children are in `direction`
  line?: number; // of the #include, from 0
  includer?: vscode.Uri;
}

// An #include directive of the answer, as far as it matters.
interface Edge {
  directive: Location;
  other?: string; // the URI of the file at its other end
}

export class IncludeView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<Node>('astrolabe.includes', {
    treeDataProvider: this,
  });
  private file?: vscode.Uri;

  constructor(private readonly server: Server) {}

  async show(file: vscode.Uri): Promise<void> {
    this.file = file;
    this.view.description = path.basename(file.fsPath);
    await vscode.commands.executeCommand('setContext', 'astrolabe.includes.shown', true);
    this.changed.fire();
    await vscode.commands.executeCommand('astrolabe.includes.focus');
  }

  async close(): Promise<void> {
    this.file = undefined;
    await vscode.commands.executeCommand('setContext', 'astrolabe.includes.shown', false);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const states = vscode.TreeItemCollapsibleState;
    if (node.isHeading) {
      const title = node.direction === 'includes' ? 'Includes' : 'Included by';
      return new vscode.TreeItem(title, states.Expanded);
    }
    const item = new vscode.TreeItem(node.uri, states.Collapsed);
    item.description = folderOf(node.uri);
    item.iconPath = vscode.ThemeIcon.File;
    // Where the line is that says so.
    const at = new vscode.Position(node.line ?? 0, 0);
    item.command = {
      title: 'Open',
      command: 'vscode.open',
      arguments: [node.includer ?? node.uri, { selection: new vscode.Range(at, at), preserveFocus: true }],
    };
    return item;
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!this.file) return [];
    if (!node) {
      return (['includes', 'includedBy'] as const).map(direction => ({
        uri: this.file!,
        direction,
        isHeading: true,
      }));
    }
    return this.neighbours(node.uri, node.direction!);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private async neighbours(file: vscode.Uri, direction: Direction): Promise<Node[]> {
    const edges = await this.server.ask<Edge[]>(`astrolabe/${direction}`, file);
    const convert = this.server.active?.protocol2CodeConverter;
    this.view.message = edges ? undefined : 'The server has no answer yet.';
    if (!edges || !convert) return [];
    const nodes = new Map<string, Node>();
    for (const { directive, other } of edges) {
      if (!other) continue;
      const uri = convert.asUri(other);
      const includer = convert.asUri(directive.uri);
      nodes.set(uri.fsPath, { uri, direction, line: directive.range.start.line, includer });
    }
    return [...nodes.values()].sort((a, b) => a.line! - b.line! || a.uri.fsPath.localeCompare(b.uri.fsPath));
  }
}
