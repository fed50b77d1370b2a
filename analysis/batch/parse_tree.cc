// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/parse_tree.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "absl/strings/str_format.h"
#include "base/errno_status.h"
#include "base/strings.h"

extern char** environ;

namespace astrolabe {
namespace {

constexpr int kServerSocket = 3;  // where the root finds its socket
// jemalloc in a process that forks and dies young: one arena as there is one thread, nothing is given
// back before the end, and huge pages, of which a fork copies few entries. RocksDB's 315 units take 4.7
// s of the kernel's time with it and 7.6 s without.
constexpr char kAllocator[] =
    "MALLOC_CONF=narenas:1,thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1";
constexpr off_t kMaxResultBytes = off_t{1} << 30;
constexpr size_t kMaxLogBytes = 64 * 1024;

std::string ReadBack(int descriptor, size_t limit) {
  struct stat st;
  if (fstat(descriptor, &st) != 0 || st.st_size <= 0) return {};
  std::string bytes(std::min<size_t>(static_cast<size_t>(st.st_size), limit), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t got =
        pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

// Of LLVM's account of a crash, the innermost entry that names a place in the source:
// "0.\tx.cc:3:5: current parser token ')'".
std::string PlaceInLog(const std::string& log) {
  std::string place;
  size_t at = 0;
  while (at < log.size()) {
    size_t end = std::min(log.find('\n', at), log.size());
    std::string line = log.substr(at, end - at);
    at = end + 1;
    size_t tab = line.find(".\t");
    if (tab > 3) continue;  // none at all included
    if (line.find("Program arguments") != std::string::npos) continue;
    place = line.substr(tab + 2);
    if (line.find("parser") != std::string::npos || line.find(':') != std::string::npos) break;
  }
  return place;
}

UniqueFd Duplicate(const UniqueFd& descriptor) {
  return UniqueFd(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0));
}

// A name that the kernel shows in /proc, for those who look.
UniqueFd MemoryFile(const char* name) { return UniqueFd(memfd_create(name, MFD_CLOEXEC)); }

}  // namespace

absl::StatusOr<std::unique_ptr<ParseTree>> ParseTree::Start(ParseTreeOptions options) {
  auto tree = std::unique_ptr<ParseTree>(new ParseTree(std::move(options)));
  absl::StatusOr<std::unique_ptr<ClaimTable>> claims =
      ClaimTable::Create(tree->options_.claim_keys);
  if (!claims.ok()) return claims.status();
  tree->claims_ = *std::move(claims);
  tree->wake_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (absl::Status status = tree->StartRoot(); !status.ok()) return status;
  return tree;
}

ParseTree::~ParseTree() {
  for (const auto& [number, job] : jobs_) KillJob(number);
  StopRoot();
}

absl::Status ParseTree::StartRoot() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return ErrnoStatus(errno, "make a socket for", "the parsing processes");
  }
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // A descriptor duplicated onto itself would keep its close-on-exec flag.
  UniqueFd elsewhere(fcntl(theirs.get(), F_DUPFD_CLOEXEC, kServerSocket + 1));
  posix_spawn_file_actions_adddup2(&actions, elsewhere.get(), kServerSocket);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own: Ctrl-C at a terminal is for the front, which then ends this orderly.
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string program = options_.program;
  std::string argument = "--parse-server";
  char* argv[] = {program.data(), argument.data(), nullptr};
  std::string allocator = kAllocator;
  std::vector<char*> environment;
  bool is_set = false;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
    is_set |= std::string_view(*variable).starts_with("MALLOC_CONF=");
  }
  if (!is_set) environment.push_back(allocator.data());
  environment.push_back(nullptr);
  int error =
      posix_spawn(&root_pid_, program.c_str(), &actions, &attributes, argv, environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    root_pid_ = -1;
    return ErrnoStatus(error, "start", program);
  }
  Hello hello;
  hello.workspace_root = options_.root;
  hello.memory_limit = options_.memory_limit;
  absl::Status status =
      SendFrame(ours.get(), MessageType::kHello, EncodeHello(hello), {claims_->descriptor()});
  if (!status.ok()) return status;
  Node root;
  root.socket = std::move(ours);
  root.ready = true;
  nodes_[kRootNode] = std::move(root);
  return absl::OkStatus();
}

void ParseTree::StopRoot() {
  nodes_.clear();
  if (root_pid_ < 0) return;
  kill(-root_pid_, SIGKILL);
  int status;
  while (waitpid(root_pid_, &status, 0) < 0 && errno == EINTR) {
  }
  root_pid_ = -1;
}

uint32_t ParseTree::StartJob(NodeId node, Job job, absl::Duration limit, NodeId* new_node) {
  uint32_t number = next_job_++;
  job.number = number;
  RunningJob running;
  running.node = node;
  running.kind = job.kind;
  running.limit = limit;
  running.start = absl::Now();
  running.deadline = running.start + limit;
  running.log = MemoryFile("astrolabe-log");
  UniqueFd theirs;
  if (MakesNode(job.kind)) {
    int ends[2] = {-1, -1};
    // Without a socket the frame below can't be sent, and the node ends as one that has died.
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) ends[0] = ends[1] = -1;
    Node& made = nodes_[next_node_];
    made.socket = UniqueFd(ends[0]);
    made.job = number;
    *new_node = next_node_++;
    theirs = UniqueFd(ends[1]);
  } else {
    running.result = MemoryFile("astrolabe-result");
  }
  std::vector<UniqueFd> descriptors;
  descriptors.push_back(theirs.valid() ? std::move(theirs) : Duplicate(running.result));
  descriptors.push_back(Duplicate(running.log));
  // Should this fail, the job is lost, as those before it; who starts jobs gives up after a few.
  if (node == kRootNode && !nodes_.contains(kRootNode)) StartRoot().IgnoreError();
  // If the node dies now its end is noticed in Wait, and with it this job's.
  auto parent = nodes_.find(node);
  if (parent == nodes_.end()) {
    orphans_.push_back(number);
  } else {
    parent->second.frames.Push(MessageType::kJob, EncodeJob(job), std::move(descriptors));
    parent->second.frames.Flush(parent->second.socket.get());
  }
  jobs_.emplace(number, std::move(running));
  return number;
}

void ParseTree::KillJob(uint32_t job) {
  auto it = jobs_.find(job);
  if (it == jobs_.end()) return;
  auto node = nodes_.find(it->second.node);
  if (node == nodes_.end()) return;
  // The node itself is busy with it and reads no messages.
  if (it->second.kind == JobKind::kRead) return KillJob(node->second.job);
  std::string payload(reinterpret_cast<const char*>(&job), sizeof(job));
  node->second.frames.Push(MessageType::kKill, payload, {});
  node->second.frames.Flush(node->second.socket.get());
}

void ParseTree::Wake() {
  uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof(one));
}

void ParseTree::CloseNode(NodeId node) {
  auto it = nodes_.find(node);
  if (it == nodes_.end() || it->second.closing) return;
  it->second.closing = true;
  // The node reads the end of the stream and exits; its parent reports that. What it has not taken yet nobody
  // wants any more.
  shutdown(it->second.socket.get(), SHUT_WR);
}

size_t ParseTree::running() const {
  size_t count = 0;
  for (const auto& [number, job] : jobs_) count += job.waiting ? 0 : 1;
  return count;
}

double ParseTree::Age(uint32_t job) const {
  auto it = jobs_.find(job);
  return it == jobs_.end() ? 0 : absl::ToDoubleSeconds(absl::Now() - it->second.start);
}

std::vector<ParseEvent> ParseTree::Wait(absl::Duration patience) {
  absl::Time until = absl::Now() + patience;
  for (auto& [number, job] : jobs_) {
    if (job.waiting || job.timed_out) continue;
    if (absl::Now() >= job.deadline) {
      job.timed_out = true;
      KillJob(number);
    } else {
      until = std::min(until, job.deadline);
    }
  }
  std::vector<ParseEvent> events;
  for (uint32_t number : std::exchange(orphans_, {})) {
    EndJob(number, Ended(), /*lost=*/true, &events);
  }
  if (!events.empty()) until = absl::Now();
  std::vector<pollfd> waiting;
  std::vector<NodeId> ids;
  for (const auto& [id, node] : nodes_) {
    short events_wanted = node.frames.empty() ? POLLIN : POLLIN | POLLOUT;
    waiting.push_back({node.socket.get(), events_wanted, 0});
    ids.push_back(id);
  }
  waiting.push_back({wake_.get(), POLLIN, 0});
  int milliseconds =
      static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(until - absl::Now()) + 1));
  if (poll(waiting.data(), waiting.size(), milliseconds) <= 0) return events;
  if (waiting.back().revents != 0) {
    uint64_t count = 0;
    (void)!read(wake_.get(), &count, sizeof(count));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    auto node = nodes_.find(ids[i]);
    if (waiting[i].revents == 0 || node == nodes_.end()) continue;
    if ((waiting[i].revents & POLLOUT) != 0) node->second.frames.Flush(waiting[i].fd);
    if ((waiting[i].revents & ~POLLOUT) == 0) continue;
    absl::StatusOr<Frame> frame = ReceiveFrame(waiting[i].fd);
    if (frame.ok()) {
      HandleFrame(ids[i], *frame, &events);
    } else {
      HandleGone(ids[i], &events);
    }
  }
  return events;
}

void ParseTree::HandleFrame(NodeId id, const Frame& frame, std::vector<ParseEvent>* events) {
  Node& node = nodes_[id];
  if (frame.Is(MessageType::kReady)) {
    absl::StatusOr<Ready> ready = DecodeReady(frame.payload);
    if (!ready.ok()) return;
    auto job = jobs_.find(node.job);
    if (job != jobs_.end()) job->second.waiting = true;
    node.ready = true;
    ParseEvent event;
    event.kind = ParseEvent::Kind::kReady;
    event.node = id;
    event.ready = *std::move(ready);
    events->push_back(std::move(event));
  } else if (frame.Is(MessageType::kEnded)) {
    absl::StatusOr<Ended> ended = DecodeEnded(frame.payload);
    if (!ended.ok()) return;
    auto job = jobs_.find(ended->job);
    // A process may only speak for its own children.
    if (job == jobs_.end() || job->second.node != id) return;
    EndJob(ended->job, *ended, /*lost=*/false, events);
  }
}

// A node's socket is at its end. Its children die with it.
void ParseTree::HandleGone(NodeId id, std::vector<ParseEvent>* events) {
  nodes_.erase(id);
  std::vector<uint32_t> orphans;
  for (const auto& [number, job] : jobs_) {
    if (job.node == id) orphans.push_back(number);
  }
  for (uint32_t number : orphans) EndJob(number, Ended(), /*lost=*/true, events);
  ParseEvent event;
  event.kind = ParseEvent::Kind::kGone;
  event.node = id;
  events->push_back(std::move(event));
  if (id != kRootNode) return;
  while (!nodes_.empty()) HandleGone(nodes_.begin()->first, events);
  StopRoot();  // the next job of it starts another one
}

void ParseTree::EndJob(uint32_t number, const Ended& ended, bool lost,
                       std::vector<ParseEvent>* events) {
  auto it = jobs_.find(number);
  if (it == jobs_.end()) return;
  RunningJob job = std::move(it->second);
  jobs_.erase(it);
  ParseEvent event;
  event.node = job.node;
  event.job = number;
  event.lost = lost;
  event.killed = ended.signal == SIGKILL && !job.timed_out;
  event.wall_seconds = absl::ToDoubleSeconds(absl::Now() - job.start);
  event.cpu_seconds = ended.cpu_seconds;
  if (ended.exit_code == 0 && job.result.valid()) {
    absl::StatusOr<JobResult> result =
        DecodeResult(ReadBack(job.result.get(), static_cast<size_t>(kMaxResultBytes)));
    event.delivered = result.ok();
    if (result.ok()) {
      event.result = *std::move(result);
    } else {
      event.reason = "its result was damaged";
    }
  } else {
    std::string log = ReadBack(job.log.get(), kMaxLogBytes);
    event.where = PlaceInLog(log);
    if (job.timed_out) {
      event.reason = StrCat("took longer than ", absl::FormatDuration(job.limit));
    } else if (ended.exit_code == kExitOutOfMemory) {
      event.reason = "out of memory";
    } else if (ended.signal != 0) {
      event.reason = StrCat("crashed (signal ", ended.signal, ", ", strsignal(ended.signal), ")");
    } else if (lost) {
      event.reason = "the process that it came from died";
    } else {
      event.reason =
          log.empty() ? StrCat("ended with code ", ended.exit_code) : log.substr(0, log.find('\n'));
    }
  }
  if (!event.delivered) claims_->Release(number);
  events->push_back(std::move(event));
}

}  // namespace astrolabe
