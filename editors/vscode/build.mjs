// Bundles the extension into out/extension.js; nothing but that file runs in the editor, and building it needs
// no network once `npm install` has run. The licences of what is bundled go into out/NOTICES.txt.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import fs from 'node:fs';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'out/extension.js',
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node18', // of the oldest editor that package.json allows
  format: 'cjs',
  external: ['vscode'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const inputs = Object.keys(metafile.inputs).map(
  input => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0],
);
const notices = [...new Set(inputs.filter(Boolean))].sort().map(folder => {
  const { name, version, license } = JSON.parse(fs.readFileSync(`${folder}/package.json`, 'utf8'));
  const file = fs.readdirSync(folder).find(each => /^(licen[cs]e|copying)/i.test(each));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${fs.readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
});
fs.writeFileSync('out/NOTICES.txt', notices.join('\n----\n\n'));
