// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/ai_usage.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/whole_file.h"

namespace astrolabe::lsp {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 2;
constexpr absl::Duration kKept = absl::Hours(24 * 30);

// When a process was started, in ticks since boot; 0 if there is none of that number.
uint64_t StartedTicks(int64_t pid) {
  std::string stat;
  std::ifstream file(StrCat("/proc/", pid, "/stat"));
  std::getline(file, stat);
  // "pid (name) state ppid ...": the name may have anything in it. The 20th value behind it.
  size_t at = stat.rfind(") ");
  for (int field = 0; field < 20 && at != stat.npos; ++field) at = stat.find(' ', at + 1);
  return at == stat.npos ? 0 : std::strtoull(stat.c_str() + at, nullptr, 10);
}

Json JsonOf(const SuggestionCounts& counts) {
  return {{"asked", counts.requests},
          {"remembered", counts.remembered},
          {"superseded", counts.superseded},
          {"failed", counts.failures},
          {"answered", counts.answered},
          {"candidates", counts.candidates},
          {"empty", counts.empty},
          {"no_text", counts.no_text},
          {"repeated", counts.repeated},
          {"refused", counts.refused},
          {"not_checked", counts.not_checked},
          {"hidden", counts.hidden},
          {"shown", counts.shown},
          {"taken", counts.taken},
          {"passed", counts.passed},
          {"unseen", counts.unseen},
          {"model_seconds", counts.model_seconds},
          {"check_seconds", counts.check_seconds}};
}

Json JsonOf(const ModelCounts& counts) {
  return {{"starts", counts.starts},
          {"deaths", counts.deaths},
          {"requests", counts.requests},
          {"failures", counts.failures},
          {"cancelled", counts.cancelled},
          {"prompt_tokens", counts.cost.prompt_tokens},
          {"reused_tokens", counts.cost.reused_tokens},
          {"generated_tokens", counts.cost.generated_tokens},
          {"load_seconds", counts.load_seconds},
          {"prompt_seconds", counts.cost.prompt_seconds},
          {"total_seconds", counts.cost.total_seconds},
          {"cpu_seconds", counts.cpu_seconds},
          {"most_bytes", counts.most_bytes}};
}

// Calls visit(name, number) for each number of the table.
template <typename Table, typename Visit>
void VisitOutcomes(Table& table, const Visit& visit) {
  for (size_t sureness = 0; sureness < kSurenesses; ++sureness) {
    for (size_t place = 0; place < kCursorPlaces; ++place) {
      const std::string name = StrCat(NameOf(static_cast<Sureness>(sureness)), "/",
                                      NameOf(static_cast<CursorPlace>(place)), "/");
      visit(StrCat(name, "taken"), table[sureness][place].taken);
      visit(StrCat(name, "passed"), table[sureness][place].passed);
    }
  }
}

Json JsonOf(const OutcomeTable& table) {
  Json json = Json::object();
  VisitOutcomes(table, [&](const std::string& name, uint64_t number) {
    if (number > 0) json[name] = number;
  });
  return json;
}

Json JsonOf(const ModelRecordCounts& counts) {
  return {{"asked", counts.asked},
          {"answered", counts.answered},
          {"late", counts.late},
          {"failed", counts.failures},
          {"passed_over", counts.passed_over},
          {"shown", counts.shown},
          {"taken", counts.taken},
          {"passed", counts.passed},
          {"most_expected_seconds", counts.expected_seconds}};
}

Json ModelJson(const ModelProcess& model, const ModelRecordCounts& record) {
  Json json = {
      {"pid", model.pid()}, {"record", JsonOf(record)}, {"processes", JsonOf(model.counts())}};
  if (const std::optional<ModelReady> ready = model.last_ready()) {
    json["path"] = ready->info.path;
    json["name"] = ready->info.name;
    json["bytes"] = ready->info.bytes;
    json["offline"] = ready->is_offline;
  }
  return json;
}

bool IsUsage(const Json& json) {
  const auto is_object = [&](const char* key) {
    const auto member = json.find(key);
    return member != json.end() && member->is_object();
  };
  const auto is_model = [](const Json& model) {
    const auto has = [&](const char* key) { return model.contains(key) && model[key].is_object(); };
    return model.is_object() && has("record") && has("processes");
  };
  const Json models = json.is_object() ? json.value("models", Json()) : Json();
  return models.is_array() && std::ranges::all_of(models, is_model) &&
         json.value("version", Json()) == kVersion && is_object("suggestions") &&
         json.value("pid", Json()).is_number_integer() &&
         json.value("started", Json()).is_number_integer() &&
         json.value("started_ticks", Json()).is_number_unsigned();
}

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    files.push_back(it->path().string());
  }
  return files;
}

void RemoveOld(const std::string& folder) {
  std::error_code error;
  for (const std::string& file : FilesIn(folder)) {
    const auto written = fs::last_write_time(file, error);
    if (error) continue;
    const bool is_old = fs::file_time_type::clock::now() - written > absl::ToChronoSeconds(kKept);
    if (is_old) fs::remove(file, error);
  }
}

}  // namespace

std::string AiUsageFolder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return StrCat(state, "/astrolabe/ai");
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return StrCat(home, "/.local/state/astrolabe/ai");
  return "";
}

AiUsageFile::AiUsageFile(const std::string& folder, std::string root, const std::string& name)
    : root_(std::move(root)), started_(absl::ToUnixSeconds(absl::Now())) {
  if (folder.empty()) return;
  RemoveOld(folder);
  path_ = StrCat(folder, "/", started_, "-", getpid(), name.empty() ? "" : "-", name, ".json");
}

void AiUsageFile::Write(const Suggester& suggester,
                        const std::vector<std::unique_ptr<ModelProcess>>& models) {
  if (path_.empty()) return;
  absl::MutexLock lock(&mutex_);  // the newest counts are the last ones written
  const std::vector<ModelRecordCounts> records = suggester.model_counts();
  Json told = Json::array();
  for (size_t i = 0; i < models.size(); ++i) told.push_back(ModelJson(*models[i], records[i]));
  const Json json = {{"version", kVersion},
                     {"pid", getpid()},
                     {"started_ticks", StartedTicks(getpid())},
                     {"started", started_},
                     {"root", root_},
                     {"models", std::move(told)},
                     {"suggestions", JsonOf(suggester.counts())},
                     {"outcomes", JsonOf(suggester.learnt())}};
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  const std::string temporary = StrCat(path_, ".tmp");
  std::ofstream out(temporary, std::ios::binary);
  out << DumpJson(json) << '\n';
  out.close();
  if (out) fs::rename(temporary, path_, error);
  if (!out || error) LogDebug("cannot write ", path_);
}

std::vector<Json> ReadAiUsage(const std::string& folder) {
  std::vector<Json> all;
  for (const std::string& file : FilesIn(folder)) {
    if (!file.ends_with(".json")) continue;
    absl::StatusOr<Json> json = ParseJson(ReadWholeFile(file));
    if (json.ok() && IsUsage(*json)) all.push_back(*std::move(json));
  }
  std::ranges::sort(all, std::ranges::greater(),
                    [](const Json& usage) { return usage["started"].get<int64_t>(); });
  return all;
}

bool IsRunning(const Json& usage) {
  const uint64_t ticks = usage["started_ticks"].get<uint64_t>();
  return ticks != 0 && StartedTicks(usage["pid"].get<int64_t>()) == ticks;
}

OutcomeTable LearntIn(const std::vector<Json>& usage) {
  OutcomeTable table = {};
  for (const Json& server : usage) {
    const auto outcomes = server.find("outcomes");
    if (outcomes == server.end() || !outcomes->is_object()) continue;
    VisitOutcomes(table, [&](const std::string& name, uint64_t& number) {
      const auto known = outcomes->find(name);
      if (known != outcomes->end() && known->is_number_unsigned()) number += known->get<uint64_t>();
    });
  }
  return table;
}

void AddNumbers(const Json& more, Json* sum) {
  for (const auto& [name, value] : more.items()) {
    if (!value.is_number()) continue;
    Json& known = (*sum)[name];
    if (!known.is_number()) {
      known = value;
    } else if (name.starts_with("most_")) {
      if (value > known) known = value;
    } else if (value.is_number_unsigned() && known.is_number_unsigned()) {
      known = known.get<uint64_t>() + value.get<uint64_t>();
    } else {
      known = known.get<double>() + value.get<double>();
    }
  }
}

}  // namespace astrolabe::lsp
