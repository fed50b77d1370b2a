// The compiler's syntax tree of what is selected, or of the whole file. Choosing a node selects its text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import type { Range } from 'vscode-languageclient/node';
import type { Server } from '../server.ts';

interface AstNode {
  role: string; // "expression"
  kind: string; // "Call"
  detail?: string;
  arcana?: string; // a line of Clang's dump
  range?: Range;
  children?: AstNode[];
}

export class AstView implements vscode.TreeDataProvider<AstNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView<AstNode>('astrolabe.ast', { treeDataProvider: this });
  private root?: AstNode;
  private document?: vscode.Uri;

  constructor(private readonly server: Server) {}

  // Of the selection; of the whole file where nothing is selected.
  async show(editor: vscode.TextEditor): Promise<void> {
    const client = this.server.active;
    if (!client) return;
    const { document, selection } = editor;
    const range = selection.isEmpty ? undefined : client.code2ProtocolConverter.asRange(selection);
    const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(document);
    const root = await this.server.request<AstNode | null>('textDocument/ast', { textDocument, range });
    if (!root) {
      void vscode.window.showInformationMessage('Astrolabe: the compiler has no syntax node there (yet).');
      return;
    }
    this.root = root;
    this.document = document.uri;
    await vscode.commands.executeCommand('setContext', 'astrolabe.ast.shown', true);
    this.changed.fire();
    await this.view.reveal(root, { expand: 2, focus: true });
  }

  async close(): Promise<void> {
    this.root = undefined;
    this.changed.fire();
    await vscode.commands.executeCommand('setContext', 'astrolabe.ast.shown', false);
  }

  async select(range: Range): Promise<void> {
    const client = this.server.active;
    if (!client || !this.document) return;
    const selection = client.protocol2CodeConverter.asRange(range);
    await vscode.window.showTextDocument(this.document, { selection, preserveFocus: true });
  }

  getTreeItem(node: AstNode): vscode.TreeItem {
    const states = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(node.kind, node.children?.length ? states.Collapsed : states.None);
    item.description = [node.detail, node.role === 'expression' ? '' : node.role].filter(Boolean).join(' · ');
    item.tooltip = node.arcana;
    if (node.range)
      item.command = { title: 'Select', command: 'astrolabe.ast.select', arguments: [node.range] };
    return item;
  }

  getChildren(node?: AstNode): AstNode[] {
    return node ? (node.children ?? []) : this.root ? [this.root] : [];
  }

  getParent(node: AstNode): AstNode | undefined {
    return this.root && parentOf(node, this.root);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}

function parentOf(node: AstNode, below: AstNode): AstNode | undefined {
  for (const child of below.children ?? []) {
    const found = child === node ? below : parentOf(node, child);
    if (found) return found;
  }
  return undefined;
}
