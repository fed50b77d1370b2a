// What a file includes and who includes it, one step at a time in either direction. The index knows
// (`astrolabe query includes` and `included-by`), for all files of the workspace; what is outside of it is
// left out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ask, folderOf } from '../environment.ts';

type Direction = 'includes' | 'included-by';

interface Node {
  uri: vscode.Uri;
  direction?: Direction; // absent: the file itself, above both
  isHeading?: boolean; // its children are in `direction`
  line?: number; // of the #include, from 0
  includer?: vscode.Uri;
}

// A line of the answer, as far as it matters.
interface Edge {
  file: string;
  line?: number;
  resolved?: string;
}

export class IncludeView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<Node>('astrolabe.includes', {
    treeDataProvider: this,
  });
  private file?: vscode.Uri;

  constructor(private readonly extension: vscode.ExtensionContext) {}

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
      return (['includes', 'included-by'] as const).map(direction => ({
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
    const root = vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath;
    if (!root) return [];
    const answer = await ask(this.extension, ['query', direction, file.fsPath, '--json'], file, [
      'index-dir',
    ]);
    if (answer.code !== 0 && answer.code !== 1) {
      this.view.message = answer.problem.trim() || 'The index has no answer yet.';
      return [];
    }
    this.view.message = undefined;
    const nodes = new Map<string, Node>();
    for (const text of answer.output.split('\n').filter(Boolean)) {
      const edge = JSON.parse(text) as Edge;
      const other = direction === 'includes' ? edge.resolved : edge.file;
      if (!other || !edge.line) continue;
      const uri = vscode.Uri.file(path.resolve(root, other));
      const includer = vscode.Uri.file(path.resolve(root, edge.file));
      nodes.set(uri.fsPath, { uri, direction, line: edge.line - 1, includer });
    }
    return [...nodes.values()].sort((a, b) => a.line! - b.line! || a.uri.fsPath.localeCompare(b.uri.fsPath));
  }
}
