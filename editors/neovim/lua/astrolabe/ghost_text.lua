-- Ghost text: what the server proposes at the cursor (textDocument/inlineCompletion), shown but not there
-- until it is accepted, in whole or by words.
--
-- Neovim 0.12 asks and shows by itself; before that we do. Both are accepted by the functions here, so that
-- keys can be mapped once. A proposal that is accepted word by word is ours from the first word on.
--
-- A proposal stays while the user types what it says. Only one is asked for at a time, and its answer is
-- dropped if the text or the cursor is not as it was.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = require('astrolabe.compat')

local ghost_text = {}

local delay = 120 -- milliseconds without a key until it is asked for
local space = vim.api.nvim_create_namespace('astrolabe.ghost_text')

-- At most one, in the current buffer: {buffer, client, items, index, row, column}. `items` are {text,
-- command}; the cursor is at row and column (from 0, bytes), and text is what is left to be inserted there.
local shown
local asked -- {client, id}
local ticket = 0 -- of the last question that was planned

function ghost_text.is_own()
  local choice = require('astrolabe').settings.inline_completion
  if not choice then
    return false
  end
  return choice == 'own' or vim.lsp.inline_completion == nil
end

local function builtin()
  local choice = require('astrolabe').settings.inline_completion
  return choice == 'auto' and vim.lsp.inline_completion or nil
end

local function clear(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  end
end

local function cursor()
  local place = vim.api.nvim_win_get_cursor(0)
  return place[1] - 1, place[2]
end

local function draw()
  clear(shown.buffer)
  local lines = vim.split(shown.items[shown.index].text, '\n', { plain = true })
  local line = vim.api.nvim_buf_get_lines(shown.buffer, shown.row, shown.row + 1, false)[1]
  local rest = line:sub(shown.column + 1)
  local first = { { lines[1], 'AstrolabeGhostText' } }
  if rest ~= '' and not compat.has_inline_text and #lines == 1 then
    table.insert(first, { rest }) -- hidden by what is laid over it
  end
  local below = {}
  for i = 2, #lines do
    local chunks = { { lines[i] == '' and ' ' or lines[i], 'AstrolabeGhostText' } }
    table.insert(below, chunks)
  end
  vim.api.nvim_buf_set_extmark(shown.buffer, space, shown.row, shown.column, {
    virt_text = first,
    virt_text_pos = compat.has_inline_text and 'inline' or 'overlay',
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'combine',
  })
end

function ghost_text.dismiss()
  if asked then
    compat.cancel(asked.client, asked.id)
    asked = nil
  end
  ticket = ticket + 1
  if shown then
    clear(shown.buffer)
    shown = nil
    return true
  end
  local own = builtin()
  if own and own.is_enabled and own.is_enabled({ bufnr = 0 }) then
    own.enable(false, { bufnr = 0 })
    own.enable(true, { bufnr = 0 })
  end
  return false
end

-- What is proposed in place of a range, as what is to be typed at the cursor; nil if it replaces what is
-- there.
local function at_cursor(item, buffer, row, column, encoding)
  local text = type(item.insertText) == 'table' and item.insertText.value or item.insertText
  text = text:gsub('\r\n', '\n')
  if item.range then
    local from, to = item.range.start, item.range['end']
    local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''
    if from.line ~= row or to.line ~= row or compat.byte_column(line, to.character, encoding) ~= column then
      return nil
    end
    local typed = line:sub(compat.byte_column(line, from.character, encoding) + 1, column)
    if text:sub(1, #typed) ~= typed then
      return nil
    end
    text = text:sub(#typed + 1)
  end
  return text ~= '' and text or nil
end

local function ask(client, buffer, is_invoked)
  local row, column = cursor()
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  local parameters = compat.position(client)
  parameters.context = { triggerKind = is_invoked and 1 or 2 }
  if asked then
    compat.cancel(asked.client, asked.id)
  end
  local own
  local id = compat.request(client, 'textDocument/inlineCompletion', parameters, function(problem, result)
    if asked == own then
      asked = nil
    end
    if problem or type(result) ~= 'table' or vim.api.nvim_get_current_buf() ~= buffer then
      return
    end
    local now_row, now_column = cursor()
    if vim.api.nvim_buf_get_changedtick(buffer) ~= tick or now_row ~= row or now_column ~= column then
      return
    end
    if vim.fn.mode():sub(1, 1) ~= 'i' then
      return
    end
    local items = {}
    for _, item in ipairs(result.items or result) do
      local text = at_cursor(item, buffer, row, column, client.offset_encoding)
      if text then
        table.insert(items, { text = text, command = item.command })
      end
    end
    if #items > 0 then
      shown = { buffer = buffer, client = client, items = items, index = 1, row = row, column = column }
      draw()
    end
  end, buffer)
  own = id and { client = client, id = id } or nil
  asked = own
end

-- Asks now, and not only for what the server is sure of.
function ghost_text.trigger()
  local buffer = vim.api.nvim_get_current_buf()
  local client = compat.client_of(buffer)
  if client then
    ghost_text.dismiss()
    ask(client, buffer, true)
  end
end

local function plan(client, buffer)
  ticket = ticket + 1
  local mine = ticket
  vim.defer_fn(function()
    local is_here = vim.api.nvim_get_current_buf() == buffer and vim.fn.mode():sub(1, 1) == 'i'
    if mine == ticket and is_here and vim.fn.pumvisible() == 0 then
      ask(client, buffer, false)
    end
  end, delay)
end

-- Whether the proposal goes on being one, since what was typed is its beginning.
local function follow(buffer)
  if not shown or shown.buffer ~= buffer then
    return false
  end
  local row, column = cursor()
  if row ~= shown.row or column < shown.column then
    return false
  end
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1]
  local typed = line:sub(shown.column + 1, column)
  local items = vim.tbl_filter(function(item)
    return item.text:sub(1, #typed) == typed and #item.text > #typed
  end, shown.items)
  if #items == 0 or not vim.tbl_contains(items, shown.items[shown.index]) then
    return false
  end
  local current = shown.items[shown.index]
  for i, item in ipairs(items) do
    if item == current then
      shown.index = i
    end
  end
  for _, item in ipairs(items) do
    item.text = item.text:sub(#typed + 1)
  end
  shown.items, shown.column = items, column
  draw()
  return true
end

-- The beginning of a text that is taken as a word: blanks, then letters or one run of signs.
function ghost_text.first_word(text)
  local blanks = text:match('^%s*')
  local behind = text:sub(#blanks + 1)
  local word = behind:match('^[%w_\128-\255]+') or behind:match('^[^%w_%s\128-\255]+') or ''
  return blanks .. word
end

-- Puts the text at the cursor, which moves behind it.
local function insert(buffer, row, column, text)
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_text(buffer, row, column, row, column, lines)
  local last = #lines == 1 and column + #lines[1] or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { row + #lines, last })
end

-- Tells the server that it was taken, so that it learns.
local function taken(item, client)
  if item.command then
    local parameters = { command = item.command.command, arguments = item.command.arguments }
    compat.request(client, 'workspace/executeCommand', parameters, function() end)
  end
end

-- Changes text, which Neovim does not let a mapping with <expr> do: so it is done right after.
local function later(work)
  vim.schedule(work)
  return true
end

-- Each of these gives whether there was a proposal, so that a key can do something else otherwise.

function ghost_text.accept()
  local own = builtin()
  if not shown then
    return own ~= nil and own.get() or false
  end
  local it = shown
  return later(function()
    if shown ~= it then
      return
    end
    ghost_text.dismiss()
    local item = it.items[it.index]
    insert(it.buffer, it.row, it.column, item.text)
    taken(item, it.client)
  end)
end

local function accept_word_of(it)
  local item = it.items[it.index]
  local word = ghost_text.first_word(item.text)
  if #word == #item.text then
    ghost_text.dismiss()
    insert(it.buffer, it.row, it.column, word)
    return taken(item, it.client)
  end
  insert(it.buffer, it.row, it.column, word)
  it.items = { item }
  item.text = item.text:sub(#word + 1)
  it.index = 1
  it.row, it.column = cursor()
  shown = it
  draw()
end

function ghost_text.accept_word()
  local own = builtin()
  if not shown and own then
    local buffer = vim.api.nvim_get_current_buf()
    return own.get({
      on_accept = function(item)
        local client = vim.lsp.get_client_by_id(item.client_id)
        local row, column = cursor()
        local text = type(item.insert_text) == 'table' and item.insert_text.value or item.insert_text
        local line = vim.api.nvim_get_current_line()
        -- What of it has been typed since it was asked for.
        local range = item.range or {}
        local from = range.start_col or range.start and range.start.col or column
        local typed = line:sub(from + 1, column)
        if text:sub(1, #typed) == typed then
          text = text:sub(#typed + 1)
        end
        if text ~= '' then
          accept_word_of({
            buffer = buffer,
            client = client,
            items = { { text = text, command = item.command } },
            index = 1,
            row = row,
            column = column,
          })
        end
      end,
    }) or false
  end
  if not shown then
    return false
  end
  local it = shown
  return later(function()
    if shown == it then
      accept_word_of(it)
    end
  end)
end

function ghost_text.next()
  local own = builtin()
  if not shown then
    if own then
      own.select({ count = 1 })
    end
    return own ~= nil
  end
  shown.index = shown.index % #shown.items + 1
  return later(function()
    if shown then
      draw()
    end
  end)
end

-- The text that is shown; nil if none is.
function ghost_text.current()
  return shown and shown.items[shown.index].text
end

local function highlight()
  vim.api.nvim_set_hl(0, 'AstrolabeGhostText', { default = true, link = 'Comment' })
end

function ghost_text.attach(client, buffer)
  if not ghost_text.is_own() then
    local own = builtin()
    if own then
      own.enable(true, { bufnr = buffer })
    end
  end
  -- With Neovim's own ghost text ours only follows what was accepted by words.
  highlight()
  local provides = (client.server_capabilities or client.resolved_capabilities or {}).inlineCompletionProvider
  local group = vim.api.nvim_create_augroup('astrolabe.ghost_text.' .. buffer, { clear = true })
  vim.api.nvim_create_autocmd({ 'TextChangedI', 'CursorMovedI' }, {
    group = group,
    buffer = buffer,
    callback = function(event)
      if follow(buffer) then
        return
      end
      if shown then
        ghost_text.dismiss()
      end
      if event.event == 'TextChangedI' and provides and ghost_text.is_own() then
        plan(client, buffer)
      end
    end,
  })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, {
    group = group,
    buffer = buffer,
    callback = function()
      if shown or asked then
        ghost_text.dismiss()
      end
      ticket = ticket + 1
    end,
  })
end

return ghost_text
