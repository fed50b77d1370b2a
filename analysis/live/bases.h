// The bases of open files: one process per set of flags that has parsed the headers which those files share.
//
// A base is made behind the user's back, once a first file of its flags is parsed: the next one that is opened then
// parses only what it does not share, and ten open files hold the shared headers in memory once. What it costs
// where it does not suit is checked where the preamble is parsed (PreambleReport::is_exact).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/live/live_command.h"

namespace astrolabe {

struct BasesOptions {
  absl::Duration parse_limit;
  // The commands of units in the same folder as a file, its own left out. Called on a thread of ours.
  std::function<std::vector<FrontEndCommand>(const std::string& path)> neighbours;
  // There is a base of that key now, or it is clear that there will be none.
  std::function<void(const std::string& key)> settled;
  // Runs a step on the caller's thread. Any thread.
  std::function<void(absl::AnyInvocable<void()>)> post;
};

// One thread, that of `tree`.
class Bases {
 public:
  Bases(ParseTree& tree, BasesOptions options);
  ~Bases();
  Bases(const Bases&) = delete;
  Bases& operator=(const Bases&) = delete;

  // Files of equal keys may share a base.
  static std::string KeyOf(const LiveCommand& command);

  // The node to parse the preamble of `path` on. None if there is none yet, or if it has read the file itself or
  // one of `edited`: open files whose text is not the one on disk.
  std::optional<NodeId> Find(const std::string& key, const std::string& path,
                             const std::set<std::string>& edited) const;
  // Whether it is being made.
  bool IsComing(const std::string& key) const;
  // The files that it has read; null unless it is ready.
  const std::set<std::string>* FilesOf(const std::string& key) const;

  // A file of that key is open and parsed: makes a base for it and its neighbours, unless there is one or it was
  // tried. One that has read one of `edited` is made anew without it. False if another is being chosen just now.
  bool Want(const LiveCommand& command, const std::string& path,
            const std::set<std::string>& edited);
  // Ends those that nobody can use: of other keys, or that have read a file which has changed on disk.
  void Keep(const std::set<std::string>& keys);
  void FileChanged(const std::string& path);

  // Whether the node or job is a base's.
  bool HandleReady(const ParseEvent& event);
  bool HandleGone(NodeId node);
  bool HandleEnd(const ParseEvent& event);

 private:
  struct Base {
    enum class State { kChoosing, kParsing, kReady, kNone };
    State state = State::kNone;
    LiveCommand command;
    std::vector<std::string> headers;
    NodeId node = kRootNode;
    uint32_t job = 0;
    std::set<std::string> files;  // that it has read
    bool was_mended = false;      // headers that brought errors were taken out
  };

  void Choose(const std::string& key, const std::string& path, std::set<std::string> left_out);
  void Parse(const std::string& key, std::vector<std::string> headers);
  void MendOrGiveUp(const std::string& key, const Ready& ready);
  void GiveUp(const std::string& key);
  void End(Base& base);

  ParseTree& tree_;
  const BasesOptions options_;
  std::map<std::string, Base> bases_;
  std::atomic<bool> cancelled_ = false;
  bool is_choosing_ = false;
  std::thread chooser_;
};

}  // namespace astrolabe
