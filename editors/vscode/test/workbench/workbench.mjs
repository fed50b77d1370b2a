// What the tests of workbench_test.mjs are written in: the real workbench, code-server in a headless
// Chromium, with one user who opens files, types, points and chooses commands.
//
// Runs under the Node that code-server wants (24). WORKBENCH names the folder in whose node_modules are
// code-server and playwright-core (`./x test-vscode` makes it); ASTROLABE the server, CHROMIUM the browser.
// Everything a workbench writes is in one temporary folder.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const modules = path.resolve(process.env.WORKBENCH ?? '.', 'node_modules');
const require = createRequire(path.join(modules, 'x'));
const { chromium } = require('playwright-core');

export const astrolabe = path.resolve(process.env.ASTROLABE ?? '/usr/bin/astrolabe');
const patience = 60_000 * Number(process.env.PATIENCE ?? 1); // milliseconds, for any one thing to happen

export const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

// Gives what `look` gives, once that is true; throws after a while, or several.
export async function wait(what, look, period = 50, whiles = 1) {
  const end = Date.now() + patience * whiles;
  for (let problem; ; await sleep(period)) {
    try {
      const value = await look();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end)
      throw new Error(`waited ${(patience * whiles) / 1000} s for ${what}${problem ? `: ${problem}` : ''}`);
  }
}

function freePort() {
  return new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Files by path, for a workspace.
export function writeFiles(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(
      path.join(folder, name),
      typeof text === 'string' ? text : JSON.stringify(text, null, 2),
    );
  }
}

// The language servers that a workbench has started: their command lines by process.
export function serversOf(workbench) {
  const found = new Map();
  for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      if (!fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${workbench.home}\0`)) continue;
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      if (words[0] === astrolabe && words[1] === 'lsp') found.set(Number(pid), words);
    } catch {
      /* gone */
    }
  }
  return found;
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'files.simpleDialog.enable': true,
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
  'git.enabled': false,
};

export class Workbench {
  // `settings` are the user's; `extensions` are .vsix files installed ahead.
  static async start({
    folder,
    settings = {},
    machine = {},
    extensions = [],
    environment = {},
    size = { width: 1280, height: 800 },
  }) {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'astrolabe-workbench-'));
    const workbench = new Workbench();
    Object.assign(workbench, { home, folder });
    workbench.write('data/User/settings.json', { ...quietSettings, ...settings });
    // What concerns the machine is read on that side alone.
    workbench.write('data/Machine/settings.json', { 'astrolabe.path': astrolabe, ...machine });
    workbench.write('config.yaml', '');
    workbench.environment = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: `${home}/config`,
      XDG_DATA_HOME: `${home}/share`,
      XDG_CACHE_HOME: `${home}/cache`,
      PATH: `${modules}/.bin:${process.env.PATH}`,
      ...environment,
    };
    for (const file of extensions) workbench.install(file);
    await workbench.open(size);
    return workbench;
  }

  write(name, text) {
    writeFiles(this.home, { [name]: text });
  }

  command(...rest) {
    return [
      path.join(modules, 'code-server/out/node/entry.js'),
      '--config',
      `${this.home}/config.yaml`,
      '--user-data-dir',
      `${this.home}/data`,
      '--extensions-dir',
      `${this.home}/extensions`,
      ...rest,
    ];
  }

  install(file) {
    childProcess.execFileSync(process.execPath, this.command('--install-extension', file), {
      env: this.environment,
      stdio: 'pipe',
    });
  }

  async open(size) {
    const port = await freePort();
    this.output = '';
    this.server = childProcess.spawn(
      process.execPath,
      this.command(
        '--auth',
        'none',
        '--bind-addr',
        `127.0.0.1:${port}`,
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-workspace-trust',
        '--disable-getting-started-override',
      ),
      { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    for (const stream of [this.server.stdout, this.server.stderr])
      stream.on('data', text => {
        this.output += text;
      });
    await wait('code-server', () => this.output.includes('HTTP server listening'));
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    this.page = await this.browser.newPage({ viewport: size });
    this.page.setDefaultTimeout(patience);
    await this.page.goto(`http://127.0.0.1:${port}/?folder=${this.folder}`, {
      waitUntil: 'domcontentloaded',
    });
    await this.page.waitForSelector('.monaco-workbench .part.editor');
  }

  async close() {
    await this.browser?.close();
    // The group: its extension host's children are the language server and its processes.
    if (this.server?.exitCode === null) {
      const ended = new Promise(resolve => this.server.on('exit', resolve));
      process.kill(-this.server.pid, 'SIGTERM');
      await Promise.race([ended, sleep(5000)]);
      try {
        process.kill(-this.server.pid, 'SIGKILL');
      } catch {
        /* gone */
      }
    }
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async screenshot(name) {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    fs.mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  // By its title in the palette. Of a workbench that has just been opened not all commands are there yet, and the
  // palette does not look again.
  async run(title) {
    const input = this.page.locator('.quick-input-widget input').first();
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await wait(`the command ${title}`, async () => {
      await this.press('F1');
      await input.waitFor({ state: 'visible' });
      await input.fill(`>${title}`);
      try {
        await row.waitFor({ state: 'visible', timeout: 5000 });
      } catch {
        await this.press('Escape');
        return false;
      }
      return true;
    });
    await this.press('Enter');
  }

  // A line and column from 1.
  async openFile(name, line = 1, column = 1) {
    await this.press('Control+P');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(`${path.join(this.folder, name)}:${line}:${column}`);
    const base = path.basename(name);
    await wait(`the file ${name} in the list`, async () =>
      (await this.texts('.quick-input-list .monaco-list-row.focused'))[0]?.trim().startsWith(base),
    );
    await this.press('Enter');
    await wait(`an editor with ${name}`, async () => (await this.tab()) === base);
    await wait('its cursor', async () => (await this.statusBar()).includes(`Ln ${line}, Col ${column}`));
  }

  async goTo(line, column) {
    await this.press('Control+G');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(`:${line}:${column}`);
    await this.press('Enter');
    await wait(`the cursor at ${line}:${column}`, async () =>
      (await this.statusBar()).includes(`Ln ${line}, Col ${column}`),
    );
  }

  async tab() {
    const tabs = this.page.locator('.part.editor .tab.active');
    return (await tabs.count()) ? ((await tabs.first().getAttribute('data-resource-name')) ?? '') : '';
  }

  // With ordinary blanks, as all texts here.
  async statusBar() {
    return (await this.page.locator('.part.statusbar').innerText())
      .replaceAll('\u00a0', ' ')
      .replace(/\s+/g, ' ');
  }

  async ourStatus() {
    const item = this.page.locator('#astrolabe\\.astrolabe\\.astrolabe');
    return (await item.count()) ? (await item.first().innerText()).replaceAll('\u00a0', ' ').trim() : '';
  }

  async editorText() {
    const editor = this.page.locator('.part.editor .monaco-editor .view-lines').first();
    return (await editor.innerText()).replaceAll('\u00a0', ' ');
  }

  async texts(selector) {
    return (await this.page.locator(selector).allInnerTexts()).map(text => text.replaceAll('\u00a0', ' '));
  }

  // What is shown about the place of the cursor, once `pattern` is in it.
  async hover(pattern) {
    return wait(`a hover with ${pattern}`, async () => {
      const shown = (await this.texts('.monaco-hover:not(.hidden) .monaco-hover-content')).join('\n');
      if (pattern.test(shown)) return shown;
      // Asked again where there was nothing: the file may not have been parsed yet.
      await this.press('Control+k', 'Control+i');
      await sleep(150);
      return undefined;
    });
  }

  // The same, looked at by the page itself: resolves to when it was there, in milliseconds since 1970. A question
  // that waits for its answer is not asked again.
  hoverAppears(pattern) {
    return this.page.evaluate(
      source =>
        new Promise(resolve => {
          const look = () => {
            const shown = [...document.querySelectorAll('.monaco-hover:not(.hidden) .monaco-hover-content')];
            if (shown.some(each => new RegExp(source, 's').test(each.innerText))) resolve(Date.now());
            else setTimeout(look, 10);
          };
          look();
        }),
      pattern.source,
    );
  }

  notifications() {
    return this.texts('.notifications-toasts .notification-list-item');
  }
}
