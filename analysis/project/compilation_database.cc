// Reading compile_commands.json.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/compilation_database.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "alloc/hash.h"
#include "analysis/project/json_array_reader.h"
#include "analysis/project/paths.h"
#include "analysis/project/response_file.h"
#include "analysis/project/source_language.h"
#include "base/strings.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

namespace astrolabe {
namespace {

// Text already read leaves memory in steps of this many bytes.
constexpr size_t kEvictBytes = size_t{4} << 20;

std::string_view ToStdView(llvm::StringRef text) { return {text.data(), text.size()}; }

// One element of the array, understood.
struct RawEntry {
  std::string directory;  // absolute
  std::string file;       // as written
  std::vector<std::string> arguments;
};

absl::StatusOr<RawEntry> ParseEntry(std::string_view text, std::string_view base) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse({text.data(), text.size()});
  if (!value) return absl::InvalidArgumentError(llvm::toString(value.takeError()));
  const llvm::json::Object* object = value->getAsObject();
  if (object == nullptr) return absl::InvalidArgumentError("not an object");
  RawEntry entry;
  entry.directory = AbsolutePath(base, ToStdView(object->getString("directory").value_or("")));
  std::optional<llvm::StringRef> file = object->getString("file");
  if (!file || file->empty()) return absl::InvalidArgumentError("it has no \"file\"");
  entry.file = file->str();
  if (const llvm::json::Array* arguments = object->getArray("arguments")) {
    entry.arguments.reserve(arguments->size());
    for (const llvm::json::Value& argument : *arguments) {
      std::optional<llvm::StringRef> string = argument.getAsString();
      if (!string) return absl::InvalidArgumentError("an element of \"arguments\" is no string");
      entry.arguments.push_back(string->str());
    }
  } else if (std::optional<llvm::StringRef> command = object->getString("command")) {
    entry.arguments = SplitCommandLine(ToStdView(*command));
  }
  if (entry.arguments.empty()) {
    return absl::InvalidArgumentError("it has neither \"arguments\" nor \"command\"");
  }
  // Strings with a zero in them would be cut by everything that passes them on.
  if (entry.file.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("its \"file\" has a zero byte");
  }
  return entry;
}

}  // namespace

// Fills a database entry by entry.
class CompilationDatabaseBuilder {
 public:
  CompilationDatabaseBuilder(CompilationDatabase& database, std::string base)
      : db_(database), base_(std::move(base)) {}

  void Add(std::string_view text) {
    const size_t number = db_.counters_.entries++;
    absl::StatusOr<RawEntry> parsed = ParseEntry(text, base_);
    if (!parsed.ok()) {
      ++db_.counters_.malformed;
      Note(number, StrCat("malformed: ", ToStd(parsed.status().message())));
      return;
    }
    RawEntry& raw = *parsed;
    const std::string file = AbsolutePath(raw.directory, raw.file);
    if (!DirectoryExists(raw.directory)) {
      ++db_.counters_.missing_directory;
      Note(number, StrCat(file, ": its directory ", raw.directory, " is not there"));
      return;
    }
    const bool is_absent = !IsRegularFile(file);
    if (is_absent) {
      ++db_.counters_.missing_file;
      Note(number, StrCat(file, ": the file is not there (not generated yet?)"));
    }
    problems_.clear();
    ExpandResponseFiles(raw.directory, raw.arguments, problems_);
    db_.counters_.missing_response_files += problems_.size();
    for (const std::string& problem : problems_) Note(number, problem);
    if (LanguageOfCommand(raw.arguments, raw.file).language == SourceLanguage::kNone) {
      if (!is_absent) ++db_.counters_.other_language;
      return;
    }
    if (is_absent) {
      absent_.push_back({MakeEntry(number, raw, file), HashString(file)});
    } else {
      Store(MakeEntry(number, raw, file), HashString(file));
    }
  }

  void Finish() {
    db_.size_ = db_.entries_.size();
    for (const Absent& absent : absent_) Store(absent.entry, absent.hash);
    std::sort(db_.places_.begin(), db_.places_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.hash, a.entry) < std::pair(b.hash, b.entry);
    });
    db_.places_.shrink_to_fit();
    db_.entries_.shrink_to_fit();
    db_.argument_ids_.shrink_to_fit();
    db_.counters_.used = db_.size_;
  }

 private:
  void Note(size_t number, std::string_view what) {
    if (db_.notes_.size() >= CompilationDatabase::kMaxNotes) return;
    db_.notes_.push_back(StrCat(db_.path_, ": entry ", number, ": ", what));
  }

  // Entries are sorted by directory mostly, so few answers are asked of the system.
  bool DirectoryExists(const std::string& directory) {
    auto [place, added] = directories_.try_emplace(directory, false);
    if (added) place->second = IsDirectory(directory);
    return place->second;
  }

  CompilationDatabase::Entry MakeEntry(size_t number, const RawEntry& raw,
                                       const std::string& absolute) {
    StringInterner& strings = *db_.strings_;
    CompilationDatabase::Entry entry;
    entry.number = static_cast<uint32_t>(number);
    entry.directory = strings.Intern(raw.directory);
    entry.file = strings.Intern(raw.file);
    entry.output = 0;
    ids_.clear();
    bool has_file = false;
    for (size_t i = 0; i < raw.arguments.size(); ++i) {
      const std::string& argument = raw.arguments[i];
      if (i > 0 && argument == raw.file) {
        ids_.push_back(CompilationDatabase::kFile);
        has_file = true;
      } else if (i > 1 && raw.arguments[i - 1] == "-o" && entry.output == 0) {
        entry.output = strings.Intern(argument);
        ids_.push_back(CompilationDatabase::kOutput);
      } else {
        has_file = has_file || (i > 0 && !argument.empty() && argument[0] != '-' &&
                                AbsolutePath(raw.directory, argument) == absolute);
        ids_.push_back(strings.Intern(argument));
      }
    }
    if (!has_file) ids_.push_back(CompilationDatabase::kFile);
    entry.arguments = StoreArguments();
    return entry;
  }

  void Store(const CompilationDatabase::Entry& entry, uint64_t hash) {
    db_.places_.push_back({hash, static_cast<uint32_t>(db_.entries_.size())});
    db_.entries_.push_back(entry);
  }

  // Where ids_ is in the database, equal vectors once.
  uint32_t StoreArguments() {
    const std::string_view bytes(reinterpret_cast<const char*>(ids_.data()),
                                 ids_.size() * sizeof(uint32_t));
    std::vector<uint32_t>& all = db_.argument_ids_;
    std::vector<uint32_t>& same_hash = vectors_[HashString(bytes)];
    for (const uint32_t at : same_hash) {
      if (all[at] == ids_.size() && std::equal(ids_.begin(), ids_.end(), all.begin() + at + 1)) {
        return at;
      }
    }
    const uint32_t at = static_cast<uint32_t>(all.size());
    same_hash.push_back(at);
    all.push_back(static_cast<uint32_t>(ids_.size()));
    all.insert(all.end(), ids_.begin(), ids_.end());
    return at;
  }

  struct Absent {
    CompilationDatabase::Entry entry;
    uint64_t hash;  // of the absolute file
  };

  CompilationDatabase& db_;
  std::string base_;
  std::vector<Absent> absent_;
  std::vector<std::string> problems_;
  std::vector<uint32_t> ids_;
  absl::flat_hash_map<std::string, bool> directories_;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> vectors_;
};

absl::StatusOr<CompilationDatabase> CompilationDatabase::Load(const std::string& json_path) {
  CompilationDatabase database;
  llvm::SmallString<256> cwd;
  if (!json_path.starts_with('/')) {
    if (std::error_code error = llvm::sys::fs::current_path(cwd)) {
      return absl::UnavailableError(StrCat(json_path, ": no current directory: ", error.message()));
    }
  }
  database.path_ = AbsolutePath(ToStdView(cwd), json_path);
  // Before reading: what is written meanwhile then counts as a change.
  absl::StatusOr<FileStat> stamp = RealFileSystem().Stat(database.path_);
  if (!stamp.ok()) return stamp.status();
  database.stamp_ = *stamp;
  absl::StatusOr<std::unique_ptr<FileContents>> contents = RealFileSystem().Map(database.path_);
  if (!contents.ok()) return contents.status();
  database.strings_ = std::make_unique<StringInterner>(StringInternerOptions{.shards = 1});
  // Id 0 is the empty string, so that 0 can mean "none".
  database.strings_->Intern("");
  CompilationDatabaseBuilder builder(database, std::string(ParentPath(database.path_)));
  JsonArrayReader reader((*contents)->bytes(), database.path_);
  size_t evicted = 0;
  while (true) {
    absl::StatusOr<std::optional<std::string_view>> element = reader.Next();
    if (!element.ok()) return element.status();
    if (!element->has_value()) break;
    builder.Add(**element);
    if (reader.position() - evicted > kEvictBytes) {
      (*contents)->Evict(evicted, reader.position() - evicted);
      evicted = reader.position();
    }
  }
  builder.Finish();
  return database;
}

CompileCommand CompilationDatabase::at(size_t index) const {
  const Entry& entry = entries_[index];
  CompileCommand command;
  command.directory = strings_->Get(entry.directory);
  command.file = FileAt(index);
  const uint32_t* ids = argument_ids_.data() + entry.arguments + 1;
  const size_t count = ids[-1];
  command.arguments.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t id = ids[i] == kFile ? entry.file : ids[i] == kOutput ? entry.output : ids[i];
    command.arguments.emplace_back(strings_->Get(id));
  }
  command.origin = CommandOrigin::kDatabase;
  command.reason = StrCat("entry ", entry.number, " of ", path_);
  return command;
}

std::string CompilationDatabase::FileAt(size_t index) const {
  const Entry& entry = entries_[index];
  return AbsolutePath(strings_->Get(entry.directory), strings_->Get(entry.file));
}

std::optional<size_t> CompilationDatabase::Find(std::string_view absolute_file) const {
  const uint64_t hash = HashString(absolute_file);
  auto place = std::lower_bound(places_.begin(), places_.end(), hash,
                                [](const Place& p, uint64_t h) { return p.hash < h; });
  for (; place != places_.end() && place->hash == hash; ++place) {
    if (FileAt(place->entry) == absolute_file) return place->entry;
  }
  return std::nullopt;
}

bool CompilationDatabase::ChangedOnDisk() const {
  absl::StatusOr<FileStat> now = RealFileSystem().Stat(path_);
  return !now.ok() || *now != stamp_;
}

size_t CompilationDatabase::bytes() const {
  size_t sum = strings_->bytes() + argument_ids_.capacity() * sizeof(uint32_t) +
               entries_.capacity() * sizeof(Entry) + places_.capacity() * sizeof(Place);
  for (const std::string& note : notes_) sum += note.capacity();
  return sum;
}

absl::StatusOr<std::vector<std::string>> ReadCompileFlags(const std::string& path) {
  absl::StatusOr<std::unique_ptr<FileContents>> contents = RealFileSystem().Map(path);
  if (!contents.ok()) return contents.status();
  std::vector<std::string> flags;
  llvm::StringRef rest((*contents)->bytes().data(), (*contents)->bytes().size());
  while (!rest.empty()) {
    llvm::StringRef line;
    std::tie(line, rest) = rest.split('\n');
    line = line.trim();
    if (!line.empty() && line[0] != '#') flags.push_back(line.str());
  }
  return flags;
}

}  // namespace astrolabe
