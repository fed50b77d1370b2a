// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/completion_nodes.h"

#include <utility>

#include "absl/status/statusor.h"
#include "base/archive.h"

namespace astrolabe {
namespace {

// Bytes of source whose parse is not worth one more process and its memory.
constexpr size_t kWorthIt = 4096;

}  // namespace

bool CompletionNodes::Fits(const Prepared& prepared, const CompletionPlace& place) {
  return prepared.preamble == place.preamble && prepared.text.size() <= place.offset &&
         place.text.compare(0, prepared.text.size(), prepared.text) == 0;
}

CompletionNodes::Start CompletionNodes::Find(const CompletionPlace& place) const {
  auto it = prepared_.find(place.path);
  if (it != prepared_.end() && it->second.ready && Fits(it->second, place)) {
    return {it->second.node, it->second.text.size(), true};
  }
  return {place.preamble, place.preamble_size, false};
}

void CompletionNodes::Prepare(const CompletionPlace& place) {
  auto it = prepared_.find(place.path);
  bool fits = it != prepared_.end() && Fits(it->second, place);
  if (fits && place.offset - it->second.text.size() < kWorthIt) return;
  const size_t start = StartOf(place);
  if (start < place.preamble_size + kWorthIt) return;
  if (fits && start - it->second.text.size() < kWorthIt) return;
  Forget(place.path);
  Prepared& prepared = prepared_[place.path];
  prepared.preamble = place.preamble;
  prepared.text = place.text.substr(0, start);
  Job job;
  job.kind = JobKind::kPrefix;
  job.file = place.path;
  job.text = prepared.text;
  job.preamble_size = place.preamble_size;
  prepared.job = tree_.StartJob(place.preamble, std::move(job), parse_limit_, &prepared.node);
}

void CompletionNodes::Distrust(const std::string& path) {
  auto it = prepared_.find(path);
  if (it == prepared_.end()) return;
  End(it->second);
  it->second.failed = true;
}

void CompletionNodes::Drop(const std::string& path) {
  Forget(path);
  declarations_.erase(path);
}

size_t CompletionNodes::StartOf(const CompletionPlace& place) {
  auto [it, is_new] = declarations_.try_emplace(place.path);
  if (is_new || it->second.generation != place.generation) {
    it->second = {place.generation, DeclarationStarts(place.path, place.text)};
  }
  return it->second.starts.Of(place.offset);
}

void CompletionNodes::Forget(const std::string& path) {
  auto it = prepared_.find(path);
  if (it == prepared_.end()) return;
  End(it->second);
  prepared_.erase(it);
}

void CompletionNodes::End(Prepared& prepared) {
  if (prepared.failed) return;
  if (prepared.ready) {
    tree_.CloseNode(prepared.node);
  } else {
    tree_.KillJob(prepared.job);
  }
  prepared.ready = false;
}

bool CompletionNodes::HandleReady(const ParseEvent& event) {
  for (auto& [path, prepared] : prepared_) {
    if (prepared.node != event.node || prepared.failed) continue;
    prepared.ready = true;
    return true;
  }
  return false;
}

bool CompletionNodes::HandleGone(NodeId node) {
  for (auto it = prepared_.begin(); it != prepared_.end(); ++it) {
    if (it->second.node != node || !it->second.ready) continue;
    prepared_.erase(it);
    return true;
  }
  return false;
}

bool CompletionNodes::HandleEnd(const ParseEvent& event) {
  for (auto it = prepared_.begin(); it != prepared_.end(); ++it) {
    // Of one that was ready HandleGone hears.
    if (it->second.job != event.job || it->second.ready || it->second.failed) continue;
    if (event.lost) {
      prepared_.erase(it);
    } else {
      it->second.failed = true;  // its parse ended without coming to the place, as in inactive code
    }
    return true;
  }
  return false;
}

bool SaysNothing(QuestionKind kind, const std::string& answer) {
  if (kind == QuestionKind::kSignatureHelp) {
    absl::StatusOr<SignatureAnswer> signatures = Decode<SignatureAnswer>(answer);
    return signatures.ok() && signatures->signatures.empty();
  }
  if (kind != QuestionKind::kComplete) return false;
  absl::StatusOr<CompletionAnswer> completion = Decode<CompletionAnswer>(answer);
  return completion.ok() && completion->options.empty();
}

}  // namespace astrolabe
