// Each operation asks Check first; only Append has more to decide than whether.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/fault_file_system.h"

#include <algorithm>
#include <utility>

#include "base/errno_status.h"
#include "base/strings.h"

namespace astrolabe {

// Keeps the contract that an error sticks.
class FaultWritableFile final : public WritableFile {
 public:
  FaultWritableFile(FaultFileSystem& fs, std::unique_ptr<WritableFile> base, std::string path)
      : fs_(fs), base_(std::move(base)), path_(std::move(path)) {}

  absl::Status Append(std::string_view data) override {
    if (!status_.ok()) return status_;
    const FaultFileSystem::Verdict verdict = fs_.CheckAppend(path_, data.size());
    status_ = verdict.status;
    if (status_.ok()) return status_ = base_->Append(data);
    base_->Append(data.substr(0, verdict.append_bytes)).IgnoreError();
    return status_;
  }

  absl::Status Flush() override {
    if (!status_.ok()) return status_;
    status_ = fs_.Check(FileOperation::kFlush, "flush", path_);
    if (status_.ok()) status_ = base_->Flush();
    return status_;
  }

  absl::Status Sync() override {
    if (!status_.ok()) return status_;
    status_ = fs_.Check(FileOperation::kSync, "sync", path_);
    if (status_.ok()) status_ = base_->Sync();
    return status_;
  }

  // The file is closed in any case, or a test that breaks Close would leak descriptors.
  absl::Status Close() override {
    const absl::Status injected = fs_.Check(FileOperation::kClose, "close", path_);
    const absl::Status closed = base_->Close();
    if (status_.ok()) status_ = injected;
    if (status_.ok()) status_ = closed;
    return status_;
  }

 private:
  FaultFileSystem& fs_;
  const std::unique_ptr<WritableFile> base_;
  const std::string path_;
  absl::Status status_;
};

void FaultFileSystem::Inject(Fault fault) {
  absl::MutexLock lock(&mutex_);
  faults_.push_back({.fault = std::move(fault)});
}

void FaultFileSystem::LimitSpace(uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  space_ = bytes;
}

void FaultFileSystem::Heal() {
  absl::MutexLock lock(&mutex_);
  faults_.clear();
  space_ = std::numeric_limits<uint64_t>::max();
}

uint64_t FaultFileSystem::operations() const {
  absl::MutexLock lock(&mutex_);
  return operations_;
}

uint64_t FaultFileSystem::failures() const {
  absl::MutexLock lock(&mutex_);
  return failures_;
}

const Fault* FaultFileSystem::Match(FileOperation operation, const std::string& path,
                                    std::string_view other_path) {
  ++operations_;
  const Fault* result = nullptr;
  for (ArmedFault& armed : faults_) {
    const Fault& fault = armed.fault;
    if (fault.operation != FileOperation::kAny && fault.operation != operation) continue;
    if (path.find(fault.path) == std::string::npos &&
        other_path.find(fault.path) == std::string_view::npos) {
      continue;
    }
    const uint64_t index = armed.seen++;
    const bool fails = index >= fault.skip && index - fault.skip < fault.times;
    if (fails && result == nullptr) result = &fault;
  }
  if (result != nullptr) ++failures_;
  return result;
}

absl::Status FaultFileSystem::Check(FileOperation operation, std::string_view action,
                                    const std::string& path, std::string_view other_path) {
  absl::MutexLock lock(&mutex_);
  const Fault* fault = Match(operation, path, other_path);
  if (fault == nullptr) return absl::OkStatus();
  return ErrnoStatus(fault->error, action,
                     other_path.empty() ? path : StrCat(path, " to ", other_path));
}

FaultFileSystem::Verdict FaultFileSystem::CheckAppend(const std::string& path, uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  if (const Fault* fault = Match(FileOperation::kAppend, path, {})) {
    const uint64_t written = std::min({fault->bytes_before_append_fails, bytes, space_});
    space_ -= written;
    return {ErrnoStatus(fault->error, "write", path), written};
  }
  if (bytes > space_) {
    ++failures_;
    return {ErrnoStatus(ENOSPC, "write", path), std::exchange(space_, 0)};
  }
  space_ -= bytes;  // Unlimited is 2^64 - 1, which no test uses up.
  return {};
}

absl::StatusOr<std::unique_ptr<FileContents>> FaultFileSystem::Map(const std::string& path) {
  if (absl::Status status = Check(FileOperation::kMap, "map", path); !status.ok()) return status;
  return base_.Map(path);
}

absl::StatusOr<std::unique_ptr<WritableFile>> FaultFileSystem::Create(const std::string& path) {
  if (absl::Status status = Check(FileOperation::kCreate, "create", path); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::unique_ptr<WritableFile>> file = base_.Create(path);
  if (!file.ok()) return file.status();
  return std::make_unique<FaultWritableFile>(*this, *std::move(file), path);
}

absl::StatusOr<FileStat> FaultFileSystem::Stat(const std::string& path) {
  if (absl::Status status = Check(FileOperation::kStat, "stat", path); !status.ok()) return status;
  return base_.Stat(path);
}

absl::StatusOr<std::vector<std::string>> FaultFileSystem::List(const std::string& directory) {
  if (absl::Status status = Check(FileOperation::kList, "list", directory); !status.ok()) {
    return status;
  }
  return base_.List(directory);
}

absl::Status FaultFileSystem::CreateDirectories(const std::string& directory) {
  absl::Status status = Check(FileOperation::kCreateDirectories, "create directory", directory);
  return status.ok() ? base_.CreateDirectories(directory) : status;
}

absl::Status FaultFileSystem::Remove(const std::string& path) {
  absl::Status status = Check(FileOperation::kRemove, "remove", path);
  return status.ok() ? base_.Remove(path) : status;
}

absl::Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  absl::Status status = Check(FileOperation::kRename, "rename", from, to);
  return status.ok() ? base_.Rename(from, to) : status;
}

absl::Status FaultFileSystem::SyncDirectory(const std::string& directory) {
  absl::Status status = Check(FileOperation::kSyncDirectory, "sync directory", directory);
  return status.ok() ? base_.SyncDirectory(directory) : status;
}

absl::StatusOr<std::unique_ptr<FileLock>> FaultFileSystem::Lock(const std::string& path,
                                                                std::string_view owner) {
  if (absl::Status status = Check(FileOperation::kLock, "lock", path); !status.ok()) return status;
  return base_.Lock(path, owner);
}

}  // namespace astrolabe
