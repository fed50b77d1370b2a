// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/tidy_findings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"

namespace astrolabe {
namespace {

bool Overlap(const TidyEdit& a, const TidyEdit& b) {
  if (a.length == 0 && b.length == 0) return false;  // both are inserted
  if (a.length == 0) return a.offset > b.offset && a.offset < b.offset + b.length;
  if (b.length == 0) return b.offset > a.offset && b.offset < a.offset + a.length;
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

// The edits that are taken so far, of one file.
class FileEdits {
 public:
  bool Has(const TidyEdit& edit) const { return edits_.contains(edit); }

  bool Suits(const TidyEdit& edit) const {
    // Two that begin apart overlap only if the earlier one reaches over; the longest says how far back to look.
    TidyEdit from;
    from.path = edit.path;
    from.offset = edit.offset > longest_ ? edit.offset - longest_ : 0;
    for (auto it = edits_.lower_bound(from); it != edits_.end(); ++it) {
      if (it->offset > edit.offset + edit.length) break;
      if (*it != edit && Overlap(*it, edit)) return false;
    }
    return true;
  }

  void Add(const TidyEdit& edit) {
    if (!edits_.insert(edit).second) return;
    longest_ = std::max(longest_, edit.length);
    in_order_.push_back(edit);
  }

  std::vector<TidyEdit> Take() {
    // Insertions at one place stay as they came, ahead of what is replaced there.
    std::stable_sort(in_order_.begin(), in_order_.end(), [](const TidyEdit& a, const TidyEdit& b) {
      return std::pair(a.offset, a.length > 0) < std::pair(b.offset, b.length > 0);
    });
    return std::move(in_order_);
  }

 private:
  std::set<TidyEdit> edits_;
  uint64_t longest_ = 0;
  std::vector<TidyEdit> in_order_;
};

}  // namespace

void TidyFindings::Add(std::vector<TidyFinding> findings, bool fixes) {
  for (TidyFinding& finding : findings) {
    if (!fixes) finding.edits.clear();
    auto key = std::tuple(finding.path, finding.offset, finding.check, finding.message);
    auto [it, is_new] = findings_.try_emplace(std::move(key));
    if (is_new) {
      it->second = std::move(finding);
      continue;
    }
    for (TidyEdit& edit : finding.edits) {
      std::vector<TidyEdit>& known = it->second.edits;
      if (std::find(known.begin(), known.end(), edit) == known.end()) {
        known.push_back(std::move(edit));
      }
    }
  }
}

std::vector<TidyFinding> TidyFindings::Take() {
  std::vector<TidyFinding> all;
  for (auto& [key, finding] : findings_) all.push_back(std::move(finding));
  findings_.clear();
  return all;
}

ChosenFixes ChooseFixes(const std::vector<TidyFinding>& findings, std::string_view root) {
  ChosenFixes chosen;
  std::map<std::string, FileEdits> files;
  std::string inside = StrCat(root, "/");
  for (size_t i = 0; i < findings.size(); ++i) {
    const std::vector<TidyEdit>& edits = findings[i].edits;
    if (edits.empty()) continue;
    bool suits = std::all_of(edits.begin(), edits.end(), [&](const TidyEdit& edit) {
      return edit.path.starts_with(inside) && files[edit.path].Suits(edit);
    });
    (suits ? chosen.applied : chosen.conflicting).push_back(i);
    if (!suits) continue;
    for (const TidyEdit& edit : edits) files[edit.path].Add(edit);
  }
  for (auto& [path, edits] : files) {
    std::vector<TidyEdit> taken = edits.Take();
    if (!taken.empty()) chosen.edits.emplace(path, std::move(taken));
  }
  return chosen;
}

std::string ApplyEdits(std::string_view text, const std::vector<TidyEdit>& edits) {
  std::string result;
  size_t at = 0;
  for (const TidyEdit& edit : edits) {
    bool fits =
        edit.offset >= at && edit.offset <= text.size() && edit.length <= text.size() - edit.offset;
    if (!fits) continue;
    result += text.substr(at, edit.offset - at);
    result += edit.text;
    at = edit.offset + edit.length;
  }
  result += text.substr(at);
  return result;
}

}  // namespace astrolabe
