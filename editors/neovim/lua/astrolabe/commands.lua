-- What :Astrolabe does, by its first word.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = require('astrolabe.compat')
local view = require('astrolabe.view')

local commands = {}

local function say(text, level)
  vim.notify('astrolabe: ' .. text, level or vim.log.levels.INFO)
end

local function client_here()
  local client = compat.client_of(vim.api.nvim_get_current_buf())
  if not client then
    say('no server runs for this buffer; see :checkhealth astrolabe', vim.log.levels.WARN)
  end
  return client
end

local function document()
  return { uri = vim.uri_from_bufnr(vim.api.nvim_get_current_buf()) }
end

-- Asks about the current buffer; `done` gets the result, unless it is an error, which the user is told.
local function ask(client, method, parameters, done)
  compat.request(client, method, parameters, function(problem, result)
    if problem then
      say(problem.message or vim.inspect(problem), vim.log.levels.WARN)
    elseif result == vim.NIL then
      done(nil)
    else
      done(result)
    end
  end, vim.api.nvim_get_current_buf())
end

local function file_name(uri)
  return vim.fn.fnamemodify(vim.uri_to_fname(uri), ':~:.')
end

local function bytes(count)
  if count < 1e6 then
    return math.ceil(count / 1e3) .. ' kB'
  elseif count < 1e9 then
    return math.floor(count / 1e6 + 0.5) .. ' MB'
  end
  return ('%.1f GB'):format(count / 1e9)
end

local run = {}

function run.switch()
  local client = client_here()
  if not client then
    return
  end
  ask(client, 'textDocument/switchSourceHeader', document(), function(other)
    if not other or other == '' then
      return say('there is no other side of this file')
    end
    vim.cmd('edit ' .. vim.fn.fnameescape(vim.uri_to_fname(other)))
  end)
end

function run.symbol_info()
  local client = client_here()
  if not client then
    return
  end
  ask(client, 'textDocument/symbolInfo', compat.position(client), function(symbols)
    if not symbols or #symbols == 0 then
      return say('there is no symbol at the cursor, or the file is still being parsed')
    end
    local lines, places = {}, {}
    for _, symbol in ipairs(symbols) do
      table.insert(lines, (symbol.containerName or '') .. symbol.name)
      table.insert(lines, '  USR          ' .. (symbol.usr or ''))
      table.insert(lines, '  id           ' .. (symbol.id or ''))
      for _, what in ipairs({ 'declaration', 'definition' }) do
        local place = symbol[what .. 'Range']
        if place then
          local line = place.range.start.line + 1
          table.insert(lines, ('  %-12s %s:%d'):format(what, file_name(place.uri), line))
          places[#lines] = place
        end
      end
    end
    view.show('symbol', lines, function(line)
      if places[line] then
        compat.jump(places[line], client)
      end
    end)
  end)
end

function run.ast()
  local client = client_here()
  if not client then
    return
  end
  local uri = document().uri
  ask(client, 'textDocument/ast', { textDocument = { uri = uri } }, function(root)
    if not root then
      return say('the compiler has no syntax tree of this file (yet)')
    end
    local lines, places = {}, {}
    local function add(node, depth)
      local words = { node.kind }
      if node.detail and node.detail ~= '' then
        table.insert(words, node.detail)
      end
      if node.role and node.role ~= 'expression' then
        table.insert(words, '(' .. node.role .. ')')
      end
      table.insert(lines, ('  '):rep(depth) .. table.concat(words, ' '))
      places[#lines] = node.range
      for _, child in ipairs(node.children or {}) do
        add(child, depth + 1)
      end
    end
    add(root, 0)
    view.show('ast', lines, function(line)
      if places[line] then
        compat.jump({ uri = uri, range = places[line] }, client)
      end
    end)
  end)
end

function run.memory()
  local client = client_here()
  if not client then
    return
  end
  ask(client, '$/memoryUsage', nil, function(tree)
    local lines = {}
    local function add(name, node, depth)
      local form = '%s%-' .. (40 - 2 * depth) .. 's %8s'
      table.insert(lines, form:format(('  '):rep(depth), name, bytes(node._total)))
      local children = {}
      for child, value in pairs(node) do
        if type(value) == 'table' then
          table.insert(children, { name = child:gsub('_', ' '), tree = value })
        end
      end
      table.sort(children, function(a, b)
        return a.tree._total > b.tree._total
      end)
      for _, child in ipairs(children) do
        add(child.name, child.tree, math.min(depth + 1, 12))
      end
    end
    add('all processes', tree, 0)
    view.show('memory', lines)
  end)
end

-- Both directions, one level; <CR> goes there.
function run.type_hierarchy()
  local client = client_here()
  if not client then
    return
  end
  ask(client, 'textDocument/prepareTypeHierarchy', compat.position(client), function(items)
    local item = items and items[1]
    if not item then
      return say('there is no class at the cursor')
    end
    ask(client, 'typeHierarchy/supertypes', { item = item }, function(bases)
      ask(client, 'typeHierarchy/subtypes', { item = item }, function(derived)
        local lines, places = {}, {}
        local function add(each, mark, depth)
          local line = each.selectionRange.start.line + 1
          local text = ('%s%s%s  %s:%d'):format(('  '):rep(depth), mark, each.name, file_name(each.uri), line)
          table.insert(lines, text)
          places[#lines] = { uri = each.uri, range = each.selectionRange }
        end
        for _, each in ipairs(bases or {}) do
          add(each, '↑ ', 0)
        end
        add(item, '', 1)
        for _, each in ipairs(derived or {}) do
          add(each, '↓ ', 2)
        end
        view.show('types', lines, function(line)
          compat.jump(places[line], client)
        end)
      end)
    end)
  end)
end

-- clangd's file, which the server reads too.
function run.user_config()
  local home = vim.env.HOME or ''
  local folder = (vim.env.XDG_CONFIG_HOME or '') ~= '' and vim.env.XDG_CONFIG_HOME or home .. '/.config'
  if vim.fn.has('mac') == 1 then
    folder = home .. '/Library/Preferences'
  end
  vim.fn.mkdir(folder .. '/clangd', 'p')
  vim.cmd('edit ' .. vim.fn.fnameescape(folder .. '/clangd/config.yaml'))
end

local function root_here()
  local client = compat.client_of(vim.api.nvim_get_current_buf())
  local root = client and client.config.root_dir
  return type(root) == 'string' and root or require('astrolabe').root(vim.api.nvim_get_current_buf())
end

function run.project_config()
  vim.cmd('edit ' .. vim.fn.fnameescape(root_here() .. '/.clangd'))
end

function run.restart()
  local astrolabe = require('astrolabe')
  astrolabe.stop(astrolabe.start)
end

function run.stop()
  require('astrolabe').stop()
end

-- The server keeps its index up to date by itself; this is for an index that is thought to be wrong. With `!` it
-- is thrown away first.
function run.reindex(_, options)
  local client = client_here()
  if not client then
    return
  end
  ask(client, 'astrolabe/reindex', { anew = options.bang or false }, function()
    say(options.bang and 'the index is built anew' or 'looking for changes')
  end)
end

function run.flags()
  local client = client_here()
  if not client then
    return
  end
  local file = vim.api.nvim_buf_get_name(0)
  ask(client, 'astrolabe/compileCommand', { textDocument = document() }, function(command)
    local lines = { 'How this file is compiled', '' }
    if type(command) == 'table' then
      vim.list_extend(lines, {
        'file       ' .. command.file,
        'from       ' .. command.origin .. ': ' .. command.reason,
        'directory  ' .. command.directory,
        'command    ' .. table.concat(command.arguments, ' '),
        '',
        'front end  ' .. (command.problem or table.concat(command.frontEnd, ' ')),
      })
    else
      table.insert(lines, 'Nobody knows.')
    end
    require('astrolabe.program').ask({ 'config', file }, root_here(), function(config, problem)
      vim.list_extend(lines, {
        '',
        'What its configuration says (astrolabe config)',
        '',
        vim.trim(config ~= '' and config or problem),
      })
      view.show('flags', lines)
    end)
  end)
end

function run.why_lexical()
  local client = client_here()
  if not client then
    return
  end
  local file = vim.api.nvim_buf_get_name(0)
  ask(client, 'astrolabe/explain', { textDocument = document() }, function(told)
    local lines = { file, '', told.verdict, '', 'Why' }
    local function list(sentences)
      for _, sentence in ipairs(sentences) do
        table.insert(lines, '- ' .. sentence)
      end
    end
    list(told.reasons)
    if #told.advice > 0 then
      vim.list_extend(lines, { '', 'What helps' })
      list(told.advice)
    end
    view.show('why', lines)
  end)
end

function run.change_signature()
  local client = client_here()
  if client then
    require('astrolabe.change_signature').start(client, say)
  end
end

-- What code lenses name: {uri, position, places}.
function commands.show_references(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local places = command.arguments and command.arguments[3] or {}
  local items = vim.lsp.util.locations_to_items(places, client.offset_encoding)
  vim.fn.setqflist({}, ' ', { title = command.title or 'References', items = items })
  vim.cmd('botright copen')
end

local ghost_actions = { 'accept', 'accept_word', 'next', 'dismiss', suggest = 'trigger' }
for name, action in pairs(ghost_actions) do
  run[type(name) == 'string' and name or action] = function()
    require('astrolabe.ghost_text')[action]()
  end
end

function run.log()
  local path = vim.lsp.get_log_path and vim.lsp.get_log_path() or vim.lsp.log.get_filename()
  vim.cmd('tabedit ' .. vim.fn.fnameescape(path))
end

function commands.names()
  local names = vim.tbl_keys(run)
  table.sort(names)
  return names
end

function commands.complete(typed)
  return vim.tbl_filter(function(name)
    return name:sub(1, #typed) == typed
  end, commands.names())
end

function commands.run(words, options)
  local name = words[1]
  if not run[name] then
    return say('there is no command "' .. name .. '"; there are ' .. table.concat(commands.names(), ', '),
      vim.log.levels.ERROR)
  end
  run[name](vim.list_slice(words, 2), options or {})
end

return commands
