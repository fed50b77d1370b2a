-- Questions to the program on the command line, beside its language server.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local program = {}

-- Flags of the server that such a question must share, so that both mean the same index and commands.
local shared = { ['compile-commands-dir'] = true, ['index-dir'] = true, ['enable-config'] = true }

function program.shared_flags(command, names)
  local flags = {}
  local i = 2
  while i <= #command do
    local name, value = command[i]:match('^%-%-?([%w-]+)=(.*)$')
    if not name and command[i]:match('^%-%-?[%w-]+$') then
      name = command[i]:match('^%-%-?([%w-]+)$')
      if names[name] then
        i = i + 1
        value = command[i]
      end
    end
    if name and names[name] and value then
      vim.list_extend(flags, { '--' .. name, value })
    end
    i = i + 1
  end
  return flags
end

-- Runs `astrolabe ARGUMENTS` in the folder; `done(output, problem, code)` gets texts.
function program.ask(arguments, folder, done, names)
  local settings = require('astrolabe').settings
  local command = { settings.cmd[1] }
  vim.list_extend(command, arguments)
  vim.list_extend(command, program.shared_flags(settings.cmd, names or shared))
  local texts = { stdout = '', stderr = '' }
  local function keep(_, lines, stream)
    texts[stream] = table.concat(lines, '\n')
  end
  local good, job = pcall(vim.fn.jobstart, command, {
    cwd = folder,
    stdout_buffered = true,
    stderr_buffered = true,
    on_stdout = keep,
    on_stderr = keep,
    on_exit = function(_, code)
      done(texts.stdout, texts.stderr, code)
    end,
  })
  if not good or job <= 0 then
    done('', 'cannot run ' .. command[1], -1)
  end
end

return program
