// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/file_query.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "index/query/name_matcher.h"

namespace astrolabe {
namespace {

bool Better(const FileHit& a, const FileHit& b) {
  return std::tie(b.score, a.path) < std::tie(a.score, b.path);
}

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The part of `path` with as many folders as `text` has, so that "db/db_imp" meets "db/db_impl.cc".
std::string_view TailLike(std::string_view path, std::string_view text) {
  auto folders = std::count(text.begin(), text.end(), '/');
  size_t at = path.size();
  for (auto i = folders; i >= 0 && at != std::string_view::npos; --i) {
    at = at == 0 ? std::string_view::npos : path.rfind('/', at - 1);
  }
  return at == std::string_view::npos ? path : path.substr(at + 1);
}

}  // namespace

std::vector<FileHit> FindFiles(const Snapshot& snapshot, std::string_view text, size_t limit) {
  std::vector<FileHit> hits;
  if (text.starts_with("./")) text.remove_prefix(2);
  NameMatcher matcher(text);
  const bool has_folder = text.find('/') != std::string_view::npos;
  for (const LiveSegment& live : snapshot.segments) {
    for (StringCursor cursor = live.segment->paths().WalkAll(); cursor.Next();) {
      std::string_view path = cursor.text();
      std::optional<float> score = matcher.Match(has_folder ? TailLike(path, text) : NameOf(path));
      if (!score && has_folder) {
        if (std::optional<float> whole = matcher.Match(path)) score = *whole * 0.5F;
      }
      if (!score || live.dead.Contains(cursor.id())) continue;
      hits.push_back({std::string(path), path == text ? 1.0F : *score * 0.99F});
      if (hits.size() >= 8 * limit + 1024) {
        std::nth_element(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(limit), hits.end(),
                         Better);
        hits.resize(limit);
      }
    }
  }
  std::sort(hits.begin(), hits.end(), Better);
  if (hits.size() > limit) hits.resize(limit);
  return hits;
}

std::vector<std::string> FilesOfStem(const Snapshot& snapshot, std::string_view stem) {
  std::vector<std::string> paths;
  for (const LiveSegment& live : snapshot.segments) {
    for (StringCursor cursor = live.segment->paths().WalkAll(); cursor.Next();) {
      const std::string_view name = NameOf(cursor.text());
      const bool is_of_stem = name.starts_with(stem) && name.rfind('.') == stem.size();
      if (is_of_stem && !live.dead.Contains(cursor.id())) paths.emplace_back(cursor.text());
    }
  }
  return paths;
}

}  // namespace astrolabe
