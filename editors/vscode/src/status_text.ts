// What the status bar says of the server, in words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

export type ServerState = 'starting' | 'running' | 'stopped' | 'failed';

export interface Status {
  state: ServerState;
  problem?: string; // why it failed
  fileState?: string; // of the file in the active editor, as the server calls it: "parsing includes", "idle"
  indexing?: { message: string; percentage?: number };
  memory?: number; // bytes, all processes together
}

export interface StatusText {
  text: string; // with icons as the editor writes them
  tooltip: string;
  severity: 'none' | 'warning' | 'error';
}

export function bytes(count: number): string {
  if (count < 1e6) return `${Math.ceil(count / 1e3)} kB`;
  if (count < 1e9) return `${Math.round(count / 1e6)} MB`;
  return `${(count / 1e9).toFixed(1)} GB`;
}

// "120/3000 units, 4.5/s" becomes "4 %, 4.5/s": the bar has little room. What is no such message stays.
export function shortProgress(message: string, percentage: number | undefined): string {
  const counted = /^\d+\/\d+ units, (.+)$/.exec(message);
  if (!counted) return message;
  return percentage === undefined ? counted[1] : `${percentage} %, ${counted[1]}`;
}

export function describe(status: Status): StatusText {
  if (status.state === 'starting') {
    return { text: '$(loading~spin) Astrolabe', tooltip: 'The server is starting.', severity: 'none' };
  }
  if (status.state === 'stopped') {
    return { text: '$(circle-slash) Astrolabe', tooltip: 'The server is stopped.', severity: 'warning' };
  }
  if (status.state === 'failed') {
    const problem = status.problem ?? 'The server does not run.';
    return { text: '$(error) Astrolabe', tooltip: problem, severity: 'error' };
  }
  const lines = ['The server is running.'];
  let text = '$(check) Astrolabe';
  const isBusy = status.fileState !== undefined && status.fileState !== 'idle';
  if (status.indexing) {
    text =
      `$(sync~spin) Indexing ${shortProgress(status.indexing.message, status.indexing.percentage)}`.trimEnd();
    lines.push(`Indexing: ${status.indexing.message}`);
  } else if (isBusy) {
    text = `$(loading~spin) ${status.fileState}`;
  }
  if (isBusy) lines.push(`This file: ${status.fileState}`);
  if (status.memory !== undefined) {
    text += ` ${bytes(status.memory)}`;
    lines.push(`Memory of all its processes: ${bytes(status.memory)}`);
  }
  lines.push('Click for the log, a restart and more.');
  return { text, tooltip: lines.join('\n\n'), severity: 'none' };
}
