-- Questions to the program on the command line: what its language server does not tell.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local program = {}

-- Runs `astrolabe ARGUMENTS` in the folder; `done(output, problem, code)` gets texts.
function program.ask(arguments, folder, done)
  local settings = require('astrolabe').settings
  local command = { settings.cmd[1] }
  vim.list_extend(command, arguments)
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
