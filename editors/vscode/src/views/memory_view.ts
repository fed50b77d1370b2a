// Who holds how much memory, as a tree; asked for anew with each look.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import type { Server } from '../server.ts';
import { bytes } from '../status_text.ts';

// $/memoryUsage: bytes without and with the children, which are the other members.
export interface MemoryTree {
  _self: number;
  _total: number;
  [child: string]: MemoryTree | number;
}

interface Node {
  name: string;
  tree: MemoryTree;
}

function childrenOf(tree: MemoryTree): Node[] {
  return Object.entries(tree)
    .flatMap(([name, value]) => (typeof value === 'object' ? [{ name, tree: value }] : []))
    .sort((a, b) => b.tree._total - a.tree._total);
}

export class MemoryView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = vscode.window.createTreeView('astrolabe.memory', { treeDataProvider: this });

  constructor(private readonly server: Server) {}

  async show(): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'astrolabe.memory.shown', true);
    this.changed.fire();
    await vscode.commands.executeCommand('astrolabe.memory.focus');
  }

  refresh(): void {
    this.changed.fire();
  }

  getTreeItem({ name, tree }: Node): vscode.TreeItem {
    const expand = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(
      name.replaceAll('_', ' '),
      childrenOf(tree).length ? expand.Expanded : expand.None,
    );
    item.description = bytes(tree._total);
    item.tooltip = `${tree._total.toLocaleString()} bytes, ${tree._self.toLocaleString()} of them its own`;
    return item;
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node) return childrenOf(node.tree);
    const tree = await this.server.request<MemoryTree>('$/memoryUsage', undefined);
    return tree ? [{ name: 'all processes', tree }] : [];
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}
