-- What differs between the versions of Neovim, from 0.7.2 on. All other files are written as if there were
-- one.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = {}

local function has(version)
  return vim.fn.has('nvim-' .. version) == 1
end

compat.has_config = has('0.11') and vim.lsp.config ~= nil and vim.lsp.enable ~= nil

-- Whether text between others can be shown without hiding what follows.
compat.has_inline_text = has('0.10')

function compat.clients()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return vim.tbl_filter(function(client)
    return client.name == 'astrolabe'
  end, get())
end

-- The client that the buffer is open in; nil if there is none.
function compat.client_of(buffer)
  for _, client in ipairs(compat.clients()) do
    if vim.lsp.buf_is_attached(buffer, client.id) then
      return client
    end
  end
end

-- Those were functions of a table before they were methods.
local function call(client, name, ...)
  if has('0.11') then
    return client[name](client, ...)
  end
  return client[name](...)
end

-- The number by which the request can be cancelled; nil if it was not sent.
function compat.request(client, method, parameters, handler, buffer)
  local sent, id = call(client, 'request', method, parameters, handler, buffer)
  return sent and id or nil
end

function compat.cancel(client, id)
  call(client, 'cancel_request', id)
end

function compat.notify(client, method, parameters)
  call(client, 'notify', method, parameters)
end

function compat.stop(client, is_forced)
  call(client, 'stop', is_forced)
end

function compat.is_stopped(client)
  return call(client, 'is_stopped')
end

function compat.position(client)
  return vim.lsp.util.make_position_params(0, client.offset_encoding)
end

-- Where a position of the server's (0-based, in its units) is in a line, in bytes.
function compat.byte_column(line, character, encoding)
  if encoding == 'utf-8' then
    return math.min(character, #line)
  end
  local good, column = pcall(function()
    if has('0.11') then
      return vim.str_byteindex(line, encoding, character, false)
    end
    return vim.str_byteindex(line, character, encoding == 'utf-16')
  end)
  return good and column or #line
end

function compat.jump(location, client)
  local show = vim.lsp.util.show_document
  if show then
    show(location, client.offset_encoding, { focus = true })
  else
    vim.lsp.util.jump_to_location(location, client.offset_encoding)
  end
end

-- The nearest folder upwards that holds one of these.
function compat.root(path, marks)
  local folder = vim.fn.fnamemodify(path, ':p:h')
  while true do
    for _, mark in ipairs(marks) do
      if vim.loop.fs_stat(folder .. '/' .. mark) then
        return folder
      end
    end
    local above = vim.fn.fnamemodify(folder, ':h')
    if above == folder then
      return nil
    end
    folder = above
  end
end

return compat
