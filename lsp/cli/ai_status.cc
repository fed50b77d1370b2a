// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/ai_status.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/strings.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/server/ai_usage.h"

namespace astrolabe {
namespace {

using lsp::Json;

// 0 where there is none.
double Number(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_number() ? member->get<double>() : 0;
}

uint64_t Count(const Json& object, const char* name) {
  return static_cast<uint64_t>(Number(object, name));
}

std::string Text(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// What a process holds now; 0 if there is none.
uint64_t ResidentBytes(uint64_t pid) {
  if (pid == 0) return 0;
  std::ifstream file(StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(file, line);) {
    uint64_t kilobytes = 0;
    if (std::sscanf(line.c_str(), "VmRSS: %lu kB", &kilobytes) == 1) return kilobytes * 1024;
  }
  return 0;
}

std::string Megabytes(double bytes) { return absl::StrFormat("%.1f MB", bytes / 1e6); }

// "12 empty, 3 repeated": those that are not 0.
std::string List(const Json& counts,
                 const std::vector<std::pair<const char*, const char*>>& names) {
  std::string list;
  for (const auto& [name, what] : names) {
    if (Count(counts, name) == 0) continue;
    list += StrCat(list.empty() ? "" : ", ", Count(counts, name), " ", what);
  }
  return list;
}

// The same behind something else.
std::string AndList(const Json& counts,
                    const std::vector<std::pair<const char*, const char*>>& names) {
  const std::string list = List(counts, names);
  return list.empty() ? "" : StrCat("; ", list);
}

void PrintLine(const char* name, const std::string& text) {
  if (!text.empty()) std::printf("%-12s %s\n", name, text.c_str());
}

// A mean in milliseconds.
std::string Each(double seconds, uint64_t count) {
  return absl::StrFormat("%.0f ms", count == 0 ? 0 : 1000 * seconds / static_cast<double>(count));
}

// `records`: by the models' names.
void PrintText(const std::vector<Json>& servers, const Json& suggestions, const Json& processes,
               const Json& records) {
  const auto asked = Count(suggestions, "asked");
  const auto generated = asked - std::min(asked, Count(suggestions, "remembered"));
  PrintLine("sessions", StrCat(servers.size(), " that asked a model, of the last 30 days"));
  PrintLine("asked", StrCat(asked, " times",
                            AndList(suggestions, {{"answered", "answered with something to show"},
                                                  {"remembered", "known without the model"},
                                                  {"superseded", "superseded by typing on"},
                                                  {"failed", "failed"}})));
  PrintLine("written", StrCat(Count(suggestions, "candidates"), " candidates",
                              AndList(suggestions, {{"refused", "refused by the compiler"},
                                                    {"not_checked", "not compiled in time"},
                                                    {"empty", "empty"},
                                                    {"repeated", "repeated"},
                                                    {"no_text", "no text"}})));
  PrintLine("shown", List(suggestions, {{"taken", "taken"},
                                        {"passed", "passed over"},
                                        {"unseen", "gone within half a second"},
                                        {"hidden", "hidden, since none like them is taken"}}));
  PrintLine("time", StrCat("model ", Each(Number(suggestions, "model_seconds"), generated),
                           ", compiler ", Each(Number(suggestions, "check_seconds"), generated),
                           " a request that was not known (means)"));
  PrintLine("tokens", StrCat(Count(processes, "prompt_tokens"), " read, of these ",
                             Count(processes, "reused_tokens"), " computed before; ",
                             Count(processes, "generated_tokens"), " written"));
  PrintLine("processes",
            StrCat(Count(processes, "starts"), " started, ", Count(processes, "deaths"), " died; ",
                   absl::StrFormat("%.1f s", Number(processes, "cpu_seconds")),
                   " of processor time, at most ", Megabytes(Number(processes, "most_bytes")),
                   " resident"));
  for (const auto& [name, record] : records.items()) {
    PrintLine("model",
              StrCat(name, ": asked ", Count(record, "asked"), " times, ",
                     absl::StrFormat("%.0f ms", 1000 * Number(record, "most_expected_seconds")),
                     " at most expected of an answer",
                     AndList(record, {{"late", "cut off by the deadline"},
                                      {"failed", "failed"},
                                      {"passed_over", "passed over as too slow or failing"},
                                      {"shown", "proposals shown"},
                                      {"taken", "taken"}})));
  }
  for (const Json& server : servers) {
    if (!lsp::IsRunning(server)) continue;
    for (const Json& model : server["models"]) {
      const uint64_t resident = ResidentBytes(Count(model, "pid"));
      PrintLine("running",
                StrCat("server ", Count(server, "pid"), " in ", Text(server, "root"), ": ",
                       Text(model, "name"), ", ",
                       resident == 0 ? "not loaded"
                                     : StrCat("process ", Count(model, "pid"), " with ",
                                              Megabytes(static_cast<double>(resident)))));
    }
  }
}

}  // namespace

int PrintAiStatus(bool json) {
  const std::string folder = lsp::AiUsageFolder();
  const std::vector<Json> servers = lsp::ReadAiUsage(folder);
  Json suggestions = Json::object();
  Json processes = Json::object();
  Json records = Json::object();
  bool is_offline = true;
  for (const Json& server : servers) {
    lsp::AddNumbers(server["suggestions"], &suggestions);
    for (const Json& model : server["models"]) {
      lsp::AddNumbers(model["processes"], &processes);
      const std::string name = Text(model, "name");
      if (!name.empty()) lsp::AddNumbers(model["record"], &records[name]);
      const auto offline = model.find("offline");
      if (offline != model.end()) is_offline = is_offline && *offline == true;
    }
  }
  if (json) {
    OrderedJson listed = OrderedJson::array();
    for (const Json& server : servers) {
      OrderedJson& added = listed.emplace_back(OrderedJson(server));
      added["running"] = lsp::IsRunning(server);
      for (size_t i = 0; i < server["models"].size(); ++i) {
        added["models"][i]["resident_bytes"] =
            lsp::IsRunning(server) ? ResidentBytes(Count(server["models"][i], "pid")) : 0;
      }
    }
    PrintJsonLine({{"folder", folder},
                   {"offline", is_offline},
                   {"suggestions", suggestions},
                   {"processes", processes},
                   {"models", records},
                   {"servers", listed}});
    return servers.empty() ? kExitNothingFound : kExitOk;
  }
  if (servers.empty()) {
    std::printf("no server has asked a language model in the last 30 days\n");
    return kExitNothingFound;
  }
  PrintText(servers, suggestions, processes, records);
  PrintLine("network", is_offline
                           ? "none: the kernel refuses the model's processes any socket, and "
                             "the server opens none"
                           : "none: nothing here opens a socket; this kernel could not be made "
                             "to refuse them to every model's process");
  PrintLine("kept in", StrCat(folder, ": numbers, no text"));
  return kExitOk;
}

}  // namespace astrolabe
