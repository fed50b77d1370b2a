// Bundles the extension into out/extension.js; nothing but that file runs in the editor, and building it
// needs no network once `npm install` has run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import { build } from 'esbuild';

await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'out/extension.js',
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node18', // of the oldest editor that package.json allows
  format: 'cjs',
  external: ['vscode'],
  legalComments: 'eof',
  logLevel: 'warning',
});
