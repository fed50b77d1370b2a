// Astrolabe in the editor. Starting is a list of parts, each of which listens to what it shows; the server
// comes last, when all of them do.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { ConfigChange } from './config_change.ts';
import { watchConflicts } from './conflicts.ts';
import { settings } from './environment.ts';
import { InactiveRegionsView } from './inactive_regions.ts';
import { Reports } from './reports.ts';
import { registerDebugger } from './run/debugger.ts';
import { TestExplorer } from './run/test_explorer.ts';
import { Server } from './server.ts';
import { StatusBar } from './status_bar.ts';
import { AstView } from './views/ast_view.ts';
import { IncludeView } from './views/include_view.ts';
import { MemoryView } from './views/memory_view.ts';

let server: Server | undefined;

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  server = new Server(extension);
  const ast = new AstView(server);
  const includes = new IncludeView(server);
  const memory = new MemoryView(server);
  const reports = new Reports(extension, server);
  extension.subscriptions.push(
    server,
    ast,
    includes,
    memory,
    reports,
    new StatusBar(server),
    new InactiveRegionsView(server),
    new ConfigChange(server),
    new TestExplorer(extension, server),
    registerDebugger(),
    registerCommands({ extension, server, ast, includes, memory, reports }),
  );
  if (!settings().enable) return;
  extension.subscriptions.push(watchConflicts());
  await server.start();
}

// The editor waits for this, so that no process of the server outlives it.
export async function deactivate(): Promise<void> {
  await server?.stop();
}
