// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/flag_edits.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/project/paths.h"
#include "base/strings.h"
#include "clang/Options/Options.h"
#include "llvm/Option/ArgList.h"

namespace astrolabe {
namespace {

namespace options = clang::options;

llvm::opt::InputArgList Parse(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv;
  argv.reserve(arguments.size());
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  unsigned missing_index = 0;
  unsigned missing_count = 0;
  return clang::getDriverOptTable().ParseArgs(argv, missing_index, missing_count,
                                              llvm::opt::Visibility(options::ClangOption));
}

// An alias ("--include-directory=") comes as what it stands for.
const llvm::opt::Arg* AsWritten(const llvm::opt::Arg* argument) {
  return argument->getAlias() != nullptr ? argument->getAlias() : argument;
}

// One line of Remove: an option by its name with all that it takes, the beginning of an argument ("-W*"), or an argument.
class Removal {
 public:
  explicit Removal(const std::string& text) : text_(text) {
    // With something that may be its value.
    const std::vector<std::string> probe = {text, "value"};
    const llvm::opt::InputArgList parsed = Parse(probe);
    const llvm::opt::Arg* first = parsed.size() > 0 ? *parsed.begin() : nullptr;
    const bool is_option = first != nullptr && !first->getOption().matches(options::OPT_INPUT) &&
                           !first->getOption().matches(options::OPT_UNKNOWN) &&
                           AsWritten(first)->getSpelling() == text;
    if (is_option) {
      option_ = first->getOption().getUnaliasedOption().getID();
    } else if (text_.size() > 1 && text_.ends_with('*')) {
      is_beginning_ = true;
      text_.pop_back();
    }
  }

  bool Takes(const llvm::opt::Arg& parsed, const std::string& written) const {
    if (option_ != 0) return parsed.getOption().getUnaliasedOption().getID() == option_;
    return TakesText(written);
  }
  // What stands behind -Xclang.
  bool TakesText(std::string_view written) const {
    return is_beginning_ ? written.starts_with(text_) : written == text_;
  }

 private:
  std::string text_;
  unsigned option_ = 0;
  bool is_beginning_ = false;
};

// All that is behind the compiler's name.
void Remove(const std::vector<std::string>& wanted, std::vector<std::string>& arguments) {
  std::vector<Removal> removals;
  for (const std::string& text : wanted) removals.emplace_back(text);
  const llvm::opt::InputArgList parsed = Parse(arguments);
  std::vector<std::string> kept;
  for (auto it = parsed.begin(); it != parsed.end(); ++it) {
    const llvm::opt::Arg& argument = **it;
    const unsigned begin = AsWritten(&argument)->getIndex();
    const auto next = std::next(it);
    const size_t end = next == parsed.end() ? arguments.size() : AsWritten(*next)->getIndex();
    const bool is_for_front_end =
        argument.getOption().matches(options::OPT_Xclang) && argument.getNumValues() == 1;
    const bool goes = std::ranges::any_of(removals, [&](const Removal& removal) {
      return is_for_front_end ? removal.TakesText(argument.getValue())
                              : removal.Takes(argument, arguments[begin]);
    });
    if (!goes) kept.insert(kept.end(), arguments.begin() + begin, arguments.begin() + end);
  }
  arguments = std::move(kept);
}

// Takes out the file, and gives it as it was written.
std::vector<std::string> TakeFile(CompileCommand& command) {
  std::vector<std::string> taken;
  std::vector<std::string>& arguments = command.arguments;
  for (size_t i = arguments.size(); i > 1; --i) {
    const std::string& argument = arguments[i - 1];
    if (argument.empty() || argument[0] == '-' ||
        AbsolutePath(command.directory, argument) != AbsolutePath("/", command.file)) {
      continue;
    }
    taken.push_back(argument);
    arguments.erase(arguments.begin() + static_cast<ptrdiff_t>(i - 1));
    break;
  }
  // Behind it there were only files.
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes != arguments.end()) {
    taken.insert(taken.begin(), dashes, arguments.end());
    arguments.erase(dashes, arguments.end());
  }
  return taken;
}

}  // namespace

void ApplyFlagEdits(const Config& config, CompileCommand& command) {
  if (config.compile_flags.edits.empty() || command.arguments.empty()) return;
  const std::vector<std::string> file = TakeFile(command);
  std::string compiler = std::move(command.arguments.front());
  std::vector<std::string> arguments(std::make_move_iterator(command.arguments.begin() + 1),
                                     std::make_move_iterator(command.arguments.end()));
  for (const FlagEdit& edit : config.compile_flags.edits) {
    if (!edit.compiler.empty()) compiler = edit.compiler;
    if (!edit.remove.empty()) Remove(edit.remove, arguments);
    arguments.insert(arguments.end(), edit.add.begin(), edit.add.end());
  }
  command.arguments.clear();
  command.arguments.push_back(std::move(compiler));
  for (const std::vector<std::string>* part : {&std::as_const(arguments), &file}) {
    command.arguments.insert(command.arguments.end(), part->begin(), part->end());
  }
  std::vector<std::string_view> files;
  for (const ConfigSource& source : config.sources) {
    if (!source.key.starts_with("CompileFlags.")) continue;
    if (std::ranges::find(files, source.path) == files.end()) files.push_back(source.path);
  }
  for (std::string_view path : files) command.reason += StrCat(", edited by ", path);
}

}  // namespace astrolabe
