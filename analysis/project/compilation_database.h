// compile_commands.json in little memory: how each file of a workspace is compiled.
//
// A big workspace has 100,000 entries of some kilobytes each, nearly all of it flags that repeat. So
// the file is never parsed as a whole: a scan that only knows strings and brackets cuts the array
// into its elements, each is parsed alone and its arguments are interned one by one; the vectors of
// their ids, with the two arguments that differ from file to file (the file and what follows -o) as
// placeholders, are interned again. What an entry then keeps is its file, its output and one number.
//
// An entry that cannot be used (malformed, of another language, its file or directory gone) is
// counted, reported and left out; text that is not a JSON array is an error. One whose file is not
// there is still found by name: the file may be written later, and the database stays as it is then.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "alloc/string_interner.h"
#include "analysis/project/compile_command.h"
#include "base/file_system.h"

namespace astrolabe {

// Immutable after Load, so shareable between threads.
class CompilationDatabase {
 public:
  // What of the file was not used, and what was.
  struct Counters {
    size_t entries = 0;         // elements of the array
    size_t used = 0;            // size()
    size_t malformed = 0;       // not an object, or without file or command
    size_t other_language = 0;  // assembler, Fortran, Rust, …
    size_t missing_file = 0;    // file not there when it was read (generated later, perhaps)
    size_t missing_directory = 0;
    size_t missing_response_files = 0;  // the entry is used without it
  };
  // What identifies the state of the file on disk that was read.
  using Stamp = FileStat;

  // NotFound if the file is not there; InvalidArgument, with byte and line, if it is no JSON array
  // to its end.
  static absl::StatusOr<CompilationDatabase> Load(const std::string& json_path);

  const std::string& path() const { return path_; }
  // Entries whose files are there.
  size_t size() const { return size_; }
  // The entry at `index` < size(), in the order of the file, or at an index that Find gives.
  CompileCommand at(size_t index) const;
  // Its file alone, absolute and normal.
  std::string FileAt(size_t index) const;
  // The first entry for a file, by its absolute normal path. Of a file that was not there: beyond size().
  std::optional<size_t> Find(std::string_view absolute_file) const;

  // A sentence for each thing left out, at most kMaxNotes; counters() has the true numbers.
  static constexpr size_t kMaxNotes = 100;
  const std::vector<std::string>& notes() const { return notes_; }
  const Counters& counters() const { return counters_; }

  const Stamp& stamp() const { return stamp_; }
  // Whether the file is gone or not the one that was read.
  bool ChangedOnDisk() const;

  // Memory held, in bytes.
  size_t bytes() const;

 private:
  friend class CompilationDatabaseBuilder;

  // Strings are ids of strings_.
  struct Entry {
    uint32_t number;     // in the file, from 0
    uint32_t directory;  // absolute, normal
    uint32_t file;       // as written
    uint32_t output;     // what follows -o, if kOutput is among its arguments
    uint32_t arguments;  // where in argument_ids_ they start: their count, then that many ids
  };
  // Ids that stand for what differs between entries.
  static constexpr uint32_t kFile = UINT32_MAX;
  static constexpr uint32_t kOutput = UINT32_MAX - 1;

  CompilationDatabase() = default;

  std::string path_;
  Stamp stamp_;
  // By pointer: an interner does not move.
  std::unique_ptr<StringInterner> strings_;
  std::vector<uint32_t> argument_ids_;
  std::vector<Entry> entries_;  // those of absent files last
  size_t size_ = 0;
  struct Place {
    uint64_t hash;  // of the absolute file
    uint32_t entry;
  };
  std::vector<Place> places_;  // by hash, then entry
  std::vector<std::string> notes_;
  Counters counters_;
};

// The flags of a compile_flags.txt: one a line, blanks around it dropped, empty lines and lines that
// start with '#' skipped. NotFound if it is not there.
absl::StatusOr<std::vector<std::string>> ReadCompileFlags(const std::string& path);

}  // namespace astrolabe
