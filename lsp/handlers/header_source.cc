// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/header_source.h"

#include <utility>

#include "analysis/project/source_language.h"
#include "lsp/handlers/switch_source_header.h"
#include "lsp/server/current_document.h"

namespace astrolabe::lsp {
namespace {

// A larger source is a generated one.
constexpr size_t kMaxBytes = 2 << 20;

}  // namespace

std::vector<FileText> HeaderSource::Of(Session& session, const DocumentSnapshot& document) {
  if (!LanguageOfFile(document->name.path).is_header) return {};
  const std::string path = CounterpartOf(session, document->name.path);
  if (path.empty()) return {};
  State state;
  state.path = path;
  if (const DocumentSnapshot open = session.documents().Find(path)) {
    state.generation = open->generation;
    if (open->text.size() > kMaxBytes) return {};
  } else {
    const absl::StatusOr<FileStat> stat = RealFileSystem().Stat(path);
    if (!stat.ok() || stat->size > kMaxBytes) return {};
    state.on_disk = *stat;
  }
  absl::MutexLock lock(&mutex_);
  if (state != state_) {
    text_ = CurrentDocument(session.documents(), path)->text.ToString();
    state_ = std::move(state);
  }
  if (text_.empty() || text_.size() > kMaxBytes) return {};
  return {{path, text_}};
}

}  // namespace astrolabe::lsp
