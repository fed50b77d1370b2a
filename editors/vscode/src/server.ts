// The language server's life in this window: started, restarted, stopped, and what is asked of it in clangd's
// dialect.
//
// Each start makes a new client, since flags, program and settings may have changed. Whoever shows something
// of the server listens to `onStart`, which is called before its first message, and to `onStatus`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
  type ClientCapabilities,
  type LanguageClientOptions,
  type ServerCapabilities,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { languages, server as findProgram, settings, variables } from './environment.ts';
import { middleware } from './middleware.ts';
import { serverFlags } from './settings.ts';
import type { Status } from './status_text.ts';

// What clangd and we understand beside the protocol.
class ClangdExtensions implements StaticFeature {
  private readonly registered: Promise<string[]>;
  private taken = new Set<string>();

  constructor() {
    this.registered = Promise.resolve(vscode.commands.getCommands(true));
  }

  async prepare(): Promise<void> {
    this.taken = new Set(await this.registered);
  }

  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const text = (capabilities.textDocument ??= {}) as Record<string, any>;
    text.inactiveRegionsCapabilities = { inactiveRegions: true };
    (text.publishDiagnostics ??= {}).categorySupport = true;
    (text.completion ??= {}).editsNearCursor = true;
  }

  // The server takes commands by clangd's names as well; where clangd's extension is active these are its
  // own, and registering them again would keep the client from starting.
  preInitialize(capabilities: ServerCapabilities): void {
    const provider = capabilities.executeCommandProvider;
    if (provider) provider.commands = provider.commands.filter(name => !this.taken.has(name));
  }

  initialize(): void {}
  getState() {
    return { kind: 'static' as const };
  }
  clear(): void {}
}

export class Server implements vscode.Disposable {
  private client?: LanguageClient;
  private current: Status = { state: 'stopped' };
  private readonly states = new Map<string, string>(); // of files, by URI
  private readonly started = new vscode.EventEmitter<LanguageClient>();
  private readonly changed = new vscode.EventEmitter<Status>();
  private indexingToken?: string | number;
  private closures: number[] = []; // when the server died, in milliseconds

  readonly onStart = this.started.event;
  readonly onStatus = this.changed.event;
  readonly log = vscode.window.createOutputChannel('Astrolabe', { log: true });

  constructor(private readonly extension: vscode.ExtensionContext) {}

  get status(): Status {
    return this.current;
  }
  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }
  get active(): LanguageClient | undefined {
    return this.isRunning ? this.client : undefined;
  }

  fileState(uri: vscode.Uri): string | undefined {
    return this.client ? this.states.get(this.client.code2ProtocolConverter.asUri(uri)) : undefined;
  }

  update(change: Partial<Status>): void {
    this.current = { ...this.current, ...change };
    this.changed.fire(this.current);
  }

  async start(): Promise<void> {
    if (this.client) return;
    const found = findProgram(this.extension);
    if (found.program === undefined) {
      this.update({ state: 'failed', problem: found.problem });
      await this.tellWhatIsMissing(found.problem);
      return;
    }
    const flags = serverFlags(settings(), variables());
    this.log.info(`${found.program} lsp ${flags.join(' ')} (from ${found.from})`);
    this.update({ state: 'starting', problem: undefined, indexing: undefined, memory: undefined });
    const clangd = new ClangdExtensions();
    await clangd.prepare();
    if (this.client) return; // another call was faster
    const client = new LanguageClient(
      'astrolabe',
      'Astrolabe',
      { command: found.program, args: ['lsp', ...flags] },
      this.clientOptions(),
    );
    this.client = client;
    client.registerFeature(clangd);
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      if (newState === State.Running) this.update({ state: 'running', problem: undefined });
      if (newState === State.Starting) this.update({ state: 'starting' });
    });
    client.onNotification(
      'textDocument/clangd.fileStatus',
      ({ uri, state }: { uri: string; state: string }) => {
        this.states.set(uri, state);
        this.update({});
      },
    );
    this.started.fire(client);
    try {
      await client.start();
    } catch (error) {
      if (this.client !== client) return;
      this.client = undefined;
      const problem = `The server does not start: ${error instanceof Error ? error.message : error}`;
      this.update({ state: 'failed', problem });
      await this.offer('error', problem, {
        'Show log': () => this.log.show(),
        Restart: () => this.restart(),
      });
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.states.clear();
    this.update({ state: 'stopped', indexing: undefined, memory: undefined });
    if (client) await client.dispose().catch(error => this.log.warn(String(error)));
  }

  async restart(): Promise<void> {
    this.closures = [];
    await this.stop();
    await this.start();
  }

  // A method of the server's own; undefined if it does not run or fails, which is logged.
  async request<T>(method: string, params: unknown): Promise<T | undefined> {
    const client = this.active;
    if (!client) return undefined;
    try {
      // Without parameters the protocol has no member `params`.
      return params === undefined
        ? await client.sendRequest<T>(method)
        : await client.sendRequest<T>(method, params);
    } catch (error) {
      this.log.warn(`${method}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  // The same about a file, which need not be open.
  ask<T>(method: string, file: vscode.Uri): Promise<T | undefined> {
    const uri = this.active?.code2ProtocolConverter.asUri(file);
    return this.request<T>(method, { textDocument: { uri } });
  }

  async stopIndexing(): Promise<void> {
    if (this.indexingToken === undefined) return;
    await this.active?.sendNotification('window/workDoneProgress/cancel', { token: this.indexingToken });
  }

  dispose(): void {
    void this.stop();
    this.log.dispose();
    this.started.dispose();
    this.changed.dispose();
  }

  private clientOptions(): LanguageClientOptions {
    const { fallbackFlags } = settings();
    return {
      documentSelector: languages.map(language => ({ scheme: 'file', language })),
      outputChannel: this.log,
      initializationOptions: { clangdFileStatus: true, fallbackFlags },
      initializationFailedHandler: () => false,
      diagnosticCollectionName: 'astrolabe',
      middleware: {
        ...middleware(),
        // Indexing is shown in our own item of the status bar, with its rate.
        handleWorkDoneProgress: (token, params, next) => {
          if (params.kind === 'begin' && params.title === 'Indexing') this.indexingToken = token;
          if (token !== this.indexingToken) return next(token, params);
          const isOver = params.kind === 'end';
          if (isOver) this.indexingToken = undefined;
          this.update({
            indexing: isOver ? undefined : { message: params.message ?? '', percentage: params.percentage },
          });
        },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => this.closed(),
      },
    };
  }

  // The connection ended without having been asked to.
  private closed() {
    this.states.clear();
    const now = Date.now();
    this.closures = [...this.closures.filter(time => now - time < 180_000), now];
    if (settings().restartAfterCrash && this.closures.length < 5) {
      return {
        action: CloseAction.Restart,
        handled: true,
        message: 'The server ended and is started again.',
      };
    }
    const problem =
      this.closures.length < 5 ? 'The server ended.' : 'The server ended five times in three minutes.';
    this.client = undefined;
    this.update({ state: 'failed', problem, indexing: undefined, memory: undefined });
    void this.offer('error', problem, { 'Show log': () => this.log.show(), Restart: () => this.restart() });
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private async tellWhatIsMissing(problem: string): Promise<void> {
    await this.offer('error', `Astrolabe has no server. ${problem}`, {
      'Choose the program…': async () => {
        const chosen = await vscode.window.showOpenDialog({
          title: 'The program "astrolabe"',
          canSelectMany: false,
        });
        if (!chosen?.length) return;
        const target = vscode.ConfigurationTarget.Global;
        await vscode.workspace.getConfiguration('astrolabe').update('path', chosen[0].fsPath, target);
      },
      'How to install': () => vscode.commands.executeCommand('astrolabe.walkthrough'),
      'Open settings': () =>
        vscode.commands.executeCommand('workbench.action.openSettings', 'astrolabe.path'),
    });
  }

  private async offer(
    kind: 'error' | 'warning',
    text: string,
    actions: Record<string, () => unknown>,
  ): Promise<void> {
    const show = kind === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const chosen = await show(text, ...Object.keys(actions));
    if (chosen) await actions[chosen]();
  }
}
