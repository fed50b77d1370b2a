// Astrolabe in the real workbench: what a user of the extension does and sees.
//
//   WORKBENCH=… ASTROLABE=… [MODEL=…] [SCREENSHOTS=…] [PATIENCE=3] node --test workbench_test.mjs
//
// PATIENCE times a minute is waited for any one thing: a busy machine needs more of it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { astrolabe, serversOf, sleep, wait, Workbench, writeFiles } from './workbench.mjs';

const extension = fileURLToPath(new URL('../../out/astrolabe.vsix', import.meta.url));
const model =
  process.env.MODEL ??
  fileURLToPath(new URL('../../../../analysis/ai/model/astrolabe-fim.gguf', import.meta.url));

const files = {
  'shop.h': `#pragma once
#include <vector>

/// Something that can be sold.
struct Article {
  const char* name;
  int price = 0;
  /// What so many cost.
  int Total(int count) const { return price * count; }
};

struct Book : Article {
  int pages = 0;
};

int Cheapest(const std::vector<Article>& articles);
`,
  'shop.cc': `#include "shop.h"

int Cheapest(const std::vector<Article>& articles) {
  int best = 1 << 30;
  for (const Article& article : articles) {
    if (article.Total(1) < best) best = article.Total(1);
  }
  return best;
}

#ifdef NOT_DEFINED
int Dearest(const std::vector<Article>& articles) { return 0; }
#endif

int Sum(const std::vector<Article>& articles) {
  int sum = 0;

  return sum;
}
`,
  'main.cc': `#include <cstdio>

#include "shop.h"

int main() {
  std::FILE* file = std::fopen("price.txt", "w");
  std::fprintf(file, "%d", Cheapest({{"pen", 2}, {"ink", 3}}));
  std::fclose(file);
  return 0;
}
`,
  'shop_test.cc': `#include "shop.h"

#include <gtest/gtest.h>

TEST(ShopTest, FindsTheCheapest) {
  EXPECT_EQ(Cheapest({{"pen", 2}, {"ink", 3}}), 2);
}

TEST(ShopTest, SellsNothing) {
  EXPECT_EQ(Cheapest({}), 0);
}

class PriceTest : public testing::TestWithParam<int> {};
TEST_P(PriceTest, IsKept) { EXPECT_EQ((Article{"pen", GetParam()}.Total(1)), GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, PriceTest, testing::Values(1, 2));
`,
  'CMakeLists.txt': `cmake_minimum_required(VERSION 3.20)
project(shop CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_BUILD_TYPE Debug)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_package(GTest REQUIRED)
add_executable(shop main.cc shop.cc)
add_executable(shop_test shop_test.cc shop.cc)
target_link_libraries(shop_test GTest::gtest_main)
`,
};

function makeShop() {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'astrolabe-shop-'));
  writeFiles(folder, files);
  childProcess.execFileSync('cmake', ['-B', 'build', '-G', 'Ninja'], { cwd: folder, stdio: 'pipe' });
  return folder;
}

// Each step is a test of its own; a picture is kept of one that fails.
function steps(workbench, list) {
  for (const [name, step] of Object.entries(list)) {
    test(name, async () => {
      try {
        await step(workbench());
      } catch (problem) {
        await workbench()?.screenshot(`failed ${name}`);
        throw problem;
      }
    });
  }
}

const rows = view => `.pane:has(.pane-header[aria-label*="${view}" i]) .monaco-list-row`;

suite('a user of C++', () => {
  let folder, workbench;
  before(async () => {
    folder = makeShop();
    workbench = await Workbench.start({
      folder,
      extensions: [extension],
      machine: { 'astrolabe.ai.model': model },
      // As somebody has them who comes from clangd.
      settings: { 'clangd.arguments': ['--log=verbose', '--header-insertion=never'] },
    });
  });
  after(async () => {
    await workbench?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const onDisk = name => fs.readFileSync(path.join(folder, name), 'utf8');

  steps(() => workbench, {
    async 'hovers over a method'(w) {
      await w.openFile('shop.cc', 6, 17);
      assert.match(await w.hover(/Total/), /What so many cost/);
      await w.screenshot('hover');
      await w.press('Escape');
    },

    async "has clangd's arguments passed on"(w) {
      const [words] = [...serversOf(w).values()];
      assert.deepEqual(words.slice(2, 5), [
        `--ai-model=${model}`,
        '--log=verbose',
        '--header-insertion=never',
      ]);
    },

    async 'sees code that is left out faintly'(w) {
      await wait('a faint line', () =>
        w.page
          .locator('.view-line')
          .filter({ hasText: 'Dearest' })
          .locator('span span')
          .first()
          .evaluate(span => Number(getComputedStyle(span).opacity) === 0.55),
      );
    },

    async 'sees a mistake and how it goes'(w) {
      await w.goTo(17, 1);
      await w.page.keyboard.type('  sum += missing;');
      await wait('an error', async () =>
        (await w.page.locator('#status\\.problems').getAttribute('aria-label')).includes('Errors: 1'),
      );
      await w.screenshot('diagnostics');
      for (let i = 0; i < 8; ++i) await w.press('Backspace');
      await w.page.keyboard.type('0;');
      await wait('no error', async () =>
        /No Problems|^Warnings/.test(await w.page.locator('#status\\.problems').getAttribute('aria-label')),
      );
      await w.run('File: Revert File');
    },

    async 'completes a member'(w) {
      await w.goTo(17, 1);
      await w.page.keyboard.type('  for (const Article& a : articles) sum += a.', { delay: 5 });
      await wait('a list with Total', async () =>
        (await w.texts('.suggest-widget .monaco-list-row')).join().includes('Total'),
      );
      await w.page.keyboard.type('Tot', { delay: 60 });
      await wait('Total alone', async () => {
        const shown = await w.texts('.suggest-widget .monaco-list-row');
        return shown.length === 1 && shown[0].includes('Total');
      });
      await w.screenshot('completion');
      await w.press('Enter');
      await wait('the call', async () => (await w.editorText()).includes('sum += a.Total('));
      await w.press('Escape');
      await w.run('File: Revert File');
    },

    async 'takes ghost text, by word and as a whole'(w) {
      const typed = 'for (const Article& article : art'; // as one of the file's lines begins
      const ghost = async () => (await w.texts('.ghost-text-decoration, .ghost-text')).join('').trim();
      const count = async text => (await w.editorText()).split(text).length - 1;
      const before = await count(typed);
      for (const [key, part] of [
        ['Control+ArrowRight', /^\w+/],
        ['Tab', /.*/],
      ]) {
        await w.goTo(17, 1);
        await w.page.keyboard.type(`  ${typed}`, { delay: 30 });
        const proposed = await wait('ghost text', async () => {
          await w.press('Escape');
          await w.run('Astrolabe: Propose code here');
          for (let i = 0; i < 30 && !(await ghost()); ++i) await sleep(100);
          return ghost();
        });
        await w.screenshot('ghost_text');
        const wanted = typed + proposed.match(part)[0];
        const shown = await count(wanted); // what is only proposed among them
        await w.press(key);
        await wait(
          `"${wanted}" in the file`,
          async () => (await ghost()) !== proposed && (await count(wanted)) >= shown,
        );
        await w.run('File: Revert File');
        // Reverting moves the cursor, and may come after the command's end.
        await wait('the file as it was', async () => (await count(typed)) === before);
      }
    },

    async 'jumps to a definition and back to the source'(w) {
      await w.goTo(6, 17);
      await w.press('F12');
      await wait('the header', async () => (await w.tab()) === 'shop.h');
      await wait('its line', async () => /Ln 9, Col \d+/.test(await w.statusBar()));
      await w.run('Astrolabe: Switch between source and header');
      await wait('the source', async () => (await w.tab()) === 'shop.cc');
      await w.press('Alt+o');
      await wait('the header again', async () => (await w.tab()) === 'shop.h');
    },

    async 'counts references in lenses'(w) {
      await w.openFile('shop.h', 9, 7);
      await wait('a lens of Total', async () =>
        (await w.texts('.codelens-decoration')).join().includes('3 references'),
      );
      await w.screenshot('lenses');
    },

    async 'renames over the workspace'(w) {
      await w.openFile('shop.h', 9, 7);
      await w.press('F2');
      const input = w.page.locator('.rename-box input');
      await input.waitFor({ state: 'visible' });
      await input.fill('Cost');
      await w.press('Enter');
      await wait('the new name', async () => (await w.editorText()).includes('int Cost(int count)'));
      await w.run('File: Save All Files');
      await wait(
        'the new name in other files',
        () =>
          onDisk('shop.cc').includes('article.Cost(1) < best') && onDisk('shop_test.cc').includes('.Cost(1)'),
      );
    },

    async 'runs main'(w) {
      await w.openFile('main.cc');
      await w.page.locator('.codelens-decoration a', { hasText: 'Run' }).first().click();
      await wait(
        'what main writes',
        () => fs.existsSync(path.join(folder, 'price.txt')) && onDisk('price.txt') === '2',
      );
    },

    async 'stops main at a breakpoint'(w) {
      await w.openFile('main.cc', 8, 1);
      await wait(
        'a breakpoint',
        async () => {
          const shown = await w.page.locator('.monaco-editor .codicon-debug-breakpoint').count();
          if (!shown) await w.press('F9');
          return shown;
        },
        1000,
      );
      await w.page.locator('.codelens-decoration a', { hasText: 'Debug' }).first().click();
      await wait('the line where it stands', () =>
        w.page.locator('.debug-top-stack-frame-line').first().isVisible(),
      );
      await w.screenshot('debugger');
      await w.press('Shift+F5');
      await wait('its end', async () => !(await w.page.locator('.debug-toolbar').isVisible()));
      await w.run('Remove All Breakpoints');
      await w.run('View: Show Explorer');
    },

    async 'runs tests in the explorer'(w) {
      await w.openFile('shop_test.cc');
      await wait('lenses', async () => /Run.*Debug/s.test((await w.texts('.codelens-decoration')).join()));
      await w.run('Testing: Focus on Test Explorer View');
      const tests = () => w.texts('.test-explorer .monaco-list-row');
      await wait("the tests' file", async () => (await tests()).join().includes('shop_test.cc'));
      await w.run('Test: Run All Tests');
      // GoogleTest's header alone takes a compiler seconds, and on a busy machine minutes.
      const results = async () => /2\/3/.test((await w.texts('.test-explorer .result-summary')).join());
      await wait('results', results, 50, 4);
      await w.screenshot('tests');
    },

    async 'sees the syntax tree of a selection'(w) {
      await w.openFile('shop.cc', 4, 3);
      await w.press('Shift+End');
      await w.run('Astrolabe: Show syntax tree');
      await wait('a node', async () =>
        (await w.texts(rows('Syntax tree'))).join().includes('BinaryOperator'),
      );
      await w.screenshot('syntax_tree');
    },

    async 'sees the include graph'(w) {
      await w.openFile('shop.h');
      await w.run('Astrolabe: Show include graph of this file');
      await wait('who includes it', async () => {
        const shown = (await w.texts(rows('Include graph'))).join();
        return ['main.cc', 'shop.cc', 'shop_test.cc'].every(name => shown.includes(name));
      });
      await w.screenshot('include_graph');
    },

    async 'sees memory'(w) {
      await w.run('Astrolabe: Show memory usage');
      await wait('a tree', async () => (await w.texts(rows('memory'))).join().includes('parsing processes'));
      assert.match(
        await wait('memory in the bar', async () => /\d+ MB/.exec(await w.ourStatus())?.[0]),
        /MB/,
      );
    },

    async "sees a symbol's USR"(w) {
      await w.openFile('shop.cc', 3, 6);
      await w.run('Astrolabe: Show symbol info');
      await wait('the USR', async () =>
        (await w.texts('.quick-input-list .monaco-list-row')).join().includes('c:@F@Cheapest'),
      );
      await w.press('Escape');
    },

    async 'sees a type hierarchy'(w) {
      await w.openFile('shop.h', 5, 9);
      await w.run('Astrolabe: Show type hierarchy');
      await wait('the derived class', async () =>
        (await w.texts('.type-hierarchy .monaco-list-row')).join().includes('Book'),
      );
      await w.press('Escape');
    },

    async 'sees the effective flags'(w) {
      await w.openFile('shop.cc');
      await w.run('Astrolabe: Show effective flags of this file');
      await wait(
        'the flags',
        async () =>
          /^flags of/.test(await w.tab()) ||
          (await w.page.locator('.part.editor .tab', { hasText: 'flags of shop.cc' }).count()) > 0,
      );
      await wait('the standard', async () =>
        (await w.texts('.monaco-editor .view-lines')).join().includes('-std=gnu++20'),
      );
      await w.press('Control+w');
    },

    async 'is told why answers are as they are'(w) {
      await w.openFile('shop.cc');
      await w.run('Astrolabe: Explain why this answer is lexical');
      await wait('the verdict', async () =>
        (await w.texts('.monaco-editor .view-lines')).join().includes('Answers about this file are exact.'),
      );
      await w.screenshot('explanation');
      await w.press('Control+w');
    },

    async "opens the project's configuration"(w) {
      await w.openFile('shop.cc');
      await w.run('Astrolabe: Open project configuration');
      await wait('.clangd', async () => (await w.tab()) === '.clangd');
      await w.press('Control+w');
    },

    async "finds all of it in the status bar's menu"(w) {
      await w.page.locator('#astrolabe\\.astrolabe\\.astrolabe').click();
      await wait('the menu', async () => {
        const shown = (await w.texts('.quick-input-list .monaco-list-row')).join();
        return ['Show log', 'Restart the server', 'Re-index'].every(name => shown.includes(name));
      });
      await w.screenshot('menu');
      await w.press('Escape');
    },

    async 'has a server again after it was killed'(w) {
      const [pid] = serversOf(w).keys();
      process.kill(pid, 'SIGKILL');
      await wait('another server', () => [...serversOf(w).keys()].some(each => each !== pid));
      await w.openFile('shop.cc', 6, 17);
      await w.hover(/Cost/);
      await w.press('Escape');
    },

    async 're-indexes from nothing'(w) {
      const manifest = path.join(folder, '.cache/astrolabe/MANIFEST');
      // Not by its inode alone, which the file system may give again.
      const state = () => fs.statSync(manifest, { bigint: true, throwIfNoEntry: false })?.ctimeNs;
      const before = state();
      await w.run('Astrolabe: Re-index this workspace');
      await w.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Throw the index away' }).click();
      await wait('a new index', () => ![undefined, before].includes(state()));
      await wait('the server', async () => (await w.ourStatus()).includes('Astrolabe'));
    },

    async 'reads the first steps'(w) {
      await w.run('Astrolabe: First steps');
      await wait('the walkthrough', async () =>
        (await w.texts('.gettingStartedContainer')).join().includes('Coming from clangd'),
      );
      await w.screenshot('walkthrough');
    },

    async 'leaves no process behind'(w) {
      await w.close();
      workbench = undefined;
      await wait('their end', () => serversOf(w).size === 0);
    },
  });
});

suite('what is wrong is told', () => {
  let folder, workbench;
  before(async () => {
    folder = makeShop();
    const rival = path.join(folder, 'rival');
    writeFiles(rival, {
      'package.json': {
        name: 'vscode-clangd',
        publisher: 'llvm-vs-code-extensions',
        version: '0.0.1',
        engines: { vscode: '^1.91.0' },
      },
      'README.md': 'x',
      LICENSE: 'x',
    });
    const vsce = fileURLToPath(new URL('../../node_modules/@vscode/vsce/vsce', import.meta.url));
    const packing = [
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--out',
      'rival.vsix',
    ];
    childProcess.execFileSync(process.execPath, packing, { cwd: rival, stdio: 'pipe' });
    workbench = await Workbench.start({
      folder,
      extensions: [path.join(rival, 'rival.vsix'), extension],
      machine: { 'astrolabe.path': '/nowhere/astrolabe' },
    });
  });
  after(async () => {
    await workbench?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  steps(() => workbench, {
    async 'another extension for C++, and no server'(w) {
      await w.openFile('shop.cc');
      await wait('both messages', async () => {
        const shown = (await w.notifications()).join('\n');
        return shown.includes('there is no such program') && shown.includes('The clangd extension answers');
      });
      await w.screenshot('problems');
    },

    async 'a server that comes later is started'(w) {
      w.write('data/Machine/settings.json', { 'astrolabe.path': astrolabe });
      await wait('the server', () => serversOf(w).size > 0);
      await w.openFile('shop.cc', 6, 17);
      await w.hover(/Total/);
    },
  });
});
