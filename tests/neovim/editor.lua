-- What the tests of neovim_test.py are written in: an editor that does one thing after another and waits.
--
-- A test is a coroutine. Between its steps Neovim's own loop runs, so that typed keys, messages of the server and
-- the plugin's timers are handled just as they are under a user's hands; `editor.wait` comes back once its
-- condition holds, and fails the test after a deadline. The language server client is Neovim's own (`vim.lsp`).
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local editor = {}

local deadline = 20 -- seconds, for any one thing to happen
local period = 5 -- milliseconds between two looks

-- What Neovim would have shown the user: {text, level}.
editor.messages = {}
vim.notify = function(text, level)
  table.insert(editor.messages, { text = text, level = level })
end

function editor.fail(text)
  error(text, 0)
end

function editor.equal(got, wanted, what)
  if not vim.deep_equal(got, wanted) then
    editor.fail((what or 'value') .. ': got ' .. vim.inspect(got) .. ', wanted ' .. vim.inspect(wanted))
  end
end

-- Gives what `condition` gives, once that is neither nil nor false.
function editor.wait(condition, what)
  local ends = vim.loop.now() + deadline * 1000
  while true do
    local value = condition()
    if value then
      return value
    end
    if vim.loop.now() > ends then
      editor.fail('waited ' .. deadline .. ' s for ' .. what .. '\nmessages: ' .. vim.inspect(editor.messages))
    end
    coroutine.yield()
  end
end

function editor.sleep(milliseconds)
  local ends = vim.loop.now() + milliseconds
  editor.wait(function()
    return vim.loop.now() >= ends
  end, 'time to pass')
end

-- Types keys as a user would (`<Esc>` and the like by name), and waits until they have been handled.
function editor.type(keys)
  local handled = false
  vim.api.nvim_input(keys)
  vim.schedule(function()
    handled = true
  end)
  editor.wait(function()
    return handled and vim.fn.getchar(1) == 0
  end, 'keys')
end

-- Runs a test and ends Neovim: with 0, or with 1 and the reason on stderr. `finish` ends it when all is well.
function editor.run(test, finish)
  local thread = coroutine.create(test)
  local timer = vim.loop.new_timer()
  local function step()
    if coroutine.status(thread) == 'dead' then
      return
    end
    local good, problem = coroutine.resume(thread)
    if good and coroutine.status(thread) ~= 'dead' then
      return
    end
    timer:stop()
    if not good then
      io.stderr:write(debug.traceback(thread, tostring(problem)) .. '\n')
      vim.cmd('cquit 1')
    end
    finish()
  end
  timer:start(0, period, vim.schedule_wrap(step))
end

-- ---- The language server.

-- The version of each buffer's text that the last diagnostics were about.
local published = {}
local publish = vim.lsp.handlers['textDocument/publishDiagnostics']
vim.lsp.handlers['textDocument/publishDiagnostics'] = function(problem, result, context, config)
  publish(problem, result, context, config)
  published[vim.uri_to_bufnr(result.uri)] = result.version or 0
end

-- Servers that are gone, by client.
editor.ended = {}

-- Starts the server as a user's configuration does; `on_end(code, signal)` is called when it has gone.
function editor.start(on_end)
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.textDocument.completion.completionItem.snippetSupport = false
  return vim.lsp.start_client({
    name = 'astrolabe',
    cmd = { vim.env.ASTROLABE, 'lsp', '--background-index=0', '--ai=0' },
    root_dir = vim.fn.getcwd(),
    capabilities = capabilities,
    on_exit = function(code, signal, client)
      editor.ended[client] = true
      if on_end then
        vim.schedule(function()
          on_end(code, signal)
        end)
      end
    end,
  })
end

-- Opens a file in the window, with the server attached, once that has answered `initialize`.
function editor.open(name, client)
  vim.cmd('edit ' .. name)
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
  vim.lsp.buf_attach_client(buffer, client)
  editor.wait(function()
    if editor.ended[client] then
      editor.fail('the server has ended')
    end
    local running = vim.lsp.get_client_by_id(client)
    return running and running.initialized and running.attached_buffers[buffer]
  end, 'the server to be attached')
  return buffer
end

-- The messages of the diagnostics that the user sees in the buffer, in their order.
function editor.diagnostics(buffer)
  return vim.tbl_map(function(diagnostic)
    return diagnostic.message
  end, vim.diagnostic.get(buffer))
end

-- Waits until these are what the user sees, and are about the text as it is.
function editor.wait_diagnostics(buffer, wanted)
  local last
  local good, problem = pcall(editor.wait, function()
    last = editor.diagnostics(buffer)
    local is_fresh = published[buffer] and published[buffer] >= (vim.lsp.util.buf_versions[buffer] or 0)
    return is_fresh and vim.deep_equal(last, wanted)
  end, 'diagnostics')
  if not good then
    editor.fail(problem .. '\ndiagnostics: ' .. vim.inspect(last) .. ', wanted ' .. vim.inspect(wanted))
  end
end

-- The result of a request about the buffer, with the cursor where `|` is in `mark` if one is given.
function editor.request(buffer, method, parameters)
  local answer
  vim.lsp.buf_request(buffer, method, parameters, function(problem, result)
    answer = { problem = problem, result = result }
  end)
  editor.wait(function()
    return answer
  end, 'the answer to ' .. method)
  if answer.problem then
    editor.fail(method .. ': ' .. vim.inspect(answer.problem))
  end
  return answer.result
end

-- Puts the cursor of the window where `|` stands in `mark`, which is a part of one of the buffer's lines.
function editor.cursor(mark)
  local bar = mark:find('|', 1, true)
  local text = mark:sub(1, bar - 1) .. mark:sub(bar + 1)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { number, column + bar - 2 })
      return number, column + bar - 2
    end
  end
  editor.fail('no line has ' .. text)
end

function editor.at_cursor()
  return vim.lsp.util.make_position_params(0, 'utf-16')
end

-- Replaces `old`, a part of one line, by `new`.
function editor.replace(old, new)
  local row, column = editor.cursor('|' .. old)
  vim.api.nvim_buf_set_text(0, row - 1, column, row - 1, column + #old, { new })
end

-- The buffer's text as the server has it.
function editor.server_text(buffer)
  return editor.request(buffer, 'astrolabe/documentText', { uri = vim.uri_from_bufnr(buffer) })
end

function editor.buffer_text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\n') .. '\n'
end

return editor
