// What headers tell about themselves in the comments that include-what-you-use reads, for whoever writes an #include:
//
//     // IWYU pragma: private, include "shop/shop.h"    this header is not for others; that one is
//     // IWYU pragma: friend "shop/.*"                  but for files of such a path it is
//     #include "shop/impl.h"  // IWYU pragma: export    who includes this header has that one too
//     // IWYU pragma: begin_exports … end_exports       the same for all lines between them
//     // IWYU pragma: always_keep                        who includes this header knows why
//     #include "shop/impl.h"  // IWYU pragma: keep      this line is wanted, whatever is used of it ("associated" too)
//     // IWYU pragma: begin_keep … end_keep             the same for all lines between them
//     // IWYU pragma: no_include "shop/impl.h"          that one is not to be proposed
//
// The filters of the index know which files can have such comments; these alone are read, as they are now.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_store.h"
#include "index/source_reader.h"

namespace astrolabe {

struct IncludePragmas {
  bool is_private = false;
  std::string instead;               // of a private header, with delimiters; empty: it names none
  std::vector<std::string> friends;  // regular expressions of paths
  std::vector<std::string> exports;  // as spelled, with delimiters
  bool is_always_kept = false;
  std::vector<std::string> keeps;    // as spelled, with delimiters; without exports
  std::vector<std::string> refuses;  // no_include, with delimiters
};
IncludePragmas ReadIncludePragmas(std::string_view text);

// The headers that files should include. Reads each file once. One thread at a time.
class PublicHeaders {
 public:
  // `root` is the workspace's; paths are as the index has them.
  PublicHeaders(std::shared_ptr<const Snapshot> snapshot, const std::string& root);

  // One of the two.
  struct Choice {
    std::string path;     // a header of the workspace
    std::string spelled;  // what the private header names, with delimiters
  };
  // What the file `includer` is to include for what `header` declares: the header itself unless it is private to
  // others. Then what it names, else the public header with the shortest path that exports it.
  Choice For(const std::string& header, const std::string& includer);

 private:
  const IncludePragmas& PragmasOf(const std::string& path);
  Choice Choose(const std::string& header, const std::string& includer, int depth);
  std::vector<std::string> ExportersOf(const std::string& header);
  bool IsThere(const std::string& path) const;
  bool Exports(const std::string& exporter, const std::string& header);

  std::shared_ptr<const Snapshot> snapshot_;
  std::optional<SourceRoot> root_;  // nothing: it is gone
  SourceReader reader_;
  std::map<std::string, IncludePragmas> read_;
};

}  // namespace astrolabe
