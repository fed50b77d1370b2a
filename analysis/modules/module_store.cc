// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/modules/module_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "analysis/clang_version.h"
#include "analysis/modules/module_build.h"
#include "base/strings.h"
#include "base/trace.h"
#include "base/whole_file.h"
#include "base/wire.h"

namespace astrolabe {
namespace {

// Changes whenever what a record says changes.
constexpr uint64_t kRecordVersion = 1;

uint64_t Hash(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

// What there is of a file: its name, size and time as text; says so if it is gone.
std::string StateOf(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return StrCat(path, " is gone");
  return absl::StrFormat("%s %d %d.%09d", path, status.st_size, status.st_mtim.tv_sec,
                         status.st_mtim.tv_nsec);
}

std::string StateOf(const std::vector<std::string>& paths) {
  std::string states;
  for (const std::string& path : paths) states += StateOf(path) + '\n';
  return states;
}

// Of what is in them, and of their names.
uint64_t ContentOf(const std::vector<std::string>& paths) {
  std::string hashes;
  for (const std::string& path : paths) {
    hashes += absl::StrFormat("%s %016x\n", path, Hash(ReadWholeFile(path)));
  }
  return Hash(hashes);
}

// Of a build of a module without errors, under one set of arguments: the newest.
struct Record {
  std::vector<std::string> inputs;
  std::string states;    // of the inputs when they were last compared
  uint64_t content = 0;  // ContentOf the inputs
  std::string path;      // of the compiled interface
};

std::string EncodeRecord(const Record& record) {
  WireWriter writer;
  writer.Number(kRecordVersion);
  writer.Strings(record.inputs);
  writer.String(record.states);
  writer.Number(record.content);
  writer.String(record.path);
  return StrCat(absl::StrFormat("%016x", Hash(writer.bytes())), writer.bytes());
}

std::optional<Record> ReadRecord(const std::string& path) {
  const std::string bytes = ReadWholeFile(path);
  constexpr size_t kHashDigits = 16;
  if (bytes.size() < kHashDigits) return std::nullopt;
  std::string_view body = std::string_view(bytes).substr(kHashDigits);
  if (bytes.substr(0, kHashDigits) != absl::StrFormat("%016x", Hash(body))) return std::nullopt;
  WireReader reader(body);
  if (reader.Number() != kRecordVersion) return std::nullopt;
  Record record;
  record.inputs = reader.Strings();
  record.states = reader.String();
  record.content = reader.Number();
  record.path = reader.String();
  if (!reader.ok()) return std::nullopt;
  return record;
}

// For everybody who looks at the folder later.
void MarkUsed(const std::string& path) { ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0); }

// Whether it is about the inputs as they are now. Says in `record` if they were written again with what was in them.
bool Holds(Record& record) {
  if (::access(record.path.c_str(), R_OK) != 0) return false;
  std::string states = StateOf(record.inputs);
  if (states == record.states) return true;
  record.states = std::move(states);
  return ContentOf(record.inputs) == record.content;
}

// Two writes of a file that are nearer than this may leave it with one time.
constexpr absl::Duration kClockTick = absl::Milliseconds(10);

absl::Time WrittenAt(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return absl::InfiniteFuture();
  return absl::TimeFromTimespec(status.st_mtim);
}

// Whether one of the files has been written since, as far as the clock of the file system tells.
bool HaveChangedSince(absl::Time start, const std::vector<std::string>& paths) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return WrittenAt(path) + kClockTick >= start;
  });
}

// Returns once a write of the file would show in its time: at once, unless it was written a moment ago.
void WaitUntilWritesShow(const std::string& path) {
  const absl::Duration wait = WrittenAt(path) + kClockTick - absl::Now();
  if (wait >= absl::ZeroDuration() && wait <= kClockTick) {
    absl::SleepFor(wait + absl::Milliseconds(1));
  }
}

// A name for a file that is being written: of this process and this thread's turn.
std::string TemporaryName(const std::string& path) {
  static std::atomic<uint32_t> last = 0;
  return StrCat(path, ".", ::getpid(), ".", ++last, ".tmp");
}

// A name for people who look into the folder.
std::string FileNameOf(std::string_view module) {
  std::string name(module);
  for (char& c : name) {
    if (c == ':' || c == '/') c = '-';
  }
  return name;
}

absl::Status Replace(const std::string& path, const std::string& bytes) {
  const std::string temporary = TemporaryName(path);
  std::ofstream out(temporary, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out || ::rename(temporary.c_str(), path.c_str()) != 0) {
    ::unlink(temporary.c_str());
    return absl::ResourceExhaustedError(StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StoredModule> ModuleStore::Get(std::string_view name, const FrontEndCommand& unit,
                                              const std::vector<std::string>& imported,
                                              const std::atomic<bool>* cancelled) {
  ModuleBuild build;
  build.file = unit.file;
  build.directory = unit.directory;
  build.cc1 = unit.cc1;
  build.cc1.insert(build.cc1.end(), imported.begin(), imported.end());
  std::string meaning = StrCat(ClangVersion(), "\n", build.directory, "\n", build.file, "\n");
  for (const std::string& argument : build.cc1) meaning += argument + '\n';
  const std::string stem =
      StrCat(options_.directory, "/", FileNameOf(name), absl::StrFormat("-%016x", Hash(meaning)));
  const std::string record_path = stem + ".record";
  if (std::optional<Record> known = ReadRecord(record_path); known && Holds(*known)) {
    Replace(record_path, EncodeRecord(*known)).IgnoreError();  // also marks it as used
    MarkUsed(known->path);
    return StoredModule{std::move(known->path), {}};
  }
  std::error_code error;
  std::filesystem::create_directories(options_.directory, error);
  if (error) {
    return absl::ResourceExhaustedError(
        StrCat("cannot make ", options_.directory, ": ", error.message()));
  }
  TraceSpan span("build module");
  ++builds_;
  WaitUntilWritesShow(build.file);  // or the next session would have to build it again
  const absl::Time start = absl::Now();
  build.output = TemporaryName(stem + ".pcm");
  absl::StatusOr<BuiltModule> built =
      BuildModule(options_.program, build, options_.build_limit, cancelled);
  if (!built.ok()) {
    ::unlink(build.output.c_str());
    return built.status();
  }
  Record record;
  record.inputs = std::move(built->inputs);
  record.states = StateOf(record.inputs);
  record.content = ContentOf(record.inputs);
  record.path = StrCat(stem, absl::StrFormat("-%016x.pcm", record.content));
  if (::rename(build.output.c_str(), record.path.c_str()) != 0) {
    return absl::ResourceExhaustedError(StrCat("cannot write ", record.path));
  }
  // One with errors is built anew by whoever asks: the header that it lacks may be there by then. So is one whose inputs
  // were written meanwhile.
  if (built->errors.empty() && !HaveChangedSince(start, record.inputs)) {
    absl::Status status = Replace(record_path, EncodeRecord(record));
    if (!status.ok()) return status;
  }
  return StoredModule{std::move(record.path), std::move(built->errors)};
}

void ModuleStore::RemoveOld(absl::Duration age) const {
  std::error_code error;
  const auto limit = std::filesystem::file_time_type::clock::now() - absl::ToChronoSeconds(age);
  std::filesystem::directory_iterator entries(options_.directory, error);
  for (const auto& entry : entries) {
    if (entry.last_write_time(error) < limit && !error) std::filesystem::remove(entry, error);
  }
}

std::string ModuleDirectory(std::string_view index_dir) { return StrCat(index_dir, "/modules"); }

std::string ModuleFileArgument(std::string_view name, std::string_view path) {
  return StrCat("-fmodule-file=", name, "=", path);
}

}  // namespace astrolabe
