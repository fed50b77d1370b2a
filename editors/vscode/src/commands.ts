// The commands of the palette.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Location, Position, Range } from 'vscode-languageclient/node';
import { isOurs } from './environment.ts';
import type { Runnable } from './gtest.ts';
import type { Reports } from './reports.ts';
import { debug } from './run/debugger.ts';
import { launchOf, runInTerminal } from './run/launch.ts';
import { filterOf } from './gtest.ts';
import type { Server } from './server.ts';
import type { AstView } from './views/ast_view.ts';
import type { IncludeView } from './views/include_view.ts';
import type { MemoryView } from './views/memory_view.ts';

export interface Parts {
  extension: vscode.ExtensionContext;
  server: Server;
  ast: AstView;
  includes: IncludeView;
  memory: MemoryView;
  reports: Reports;
}

interface SymbolDetails {
  name: string;
  containerName: string;
  usr: string;
  id: string;
  declarationRange?: Location;
  definitionRange?: Location;
}

function say(text: string): void {
  void vscode.window.showInformationMessage(`Astrolabe: ${text}`);
}

// The active editor, if it has a file of ours; else the user is told.
function activeEditor(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor && isOurs(editor.document)) return editor;
  say('open a C or C++ file first.');
  return undefined;
}

async function switchSourceHeader({ server }: Parts): Promise<void> {
  const editor = activeEditor();
  if (!editor || !server.active) return;
  const uri = server.active.code2ProtocolConverter.asUri(editor.document.uri);
  const other = await server.request<string>('textDocument/switchSourceHeader', { uri });
  if (!other) return say('there is no other side of this file.');
  await vscode.window.showTextDocument(vscode.Uri.parse(other));
}

async function symbolInfo({ server }: Parts): Promise<void> {
  const editor = activeEditor();
  const client = server.active;
  if (!editor || !client) return;
  const params = client.code2ProtocolConverter.asTextDocumentPositionParams(
    editor.document,
    editor.selection.active,
  );
  const symbols = await server.request<SymbolDetails[]>('textDocument/symbolInfo', params);
  if (!symbols?.length) return say('there is no symbol at the cursor, or the file is still being parsed.');
  const items = symbols.flatMap(symbol => [
    {
      label: `$(symbol-misc) ${symbol.containerName ?? ''}${symbol.name}`,
      description: symbol.usr,
      detail: `id ${symbol.id}`,
      copy: symbol.usr,
    },
    ...(
      [
        ['declaration', symbol.declarationRange],
        ['definition', symbol.definitionRange],
      ] as const
    ).flatMap(([what, place]) =>
      place ? [placeItem(what, client.protocol2CodeConverter.asLocation(place))] : [],
    ),
  ]);
  const chosen = await vscode.window.showQuickPick<
    vscode.QuickPickItem & { copy?: string; place?: vscode.Location }
  >(items, { title: 'The symbol at the cursor; choosing copies its USR or goes there' });
  if (chosen?.place)
    await vscode.window.showTextDocument(chosen.place.uri, { selection: chosen.place.range });
  if (chosen?.copy) await vscode.env.clipboard.writeText(chosen.copy);
}

function placeItem(what: string, place: vscode.Location) {
  const line = place.range.start.line + 1;
  return {
    label: `$(go-to-file) ${what}`,
    description: `${vscode.workspace.asRelativePath(place.uri)}:${line}`,
    place,
  };
}

// clangd's file, which the server reads too.
function userConfiguration(): string {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library/Preferences/clangd/config.yaml');
  return path.join(process.env.XDG_CONFIG_HOME || path.join(os.homedir(), '.config'), 'clangd/config.yaml');
}

async function openOrMake(file: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, '', { flag: 'a' });
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}

async function openProjectConfiguration(): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const folder =
    (active && vscode.workspace.getWorkspaceFolder(active)) ?? vscode.workspace.workspaceFolders?.[0];
  if (!folder) return say('open a folder first.');
  await openOrMake(path.join(folder.uri.fsPath, '.clangd'));
}

// The server keeps its index up to date by itself; this is for an index that is thought to be wrong.
async function reindex({ server }: Parts): Promise<void> {
  const again = 'Look for changes',
    anew = 'Throw the index away';
  const items = [
    { label: again, detail: 'Compares every file of this workspace with the index.' },
    { label: anew, detail: 'Deletes the index of this workspace and builds it anew.' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: 'Re-index this workspace' });
  if (!chosen) return;
  if (!server.isRunning) await server.start();
  const answer = await server.request('astrolabe/reindex', { anew: chosen.label === anew });
  if (answer === undefined) say('the index could not be thrown away; the log says why.');
}

async function showReferences(
  { server }: Parts,
  uri: string,
  at: Position,
  places: Location[],
): Promise<void> {
  const convert = server.active?.protocol2CodeConverter;
  if (!convert) return;
  await vscode.commands.executeCommand(
    'editor.action.showReferences',
    convert.asUri(uri),
    convert.asPosition(at),
    places.map(place => convert.asLocation(place)),
  );
}

async function launch(
  { extension, server }: Parts,
  what: Runnable | undefined,
  isDebug: boolean,
): Promise<void> {
  const uri = what ? server.active?.protocol2CodeConverter.asUri(what.uri) : activeEditor()?.document.uri;
  const found = uri && (await launchOf(extension, server, uri));
  if (!found) return;
  const [suite, name] = what?.filter?.split('.') ?? [];
  const args = suite && name ? [`--gtest_filter=${filterOf(suite, name)}`] : [];
  if (isDebug) await debug(found, suite ? [...args, '--gtest_break_on_failure'] : args);
  else await runInTerminal(found, args);
}

async function menu({ server }: Parts): Promise<void> {
  const items: (vscode.QuickPickItem & { command?: string; args?: unknown[] })[] = [
    { label: '$(output) Show log', command: 'astrolabe.showLog' },
    { label: '$(debug-restart) Restart the server', command: 'astrolabe.restart' },
    server.isRunning ? { label: '$(debug-stop) Stop the server', command: 'astrolabe.stop' } : undefined!,
    server.status.indexing
      ? { label: '$(stop-circle) Stop indexing', command: 'astrolabe.stopIndexing' }
      : undefined!,
    { label: '$(sync) Re-index…', command: 'astrolabe.reindex' },
    { label: '$(pulse) Memory', command: 'astrolabe.memoryUsage' },
    { label: '$(question) Why is this answer lexical?', command: 'astrolabe.explain' },
    { label: '$(list-flat) Effective flags of this file', command: 'astrolabe.showFlags' },
    {
      label: '$(gear) Settings',
      command: 'workbench.action.openSettings',
      args: ['@ext:astrolabe.astrolabe'],
    },
  ].filter(Boolean);
  const chosen = await vscode.window.showQuickPick(items, { title: 'Astrolabe' });
  if (chosen?.command) await vscode.commands.executeCommand(chosen.command, ...(chosen.args ?? []));
}

export function registerCommands(parts: Parts): vscode.Disposable {
  const { server, ast, includes, memory, reports } = parts;
  const onEditor = (work: (editor: vscode.TextEditor) => unknown) => () => {
    const editor = activeEditor();
    return editor && work(editor);
  };
  const delegate = (command: string) => () => vscode.commands.executeCommand(command);
  const commands: Record<string, (...args: any[]) => unknown> = {
    // The server.
    menu: () => menu(parts),
    showLog: () => server.log.show(),
    restart: () => server.restart(),
    stop: () => server.stop(),
    stopIndexing: () => server.stopIndexing(),
    reindex: () => reindex(parts),
    walkthrough: () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', 'astrolabe.astrolabe#start'),
    // What there is to know.
    switchSourceHeader: () => switchSourceHeader(parts),
    symbolInfo: () => symbolInfo(parts),
    showAst: onEditor(editor => ast.show(editor)),
    'ast.close': () => ast.close(),
    'ast.select': (range: Range) => ast.select(range),
    typeHierarchy: delegate('editor.showTypeHierarchy'),
    memoryUsage: () => memory.show(),
    'memory.refresh': () => memory.refresh(),
    'memory.close': () => vscode.commands.executeCommand('setContext', 'astrolabe.memory.shown', false),
    showIncludes: onEditor(editor => includes.show(editor.document.uri)),
    'includes.close': () => includes.close(),
    showFlags: onEditor(editor => reports.showFlags(editor.document.uri)),
    explain: onEditor(editor => reports.showExplanation(editor.document.uri)),
    openUserConfiguration: () => openOrMake(userConfiguration()),
    openProjectConfiguration,
    // Ghost text.
    'inlineCompletion.trigger': delegate('editor.action.inlineSuggest.trigger'),
    'inlineCompletion.accept': delegate('editor.action.inlineSuggest.commit'),
    'inlineCompletion.acceptWord': delegate('editor.action.inlineSuggest.acceptNextWord'),
    'inlineCompletion.next': delegate('editor.action.inlineSuggest.showNext'),
    // What the server's code lenses name.
    showReferences: (uri, at, places) => showReferences(parts, uri, at, places),
    run: (what?: Runnable) => launch(parts, what, false),
    debug: (what?: Runnable) => launch(parts, what, true),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, work]) =>
      vscode.commands.registerCommand(`astrolabe.${name}`, work),
    ),
  );
}
