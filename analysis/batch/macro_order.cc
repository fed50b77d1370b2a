// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/macro_order.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "index/ascii.h"

namespace astrolabe {
namespace {

bool IsNameStart(char c) { return IsNameByte(c) && !IsDigit(c); }

// Takes the next name off `text`; empty if there is none.
std::string_view TakeName(std::string_view* text) {
  size_t begin = 0;
  while (begin < text->size() && !IsNameStart((*text)[begin])) {
    // The rest of a number is no name: 0x10L.
    bool number = IsDigit((*text)[begin]);
    ++begin;
    while (number && begin < text->size() && IsNameByte((*text)[begin])) ++begin;
  }
  size_t end = begin;
  while (end < text->size() && IsNameByte((*text)[end])) ++end;
  std::string_view name = text->substr(begin, end - begin);
  text->remove_prefix(end);
  return name;
}

// The line at `at` with those that a backslash joins to it; moves `at` behind it.
std::string_view TakeLine(std::string_view text, size_t* at) {
  size_t begin = *at;
  for (;;) {
    size_t end = text.find('\n', *at);
    if (end == std::string_view::npos) {
      *at = text.size();
      return text.substr(begin);
    }
    size_t last = end > begin && text[end - 1] == '\r' ? end - 1 : end;
    *at = end + 1;
    if (last == begin || text[last - 1] != '\\') return text.substr(begin, end - begin);
  }
}

void SortUnique(std::vector<std::string>* names) {
  std::sort(names->begin(), names->end());
  names->erase(std::unique(names->begin(), names->end()), names->end());
}

}  // namespace

DirectiveNames FindDirectiveNames(std::string_view text) {
  DirectiveNames names;
  size_t at = 0;
  while (at < text.size()) {
    size_t hash = text.find_first_not_of(" \t", at);
    if (hash == std::string_view::npos) break;
    if (text[hash] != '#') {
      size_t end = text.find('\n', hash);
      if (end == std::string_view::npos) break;
      at = end + 1;
      continue;
    }
    at = hash + 1;
    std::string_view line = TakeLine(text, &at);
    std::string_view directive = TakeName(&line);
    if (directive == "define" || directive == "undef") {
      std::string_view name = TakeName(&line);
      if (!name.empty()) names.defined.emplace_back(name);
    } else if (directive == "if" || directive == "ifdef" || directive == "ifndef" ||
               directive == "elif" || directive == "elifdef" || directive == "elifndef") {
      line = line.substr(0, std::min(line.find("//"), line.find("/*")));
      for (std::string_view name = TakeName(&line); !name.empty(); name = TakeName(&line)) {
        // __has_include and its like are the compiler's own.
        if (name != "defined" && !name.starts_with("__has_")) names.asked.emplace_back(name);
      }
    }
  }
  SortUnique(&names.defined);
  SortUnique(&names.asked);
  return names;
}

MacroOrder::MacroOrder(const ScanResult& scan,
                       const std::function<std::string(const std::string&)>& read,
                       const std::function<bool(uint32_t)>& is_system)
    : scan_(scan) {
  FindQuestions(read, is_system);
  asked_by_.resize(scan_.files.size());
  decided_by_.resize(scan_.files.size());
  for (uint32_t question = 0; question < questions_.size(); ++question) {
    asked_by_[questions_[question].asker].push_back(question);
    for (uint32_t definer : questions_[question].definers) {
      decided_by_[definer].push_back(question);
    }
  }
}

void MacroOrder::FindQuestions(const std::function<std::string(const std::string&)>& read,
                               const std::function<bool(uint32_t)>& is_system) {
  // A file without a guard is part of who includes it, so it speaks for each of those.
  size_t count = scan_.files.size();
  std::vector<DirectiveNames> names(count);
  std::vector<bool> has_names(count);
  std::vector<bool> system(count);
  for (uint32_t file = 0; file < count; ++file) system[file] = is_system(file);
  std::vector<std::vector<uint32_t>> parts(count);
  std::unordered_map<std::string_view, std::vector<uint32_t>> definers;
  for (uint32_t file = 0; file < count; ++file) {
    if (!scan_.files[file].guarded) continue;
    std::vector<uint32_t>& own = parts[file];
    own.push_back(file);
    for (size_t i = 0; i < own.size(); ++i) {
      for (uint32_t next : scan_.files[own[i]].includes) {
        bool taken =
            scan_.files[next].guarded || std::find(own.begin(), own.end(), next) != own.end();
        if (!taken) own.push_back(next);
      }
    }
    for (uint32_t part : own) {
      if (!has_names[part]) names[part] = FindDirectiveNames(read(scan_.files[part].path));
      has_names[part] = true;
      for (const std::string& name : names[part].defined) {
        std::vector<uint32_t>& files = definers[name];
        if (files.empty() || files.back() != file) files.push_back(file);
      }
    }
  }
  std::vector<bool> reached(count);
  for (uint32_t asker = 0; asker < count; ++asker) {
    if (parts[asker].empty()) continue;
    std::set<std::string_view> asked;
    for (uint32_t part : parts[asker]) {
      for (const std::string& name : names[part].asked) {
        if (definers.contains(name)) asked.insert(name);
      }
    }
    if (asked.empty()) continue;
    std::vector<uint32_t> closure = Walk({asker});
    for (uint32_t file : closure) reached[file] = true;
    for (std::string_view name : asked) {
      Question question{asker, {}};
      bool own = false;
      for (uint32_t definer : definers[name]) {
        own |= reached[definer];
        if (!system[asker] || !system[definer]) question.definers.push_back(definer);
      }
      if (!own && !question.definers.empty()) questions_.push_back(std::move(question));
    }
    for (uint32_t file : closure) reached[file] = false;
  }
}

std::vector<uint32_t> MacroOrder::Walk(const std::vector<uint32_t>& roots) const {
  std::vector<uint32_t> order;
  std::vector<bool> entered(scan_.files.size());
  std::vector<std::pair<uint32_t, size_t>> stack;  // file, next of its includes
  auto enter = [&](uint32_t file) {
    if (entered[file]) return;
    entered[file] = true;
    order.push_back(file);
    stack.emplace_back(file, 0);
  };
  for (uint32_t root : roots) {
    enter(root);
    while (!stack.empty()) {
      auto& [file, next] = stack.back();
      const std::vector<uint32_t>& includes = scan_.files[file].includes;
      if (next == includes.size()) {
        stack.pop_back();
      } else {
        enter(includes[next++]);
      }
    }
  }
  return order;
}

std::vector<MacroOrder::Answer> MacroOrder::Answers(uint32_t unit) const {
  std::vector<uint32_t> roots;
  for (const ScannedInclude& include : scan_.units[unit].includes) roots.push_back(include.file);
  std::vector<Answer> answers(questions_.size(), Answer::kNotAsked);
  std::vector<bool> defined(questions_.size());
  for (uint32_t file : Walk(roots)) {
    for (uint32_t question : asked_by_[file]) {
      answers[question] = defined[question] ? Answer::kYes : Answer::kNo;
    }
    for (uint32_t question : decided_by_[file]) defined[question] = true;
  }
  return answers;
}

std::vector<MacroOrder::Answer> MacroOrder::AnswersOfMost(
    const std::vector<uint32_t>& units) const {
  std::vector<int> balance(questions_.size());
  std::vector<bool> asked(questions_.size());
  for (uint32_t unit : units) {
    std::vector<Answer> answers = Answers(unit);
    for (size_t question = 0; question < answers.size(); ++question) {
      if (answers[question] == Answer::kNotAsked) continue;
      asked[question] = true;
      balance[question] += answers[question] == Answer::kYes ? 1 : -1;
    }
  }
  std::vector<Answer> most(questions_.size(), Answer::kNotAsked);
  for (size_t question = 0; question < most.size(); ++question) {
    if (asked[question]) most[question] = balance[question] > 0 ? Answer::kYes : Answer::kNo;
  }
  return most;
}

std::pair<std::vector<uint32_t>, std::vector<uint32_t>> MacroOrder::Partition(
    const std::vector<uint32_t>& units) const {
  std::vector<Answer> most = AnswersOfMost(units);
  std::pair<std::vector<uint32_t>, std::vector<uint32_t>> parts;
  for (uint32_t unit : units) {
    // Walked a second time: the answers of all units together would be megabytes.
    std::vector<Answer> answers = Answers(unit);
    bool agrees = true;
    for (size_t question = 0; question < most.size(); ++question) {
      agrees =
          agrees && (answers[question] == Answer::kNotAsked || answers[question] == most[question]);
    }
    (agrees ? parts.first : parts.second).push_back(unit);
  }
  return parts;
}

std::vector<uint32_t> MacroOrder::Sort(const std::vector<uint32_t>& units,
                                       const std::vector<uint32_t>& headers) const {
  std::vector<Answer> wanted = AnswersOfMost(units);
  std::vector<std::vector<uint32_t>> walks;
  std::vector<uint32_t> askers_left(questions_.size());  // headers not placed that would ask
  for (uint32_t header : headers) {
    // Only files that have to do with a question matter.
    std::vector<uint32_t>& walk = walks.emplace_back();
    for (uint32_t file : Walk({header})) {
      if (asked_by_[file].empty() && decided_by_[file].empty()) continue;
      walk.push_back(file);
      for (uint32_t question : asked_by_[file]) ++askers_left[question];
    }
  }
  std::vector<bool> entered(scan_.files.size());
  std::vector<bool> defined(questions_.size());
  // Whether all that `header` brings in finds what it should, and leaves it to those that come later.
  auto fits = [&](size_t header) {
    std::vector<uint32_t> defines;
    bool good = true;
    for (uint32_t file : walks[header]) {
      if (entered[file]) continue;
      for (uint32_t question : asked_by_[file]) {
        bool yes = defined[question] ||
                   std::find(defines.begin(), defines.end(), question) != defines.end();
        Answer found = yes ? Answer::kYes : Answer::kNo;
        good = good && (wanted[question] == Answer::kNotAsked || wanted[question] == found);
      }
      for (uint32_t question : decided_by_[file]) {
        bool asked = entered[questions_[question].asker];
        bool too_early = wanted[question] == Answer::kNo && !asked && askers_left[question] > 0;
        // The asker may be among the files that this header has brought in just before.
        if (too_early) {
          auto asker =
              std::find(walks[header].begin(), walks[header].end(), questions_[question].asker);
          auto here = std::find(walks[header].begin(), walks[header].end(), file);
          too_early = asker >= here;
        }
        good = good && !too_early;
        defines.push_back(question);
      }
      if (!good) return false;
    }
    return true;
  };
  std::vector<uint32_t> sorted;
  std::vector<size_t> waiting(headers.size());
  for (size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
  auto take = [&](size_t header) {
    for (uint32_t file : walks[header]) {
      for (uint32_t question : asked_by_[file]) --askers_left[question];
    }
  };
  while (!waiting.empty()) {
    auto next = std::find_if(waiting.begin(), waiting.end(), fits);
    if (next == waiting.end()) {
      // The last one is wanted the least; without it others may find their place.
      take(waiting.back());
      waiting.pop_back();
      continue;
    }
    size_t header = *next;
    waiting.erase(next);
    take(header);
    sorted.push_back(headers[header]);
    for (uint32_t file : walks[header]) {
      if (entered[file]) continue;
      entered[file] = true;
      for (uint32_t question : decided_by_[file]) defined[question] = true;
    }
  }
  return sorted;
}

}  // namespace astrolabe
