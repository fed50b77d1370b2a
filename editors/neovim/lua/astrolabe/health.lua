-- :checkhealth astrolabe
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = require('astrolabe.compat')

local health = {}

-- Neovim 0.7 has this as a module, and by other names.
local function reporter()
  local module = vim.health or require('health')
  return {
    start = module.start or module.report_start,
    ok = module.ok or module.report_ok,
    warn = module.warn or module.report_warn,
    error = module.error or module.report_error,
    info = module.info or module.report_info,
  }
end

local function output_of(command)
  local good, text = pcall(vim.fn.system, command)
  return good and vim.v.shell_error == 0 and vim.trim(text) or nil
end

function health.check()
  local say = reporter()
  local astrolabe = require('astrolabe')
  local cmd = astrolabe.settings.cmd

  say.start('Astrolabe: editor')
  if vim.fn.has('nvim-0.7.2') == 1 then
    say.ok('Neovim is 0.7.2 or later')
  else
    say.error('Neovim is older than 0.7.2')
  end
  say.info('the server is started by ' .. (compat.has_config and 'Neovim (vim.lsp.enable)' or 'the plugin'))
  if astrolabe.settings.inline_completion == false then
    say.info('ghost text is off')
  else
    say.info('ghost text is ' .. (require('astrolabe.ghost_text').is_own() and "the plugin's" or "Neovim's"))
  end

  say.start('Astrolabe: server')
  local path = vim.fn.exepath(cmd[1])
  if path == '' then
    say.error('there is no program "' .. cmd[1] .. '"',
      { "put it on PATH, or name it: require('astrolabe').setup({ cmd = { '/path/to/astrolabe', 'lsp' } })" })
    return
  end
  local version = output_of({ path, '--version' })
  if not version then
    say.error(path .. ' does not say its version: is it Astrolabe?')
    return
  end
  say.ok(path .. ' is ' .. version)
  if cmd[2] ~= 'lsp' then
    say.error('the setting cmd must be { PROGRAM, "lsp", FLAGS }')
  end
  local models = output_of({ path, 'ai', 'models' })
  if models and models ~= '' then
    say.ok('a language model for ghost text: ' .. vim.split(models, '\n')[1])
  else
    say.info('there is no language model for ghost text (astrolabe ai models)')
  end

  say.start('Astrolabe: workspaces')
  local running = compat.clients()
  if #running == 0 then
    say.warn('no server runs', { 'open a C or C++ file',
      "is require('astrolabe').setup() in your configuration?" })
  end
  for _, client in ipairs(running) do
    local root = client.config.root_dir or vim.fn.getcwd()
    say.ok('a server runs for ' .. root)
    local found
    for _, folder in ipairs({ root, root .. '/build' }) do
      for _, name in ipairs({ 'compile_commands.json', 'compile_flags.txt' }) do
        found = found or (vim.loop.fs_stat(folder .. '/' .. name) and folder .. '/' .. name)
      end
    end
    if found then
      say.ok('compile commands are in ' .. found)
    else
      say.warn('there is no compile_commands.json in ' .. root .. ' or its folder build', {
        'CMake writes one with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON',
        'without it answers are by name only; :Astrolabe why_lexical says it of a file',
      })
    end
    if vim.loop.fs_stat(root .. '/.cache/astrolabe/MANIFEST') then
      say.ok('there is an index in ' .. root .. '/.cache/astrolabe')
    else
      say.info('there is no index in ' .. root .. '/.cache/astrolabe yet, or it is elsewhere (--index-dir)')
    end
  end
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in ipairs(get()) do
    if client.name == 'clangd' or client.name == 'ccls' then
      say.warn(client.name .. ' runs too: answers will come twice', { 'do not start one of the two' })
    end
  end
end

return health
