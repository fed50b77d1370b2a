// What the user's settings say, and the server's flags that follow from it.
//
// The settings that vscode-clangd has too bear its names: what is set as `astrolabe.NAME` counts, else what
// is set as `clangd.NAME`, else our default. So a user of clangd changes nothing but the extension. Which
// program is started is the exception: `clangd.path` is another server's.
//
// Nothing here knows the editor, so all of it is tested without one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What is written for one setting, as the editor's `inspect` tells; the last one that is there counts.
export interface Written {
  defaultValue?: unknown;
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

export type Inspect = (section: 'astrolabe' | 'clangd', name: string) => Written | undefined;

// How much of the machine indexing may take.
export type PerformanceMode = 'saving' | 'balanced' | 'full';

export type OnConfigChanged = 'prompt' | 'restart' | 'ignore';

export interface Settings {
  enable: boolean;
  path: string;
  arguments: string[];
  trace: string;
  fallbackFlags: string[];
  serverCompletionRanking: boolean;
  detectExtensionConflicts: boolean;
  restartAfterCrash: boolean;
  onConfigChanged: OnConfigChanged;
  inactiveRegionsOpacity: number;
  inactiveRegionsBackground: boolean;
  enableCodeCompletion: boolean;
  enableHover: boolean;
  performanceMode: PerformanceMode;
  ai: boolean;
  aiModel: string;
  backgroundIndex: boolean;
  indexDirectory: string;
  statusBarMemory: boolean;
}

// The settings that vscode-clangd has by the same name and meaning.
export const sharedWithClangd = new Set([
  'arguments',
  'trace',
  'fallbackFlags',
  'serverCompletionRanking',
  'detectExtensionConflicts',
  'restartAfterCrash',
  'onConfigChanged',
  'inactiveRegions.opacity',
  'inactiveRegions.useBackgroundHighlight',
  'enableCodeCompletion',
  'enableHover',
]);

function explicitly(written: Written | undefined): unknown {
  return written?.workspaceFolderValue ?? written?.workspaceValue ?? written?.globalValue;
}

// A value of another type than the default's counts as not written.
function read<T>(inspect: Inspect, name: string, fallback: T): T {
  const fits = (value: unknown): value is T =>
    typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback);
  const own = explicitly(inspect('astrolabe', name));
  if (fits(own)) return own;
  if (sharedWithClangd.has(name)) {
    const theirs = explicitly(inspect('clangd', name));
    if (fits(theirs)) return theirs;
  }
  return fallback;
}

function oneOf<T extends string>(value: string, allowed: readonly T[], fallback: T): T {
  return allowed.find(each => each === value) ?? fallback;
}

const strings = (values: unknown[]) => values.filter(value => typeof value === 'string');

export function readSettings(inspect: Inspect): Settings {
  return {
    enable: read(inspect, 'enable', true),
    path: read(inspect, 'path', ''),
    arguments: strings(read<unknown[]>(inspect, 'arguments', [])),
    trace: read(inspect, 'trace', ''),
    fallbackFlags: strings(read<unknown[]>(inspect, 'fallbackFlags', [])),
    serverCompletionRanking: read(inspect, 'serverCompletionRanking', true),
    detectExtensionConflicts: read(inspect, 'detectExtensionConflicts', true),
    restartAfterCrash: read(inspect, 'restartAfterCrash', true),
    onConfigChanged: oneOf(
      read(inspect, 'onConfigChanged', 'prompt'),
      ['prompt', 'restart', 'ignore'],
      'prompt',
    ),
    inactiveRegionsOpacity: Math.min(1, Math.max(0, read(inspect, 'inactiveRegions.opacity', 0.55))),
    inactiveRegionsBackground: read(inspect, 'inactiveRegions.useBackgroundHighlight', false),
    enableCodeCompletion: read(inspect, 'enableCodeCompletion', true),
    enableHover: read(inspect, 'enableHover', true),
    performanceMode: oneOf(
      read(inspect, 'performanceMode', 'balanced'),
      ['saving', 'balanced', 'full'],
      'balanced',
    ),
    ai: read(inspect, 'ai.enable', true),
    aiModel: read(inspect, 'ai.model', ''),
    backgroundIndex: read(inspect, 'index.background', true),
    indexDirectory: read(inspect, 'index.directory', ''),
    statusBarMemory: read(inspect, 'statusBar.memory', true),
  };
}

// What a variable in a setting may stand for.
export interface Variables {
  home: string;
  folders: string[]; // of the workspace
  environment: Record<string, string | undefined>;
  config: (name: string) => unknown; // another setting's value
}

// `~/…`, ${userHome}, ${workspaceFolder}, ${workspaceFolderBasename}, ${env:NAME}, ${config:NAME}; what has
// no value becomes nothing, what is no variable of these stays.
export function expand(text: string, variables: Variables): string {
  const folder = variables.folders[0] ?? '';
  const replaced = text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name === 'userHome') return variables.home;
    if (name === 'workspaceFolder' || name === 'workspaceRoot' || name === 'cwd') return folder;
    if (name === 'workspaceFolderBasename') return folder.slice(folder.lastIndexOf('/') + 1);
    if (name.startsWith('env:')) return variables.environment[name.slice('env:'.length)] ?? '';
    if (name.startsWith('config:')) {
      const value = variables.config(name.slice('config:'.length));
      return typeof value === 'string' ? value : '';
    }
    return whole;
  });
  return replaced === '~' || replaced.startsWith('~/') ? variables.home + replaced.slice(1) : replaced;
}

// What follows `astrolabe lsp`. The user's own arguments come last, where they win.
export function serverFlags(settings: Settings, variables: Variables): string[] {
  const flags: string[] = [];
  if (settings.performanceMode === 'saving') flags.push('-j=1', '--background-index-priority=background');
  if (settings.performanceMode === 'full') flags.push('--background-index-priority=normal');
  if (!settings.backgroundIndex) flags.push('--background-index=0');
  const indexFlag = indexDirectoryFlag(settings, variables);
  if (indexFlag) flags.push(indexFlag);
  if (!settings.ai) flags.push('--ai=0');
  if (settings.ai && settings.aiModel) flags.push(`--ai-model=${expand(settings.aiModel, variables)}`);
  if (settings.trace) flags.push(`--trace=${expand(settings.trace, variables)}`);
  return [...flags, ...settings.arguments.map(each => expand(each, variables))];
}

// One folder holds one workspace's index: where there are several, each keeps its own at the usual place.
export function indexDirectoryFlag(settings: Settings, variables: Variables): string | undefined {
  if (!settings.indexDirectory || variables.folders.length > 1) return undefined;
  return `--index-dir=${expand(settings.indexDirectory, variables)}`;
}
