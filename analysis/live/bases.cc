// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/bases.h"

#include <algorithm>
#include <utility>

#include "analysis/live/live_server.h"
#include "analysis/live/shared_headers.h"
#include "analysis/project/dependency_scan.h"
#include "base/archive.h"
#include "base/log.h"

namespace astrolabe {
namespace {

// Neighbours looked at: 9 ms of processor time each.
constexpr size_t kMaxNeighbours = 64;

bool ReadsAny(const std::set<std::string>& files, const std::set<std::string>& edited) {
  return std::any_of(edited.begin(), edited.end(),
                     [&](const std::string& path) { return files.contains(path); });
}

}  // namespace

Bases::Bases(ParseTree& tree, BasesOptions options) : tree_(tree), options_(std::move(options)) {}

Bases::~Bases() {
  cancelled_ = true;
  if (chooser_.joinable()) chooser_.join();
}

std::string Bases::KeyOf(const LiveCommand& command) {
  std::string key = command.front_end.directory;
  for (const std::string& argument : FrontEndArguments(command)) {
    key += '\0';
    key += argument;
  }
  return key;
}

std::optional<NodeId> Bases::Find(const std::string& key, const std::string& path,
                                  const std::set<std::string>& edited) const {
  const std::set<std::string>* files = FilesOf(key);
  if (files == nullptr || files->contains(path) || ReadsAny(*files, edited)) return std::nullopt;
  return bases_.at(key).node;
}

bool Bases::IsComing(const std::string& key) const {
  auto it = bases_.find(key);
  return it != bases_.end() &&
         (it->second.state == Base::State::kChoosing || it->second.state == Base::State::kParsing);
}

const std::set<std::string>* Bases::FilesOf(const std::string& key) const {
  auto it = bases_.find(key);
  bool is_ready = it != bases_.end() && it->second.state == Base::State::kReady;
  return is_ready ? &it->second.files : nullptr;
}

bool Bases::Want(const LiveCommand& command, const std::string& path,
                 const std::set<std::string>& edited) {
  if (options_.neighbours == nullptr) return true;
  if (is_choosing_) return false;
  std::string key = KeyOf(command);
  auto it = bases_.find(key);
  if (it != bases_.end()) {
    if (it->second.state != Base::State::kReady || !ReadsAny(it->second.files, edited)) return true;
    End(it->second);
  }
  Base& base = bases_[key];
  base = Base();
  base.state = Base::State::kChoosing;
  base.command = command;
  Choose(key, path, edited);
  return true;
}

void Bases::Choose(const std::string& key, const std::string& path,
                   std::set<std::string> left_out) {
  if (chooser_.joinable()) chooser_.join();
  is_choosing_ = true;
  chooser_ = std::thread([this, key, path, left_out = std::move(left_out),
                          own = bases_.at(key).command.front_end]() mutable {
    std::vector<FrontEndCommand> commands = {own};
    for (FrontEndCommand& other : options_.neighbours(path)) {
      bool is_alike = other.cc1 == own.cc1 && other.directory == own.directory;
      if (is_alike && commands.size() < kMaxNeighbours) commands.push_back(std::move(other));
    }
    left_out.insert(path);
    ScanResult scan = ScanDependencies(commands, /*threads=*/1, &cancelled_, nullptr);
    std::vector<std::string> headers = ChooseSharedHeaders(scan, own, left_out);
    options_.post([this, key, headers = std::move(headers)]() mutable {
      is_choosing_ = false;
      auto it = bases_.find(key);
      if (it == bases_.end() || it->second.state != Base::State::kChoosing) return;
      Parse(key, std::move(headers));
    });
  });
}

void Bases::Parse(const std::string& key, std::vector<std::string> headers) {
  Base& base = bases_.at(key);
  base.headers = std::move(headers);
  if (base.headers.empty()) return GiveUp(key);
  base.state = Base::State::kParsing;
  Job job;
  job.kind = JobKind::kBase;
  job.directory = base.command.front_end.directory;
  job.cc1 = FrontEndArguments(base.command);
  job.headers = base.headers;
  base.job = tree_.StartJob(kRootNode, std::move(job), options_.parse_limit, &base.node);
}

void Bases::End(Base& base) {
  if (base.state == Base::State::kReady) tree_.CloseNode(base.node);
  if (base.state == Base::State::kParsing) tree_.KillJob(base.job);
  base.state = Base::State::kNone;
}

void Bases::Keep(const std::set<std::string>& keys) {
  for (auto it = bases_.begin(); it != bases_.end();) {
    if (keys.contains(it->first)) {
      ++it;
      continue;
    }
    End(it->second);
    it = bases_.erase(it);
  }
}

void Bases::FileChanged(const std::string& path) {
  for (auto it = bases_.begin(); it != bases_.end();) {
    if (it->second.state != Base::State::kReady || !it->second.files.contains(path)) {
      ++it;
      continue;
    }
    End(it->second);
    it = bases_.erase(it);
  }
}

bool Bases::HandleReady(const ParseEvent& event) {
  for (auto& [key, base] : bases_) {
    if (base.state != Base::State::kParsing || base.node != event.node) continue;
    absl::StatusOr<PreambleReport> report = Decode<PreambleReport>(event.ready.payload);
    if (!event.ready.bad_headers.empty() || !report.ok()) {
      MendOrGiveUp(key, event.ready);
      return true;
    }
    base.files = {report->files.begin(), report->files.end()};
    base.state = Base::State::kReady;
    options_.settled(key);
    return true;
  }
  return false;
}

void Bases::MendOrGiveUp(const std::string& key, const Ready& ready) {
  Base& base = bases_.at(key);
  tree_.CloseNode(base.node);
  base.state = Base::State::kNone;
  if (!ready.errors.empty())
    LogInfo("headers that open files share have errors: ", ready.errors[0]);
  if (std::exchange(base.was_mended, true)) return GiveUp(key);
  std::vector<std::string> good;
  for (uint64_t i = 0; i < base.headers.size(); ++i) {
    const std::vector<uint64_t>& bad = ready.bad_headers;
    if (std::find(bad.begin(), bad.end(), i) == bad.end()) good.push_back(base.headers[i]);
  }
  Parse(key, std::move(good));
}

void Bases::GiveUp(const std::string& key) {
  bases_.at(key).state = Base::State::kNone;
  options_.settled(key);
}

bool Bases::HandleGone(NodeId node) {
  for (auto it = bases_.begin(); it != bases_.end(); ++it) {
    if (it->second.state != Base::State::kReady || it->second.node != node) continue;
    bases_.erase(it);
    return true;
  }
  return false;
}

bool Bases::HandleEnd(const ParseEvent& event) {
  for (auto& [key, base] : bases_) {
    if (base.state != Base::State::kParsing || base.job != event.job) continue;
    LogInfo("no headers are shared among open files: ", event.reason);
    GiveUp(key);
    return true;
  }
  return false;
}

}  // namespace astrolabe
