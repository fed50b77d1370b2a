-- The command :Astrolabe; the rest is loaded when it is first used, or by require('astrolabe').setup().
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
if vim.g.loaded_astrolabe then
  return
end
vim.g.loaded_astrolabe = true

vim.api.nvim_create_user_command('Astrolabe', function(call)
  require('astrolabe.commands').run(call.fargs, { bang = call.bang })
end, {
  nargs = '+',
  bang = true,
  desc = 'Commands of the C and C++ language server Astrolabe',
  complete = function(typed, line)
    return require('astrolabe.commands').complete(typed, line)
  end,
})
