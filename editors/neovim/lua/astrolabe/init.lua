-- The plugin's settings and the server's life.
--
-- From 0.11 on Neovim itself starts servers for the buffers that they are for (vim.lsp.config,
-- vim.lsp.enable); before that we do, one server for each root.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local compat = require('astrolabe.compat')

local astrolabe = {}

astrolabe.settings = {
  cmd = { 'astrolabe', 'lsp' }, -- with the server's flags, which are clangd's
  filetypes = { 'c', 'cpp', 'objc', 'objcpp', 'cuda' },
  root_markers = { '.clangd', 'compile_commands.json', 'compile_flags.txt', '.git' },
  fallback_flags = {},
  inline_completion = 'auto', -- 'auto': Neovim's own where there is one; 'own': always ours; false
  capabilities = nil, -- those of a completion plugin
  on_attach = nil,
}

-- What Neovim is to call the client's: also for who starts the server by other means.
function astrolabe.client_config()
  local settings = astrolabe.settings
  local status = require('astrolabe.status')
  local capabilities = settings.capabilities or vim.lsp.protocol.make_client_capabilities()
  local additions = { textDocument = { completion = { editsNearCursor = true } } }
  local ghost_text = require('astrolabe.ghost_text')
  if ghost_text.is_own() then
    additions.textDocument.inlineCompletion = { dynamicRegistration = false }
  end
  return {
    name = 'astrolabe',
    cmd = settings.cmd,
    filetypes = settings.filetypes,
    capabilities = vim.tbl_deep_extend('force', capabilities, additions),
    init_options = { clangdFileStatus = true, fallbackFlags = settings.fallback_flags },
    handlers = status.handlers(),
    on_attach = function(client, buffer)
      ghost_text.attach(client, buffer)
      if settings.on_attach then
        settings.on_attach(client, buffer)
      end
    end,
    on_exit = function(_, _, id)
      status.forget(id)
    end,
  }
end

function astrolabe.root(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return compat.root(name, astrolabe.settings.root_markers) or vim.fn.fnamemodify(name, ':p:h')
end

local by_root = {}

local function start_here(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == '' or vim.bo[buffer].buftype ~= '' then
    return
  end
  if not vim.tbl_contains(astrolabe.settings.filetypes, vim.bo[buffer].filetype) then
    return
  end
  local root = astrolabe.root(buffer)
  local id = by_root[root]
  local client = id and vim.lsp.get_client_by_id(id)
  if not client or compat.is_stopped(client) then
    local config = astrolabe.client_config()
    config.root_dir = root
    -- A server knows its workspace by this where there is a list of folders.
    config.workspace_folders = { { uri = vim.uri_from_fname(root), name = root } }
    if vim.fn.executable(config.cmd[1]) == 0 then
      vim.notify('astrolabe: there is no program "' .. config.cmd[1] .. '"; see :checkhealth astrolabe',
        vim.log.levels.ERROR)
      return
    end
    id = vim.lsp.start_client(config)
    by_root[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

-- Starts the server for all buffers that it is for; also after `stop`.
function astrolabe.start()
  if compat.has_config then
    local config = astrolabe.client_config()
    config.root_dir = function(buffer, start)
      start(astrolabe.root(buffer))
    end
    vim.lsp.config('astrolabe', config)
    vim.lsp.enable('astrolabe')
    return
  end
  local group = vim.api.nvim_create_augroup('astrolabe', { clear = true })
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = astrolabe.settings.filetypes,
    callback = function(event)
      start_here(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      start_here(buffer)
    end
  end
end

-- Ends all of our servers, and calls `done` when they are gone.
function astrolabe.stop(done)
  local running = compat.clients()
  if compat.has_config then
    vim.lsp.enable('astrolabe', false)
  else
    pcall(vim.api.nvim_del_augroup_by_name, 'astrolabe')
    by_root = {}
  end
  for _, client in ipairs(running) do
    compat.stop(client, false)
  end
  local ends = vim.loop.now() + 5000
  local function look()
    local left = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil and not compat.is_stopped(client)
    end, running)
    if #left == 0 then
      return done and done()
    end
    if vim.loop.now() > ends then
      for _, client in ipairs(left) do
        compat.stop(client, true)
      end
    end
    vim.defer_fn(look, 50)
  end
  look()
end

function astrolabe.setup(settings)
  for name in pairs(settings or {}) do
    local known = astrolabe.settings[name] ~= nil or name == 'capabilities' or name == 'on_attach'
    if not known then
      vim.notify('astrolabe: there is no setting "' .. name .. '"', vim.log.levels.WARN)
    end
  end
  astrolabe.settings = vim.tbl_extend('force', astrolabe.settings, settings or {})
  vim.lsp.commands['astrolabe.showReferences'] = require('astrolabe.commands').show_references
  astrolabe.start()
end

-- For a status line: "%{v:lua.require'astrolabe'.statusline()}".
function astrolabe.statusline()
  return require('astrolabe.status').text(vim.api.nvim_get_current_buf())
end

return astrolabe
