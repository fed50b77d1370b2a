-- The parameters of the function at the cursor as lines of a buffer: put them in another order, delete
-- some, add some; writing the buffer changes the function and all its calls (the server's command
-- astrolabe.changeSignature).
--
--   1: const Key& key         the parameter that was the first
--   int limit = 10            a new one; calls pass 10
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = require('astrolabe.compat')

local change_signature = {}

local opening = { ['('] = ')', ['['] = ']', ['{'] = '}', ['<'] = '>' }
local closing = { [')'] = true, [']'] = true, ['}'] = true, ['>'] = true }

-- The texts between the commas of the list that the first '(' of `text` opens; nil if it has no end.
-- Comments and strings are not looked into but for their ends.
function change_signature.parameters(text)
  local start = text:find('(', 1, true)
  if not start then
    return nil
  end
  local parts, depth, from, i = {}, 0, start + 1, start
  while i <= #text do
    local sign = text:sub(i, i)
    local two = text:sub(i, i + 1)
    if two == '//' then
      i = text:find('\n', i, true) or #text
    elseif two == '/*' then
      local _, ends = text:find('*/', i + 2, true)
      i = ends or #text
    elseif sign == '"' or sign == "'" then
      local at = i + 1
      while at <= #text and text:sub(at, at) ~= sign do
        at = at + (text:sub(at, at) == '\\' and 2 or 1)
      end
      i = at
    elseif two == '->' then
      i = i + 1
    elseif opening[sign] then
      depth = depth + 1
    elseif closing[sign] then
      depth = depth - 1
      if depth == 0 then
        local last = vim.trim((text:sub(from, i - 1):gsub('%s+', ' ')))
        if last ~= '' and not (#parts == 0 and last == 'void') then
          table.insert(parts, last)
        end
        return parts
      end
    elseif sign == ',' and depth == 1 then
      table.insert(parts, vim.trim((text:sub(from, i - 1):gsub('%s+', ' '))))
      from = i + 1
    end
    i = i + 1
  end
  return nil
end

-- What the server is told; nil and why not, if a line can't be read. `count`: how many parameters there
-- are.
function change_signature.read(lines, count)
  local wanted, seen = {}, {}
  for _, line in ipairs(lines) do
    line = vim.trim(line)
    if line ~= '' and line:sub(1, 1) ~= '#' then
      local number = line:match('^(%d+):')
      if number then
        number = tonumber(number)
        if number < 1 or number > count or seen[number] then
          return nil, 'there is no parameter ' .. number .. ', or it is there twice'
        end
        seen[number] = true
        table.insert(wanted, { old = number - 1 })
      else
        local declaration, value = line:match('^(.-)%s*=%s*(.+)$')
        if not declaration or declaration == '' then
          return nil, 'a new parameter needs what calls pass for it: int limit = 10'
        end
        table.insert(wanted, { declaration = declaration, value = value })
      end
    end
  end
  return wanted
end

local function edit(client, place, parameters, say)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].buftype = 'acwrite'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.api.nvim_buf_set_name(buffer, 'astrolabe://signature/' .. buffer)
  local lines = { '# Put these in another order, delete some, add some (TYPE NAME = VALUE); :write does it.' }
  for i, parameter in ipairs(parameters) do
    table.insert(lines, i .. ': ' .. parameter)
  end
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modified = false
  vim.cmd('botright split')
  vim.api.nvim_win_set_buf(0, buffer)
  vim.api.nvim_win_set_height(0, #lines + 2)
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    buffer = buffer,
    callback = function()
      local wanted, why = change_signature.read(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), #parameters)
      if not wanted then
        return say(why, vim.log.levels.ERROR)
      end
      -- An empty list has to be one, and no object, in JSON.
      local list = #wanted > 0 and wanted or vim.fn.json_decode('[]')
      local argument = { textDocument = { uri = place.uri }, position = place.position, parameters = list }
      vim.bo[buffer].modified = false
      compat.request(client, 'workspace/executeCommand', {
        command = 'astrolabe.changeSignature',
        arguments = { argument },
      }, function(problem)
        if problem then
          return say(problem.message, vim.log.levels.ERROR)
        end
        if vim.api.nvim_buf_is_valid(buffer) then
          vim.api.nvim_buf_delete(buffer, { force = true })
        end
      end)
    end,
  })
end

-- The text behind a place, from the buffer if the file is open in one.
local function text_behind(location, encoding)
  local buffer = vim.uri_to_bufnr(location.uri)
  vim.fn.bufload(buffer)
  local start = location.range.start
  local lines = vim.api.nvim_buf_get_lines(buffer, start.line, start.line + 200, false)
  lines[1] = (lines[1] or ''):sub(compat.byte_column(lines[1] or '', start.character, encoding) + 1)
  return table.concat(lines, '\n')
end

function change_signature.start(client, say)
  local parameters = compat.position(client)
  local here = { uri = parameters.textDocument.uri, position = parameters.position }
  compat.request(client, 'textDocument/symbolInfo', parameters, function(problem, symbols)
    local symbol = not problem and type(symbols) == 'table' and symbols[1]
    local place = symbol and (symbol.definitionRange or symbol.declarationRange)
    if not place then
      return say('there is no function at the cursor, or the file is still being parsed', vim.log.levels.WARN)
    end
    local list = change_signature.parameters(text_behind(place, client.offset_encoding))
    if not list then
      return say('there is no list of parameters behind "' .. symbol.name .. '"', vim.log.levels.WARN)
    end
    edit(client, here, list, say)
  end, vim.api.nvim_get_current_buf())
end

return change_signature
