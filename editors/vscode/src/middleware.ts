// What changes between the editor's questions and the server's answers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { settings } from './environment.ts';

// The editor sorts completions by how well they match what is typed before it looks at `sortText`. An item
// that starts with what is typed matches as well as any other, so what is left to sort by is the server's
// order; asking again for each key keeps that true, and leaves out what no longer matches.
function keepServerOrder(
  items: vscode.CompletionItem[],
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.CompletionList {
  for (const item of items) {
    const range = item.range instanceof vscode.Range ? item.range : item.range?.inserting;
    const typed = range ? document.getText(range.with({ end: position })) : '';
    const name = item.filterText ?? (typeof item.label === 'string' ? item.label : item.label.label);
    if (typed) item.filterText = `${typed}_${name}`;
    // A call whose arguments are to be filled in: show what they are.
    const inserted =
      item.insertText instanceof vscode.SnippetString ? item.insertText.value : item.insertText;
    if (!item.command && inserted && /\(\$\{?\d/.test(inserted)) {
      item.command = { title: 'Parameters', command: 'editor.action.triggerParameterHints' };
    }
  }
  return new vscode.CompletionList(items, true);
}

export function middleware(): Middleware {
  return {
    async provideCompletionItem(document, position, context, token, next) {
      const { enableCodeCompletion, serverCompletionRanking } = settings();
      if (!enableCodeCompletion) return new vscode.CompletionList([], false);
      const answer = await next(document, position, context, token);
      if (!answer || !serverCompletionRanking) return answer;
      return keepServerOrder(Array.isArray(answer) ? answer : answer.items, document, position);
    },

    async provideHover(document, position, token, next) {
      return settings().enableHover ? next(document, position, token) : undefined;
    },

    // The editor drops symbols whose own name does not match what is typed, so a qualified question needs
    // qualified answers.
    async provideWorkspaceSymbols(query, token, next) {
      const symbols = await next(query, token);
      if (!query.includes('::')) return symbols;
      for (const symbol of symbols ?? []) {
        if (!symbol.containerName) continue;
        symbol.name = `${symbol.containerName.replace(/::$/, '')}::${symbol.name}`;
        symbol.containerName = '';
      }
      return symbols;
    },

    async provideInlineCompletionItems(document, position, context, token, next) {
      return settings().ai ? next(document, position, context, token) : undefined;
    },
  };
}
