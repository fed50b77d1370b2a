-- Why answers about a file are exact, or by name only: the chain from the compile command to the index, in
-- words, and what to do about the first link that is broken.
--
-- "Lexical" is the server's word for what its scanner knows without a compiler: names and places, no
-- meanings.
-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
local explanation = {}

-- The lines of `astrolabe check FILE --json`.
function explanation.read_steps(output)
  local steps = {}
  for line in output:gmatch('[^\n]+') do
    local good, step = pcall(vim.fn.json_decode, line)
    if good and type(step) == 'table' and step.step and type(step.lines) == 'table' then
      table.insert(steps, step)
    end
  end
  return steps
end

-- What `astrolabe dump flags` prints ahead of the front end's flags; nil if the text is something else.
function explanation.read_command(text)
  local function line(name)
    return ('\n' .. text):match('\n' .. name .. ' ([^\n]*)')
  end
  if not line('file') or not line('directory') or not line('command') then
    return nil
  end
  return { origin = line('origin') or '', reason = line('reason') or '' }
end

-- facts: is_running, file_state (nil: not open in the server), is_indexing, command (nil: none), steps,
-- units_indexed (by the compiler; nil: no index of that kind). Gives {verdict, reasons, advice}.
function explanation.explain(facts)
  local reasons, advice = {}, {}
  local function because(text)
    table.insert(reasons, text)
  end
  local function advise(text)
    table.insert(advice, text)
  end
  local parsed, broken
  for _, step in ipairs(facts.steps) do
    parsed = step.step == 'parse' and step or parsed
    broken = broken or (not step.ok and step) or nil
  end
  local errors = parsed and tonumber((table.concat(parsed.lines, '\n')):match('(%d+) errors?')) or 0

  if not facts.is_running then
    because('The language server does not run for this file, so nothing is answered at all.')
    advise(':Astrolabe restart, and :checkhealth astrolabe.')
  end
  if not facts.command then
    because('There is no compile command for this file.')
  elseif facts.command.origin ~= 'compilation database' then
    because('No compilation database names this file. Its command is from ' .. facts.command.origin .. ': '
      .. facts.command.reason .. '.')
    advise('If headers or macros are missing, build with CMAKE_EXPORT_COMPILE_COMMANDS=ON, or name the flags '
      .. 'in a .clangd file (:Astrolabe project_config).')
  else
    because('Its command is ' .. facts.command.reason .. '.')
  end
  if broken then
    because('The step "' .. broken.step .. '" fails: ' .. table.concat(broken.lines, '; '))
    advise('Answers about names that the compiler did not get to are by name only until that is mended.')
  elseif errors > 0 then
    because('It is parsed with ' .. errors .. ' errors; what an error hides is answered by name only.')
  elseif parsed then
    because('The compiler parses it without errors.')
  end
  local is_parsing = facts.file_state ~= nil and facts.file_state ~= 'idle'
  if is_parsing then
    because('It is being parsed just now (' .. facts.file_state .. '); until then its answers are '
      .. 'from the text.')
    advise('Ask again in a moment.')
  end
  if facts.is_indexing then
    because('The index is being built: other files are known by name only until their turn has come.')
    advise('Ask again when the status line shows no more progress.')
  elseif not facts.units_indexed or facts.units_indexed == 0 then
    because('The compiler has indexed no file of this workspace, '
      .. 'so what is in other files is known by name only.')
    advise('The index needs a compilation database, and a server without --background-index=0.')
  else
    because('The compiler has indexed ' .. facts.units_indexed .. ' translation units of this workspace.')
  end

  local own = facts.is_running and facts.command and not broken and errors == 0 and not is_parsing
  local all = own and not facts.is_indexing and (facts.units_indexed or 0) > 0
  local verdict = all and 'Answers about this file are exact.'
    or own and 'Answers from this file are exact; those from other files are, in part, by name only.'
    or 'Answers about this file are, in part, by name only.'
  return { verdict = verdict, reasons = reasons, advice = advice }
end

function explanation.lines(file, what)
  local lines = { file, '', what.verdict, '', 'Why' }
  for _, each in ipairs(what.reasons) do
    table.insert(lines, '- ' .. each)
  end
  if #what.advice > 0 then
    vim.list_extend(lines, { '', 'What helps' })
    for _, each in ipairs(what.advice) do
      table.insert(lines, '- ' .. each)
    end
  end
  return lines
end

return explanation
