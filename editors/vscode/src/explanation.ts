// Why answers about a file are exact, or by name only: the chain from the compile command to the index, in
// words, and what to do about the first link that is broken.
//
// "Lexical" is the server's word for what its scanner knows without a compiler: names and places, no
// meanings.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import type { CompileCommand } from './program.ts';

// A line of `astrolabe check FILE --json`.
export interface Step {
  step: string;
  ok: boolean;
  lines: string[];
}

export interface Facts {
  isRunning: boolean; // the server
  fileState?: string; // of the open file: "parsing includes", "idle"; absent: not open in the server
  isIndexing: boolean;
  command?: CompileCommand; // absent: `dump flags` has none
  steps: Step[]; // empty: `check` said nothing
  unitsIndexed?: number; // by the compiler; absent: no index of that kind
}

export interface Explanation {
  isExact: boolean;
  verdict: string; // a sentence
  reasons: string[];
  advice: string[];
}

export function readSteps(output: string): Step[] {
  const steps: Step[] = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    const step = JSON.parse(line) as Step;
    if (step.step && Array.isArray(step.lines)) steps.push(step);
  }
  return steps;
}

export function explain(facts: Facts): Explanation {
  const reasons: string[] = [];
  const advice: string[] = [];
  const parsed = facts.steps.find(each => each.step === 'parse');
  const broken = facts.steps.find(each => !each.ok);
  const errors = Number(/^(\d+) errors?$/m.exec(parsed?.lines.join('\n') ?? '')?.[1] ?? 0);

  if (!facts.isRunning) {
    reasons.push('The language server does not run, so nothing is answered at all.');
    advice.push('Restart it (Astrolabe: Restart the language server) and look at its log.');
  }
  if (!facts.command) {
    reasons.push('There is no compile command for this file.');
  } else if (facts.command.origin !== 'compilation database') {
    reasons.push(
      `No compilation database names this file. Its command is from ${facts.command.origin}: ` +
        `${facts.command.reason}.`,
    );
    advice.push(
      'If headers or macros are missing, build with CMAKE_EXPORT_COMPILE_COMMANDS=ON, or name the ' +
        'flags in a .clangd file (Astrolabe: Open project configuration).',
    );
  } else {
    reasons.push(`Its command is ${facts.command.reason}.`);
  }
  if (broken) {
    reasons.push(`The step "${broken.step}" fails: ${broken.lines.join('; ')}`);
    advice.push(
      'Answers about names that the compiler did not get to are by name only until that is mended.',
    );
  } else if (errors > 0) {
    reasons.push(
      `It is parsed with ${errors} ${errors === 1 ? 'error' : 'errors'}; what an error hides is ` +
        'answered by name only.',
    );
  } else if (parsed) {
    reasons.push('The compiler parses it without errors.');
  }
  const isParsing = facts.fileState !== undefined && facts.fileState !== 'idle';
  if (isParsing) {
    reasons.push(
      `It is being parsed just now (${facts.fileState}); until then its answers are from the text.`,
    );
    advice.push('Ask again in a moment.');
  }
  if (facts.isIndexing) {
    reasons.push('The index is being built: other files are known by name only until their turn has come.');
    advice.push('Ask again when the status bar shows no more progress.');
  } else if (!facts.unitsIndexed) {
    reasons.push(
      'The compiler has indexed no file of this workspace, so what is in other files is known by name only.',
    );
    advice.push('The index needs a compilation database, and the setting astrolabe.index.background.');
  } else {
    reasons.push(`The compiler has indexed ${facts.unitsIndexed} translation units of this workspace.`);
  }

  const isOwnExact = facts.isRunning && facts.command !== undefined && !broken && errors === 0 && !isParsing;
  const isAllExact = isOwnExact && !facts.isIndexing && Boolean(facts.unitsIndexed);
  const verdict = isAllExact
    ? 'Answers about this file are exact.'
    : isOwnExact
      ? 'Answers from this file are exact; those from other files are, in part, by name only.'
      : 'Answers about this file are, in part, by name only.';
  return { isExact: isAllExact, verdict, reasons, advice };
}

export function explanationText(file: string, explanation: Explanation): string {
  const list = (lines: string[]) => lines.map(line => `- ${line}`).join('\n');
  const parts = [file, '', explanation.verdict, '', 'Why', list(explanation.reasons)];
  if (explanation.advice.length) parts.push('', 'What helps', list(explanation.advice));
  return parts.join('\n') + '\n';
}
