// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/live/live_files.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "analysis/batch/parse_tree.h"
#include "analysis/batch/process_memory.h"
#include "analysis/live/bases.h"
#include "analysis/live/completion_nodes.h"
#include "analysis/live/diagnosis.h"
#include "analysis/live/file_jobs.h"
#include "analysis/live/line_index.h"
#include "analysis/live/live_server.h"
#include "analysis/live/open_file.h"
#include "analysis/live/preamble.h"
#include "analysis/live/questions.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/trace.h"
#include "base/whole_file.h"

namespace astrolabe {
namespace {

// A parse that a newer text has overtaken is stopped, but not if that would leave the file without any
// fresh AST for so long, as fast typing would.
constexpr absl::Duration kStaleFor = absl::Seconds(1);
// A base for other files is made when nobody has asked for anything for so long.
constexpr absl::Duration kIdle = absl::Seconds(2);
// Where somebody asks, completion is prepared when no other question has come for so long.
constexpr absl::Duration kQuestionPause = absl::Milliseconds(100);
// Parses in a row that were lost with the process that they came from, before files are refused.
constexpr int kMaxLost = 8;
// Texts of headers change with every key; who includes them can wait for a pause.
constexpr absl::Duration kHeaderPause = absl::Milliseconds(400);

bool IsOnDisk(const std::string& path, const std::string& text) {
  return ::access(path.c_str(), R_OK) == 0 && ReadWholeFile(path) == text;
}

}  // namespace

class LiveFiles::Engine {
 public:
  explicit Engine(LiveOptions options) : options_(std::move(options)), thread_([this] { Run(); }) {}

  ~Engine() {
    Post([this] { stopped_ = true; });
    thread_.join();
  }

  // Hands a step to the live thread.
  void Post(absl::AnyInvocable<void()> step) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    steps_.push_back(std::move(step));
    if (waking_ != nullptr) waking_->Wake();
  }

  QuestionId NextQuestion() { return ++last_question_; }
  pid_t root_pid() const { return root_pid_; }

  // --- Steps. On the live thread.

  void Update(const std::string& path, std::string text, uint64_t generation) {
    bool is_new = !files_.contains(path);
    OpenFile& file = files_[path];
    if (generation <= file.generation) return;
    file.asked = last_wanted_ = absl::Now();
    file.is_edited = !is_new || !IsOnDisk(path, text);
    size_t edited = static_cast<size_t>(
        std::mismatch(file.text.begin(), file.text.end(), text.begin(), text.end()).first -
        file.text.begin());
    file.text = std::move(text);
    file.lines.reset();
    file.generation = generation;
    if (file.is_edited) file.changed = absl::Now();
    file.is_all_told = false;
    file.preamble_size = PreambleSize(file.text, file.closes_preamble);
    file.refused.clear();
    file.is_evicted = false;
    file.crashes = 0;
    PreambleMayBeOld(file);
    StopOvertakenParse(file);
    for (auto& [other_path, other] : files_) {
      if (other_path == path || !other.DependsOn(path)) continue;
      IncludesAreOld(other_path, other, absl::Now() + kHeaderPause);
    }
    Advance(path);
    last_place_.reset();
    PrepareCompletion(path, edited);
  }

  void Close(const std::string& path) {
    auto it = files_.find(path);
    if (it == files_.end()) return;
    DropAst(it->second);
    if (completion_nodes_ != nullptr) completion_nodes_->Drop(path);
    DropPreamble(it->second);
    if (questions_ != nullptr) {
      questions_->Fail(path, absl::NotFoundError(StrCat(path, " was closed")));
    }
    files_.erase(it);
    std::set<std::string> keys;
    for (const auto& [other_path, other] : files_) keys.insert(other.key);
    if (bases_ != nullptr) bases_->Keep(keys);
    FileChanged(path);  // for others, from what was typed to what is on disk
  }

  void FileChanged(const std::string& path) {
    if (bases_ != nullptr) bases_->FileChanged(path);
    if (auto it = files_.find(path); it != files_.end()) {
      it->second.is_edited = !IsOnDisk(path, it->second.text);
    }
    for (auto& [other_path, other] : files_) {
      // Of an open file the others see the text in the editor.
      if (!other.DependsOn(path) || files_.contains(path)) continue;
      IncludesAreOld(other_path, other, absl::Now());
    }
    AdvanceAll();
  }

  void TidyChanged() {
    for (auto& [path, file] : files_) {
      file.crashed_checks.clear();
      bool is_done = file.ast && file.ast->generation == file.generation && file.completing == 0;
      if (is_done && file.is_exact) diagnosis_.Complete(path, file);
    }
  }

  void CommandChanged(const std::string& path) {
    auto it = files_.find(path);
    if (it == files_.end()) return;
    it->second.refused.clear();
    it->second.preamble_due = absl::Now();
    Advance(path);
  }

  void CommandsChanged() {
    for (auto& [path, file] : files_) {
      file.refused.clear();
      file.is_alone = false;
      file.is_evicted = false;
      file.preamble_due = absl::Now();
    }
    if (bases_ != nullptr) bases_->Keep({});
    AdvanceAll();
  }

  void Ask(QuestionId id, const std::string& path, Question question, Done done) {
    auto it = files_.find(path);
    if (it == files_.end()) return done(absl::NotFoundError(StrCat(path, " is not open")));
    it->second.asked = last_wanted_ = absl::Now();
    it->second.is_evicted = false;
    if (questions_ == nullptr) return done(absl::UnavailableError(it->second.refused));
    CodePlace place = question.place;
    questions_->Add(id, path, std::move(question), std::move(done));
    Advance(path);
    if (place.line > 0) last_place_ = {path, place};
  }

  void Cancel(QuestionId id) {
    if (questions_ != nullptr) questions_->Cancel(id);
  }

 private:
  void Run() {
    ParseTreeOptions tree_options;
    tree_options.program = options_.program;
    tree_options.root = options_.root;
    tree_options.memory_limit = options_.memory_limit;
    tree_options.claim_keys = 1;  // nobody claims here
    absl::StatusOr<std::unique_ptr<ParseTree>> tree = ParseTree::Start(std::move(tree_options));
    if (!tree.ok()) {
      LogError("open files cannot be parsed: ", tree.status().message());
      return RunWithout(tree.status());
    }
    tree_ = *std::move(tree);
    root_pid_ = tree_->root_pid();
    BasesOptions bases;
    bases.parse_limit = options_.parse_limit;
    bases.neighbours = options_.neighbours;
    bases.settled = [this](const std::string& key) { MoveToBase(key); };
    bases.post = [this](absl::AnyInvocable<void()> step) { Post(std::move(step)); };
    bases_ = std::make_unique<Bases>(*tree_, std::move(bases));
    completion_nodes_ = std::make_unique<CompletionNodes>(*tree_, options_.parse_limit);
    const auto job_of = [this](const std::string& path) -> absl::StatusOr<Job> {
      absl::StatusOr<LiveCommand> command = options_.command(path);
      if (!command.ok()) return command.status();
      return JobFor(path, *command);
    };
    questions_ =
        std::make_unique<Questions>(*tree_, *completion_nodes_, job_of, options_.question_limit);
    {
      absl::MutexLock lock(&mutex_);
      waking_ = tree_.get();
    }
    for (;;) {
      TakeSteps();
      if (stopped_) break;
      for (ParseEvent& event : tree_->Wait(Patience())) Handle(std::move(event));
      Due();
      PrepareAtLastPlace();
    }
    {
      absl::MutexLock lock(&mutex_);
      waking_ = nullptr;
    }
    questions_->FailAll(absl::CancelledError("the server ends"));
    questions_.reset();
    bases_.reset();
    completion_nodes_.reset();
    tree_.reset();
  }

  // No process can be started: every file and every answer says so.
  void RunWithout(const absl::Status& why) {
    while (!stopped_) {
      TakeSteps();
      for (auto& [path, file] : files_) {
        if (file.refused.empty()) Refuse(path, file, std::string(why.message()));
      }
      absl::SleepFor(absl::Milliseconds(50));
    }
  }

  void TakeSteps() ABSL_LOCKS_EXCLUDED(mutex_) {
    for (;;) {
      std::deque<absl::AnyInvocable<void()>> steps;
      {
        absl::MutexLock lock(&mutex_);
        steps.swap(steps_);
      }
      if (steps.empty()) return;
      for (auto& step : steps) step();
    }
  }

  absl::Duration Patience() const {
    absl::Time next = absl::Now() + absl::Seconds(1);
    for (const auto& [path, file] : files_) {
      if (!file.is_evicted) next = std::min(next, file.preamble_due);
    }
    if (last_place_ && questions_->empty()) next = std::min(next, last_wanted_ + kQuestionPause);
    return std::max(absl::ZeroDuration(), next - absl::Now());
  }

  void Due() {
    std::vector<std::string> due;
    for (const auto& [path, file] : files_) {
      if (file.preamble_due <= absl::Now() && !file.is_evicted) due.push_back(path);
    }
    for (const std::string& path : due) Advance(path);
    bool is_idle = std::none_of(files_.begin(), files_.end(), [](const auto& entry) {
      return entry.second.completing != 0 || entry.second.tidying != 0;
    });
    if (is_idle && absl::Now() - last_wanted_ >= kIdle) {
      for (auto& [path, file] : files_) WantBase(path, file);
    }
  }

  void AdvanceAll() {
    std::vector<std::string> paths;
    for (const auto& [path, file] : files_) paths.push_back(path);
    for (const std::string& path : paths) Advance(path);
  }

  // Starts whatever the state of the file calls for.
  void Advance(const std::string& path) {
    if (tree_ == nullptr) return;
    auto it = files_.find(path);
    if (it == files_.end()) return;
    OpenFile& file = it->second;
    if (file.refused.empty()) {
      StartPreambleIfNeeded(path, file);
      diagnosis_.StartBodyIfNeeded(path, file);
      StartParseIfNeeded(path, file);
    }
    questions_->Start(path, file);
    EvictAsts();
  }

  // A file that it includes has changed. Whoever waits for all diagnostics waits for those with the new one.
  void IncludesAreOld(const std::string& path, OpenFile& file, absl::Time due) {
    file.is_evicted = false;
    file.refused.clear();
    file.crashes = 0;
    file.preamble_due = due;
    if (file.is_all_told) diagnosis_.Publish(path, file, /*complete=*/false);
  }

  // Of the files that are open. What the first preamble reads is not known before it is there.
  bool HasReadOldTexts(const OpenFile& file) const {
    return std::ranges::any_of(files_, [&](const auto& entry) {
      return &entry.second != &file && entry.second.changed > file.preamble->started &&
             file.DependsOn(entry.first);
    });
  }

  void PreambleMayBeOld(OpenFile& file) {
    std::string_view wanted(file.text.data(), file.preamble_size);
    const std::optional<NodeOfFile>& have = file.next_preamble ? file.next_preamble : file.preamble;
    if (have && have->text != wanted) file.preamble_due = std::min(file.preamble_due, absl::Now());
  }

  void StartPreambleIfNeeded(const std::string& path, OpenFile& file) {
    if (file.is_evicted) return;
    bool first = !file.preamble.has_value() && !file.next_preamble.has_value();
    if (!first && file.preamble_due > absl::Now()) return;
    file.preamble_due = absl::InfiniteFuture();
    absl::StatusOr<LiveCommand> command = options_.command(path);
    if (!command.ok()) return Refuse(path, file, std::string(command.status().message()));
    if (command->awaits_modules) return Tell(path, "building modules");
    file.module_problems = std::move(command->module_problems);
    jobs_.Drop(file.next_preamble);
    Job job = JobFor(path, *command);
    job.kind = JobKind::kPreamble;
    job.text = file.text.substr(0, file.preamble_size);
    file.key = command->context.empty() ? Bases::KeyOf(*command) : "";
    std::optional<NodeId> base;
    if (!file.is_alone) base = bases_->Find(file.key, path, EditedFiles(path));
    file.next_base = base.value_or(kRootNode);
    file.next_preamble = jobs_.StartNode(path, file.next_base, std::move(job), file.generation,
                                         options_.parse_limit);
    Tell(path, "parsing includes");
  }

  // Its command, and the texts of the other open files.
  Job JobFor(const std::string& path, const LiveCommand& command) const {
    Job job;
    job.file = path;
    job.directory = command.front_end.directory;
    job.cc1 = FrontEndArguments(command);
    for (const auto& [other_path, other] : files_) {
      if (other_path == path) continue;
      job.unsaved.push_back(other_path);
      job.unsaved.push_back(other.text);
    }
    if (!command.context.empty()) {
      const std::string context_path = StrCat(path, kContextSuffix);
      job.cc1.insert(job.cc1.end(), {"-include", context_path});
      job.unsaved.push_back(context_path);
      job.unsaved.push_back(command.context);
    }
    return job;
  }

  std::set<std::string> EditedFiles(const std::string& but) const {
    std::set<std::string> edited;
    for (const auto& [path, file] : files_) {
      if (path != but && file.is_edited) edited.insert(path);
    }
    return edited;
  }

  // There is a base now, or there will be none. Files that were parsed without one are parsed again on it: that
  // costs little, and their own copies of the shared headers go.
  void MoveToBase(const std::string& key) {
    const std::set<std::string>* shared = bases_->FilesOf(key);
    std::vector<std::string> paths;
    for (auto& [path, file] : files_) {
      if (file.key != key) continue;
      bool suits =
          shared != nullptr && file.refused.empty() && !file.is_alone && file.base == kRootNode &&
          std::includes(file.reads.begin(), file.reads.end(), shared->begin(), shared->end());
      if (suits && !file.is_evicted) file.preamble_due = absl::Now();
      paths.push_back(path);
    }
    for (const std::string& path : paths) {
      StartWarm(path, files_.at(path));
      Advance(path);
    }
  }

  // The end of the unit then costs less in every parse of the file. For the one that is being edited alone: it
  // takes a third of the preamble's memory once more.
  void StartWarm(const std::string& path, OpenFile& file) {
    if (!file.is_edited) return;
    if (file.warm || !file.ast || !file.preamble || !file.is_exact || bases_->IsComing(file.key))
      return;
    if (file.next_preamble || file.preamble_due <= absl::Now()) return;  // it would go at once
    Job job;
    job.kind = JobKind::kWarm;
    job.file = path;
    file.warm = jobs_.StartNode(path, file.preamble->node, std::move(job), file.generation,
                                options_.parse_limit);
  }

  void StartParseIfNeeded(const std::string& path, OpenFile& file) {
    if (!file.preamble.has_value() || file.next_ast.has_value() || file.is_evicted) return;
    if (file.ast.has_value() && file.ast->generation >= file.generation) return;
    Job job;
    job.kind = JobKind::kOpen;
    job.file = path;
    job.text = file.text;
    job.preamble_size = file.preamble_size;
    bool is_warm = file.warm.has_value() && file.warm->ready;
    NodeId parent = is_warm ? file.warm->node : file.preamble->node;
    file.next_ast =
        jobs_.StartNode(path, parent, std::move(job), file.generation, options_.parse_limit);
    Tell(path, "parsing");
  }

  void StopOvertakenParse(OpenFile& file) {
    if (!file.next_ast.has_value()) return;
    absl::Time fresh = file.ast.has_value() ? file.ast->started : file.next_ast->started;
    if (absl::Now() - fresh > kStaleFor) return;
    jobs_.Drop(file.next_ast);
  }

  void DropAst(OpenFile& file) {
    diagnosis_.StopBody(file);
    jobs_.Drop(file.next_ast);
    jobs_.Drop(file.ast);
    diagnosis_.StopCompleting(file);
  }

  void DropPreamble(OpenFile& file) {
    jobs_.Drop(file.next_preamble);
    jobs_.Drop(file.warm);
    jobs_.Drop(file.preamble);
  }

  // Of the ASTs those that were asked about longest ago go, then their preambles; the file's next question brings them
  // back.
  void EvictAsts() {
    std::vector<OpenFile*> alive;
    for (auto& [path, file] : files_) {
      if (file.ast.has_value()) alive.push_back(&file);
    }
    std::sort(alive.begin(), alive.end(),
              [](OpenFile* a, OpenFile* b) { return a->asked < b->asked; });
    for (size_t i = 0; i + options_.max_asts < alive.size(); ++i) {
      if (IsBusy(*alive[i])) continue;
      jobs_.Drop(alive[i]->ast);
      alive[i]->is_evicted = true;
    }
    EvictWarm();
    EvictPreambles();
  }

  // There is more to come of it, for which somebody may wait.
  static bool IsBusy(const OpenFile& file) {
    return file.completing != 0 || file.tidying != 0 || file.next_ast || file.AwaitsIncludes();
  }

  // The file that was edited last keeps its own.
  void EvictWarm() {
    const OpenFile* edited = nullptr;
    for (const auto& [path, file] : files_) {
      if (file.warm && (edited == nullptr || file.changed > edited->changed)) edited = &file;
    }
    for (auto& [path, file] : files_) {
      if (&file == edited || !file.warm || IsBusy(file)) continue;
      file.is_evicted |= file.ast && file.ast->parent == file.warm->node;
      if (file.is_evicted) DropAst(file);
      jobs_.Drop(file.warm);
    }
  }

  void EvictPreambles() {
    std::vector<std::pair<absl::Time, std::string>> idle;
    size_t kept = 0;
    for (const auto& [path, file] : files_) {
      kept += file.preamble.has_value() ? 1 : 0;
      bool is_idle = file.is_evicted && file.preamble && !file.next_preamble && !file.next_ast;
      if (is_idle) idle.emplace_back(file.asked, path);
    }
    std::sort(idle.begin(), idle.end());
    for (const auto& [asked, path] : idle) {
      if (kept-- <= options_.max_preambles) return;
      completion_nodes_->Drop(path);
      DropPreamble(files_.at(path));
    }
  }

  // Where something was asked last, once nobody asks any more: it would keep the next answer waiting.
  void PrepareAtLastPlace() {
    if (!last_place_ || !questions_->empty() || absl::Now() < last_wanted_ + kQuestionPause) return;
    const auto [path, place] = *std::exchange(last_place_, std::nullopt);
    const auto it = files_.find(path);
    if (it == files_.end()) return;
    OpenFile& file = it->second;
    if (!file.lines) file.lines.emplace(file.text);
    PrepareCompletion(path, file.lines->OffsetOf(place));
  }

  // The user is there: may ask for completion next.
  void PrepareCompletion(const std::string& path, size_t offset) {
    auto it = files_.find(path);
    if (it == files_.end() || !it->second.preamble.has_value() || !it->second.refused.empty())
      return;
    completion_nodes_->Prepare(CompletionPlaceIn(path, it->second, offset));
  }

  // The text can't be parsed: said where the user looks, until it changes.
  void Refuse(const std::string& path, OpenFile& file, const std::string& why) {
    file.refused = why;
    DropAst(file);
    jobs_.Drop(file.next_preamble);
    file.preamble_due = absl::InfiniteFuture();
    diagnosis_.SayRefused(path, file, why);
    Tell(path, "idle");
    if (questions_ != nullptr) questions_->Start(path, file);
  }

  // --- What has happened.

  void Handle(ParseEvent event) {
    if (event.kind == ParseEvent::Kind::kReady) return HandleReady(event);
    if (event.kind == ParseEvent::Kind::kGone) return HandleGone(event.node);
    if (std::optional<std::string> again; questions_->HandleEnd(event, &again)) {
      if (again) Advance(*again);
      return;
    }
    if (bases_->HandleEnd(event)) return;
    if (completion_nodes_->HandleEnd(event)) return;
    const std::optional<std::string> path = jobs_.TakeOwnerOfJob(event.job);
    if (path) HandleEnd(*path, event);
  }

  void HandleReady(const ParseEvent& event) {
    if (completion_nodes_->HandleReady(event)) return;
    if (bases_->HandleReady(event)) return;
    const std::optional<std::string> owner = jobs_.OwnerOfNode(event.node);
    if (!owner) return;
    const std::string& path = *owner;
    OpenFile& file = files_.at(path);
    lost_in_a_row_ = 0;
    if (file.next_preamble && file.next_preamble->node == event.node) {
      absl::StatusOr<PreambleReport> report = Decode<PreambleReport>(event.ready.payload);
      if (report.ok() && report->is_dead_end) {
        file.next_preamble->ready = true;
        jobs_.Drop(file.next_preamble);
        // What is open at its end goes to the rest, where it may be skipped.
        if (std::exchange(file.closes_preamble, true)) {
          return Refuse(path, file, "a conditional is open at the end of its includes");
        }
        file.preamble_size = PreambleSize(file.text, /*closed=*/true);
        file.preamble_due = absl::Now();
        return Advance(path);
      }
      // What was parsed on top of the old one goes with it.
      completion_nodes_->Drop(path);
      DropAst(file);
      jobs_.Drop(file.warm);
      jobs_.Drop(file.preamble);
      file.preamble = *std::exchange(file.next_preamble, std::nullopt);
      file.preamble->ready = true;
      if (report.ok()) {
        file.reads = {report->files.begin(), report->files.end()};
        file.missing = {report->missing.begin(), report->missing.end()};
      }
      file.base = file.next_base;
      file.has_wanted_base = false;
      file.is_exact = !report.ok() || report->is_exact;
      if (!file.is_exact) {
        file.is_alone = true;
        file.preamble_due = absl::Now();
      }
      if (HasReadOldTexts(file)) file.preamble_due = absl::Now();
      PreambleMayBeOld(file);
    } else if (file.next_ast && file.next_ast->node == event.node) {
      diagnosis_.StopCompleting(file);
      jobs_.Drop(file.ast);
      file.ast = *std::exchange(file.next_ast, std::nullopt);
      file.ast->ready = true;
      diagnosis_.HandleParsed(path, file, event.ready.payload);
      bool is_newest = file.ast->generation == file.generation;
      if (is_newest && file.is_exact) diagnosis_.Complete(path, file);
      StartWarm(path, file);
      Tell(path, "idle");
    } else if (file.warm && file.warm->node == event.node) {
      file.warm->ready = true;
    } else {
      diagnosis_.HandleReady(path, file, event);
    }
    Advance(path);
  }

  // Once for each preamble that is on none.
  void WantBase(const std::string& path, OpenFile& file) {
    if (file.base != kRootNode || file.is_alone || !file.is_exact || !file.ast) return;
    if (file.key.empty() || file.has_wanted_base) return;
    absl::StatusOr<LiveCommand> command = options_.command(path);
    if (command.ok()) file.has_wanted_base = bases_->Want(*command, path, EditedFiles(path));
  }

  // A node that waited for work has died: killed from outside, or with its parent. (One that was still parsing
  // is heard of in HandleEnd, with the reason.)
  void HandleGone(NodeId node) {
    if (completion_nodes_->HandleGone(node)) return;
    if (bases_->HandleGone(node)) return;  // what stood on it is heard of for itself
    const std::optional<std::string> owner = jobs_.OwnerOfNode(node);
    if (!owner) return;
    OpenFile& file = files_.at(*owner);
    for (std::optional<NodeOfFile>* made : {&file.ast, &file.preamble, &file.warm}) {
      if (!made->has_value() || (*made)->node != node || !(*made)->ready) continue;
      jobs_.Forget(*made);
      return Advance(*owner);
    }
  }

  // A node is gone, or the rest of the diagnostics has come.
  void HandleEnd(const std::string& path, ParseEvent& event) {
    auto it = files_.find(path);
    if (it == files_.end()) return;
    OpenFile& file = it->second;
    std::string why = event.lost ? "the processes that parse it end at once"
                                 : StrCat("the compiler ", event.reason,
                                          event.where.empty() ? "" : " at ", event.where);
    if (diagnosis_.HandleEnd(path, file, event, why)) return;
    auto is = [&](const std::optional<NodeOfFile>& node) {
      return node.has_value() && node->job == event.job;
    };
    if (is(file.next_ast)) {
      jobs_.Forget(file.next_ast);
      if (IsHopeless(file, event)) return Refuse(path, file, why);
    } else if (is(file.next_preamble)) {
      jobs_.Forget(file.next_preamble);
      // It may be the base's fault.
      if (std::exchange(file.next_base, kRootNode) != kRootNode) {
        file.is_alone |= !event.lost;
        file.preamble_due = absl::Now();
        return Advance(path);
      }
      if (IsHopeless(file, event)) return Refuse(path, file, why);
    } else if (is(file.warm)) {
      // Its end is not tried again: without it all works, only slower.
      std::optional<NodeOfFile> dead = file.warm;
      jobs_.Forget(dead);
      file.warm->node = kRootNode;
      file.warm->ready = false;
    } else {
      return;
    }
    Advance(path);
  }

  // Once may be an accident: memory was short for a moment. Who was killed from outside is not to blame at all.
  bool IsHopeless(OpenFile& file, const ParseEvent& event) {
    // The root itself: memory is short, or our own binary is no longer there.
    if (event.lost || event.killed) return ++lost_in_a_row_ > kMaxLost;
    return ++file.crashes > 1;
  }

  void Tell(const std::string& path, std::string_view state) {
    if (options_.on_state != nullptr) options_.on_state(path, state);
  }

  const LiveOptions options_;
  std::atomic<QuestionId> last_question_ = 0;
  std::atomic<pid_t> root_pid_ = 0;

  absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void()>> steps_ ABSL_GUARDED_BY(mutex_);
  ParseTree* waking_ ABSL_GUARDED_BY(mutex_) = nullptr;

  // Of the live thread.
  bool stopped_ = false;
  std::unique_ptr<ParseTree> tree_;
  std::unique_ptr<CompletionNodes> completion_nodes_;
  std::unique_ptr<Questions> questions_;  // null: no process can be started
  std::unique_ptr<Bases> bases_;
  std::map<std::string, OpenFile> files_;
  FileJobs jobs_{tree_};
  Diagnosis diagnosis_{jobs_, options_};
  std::optional<std::pair<std::string, CodePlace>> last_place_;  // to prepare a completion at
  absl::Time last_wanted_ = absl::InfinitePast();                // that anybody did anything
  int lost_in_a_row_ = 0;

  std::thread thread_;  // last: it uses all of the above
};

LiveFiles::LiveFiles(LiveOptions options) : engine_(std::make_unique<Engine>(std::move(options))) {}
LiveFiles::~LiveFiles() = default;

void LiveFiles::Update(const std::string& path, std::string text, uint64_t generation) {
  engine_->Post([engine = engine_.get(), path, text = std::move(text), generation]() mutable {
    engine->Update(path, std::move(text), generation);
  });
}

void LiveFiles::Close(const std::string& path) {
  engine_->Post([engine = engine_.get(), path] { engine->Close(path); });
}

void LiveFiles::FileChanged(const std::string& path) {
  engine_->Post([engine = engine_.get(), path] { engine->FileChanged(path); });
}

void LiveFiles::TidyChanged() {
  engine_->Post([engine = engine_.get()] { engine->TidyChanged(); });
}

void LiveFiles::CommandsChanged() {
  engine_->Post([engine = engine_.get()] { engine->CommandsChanged(); });
}

void LiveFiles::CommandChanged(const std::string& path) {
  engine_->Post([engine = engine_.get(), path] { engine->CommandChanged(path); });
}

QuestionId LiveFiles::Ask(const std::string& path, Question question, Done done) {
  QuestionId id = engine_->NextQuestion();
  engine_->Post([engine = engine_.get(), id, path, question = std::move(question),
                 done = std::move(done)]() mutable {
    engine->Ask(id, path, std::move(question), std::move(done));
  });
  return id;
}

void LiveFiles::Cancel(QuestionId question) {
  engine_->Post([engine = engine_.get(), question] { engine->Cancel(question); });
}

uint64_t LiveFiles::MemoryBytes() const { return TreePssBytes(engine_->root_pid()); }

}  // namespace astrolabe
