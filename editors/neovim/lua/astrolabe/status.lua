-- What the server does, for a status line: how far indexing is, and what goes on with the file.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = require('astrolabe.compat')

local status = {}

local progress = {} -- by client: by token: {title, message, percentage}
local files = {} -- by client: by URI: "parsing includes", "idle"

local function redraw()
  vim.schedule(function()
    pcall(vim.api.nvim_exec_autocmds, 'User', { pattern = 'AstrolabeStatus', modeline = false })
    vim.cmd('redrawstatus')
  end)
end

local function on_progress(_, result, context)
  local value = result.value
  if type(value) ~= 'table' then
    return
  end
  local running = progress[context.client_id] or {}
  progress[context.client_id] = running
  local token = tostring(result.token)
  if value.kind == 'end' then
    running[token] = nil
  else
    local last = running[token] or {}
    running[token] = {
      title = value.title or last.title or '',
      message = value.message or last.message,
      percentage = value.percentage or last.percentage,
    }
  end
  redraw()
end

function status.handlers()
  return {
    ['$/progress'] = function(problem, result, context, config)
      if result then
        on_progress(problem, result, context)
      end
      local default = vim.lsp.handlers['$/progress']
      if default then
        return default(problem, result, context, config)
      end
    end,
    ['textDocument/clangd.fileStatus'] = function(_, result, context)
      files[context.client_id] = files[context.client_id] or {}
      files[context.client_id][result.uri] = result.state
      redraw()
    end,
  }
end

function status.forget(client_id)
  progress[client_id] = nil
  files[client_id] = nil
  redraw()
end

-- "120/3000 units, 4.5/s" becomes "4 %, 4.5/s": a status line has little room. What is no such message
-- stays.
function status.short(message, percentage)
  local counted = message:match('^%d+/%d+ units, (.+)$')
  if not counted then
    return message
  end
  return percentage and (percentage .. ' %, ' .. counted) or counted
end

function status.file_state(buffer)
  local client = compat.client_of(buffer)
  return client and files[client.id] and files[client.id][vim.uri_from_bufnr(buffer)]
end

function status.is_indexing(buffer)
  local client = compat.client_of(buffer)
  for _, each in pairs(client and progress[client.id] or {}) do
    if each.title == 'Indexing' then
      return true
    end
  end
  return false
end

-- Empty where the server has nothing to do with the buffer.
function status.text(buffer)
  local client = compat.client_of(buffer)
  if not client then
    return ''
  end
  for _, each in pairs(progress[client.id] or {}) do
    local message = each.message and status.short(each.message, each.percentage) or ''
    return vim.trim(each.title .. ' ' .. message)
  end
  local state = status.file_state(buffer)
  if state and state ~= 'idle' then
    return 'Astrolabe: ' .. state
  end
  return 'Astrolabe'
end

return status
