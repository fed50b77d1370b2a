-- Windows with text of ours: reports, and trees whose lines lead somewhere.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local view = {}

-- Opens (or fills anew) the buffer of this name. `q` closes it; on <CR>, `choose` gets the line's number
-- from 1.
function view.show(name, lines, choose)
  local full = 'astrolabe://' .. name
  local buffer = vim.fn.bufnr('^' .. vim.fn.escape(full, '[]*?\\') .. '$')
  if buffer == -1 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, full)
  end
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modifiable = true
  local split = {}
  for _, line in ipairs(lines) do
    vim.list_extend(split, vim.split(line, '\n', { plain = true }))
  end
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, split)
  vim.bo[buffer].modifiable = false
  local from = vim.api.nvim_get_current_win()
  local window = vim.fn.bufwinid(buffer)
  if window == -1 then
    vim.cmd('botright split')
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(window, buffer)
    vim.api.nvim_win_set_height(window, math.max(3, math.min(#split, math.floor(vim.o.lines / 2))))
  end
  vim.api.nvim_set_current_win(window)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, desc = 'Close' })
  if choose then
    vim.keymap.set('n', '<CR>', function()
      local line = vim.api.nvim_win_get_cursor(0)[1]
      if vim.api.nvim_win_is_valid(from) then
        vim.api.nvim_set_current_win(from)
      end
      choose(line)
    end, { buffer = buffer, desc = 'Go there' })
  end
  return buffer
end

return view
