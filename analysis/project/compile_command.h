// How one file is compiled, where that is known from, and the front-end arguments it means.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace astrolabe {

enum class CommandOrigin : uint8_t {
  kDatabase,      // an entry of compile_commands.json
  kCompileFlags,  // compile_flags.txt
  kIncluder,      // a header: the command of a file that includes it
  kNeighbour,     // the command of the most similar file
  kGuess,         // no database: language defaults and guessed include directories
};

// A driver command line. All paths absolute but those inside `arguments`, which are relative to
// `directory`.
struct CompileCommand {
  std::string file;
  std::string directory;
  std::vector<std::string> arguments;  // arguments[0] is the compiler, the file is among them
  CommandOrigin origin = CommandOrigin::kDatabase;
  std::string reason;  // a sentence for `dump flags`: "entry 17 of /w/build/compile_commands.json"
};

// A vector of arguments that is shared by its copies and never changes: a workspace has thousands of files
// and some dozens of sets of flags, of ten kilobytes each.
class SharedArguments {
 public:
  using value_type = std::string;
  using const_iterator = std::vector<std::string>::const_iterator;
  using iterator = const_iterator;

  // A vector is as good as one of these, and the other way round.
  // NOLINTBEGIN(google-explicit-constructor)
  SharedArguments() : SharedArguments(std::vector<std::string>()) {}
  SharedArguments(std::vector<std::string> arguments)
      : arguments_(std::make_shared<const std::vector<std::string>>(std::move(arguments))) {}
  SharedArguments(std::initializer_list<std::string> arguments)
      : SharedArguments(std::vector<std::string>(arguments)) {}

  const std::vector<std::string>& get() const { return *arguments_; }
  operator const std::vector<std::string>&() const { return get(); }
  // NOLINTEND(google-explicit-constructor)

  const_iterator begin() const { return get().begin(); }
  const_iterator end() const { return get().end(); }
  size_t size() const { return get().size(); }
  bool empty() const { return get().empty(); }
  const std::string& operator[](size_t index) const { return get()[index]; }

  friend bool operator==(const SharedArguments& a, const SharedArguments& b) {
    return a.arguments_ == b.arguments_ || a.get() == b.get();
  }

 private:
  std::shared_ptr<const std::vector<std::string>> arguments_;  // never null
};

// What Clang's front end (-cc1) is to do for a file, without what only concerns output, warnings or
// dependency files.
struct FrontEndCommand {
  std::string file;       // absolute, as given to the front end
  std::string directory;  // absolute
  // "-cc1" arguments without the file itself, the same for all files that share their flags (so that
  // equal vectors mean equal semantics). Never empty.
  SharedArguments cc1;
  std::vector<std::string> notes;  // flags that were dropped or not understood, one sentence each
  uint64_t digest = 0;             // XXH3-64 over directory, cc1 and the tool's version
};

}  // namespace astrolabe
