-- What a user of the plugin does, one function a session, as in sessions.lua.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local editor = dofile(vim.env.EDITOR_LUA)
local sessions = {}

local function has(text, part)
  if not text:find(part, 1, true) then
    editor.fail('no "' .. part .. '" in: ' .. text)
  end
end

local function setup(settings)
  vim.cmd('filetype on')
  require('astrolabe').setup(vim.tbl_extend('force', {
    cmd = { vim.env.ASTROLABE, 'lsp', '--background-index=0', '--ai=0' },
  }, settings or {}))
end

local function client_of(buffer)
  return require('astrolabe.compat').client_of(buffer)
end

-- The user opens a file, and that is all.
local function open(name)
  vim.cmd('edit ' .. name)
  local buffer = vim.api.nvim_get_current_buf()
  editor.wait(function()
    local client = client_of(buffer)
    return client and client.initialized
  end, 'the server to be attached')
  return buffer
end

local function wait_idle(buffer)
  editor.wait(function()
    return require('astrolabe.status').file_state(buffer) == 'idle'
  end, 'the file to be parsed')
end

-- The text of our window of this name, once it is there.
local function window(name)
  local buffer = editor.wait(function()
    for _, each in ipairs(vim.api.nvim_list_wins()) do
      local shown = vim.api.nvim_win_get_buf(each)
      if vim.api.nvim_buf_get_name(shown):find('astrolabe://' .. name, 1, true) then
        return shown
      end
    end
  end, 'the window ' .. name)
  return editor.buffer_text(buffer), buffer
end

local function file_here()
  return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t')
end

function sessions.a_file_is_opened_and_the_status_line_says_so()
  setup()
  vim.o.statusline = "%f %{v:lua.require'astrolabe'.statusline()}"
  editor.equal(require('astrolabe').statusline(), '', 'without a server')
  local buffer = open('shop.cc')
  wait_idle(buffer)
  editor.wait(function()
    return require('astrolabe').statusline() == 'Astrolabe'
  end, 'the status')
  editor.equal(vim.api.nvim_eval_statusline(vim.o.statusline, {}).str, 'shop.cc Astrolabe', 'status line')
  editor.replace('return best;', 'return bst;')
  editor.wait_diagnostics(buffer, { "use of undeclared identifier 'bst'; did you mean 'best'?" })
  local other = open('shop.h')
  editor.equal(client_of(other).id, client_of(buffer).id, 'one server for a root')
end

function sessions.no_server_for_other_files_and_words_for_a_missing_program()
  setup({ cmd = { 'astrolabe-that-is-not-there', 'lsp' } })
  vim.cmd('edit notes.txt')
  editor.equal(#editor.messages, 0, 'messages')
  vim.cmd('edit shop.cc')
  has(editor.messages[1].text, 'there is no program "astrolabe-that-is-not-there"')
end

function sessions.source_and_header()
  setup()
  open('shop.cc')
  vim.cmd('Astrolabe switch')
  editor.wait(function()
    return file_here() == 'shop.h'
  end, 'the header')
  vim.cmd('Astrolabe switch')
  editor.wait(function()
    return file_here() == 'shop.cc'
  end, 'the source')
end

function sessions.symbol_info_leads_to_the_definition()
  setup()
  wait_idle(open('shop.cc'))
  editor.cursor('article.To|tal(1)')
  vim.cmd('Astrolabe symbol_info')
  has(window('symbol'), 'Article::Total')
  editor.cursor('|definition')
  editor.type('<CR>')
  editor.wait(function()
    return file_here() == 'shop.h'
  end, 'the definition')
  has(vim.api.nvim_get_current_line(), '  int Total(int count) const {')
end

function sessions.syntax_tree()
  setup()
  wait_idle(open('shop.cc'))
  vim.cmd('Astrolabe ast')
  local text = window('ast')
  has(text, 'Function Cheapest')
  editor.cursor('|Function Cheapest')
  editor.type('<CR>')
  editor.wait(function()
    return file_here() == 'shop.cc'
  end, 'the source')
  editor.equal(vim.api.nvim_win_get_cursor(0)[1], 3, 'line')
end

function sessions.memory()
  setup()
  wait_idle(open('shop.cc'))
  vim.cmd('Astrolabe memory')
  local text = window('memory')
  has(text, 'all processes')
  has(text, 'MB')
end

function sessions.types()
  vim.fn.writefile({ 'struct Animal {};', 'struct Dog : Animal {};', 'struct Poodle : Dog {};' }, 'zoo.cc')
  setup()
  wait_idle(open('zoo.cc'))
  editor.cursor('struct D|og')
  vim.cmd('Astrolabe type_hierarchy')
  local text = window('types')
  has(text, '↑ Animal  zoo.cc:1')
  has(text, '  Dog  zoo.cc:2')
  has(text, '↓ Poodle  zoo.cc:3')
end

function sessions.configurations()
  setup()
  open('shop.cc')
  vim.cmd('Astrolabe project_config')
  editor.equal(vim.api.nvim_buf_get_name(0), vim.loop.cwd() .. '/.clangd', 'of the project')
  vim.cmd('Astrolabe user_config')
  editor.equal(vim.api.nvim_buf_get_name(0), vim.env.XDG_CONFIG_HOME .. '/clangd/config.yaml', 'of the user')
end

function sessions.flags_and_reasons()
  setup()
  wait_idle(open('shop.cc'))
  vim.cmd('Astrolabe flags')
  local text = window('flags')
  has(text, 'from       compilation database')
  has(text, '-Wall')
  has(text, 'Diagnostics.UnusedIncludes')
  vim.cmd('close')
  vim.cmd('Astrolabe why_lexical')
  text = window('why')
  has(text, 'Answers from this file are exact')
  has(text, 'The compiler parses it without errors.')
  has(text, 'The compiler has indexed no file of this workspace')
end

function sessions.the_index_is_thrown_away_and_built_anew()
  setup({ cmd = { vim.env.ASTROLABE, 'lsp', '--ai=0' } })
  local buffer = open('shop.cc')
  local manifest = '.cache/astrolabe/MANIFEST'
  -- While it is being written it can't be thrown away.
  wait_idle(buffer)
  editor.wait(function()
    return vim.loop.fs_stat('.cache/astrolabe/semantic/MANIFEST')
  end, 'the index')
  -- A file system gives the number of what is removed to what comes next.
  local function identity()
    local stat = vim.loop.fs_stat(manifest)
    return stat and ('%d %d.%09d'):format(stat.ino, stat.mtime.sec, stat.mtime.nsec)
  end
  local before = identity()
  vim.cmd('Astrolabe! reindex')
  editor.wait(function()
    local now = identity()
    return now and now ~= before
  end, 'another index')
end

function sessions.a_signature_is_changed()
  vim.fn.system({ vim.env.ASTROLABE, 'index' })
  editor.equal(vim.v.shell_error, 0, 'indexing')
  setup()
  local buffer = open('shop.cc')
  wait_idle(buffer)
  editor.cursor('article.To|tal(1)')
  vim.cmd('Astrolabe change_signature')
  local text, list = window('signature')
  has(text, '1: int count')
  vim.api.nvim_buf_set_lines(list, -1, -1, false, { 'int rebate' })
  vim.cmd('write')
  has(editor.messages[#editor.messages].text, 'a new parameter needs what calls pass for it')
  vim.api.nvim_buf_set_lines(list, -2, -1, false, { 'int rebate = 0' })
  vim.cmd('write')
  editor.wait(function()
    return editor.buffer_text(buffer):find('best = article.Total(1, 0);', 1, true)
  end, 'the calls')
  has(editor.buffer_text(vim.fn.bufnr('shop.h')), 'int Total(int count, int rebate) const')
  editor.wait(function()
    return not vim.api.nvim_buf_is_valid(list)
  end, 'the list to be closed')
end

-- Ghost text, by a server that always proposes the same.
local function with_proposals(texts, settings)
  vim.env.PROPOSALS = texts
  vim.env.TAKEN = vim.fn.tempname()
  setup(vim.tbl_extend('force', { cmd = { vim.env.PYTHON, vim.env.STUB } }, settings or {}))
  local buffer = open('odd.cc')
  vim.bo.formatoptions = '' -- new lines begin with nothing
  vim.bo.cindent = false
  vim.bo.indentexpr = ''
  return buffer
end

local function ghost()
  return require('astrolabe.ghost_text').current()
end

-- What is shown and not there.
local function shown(buffer)
  local space = vim.api.nvim_get_namespaces()['astrolabe.ghost_text']
  local marks = vim.api.nvim_buf_get_extmarks(buffer, space, 0, -1, { details = true })
  return marks[1] and marks[1][4]
end

local function key(name, action)
  vim.keymap.set('i', name, function()
    return require('astrolabe.ghost_text')[action]() and '' or 'x'
  end, { expr = true })
end

local function wait_ghost(text)
  editor.wait(function()
    return ghost() == text
  end, 'ghost text ' .. vim.inspect(text))
end

local function line_is(text)
  editor.wait(function()
    return vim.api.nvim_get_current_line() == text
  end, 'the line ' .. text)
end

function sessions.ghost_text_is_accepted()
  local buffer = with_proposals('int sum = 0;\\nreturn sum;')
  key('<C-y>', 'accept')
  editor.type('ggO')
  editor.type('  ')
  wait_ghost('int sum = 0;\nreturn sum;')
  editor.equal(shown(buffer).virt_text[1][1], 'int sum = 0;', 'shown in the line')
  editor.equal(shown(buffer).virt_lines[1][1][1], 'return sum;', 'shown below')
  editor.equal(vim.api.nvim_get_current_line(), '  ', 'not in the text')
  editor.type('<C-y>')
  line_is('return sum;')
  editor.equal(vim.api.nvim_buf_get_lines(buffer, 0, 1, true), { '  int sum = 0;' }, 'line')
  editor.equal(vim.api.nvim_win_get_cursor(0), { 2, 11 }, 'cursor')
  editor.wait(function()
    return vim.loop.fs_stat(vim.env.TAKEN)
  end, 'the server to be told')
  has(table.concat(vim.fn.readfile(vim.env.TAKEN)), '"arguments": [0]')
end

function sessions.ghost_text_is_typed_taken_by_words_and_dismissed()
  local buffer = with_proposals('count + 1;|size();')
  key('<C-y>', 'accept')
  key('<C-l>', 'accept_word')
  key('<C-j>', 'next')
  key('<C-e>', 'dismiss')
  editor.type('ggO')
  editor.type('int i = ')
  wait_ghost('count + 1;')
  editor.type('<C-j>')
  wait_ghost('size();')
  editor.type('<C-j>')
  wait_ghost('count + 1;')
  editor.type('co')
  wait_ghost('unt + 1;')
  editor.type('<C-l>')
  line_is('int i = count')
  wait_ghost(' + 1;')
  editor.type('<C-l>')
  line_is('int i = count +')
  editor.type('<C-e>')
  wait_ghost(nil)
  editor.equal(shown(buffer), nil, 'shown')
  editor.type('<C-e>') -- none is left: the key does something else
  line_is('int i = count +x')
  wait_ghost('count + 1;')
  editor.type('<Esc>')
  wait_ghost(nil)
end

function sessions.ghost_text_before_other_text_hides_nothing()
  local buffer = with_proposals('a, ')
  vim.api.nvim_buf_set_lines(buffer, 0, 1, true, { 'f(b);' })
  editor.type('gg0li ')
  wait_ghost('a, ')
  local chunks = shown(buffer).virt_text
  if not require('astrolabe.compat').has_inline_text then
    has(chunks[1][1] .. (chunks[2] and chunks[2][1] or ''), 'a, (b);')
  end
end

function sessions.ghost_text_can_be_turned_off()
  with_proposals('count', { inline_completion = false })
  editor.type('ggOint ')
  editor.sleep(400)
  editor.equal(ghost(), nil, 'ghost text')
end

-- As Neovim 0.12 has it; that one is not here, so what is checked is what we ask of it.
function sessions.ghost_text_of_neovim_itself()
  local calls = {}
  vim.lsp.inline_completion = {
    enable = function(on, filter)
      table.insert(calls, { 'enable', on, filter.bufnr })
    end,
    is_enabled = function()
      return true
    end,
    get = function(options)
      table.insert(calls, { 'get' })
      if options then
        local id = vim.lsp.get_active_clients()[1].id
        vim.schedule(function()
          options.on_accept({ client_id = id, insert_text = 'one two' })
        end)
      end
      return true
    end,
    select = function(options)
      table.insert(calls, { 'select', options.count })
    end,
  }
  local buffer = with_proposals('count')
  local ghost_text = require('astrolabe.ghost_text')
  editor.equal(calls, { { 'enable', true, buffer } }, 'at the start')
  calls = {}
  editor.equal({ ghost_text.accept(), ghost_text.next() }, { true, true }, 'answers')
  editor.equal(calls, { { 'get' }, { 'select', 1 } }, 'calls')
  editor.type('ggO')
  editor.equal(ghost_text.accept_word(), true, 'answer')
  line_is('one')
  wait_ghost(' two')
  ghost_text.accept()
  line_is('one two')
end

function sessions.the_status_line_shows_how_far_indexing_is()
  local buffer = with_proposals('count')
  editor.wait(function()
    return require('astrolabe').statusline() == 'Indexing 4 %, 4.5/s'
  end, 'progress')
  editor.equal(require('astrolabe.status').is_indexing(buffer), true, 'indexing')
end

function sessions.health()
  setup()
  wait_idle(open('shop.cc'))
  vim.cmd('checkhealth astrolabe')
  local text = editor.buffer_text(0)
  for _, part in ipairs({ 'Neovim is 0.7.2 or later', 'is astrolabe ', 'a server runs for ' .. vim.loop.cwd(),
    'compile commands are in ' .. vim.loop.cwd() .. '/compile_commands.json' }) do
    has(text, part)
  end
  if text:find('ERROR', 1, true) then
    editor.fail(text)
  end
end

function sessions.health_of_a_missing_program()
  setup({ cmd = { 'astrolabe-that-is-not-there', 'lsp' } })
  vim.cmd('checkhealth astrolabe')
  has(editor.buffer_text(0), 'there is no program "astrolabe-that-is-not-there"')
end

-- Every command and setting is in the help file, by a tag or by name.
function sessions.help()
  local copy = vim.fn.tempname()
  vim.fn.mkdir(copy .. '/doc', 'p')
  vim.fn.writefile(vim.fn.readfile(vim.env.PLUGIN .. '/doc/astrolabe.txt'), copy .. '/doc/astrolabe.txt')
  vim.cmd('helptags ' .. copy .. '/doc')
  vim.o.runtimepath = vim.o.runtimepath .. ',' .. copy
  vim.cmd('help astrolabe')
  editor.equal(file_here(), 'astrolabe.txt', 'help')
  local text = editor.buffer_text(0)
  for _, name in ipairs(require('astrolabe.commands').names()) do
    has(text, ':Astrolabe ' .. name)
  end
  for name in pairs(require('astrolabe').settings) do
    has(text, '`' .. name .. '`')
  end
end

function sessions.commands_are_completed_and_mistakes_told()
  local names = require('astrolabe.commands').complete('s')
  editor.equal(names, { 'stop', 'suggest', 'switch', 'symbol_info' }, 'names')
  vim.cmd('Astrolabe nonsense')
  has(editor.messages[1].text, 'there is no command "nonsense"')
  vim.cmd('Astrolabe ast')
  has(editor.messages[2].text, 'no server runs for this buffer')
  setup({ nonsense = true })
  has(editor.messages[3].text, 'there is no setting "nonsense"')
end

function sessions.pieces()
  local word = require('astrolabe.ghost_text').first_word
  editor.equal({ word('  foo.bar'), word('->x'), word('\n  a b'), word('ü1 2'), word('  ') },
    { '  foo', '->', '\n  a', 'ü1', '  ' }, 'words')
  local list = require('astrolabe.change_signature').parameters
  editor.equal(list('F(void)'), {}, 'none')
  editor.equal(list('F( std::map<int, int> a, // of, course)\n  char b = \',\', F c = G(1, 2)) const;'),
    { 'std::map<int, int> a', "// of, course) char b = ','", 'F c = G(1, 2)' }, 'parameters')
  editor.equal(list('F(int a'), nil, 'no end')
  local short = require('astrolabe.status').short
  editor.equal(short('120/3000 units, 4.5/s', 4), '4 %, 4.5/s', 'progress')
  editor.equal(short('loading'), 'loading', 'progress')
end

editor.run(sessions[vim.env.SESSION], function()
  vim.cmd('qall!')
end)
