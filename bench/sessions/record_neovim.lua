-- A person at RocksDB's db/db_impl/db_impl.cc in Neovim, for `astrolabe-bench record`; bench/sessions/README.md
-- says how it is run. Reads, asks, types two statements with completion at every letter as an editor's plugin
-- would, mistypes, undoes, and looks into a second file. Ends after some 40 seconds whatever the server does.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local lsp = vim.lsp
local root = os.getenv('SESSION_ROOT')
local command = vim.split(os.getenv('SESSION_SERVER'), '\n', { plain = true })

vim.o.swapfile = false
vim.cmd('edit ' .. root .. '/db/db_impl/db_impl.cc')
local flags = { debounce_text_changes = 50 }
local client = lsp.start_client({ cmd = command, root_dir = root, name = 'recorded', flags = flags })
lsp.buf_attach_client(0, client)

local function ask(method, extra)
  local params = lsp.util.make_position_params()
  for key, value in pairs(extra or {}) do
    params[key] = value
  end
  lsp.buf_request(0, method, params, function() end)
end

local function of_document(method)
  lsp.buf_request(0, method, { textDocument = lsp.util.make_text_document_params() }, function() end)
end

local function go(text, behind)
  vim.fn.cursor(1, 1)
  vim.fn.search('\\V' .. text, 'W')
  if behind then
    local place = vim.api.nvim_win_get_cursor(0)
    vim.api.nvim_win_set_cursor(0, { place[1], place[2] + #text })
  end
end

-- What the person does: {seconds to wait before it, what}.
local steps = {}
local function step(wait, what)
  table.insert(steps, { wait, what })
end
local function type_text(text, pace)
  for letter in text:gmatch('.') do
    step(pace, function()
      local place = vim.api.nvim_win_get_cursor(0)
      vim.api.nvim_buf_set_text(0, place[1] - 1, place[2], place[1] - 1, place[2], { letter })
      vim.api.nvim_win_set_cursor(0, { place[1], place[2] + 1 })
      if letter:match('[%w_>.:]') then
        vim.defer_fn(function()
          ask('textDocument/completion')
        end, 60) -- behind the change, as plugins wait
      elseif letter == '(' or letter == ',' then
        vim.defer_fn(function()
          ask('textDocument/signatureHelp')
        end, 60)
      end
    end)
  end
end
local function new_line_below(text)
  go(text)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  vim.api.nvim_buf_set_lines(0, line, line, true, { '  ' })
  vim.api.nvim_win_set_cursor(0, { line + 1, 2 })
end

step(0.5, function() of_document('textDocument/documentSymbol') end)
step(0.2, function() of_document('textDocument/semanticTokens/full') end)
step(5, function() go('versions_->') ask('textDocument/hover') end)
step(1, function() ask('textDocument/documentHighlight') end)
step(0.8, function() ask('textDocument/definition') end)
step(1, function() ask('textDocument/references', { context = { includeDeclaration = true } }) end)
step(1.5, function() new_line_below('mutex_.AssertHeld();') end)
type_text('auto last = versions_->LastSequence();', 0.13)
step(1, function() of_document('textDocument/semanticTokens/full') end)
step(0.7, function() ask('textDocument/hover') end)
step(0.5, function() new_line_below('auto last = versions_->LastSequence();') end)
type_text('if (lst > 0) { mutex_.Asert', 0.11)
step(1.2, function() vim.cmd('undo') end)
step(0.4, function() vim.cmd('undo') end)
step(1, function() of_document('textDocument/foldingRange') end)
step(0.5, function() of_document('textDocument/documentSymbol') end)
step(1.5, function()
  vim.cmd('edit ' .. root .. '/db/memtable.cc')
  lsp.buf_attach_client(0, client)
end)
step(0.3, function() of_document('textDocument/documentSymbol') end)
step(0.2, function() of_document('textDocument/semanticTokens/full') end)
step(3, function() go('arena_.') ask('textDocument/hover') end)
step(0.8, function() ask('textDocument/definition') end)
step(1, function() new_line_below('bool MemTable::ShouldFlushNow() {') end)
type_text('size_t used = arena_.MemoryAllocatedBytes();', 0.12)
step(2, function() vim.cmd('cquit 0') end)

local function follow(number)
  local current = steps[number]
  if current then
    vim.defer_fn(function()
      current[2]()
      follow(number + 1)
    end, math.floor(current[1] * 1000))
  end
end
-- The person waits until the editor says that the server is there.
local function begin()
  if lsp.get_client_by_id(client) then
    follow(1)
  elseif lsp.client_is_stopped(client) then
    vim.cmd('cquit 1')
  else
    vim.defer_fn(begin, 20)
  end
end
begin()
