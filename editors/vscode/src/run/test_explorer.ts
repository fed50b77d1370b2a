// GoogleTest's tests in the editor's test explorer.
//
// The server knows them, all over the workspace; those of an open file are asked for again after each change.
// A run builds each file's program, gives it a filter and reads the report that it writes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import * as childProcess from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { folderOf, isOurs } from '../environment.ts';
import { filterOf, readReport, summarise, type DeclaredTest, type Outcome, type TestFile } from '../gtest.ts';
import type { Server } from '../server.ts';
import { debug } from './debugger.ts';
import { build, launchOf, type Launch } from './launch.ts';

const quiet = 700; // milliseconds after the last key

// The tests of one program that a run is to have.
interface Batch {
  launch: Launch;
  tests: vscode.TestItem[];
}

export class TestExplorer implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('astrolabe', 'GoogleTest');
  private readonly parts: vscode.Disposable[] = [this.controller];
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private indexing = false;

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly server: Server,
  ) {
    const { Run, Debug } = vscode.TestRunProfileKind;
    this.controller.createRunProfile('Run', Run, (request, token) => this.run(request, token), true);
    this.controller.createRunProfile('Debug', Debug, request => this.debug(request), true);
    this.controller.refreshHandler = () => this.discover();
    this.parts.push(
      server.onStatus(status => {
        const wasIndexing = this.indexing;
        this.indexing = status.indexing !== undefined;
        if (wasIndexing && !this.indexing) void this.discover();
      }),
      vscode.workspace.onDidOpenTextDocument(document => this.later(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.later(document)),
      vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(file => this.replace(file, []))),
    );
    setTimeout(() => void this.discover(), 3000); // the names of the workspace are indexed by then
    vscode.workspace.textDocuments.forEach(document => this.later(document));
  }

  dispose(): void {
    this.timers.forEach(clearTimeout);
    vscode.Disposable.from(...this.parts).dispose();
  }

  private async discover(): Promise<void> {
    const convert = this.server.active?.protocol2CodeConverter;
    if (!convert) return;
    const files = (await this.server.request<TestFile[]>('astrolabe/tests', {})) ?? [];
    const found = new Set(files.map(file => convert.asUri(file.uri).toString()));
    this.controller.items.forEach(item => found.has(item.id) || this.controller.items.delete(item.id));
    for (const { uri, tests } of files) this.replace(convert.asUri(uri), tests);
  }

  private later(document: vscode.TextDocument): void {
    if (!isOurs(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => void this.read(document), quiet),
    );
  }

  private async read(document: vscode.TextDocument): Promise<void> {
    const client = this.server.active;
    if (!client || document.isClosed) return;
    const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(document);
    const files = await this.server.request<TestFile[]>('astrolabe/tests', { textDocument });
    if (files) this.replace(document.uri, files[0]?.tests ?? []);
  }

  // file > suite > test
  private replace(file: vscode.Uri, tests: DeclaredTest[]): void {
    const id = file.toString();
    if (!tests.length) return this.controller.items.delete(id);
    const item =
      this.controller.items.get(id) ?? this.controller.createTestItem(id, path.basename(file.fsPath), file);
    item.description = folderOf(file);
    const suites = new Map<string, vscode.TestItem[]>();
    for (const test of tests) {
      const name = `${test.suite}.${test.name}`;
      const child =
        item.children.get(test.suite)?.children.get(name) ??
        this.controller.createTestItem(name, test.name, file);
      child.range = new vscode.Range(test.range.start.line, 0, test.range.start.line, 0);
      suites.set(test.suite, [...(suites.get(test.suite) ?? []), child]);
    }
    item.children.replace(
      [...suites].map(([name, children]) => {
        const suite = item.children.get(name) ?? this.controller.createTestItem(name, name, file);
        suite.children.replace(children);
        return suite;
      }),
    );
    this.controller.items.add(item);
  }

  // The tests themselves that a request means, by the file that declares them.
  private selected(request: vscode.TestRunRequest): Map<string, vscode.TestItem[]> {
    const excluded = new Set(request.exclude ?? []);
    const files = new Map<string, vscode.TestItem[]>();
    const visit = (item: vscode.TestItem) => {
      if (excluded.has(item)) return;
      if (item.children.size) return item.children.forEach(visit);
      const key = item.uri!.toString();
      files.set(key, [...(files.get(key) ?? []), item]);
    };
    if (request.include) request.include.forEach(visit);
    else this.controller.items.forEach(visit);
    return files;
  }

  // One entry for each program: several files may be linked into one.
  private async batches(request: vscode.TestRunRequest): Promise<Batch[]> {
    const batches = new Map<string, Batch>();
    for (const [file, tests] of this.selected(request)) {
      const launch = await launchOf(this.extension, this.server, vscode.Uri.parse(file));
      if (!launch) continue;
      const batch = batches.get(launch.program);
      if (batch) batch.tests.push(...tests);
      else batches.set(launch.program, { launch, tests });
    }
    return [...batches.values()];
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    try {
      for (const { launch, tests } of await this.batches(request)) {
        if (token.isCancellationRequested) break;
        await this.runBatch(run, launch, tests, token);
      }
    } finally {
      run.end();
    }
  }

  private async runBatch(
    run: vscode.TestRun,
    launch: Launch,
    tests: vscode.TestItem[],
    token: vscode.CancellationToken,
  ): Promise<void> {
    tests.forEach(test => run.enqueued(test));
    const fail = (text: string) => tests.forEach(test => run.errored(test, new vscode.TestMessage(text)));
    if (!(await build(launch))) return fail(`${launch.build} failed; its terminal says why.`);
    tests.forEach(test => run.started(test));
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'astrolabe-tests-'));
    try {
      const file = path.join(folder, 'report.json');
      const args = [
        `--gtest_filter=${filterOfAll(tests)}`,
        `--gtest_output=json:${file}`,
        '--gtest_color=yes',
      ];
      const code = await this.runProgram(run, launch, args, token);
      const report = await fs.readFile(file, 'utf8').catch(() => '');
      if (token.isCancellationRequested) return tests.forEach(test => run.skipped(test));
      // A program that crashed has written none.
      if (!report) return fail(`${path.basename(launch.program)} ended with ${code} and wrote no report.`);
      const outcomes = summarise(readReport(report, new Set(tests.map(test => test.id))));
      tests.forEach(test => show(run, test, outcomes.get(test.id)));
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  }

  // What it ended with: a number or a signal.
  private runProgram(
    run: vscode.TestRun,
    launch: Launch,
    args: string[],
    token: vscode.CancellationToken,
  ): Promise<string> {
    return new Promise(resolve => {
      const child = childProcess.spawn(launch.program, args, { cwd: launch.folder });
      const write = (text: Buffer) => run.appendOutput(text.toString().replace(/\r?\n/g, '\r\n'));
      child.stdout.on('data', write);
      child.stderr.on('data', write);
      child.on('error', error => resolve(error.message));
      child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
      token.onCancellationRequested(() => child.kill());
    });
  }

  private async debug(request: vscode.TestRunRequest): Promise<void> {
    const [batch] = await this.batches(request);
    if (batch)
      await debug(batch.launch, [`--gtest_filter=${filterOfAll(batch.tests)}`, '--gtest_break_on_failure']);
  }
}

// Whole suites by one pattern, so that a file of a thousand tests still fits into a command line.
function filterOfAll(tests: vscode.TestItem[]): string {
  const chosen = new Map<vscode.TestItem | undefined, vscode.TestItem[]>();
  for (const test of tests) chosen.set(test.parent, [...(chosen.get(test.parent) ?? []), test]);
  return [...chosen]
    .flatMap(([suite, members]) =>
      suite && suite.children.size === members.length
        ? [filterOf(suite.id, '*')]
        : members.map(test => filterOf(...(test.id.split('.') as [string, string]))),
    )
    .join(':');
}

function show(run: vscode.TestRun, test: vscode.TestItem, outcome: Outcome | undefined): void {
  if (!outcome)
    return run.errored(test, new vscode.TestMessage('The program has no test of this name; is it older?'));
  if (outcome.result === 'passed') return run.passed(test, outcome.milliseconds);
  if (outcome.result === 'skipped') return run.skipped(test);
  const messages = outcome.failures.map(failure => {
    const message = new vscode.TestMessage(failure.message);
    const file = failure.file ? vscode.Uri.file(failure.file) : test.uri!;
    const line = failure.line ?? test.range?.start.line ?? 0;
    message.location = new vscode.Location(file, new vscode.Position(line, 0));
    return message;
  });
  run.failed(test, messages, outcome.milliseconds);
}
