-- What a user of Neovim does with Astrolabe, one function a session. neovim_test.py starts Neovim in a workspace
-- with shop.h and shop.cc for each and names the session in $SESSION.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local editor = dofile(vim.env.EDITOR_LUA)
local sessions = {}

local function file_of(path)
  return vim.fn.fnamemodify(path, ':t')
end

-- The server's processes that parse, deepest first. (Neovim's own function sees only what a main thread has started.)
local function descendants(pid)
  local found = {}
  for _, file in ipairs(vim.fn.glob('/proc/' .. pid .. '/task/*/children', false, true)) do
    local good, lines = pcall(vim.fn.readfile, file) -- it may have ended meanwhile
    for child in table.concat(good and lines or {}, ' '):gmatch('%d+') do
      vim.list_extend(found, descendants(child))
      table.insert(found, tonumber(child))
    end
  end
  return found
end

local function server_process()
  local children = vim.api.nvim_get_proc_children(vim.fn.getpid())
  editor.equal(#children, 1, "Neovim's processes")
  return children[1]
end

function sessions.diagnostics_come_and_go()
  local buffer = editor.open('shop.cc', editor.start())
  editor.wait_diagnostics(buffer, {})
  editor.replace('return best;', 'return bst;')
  editor.wait_diagnostics(buffer, { "use of undeclared identifier 'bst'; did you mean 'best'?" })
  local diagnostic = vim.diagnostic.get(buffer)[1]
  editor.equal(diagnostic.severity, vim.diagnostic.severity.ERROR, 'severity')
  local line = vim.api.nvim_buf_get_lines(buffer, diagnostic.lnum, diagnostic.lnum + 1, true)[1]
  editor.equal(line, '  return bst;', 'line')
  editor.equal({ diagnostic.col, diagnostic.end_col }, { 9, 12 }, 'columns')
  editor.type('u')
  editor.wait_diagnostics(buffer, {})
end

function sessions.unsaved_header_counts()
  local client = editor.start()
  local source = editor.open('shop.cc', client)
  editor.wait_diagnostics(source, {})
  editor.open('shop.h', client)
  editor.replace('int Total(int count)', 'int Sum(int count)')
  local problem = "no member named 'Total' in 'Article'"
  editor.wait_diagnostics(source, { problem, problem })
  editor.type('u')
  editor.wait_diagnostics(source, {})
end

function sessions.hover_opens_a_window()
  local buffer = editor.open('shop.cc', editor.start())
  editor.cursor('article.To|tal(1)')
  vim.lsp.buf.hover()
  local window = editor.wait(function()
    for _, each in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(each).relative ~= '' then
        return each
      end
    end
  end, 'a floating window')
  local shown = editor.buffer_text(vim.api.nvim_win_get_buf(window))
  for _, part in ipairs({ 'Total', 'int count', 'What so many cost' }) do
    if not shown:find(part, 1, true) then
      editor.fail('no "' .. part .. '" in the hover: ' .. shown)
    end
  end
  editor.equal(vim.api.nvim_get_current_buf(), buffer, 'buffer')
end

function sessions.definition_jumps_and_back()
  local buffer = editor.open('shop.cc', editor.start())
  editor.wait_diagnostics(buffer, {})
  editor.cursor('article.To|tal(1)')
  vim.lsp.buf.definition()
  editor.wait(function()
    return file_of(vim.api.nvim_buf_get_name(0)) == 'shop.h'
  end, 'the jump')
  editor.equal(vim.api.nvim_get_current_line(), '  int Total(int count) const { return price * count; }', 'line')
  editor.equal(vim.api.nvim_win_get_cursor(0)[2], 6, 'column')
  editor.type('<C-o>')
  editor.equal(file_of(vim.api.nvim_buf_get_name(0)), 'shop.cc', 'file')
end

function sessions.completion_while_typing()
  vim.o.completeopt = 'menuone,noselect'
  local buffer = editor.open('shop.cc', editor.start())
  editor.wait_diagnostics(buffer, {})
  editor.cursor('|  return best;')
  editor.type('Oarticles.front().<C-x><C-o>')
  editor.wait(function()
    return vim.fn.pumvisible() == 1
  end, 'the menu')
  local words = vim.tbl_map(function(item)
    return item.word:match('[%w_]+')
  end, vim.fn.complete_info({ 'items' }).items)
  for _, wanted in ipairs({ 'name', 'price', 'Total' }) do
    if not vim.tbl_contains(words, wanted) then
      editor.fail('no ' .. wanted .. ' among ' .. vim.inspect(words))
    end
  end
  editor.type('<C-e>pri<C-x><C-o>')
  editor.wait(function()
    return vim.fn.pumvisible() == 1 or vim.api.nvim_get_current_line():find('price')
  end, 'the menu for what is typed')
  editor.type('<C-n>')
  editor.wait(function()
    return vim.api.nvim_get_current_line():find('articles.front().price', 1, true)
  end, 'the member to be there')
  editor.type('<C-y>;<Esc>')
  editor.wait_diagnostics(buffer, { 'expression result unused' })
  editor.equal(editor.server_text(buffer), editor.buffer_text(buffer), 'text of the server')
end

function sessions.references_symbols_and_a_rename_of_nothing()
  local buffer = editor.open('shop.cc', editor.start())
  editor.wait_diagnostics(buffer, {})
  editor.cursor('int be|st = ')
  vim.lsp.buf.references()
  local list = editor.wait(function()
    local items = vim.fn.getqflist()
    return #items > 0 and items
  end, 'references')
  local places = vim.tbl_map(function(item)
    return vim.fn.trim(item.text)
  end, list)
  editor.equal(places, {
    'int best = 1 << 30;',
    'if (article.Total(1) < best) best = article.Total(1);',
    'if (article.Total(1) < best) best = article.Total(1);',
    'return best;',
  }, 'references')
  vim.cmd('cclose')
  local document = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  local tree = editor.request(buffer, 'textDocument/documentSymbol', document)
  editor.equal(vim.tbl_map(function(symbol)
    return symbol.name
  end, tree), { 'Cheapest', 'main' }, 'symbols')
  -- Renaming is not offered: Neovim says so and the text stays.
  local before = editor.buffer_text(buffer)
  vim.api.nvim_set_current_win(vim.fn.bufwinid(buffer))
  editor.cursor('|  return best;')
  vim.lsp.buf.rename('better')
  editor.sleep(300)
  editor.equal(editor.buffer_text(buffer), before, 'text')
end

-- Every kind of edit that Neovim makes: typed, in blocks, undone, replaced everywhere, of the last line, in files
-- with other line ends.
function sessions.texts_stay_equal()
  local client = editor.start()
  local buffer = editor.open('odd.cc', client)
  math.randomseed(3)
  local keys = {
    'ggOint ä = 1; // 😀<Esc>', 'Go}<Esc>', 'ggdd', 'u', 'u', '<C-r>', 'Gdd', 'ggyyGp', ':silent! %s/int/long/g<CR>',
    'gg<C-v>GI//<Esc>', 'J', 'x', 'GA// →→→<Esc>', 'ggVjd', 'u', 'ggO<CR><CR><Esc>', ':sort<CR>', ':m0<CR>', 'r😀', 'gUU',
    '5.', 'ddp',
  }
  for step = 1, 120 do
    -- A buffer without any line is a file without a line end, but Neovim sends the next edit as if there were one.
    local is_short = vim.api.nvim_buf_line_count(buffer) < 4
    editor.type(is_short and 'ggOint x;<CR>int y;<CR><Esc>' or keys[math.random(#keys)])
    if step % 10 == 0 then
      editor.equal(editor.server_text(buffer), editor.buffer_text(buffer), 'text after ' .. step .. ' steps')
    end
  end
  vim.cmd('silent write')
  editor.equal(editor.server_text(buffer), editor.buffer_text(buffer), 'text written')
end

function sessions.killed_children_are_not_noticed()
  local buffer = editor.open('shop.cc', editor.start())
  editor.wait_diagnostics(buffer, {})
  editor.cursor('article.To|tal(1)')
  local wanted = editor.request(buffer, 'textDocument/hover', editor.at_cursor())
  local server = server_process()
  -- One after the other, the deepest first; then, with the AST back, all at once.
  local count = #descendants(server)
  if count < 3 then
    editor.fail('only ' .. count .. ' parsing processes')
  end
  for victim = 1, count + 1 do
    local alive = descendants(server)
    if victim <= count then
      alive = { alive[math.min(victim, #alive)] }
    end
    for _, pid in ipairs(alive) do
      vim.loop.kill(pid, 'sigkill')
    end
    editor.equal(editor.request(buffer, 'textDocument/hover', editor.at_cursor()), wanted, 'hover')
  end
  editor.replace('return best;', 'return bst;')
  editor.wait_diagnostics(buffer, { "use of undeclared identifier 'bst'; did you mean 'best'?" })
  editor.equal(server_process(), server, 'server')
  editor.equal(editor.messages, {}, 'messages to the user')
end

function sessions.a_killed_server_is_started_again()
  local ended
  local buffer = editor.open('shop.cc', editor.start(function(code, signal)
    ended = { code = code, signal = signal }
  end))
  editor.replace('return best;', 'return bst;')
  editor.wait_diagnostics(buffer, { "use of undeclared identifier 'bst'; did you mean 'best'?" })
  vim.loop.kill(server_process(), 'sigkill')
  editor.wait(function()
    return ended
  end, 'Neovim to notice')
  editor.equal(ended.signal, 9, 'signal')
  vim.diagnostic.reset()
  -- The unsaved text is what the new one has.
  local client = editor.start()
  vim.lsp.buf_attach_client(buffer, client)
  editor.wait(function()
    local running = vim.lsp.get_client_by_id(client)
    return running and running.initialized
  end, 'the new server')
  editor.wait_diagnostics(buffer, { "use of undeclared identifier 'bst'; did you mean 'best'?" })
  editor.equal(editor.server_text(buffer), editor.buffer_text(buffer), 'text')
end

function sessions.the_editor_ends_while_all_is_busy()
  local client = editor.start()
  local buffer = editor.open('shop.cc', client)
  local document = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  for _ = 1, 20 do
    editor.replace('return best;', 'return best; ')
    vim.lsp.buf_request(buffer, 'textDocument/hover', editor.at_cursor(), function() end)
    vim.lsp.buf_request(buffer, 'textDocument/semanticTokens/full', document, function() end)
  end
end

-- Stays until it is killed: the server has to notice that by itself.
function sessions.the_editor_is_killed()
  local buffer = editor.open('shop.cc', editor.start())
  editor.wait_diagnostics(buffer, {})
  io.stdout:write('ready\n')
  io.stdout:flush()
  editor.sleep(1e9)
end

editor.run(sessions[vim.env.SESSION], function()
  vim.cmd('qall!')
end)
