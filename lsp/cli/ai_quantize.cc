// What is written is a file beside the one that is wanted, which takes its name once a model's process has loaded it: whoever is
// interrupted, or runs out of disk, has what was there before.
//
// `auto` takes the most precise type that fits in half of the memory that is free now and writes at most a fifth slower than the
// fastest that does: fewer bits always cost precision, and do not always make a model faster on the processor at hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/ai_quantize.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_format.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/quantize.h"
#include "base/strings.h"
#include "lsp/cli/ai_speed.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

namespace fs = std::filesystem;

// Those that `auto` tries, the most precise first.
constexpr const char* kTried[] = {"q8_0", "q6_k", "q5_k_m", "q4_k_m"};
constexpr uint32_t kTrialRuns = 3;
constexpr double kFastEnough = 0.8;  // of the fastest
// Of a running model beside its weights, in bytes.
constexpr uint64_t kBesideWeights = 150'000'000;

struct Made {
  QuantizeType type = {};
  std::string path;
  uint64_t bytes = 0;
  double seconds = 0;
  std::optional<ModelSpeed> speed;
};

// Removes a file that nobody has taken.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    std::error_code error;
    if (!path_.empty()) fs::remove(path_, error);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

 private:
  const std::string path_;
};

// Of the system, in bytes, without what would have to be swapped out.
uint64_t AvailableMemory() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    unsigned long kilobytes = 0;
    if (std::sscanf(line.c_str(), "MemAvailable: %lu kB", &kilobytes) == 1) {
      return uint64_t{kilobytes} * 1024;
    }
  }
  return 0;
}

class Quantizer {
 public:
  explicit Quantizer(const QuantizeArguments& arguments) : arguments_(arguments) {}

  absl::StatusOr<Made> Run() {
    if (absl::Status status = CheckPlaces(); !status.ok()) return status;
    if (arguments_.type == "auto") return Choose();
    absl::StatusOr<QuantizeType> type = QuantizeTypeNamed(arguments_.type);
    if (!type.ok()) return type.status();
    Temporary temporary(TemporaryOf(*type));
    absl::StatusOr<Made> made = Make(*type);
    if (!made.ok()) return made;
    const auto process = Started(made->path);
    if (absl::Status status = process->Load().status(); !status.ok()) return status;
    return Take(*std::move(made));
  }

  const std::vector<Made>& tried() const { return tried_; }

 private:
  absl::Status CheckPlaces() const {
    std::error_code error;
    if (!fs::is_regular_file(arguments_.in, error)) {
      return absl::NotFoundError(StrCat("there is no file ", arguments_.in));
    }
    const fs::path folder = fs::absolute(arguments_.out, error).parent_path();
    if (!fs::is_directory(folder, error)) {
      return absl::NotFoundError(StrCat("there is no folder ", folder.string()));
    }
    if (!fs::exists(arguments_.out, error)) return absl::OkStatus();
    if (fs::equivalent(arguments_.in, arguments_.out, error)) {
      return absl::InvalidArgumentError(
          StrCat(arguments_.out, " is the model itself: name another file"));
    }
    if (!arguments_.replaces) {
      return absl::InvalidArgumentError(
          StrCat(arguments_.out, " is there already (--force replaces it)"));
    }
    return absl::OkStatus();
  }

  std::string TemporaryOf(const QuantizeType& type) const {
    return StrCat(arguments_.out, ".", type.name, ".", getpid(), ".tmp");
  }

  absl::StatusOr<Made> Make(const QuantizeType& type) const {
    Made made;
    made.type = type;
    made.path = TemporaryOf(type);
    QuantizeJob job;
    job.in = arguments_.in;
    job.out = made.path;
    job.type = type.file;
    job.threads = arguments_.threads;
    job.requantizes = arguments_.requantizes;
    const absl::Time start = absl::Now();
    std::atomic<uint64_t> done = 0;
    std::atomic<uint64_t> tensors = 0;
    std::optional<ProgressBar> bar;
    if (!arguments_.json) {
      bar.emplace([&](double) {
        const uint64_t all = tensors;
        return ProgressLine{StrCat(type.name, ": ", done.load(), " of ", all, " tensors"),
                            all == 0 ? -1 : static_cast<double>(done) / static_cast<double>(all)};
      });
    }
    absl::StatusOr<uint64_t> bytes = Quantize(
        ParserProgram(), job,
        [&](uint64_t now, uint64_t all) {
          tensors = all;
          done = now;
        },
        Interrupted());
    if (!bytes.ok()) return bytes.status();
    made.bytes = *bytes;
    made.seconds = absl::ToDoubleSeconds(absl::Now() - start);
    return made;
  }

  static std::unique_ptr<ModelProcess> Started(const std::string& path) {
    ModelProcessOptions options;
    options.program = ParserProgram();
    options.setting.path = path;
    return std::make_unique<ModelProcess>(std::move(options));
  }

  // Those that are fit to be tried on this machine.
  absl::StatusOr<std::vector<QuantizeType>> Fitting() const {
    const auto source = Started(arguments_.in);
    absl::StatusOr<ModelReady> ready = source->Load();
    if (!ready.ok()) return ready.status();
    const uint64_t room = AvailableMemory() / 2;
    std::vector<QuantizeType> fitting;
    for (const char* name : kTried) {
      const QuantizeType type = *QuantizeTypeNamed(name);
      const double bytes = static_cast<double>(ready->info.parameters) * type.bits / 8;
      if (static_cast<uint64_t>(bytes) + kBesideWeights <= room) fitting.push_back(type);
    }
    if (fitting.empty()) {
      return absl::ResourceExhaustedError(
          StrCat(arguments_.in, " has ", ready->info.parameters,
                 " parameters: with 5 bits each they need more than half of the ", Bytes(room * 2),
                 " of memory that are free now"));
    }
    return fitting;
  }

  absl::StatusOr<Made> Choose() {
    absl::StatusOr<std::vector<QuantizeType>> types = Fitting();
    if (!types.ok()) return types.status();
    std::vector<std::unique_ptr<Temporary>> temporaries;
    double fastest = 0;
    for (const QuantizeType& type : *types) {
      temporaries.push_back(std::make_unique<Temporary>(TemporaryOf(type)));
      absl::StatusOr<Made> made = Make(type);
      if (!made.ok()) return made.status();
      const auto process = Started(made->path);
      absl::StatusOr<ModelReady> ready = process->Load();
      if (!ready.ok()) return ready.status();
      absl::StatusOr<ModelSpeed> speed = MeasureSpeed(*process, ready->context, kTrialRuns);
      if (!speed.ok()) return speed.status();
      made->speed = *speed;
      fastest = std::max(fastest, speed->written);
      tried_.push_back(*std::move(made));
    }
    const auto chosen = std::ranges::find_if(tried_, [fastest](const Made& made) {
      return made.speed->written >= kFastEnough * fastest;
    });
    return Take(*chosen);
  }

  absl::StatusOr<Made> Take(Made made) const {
    if (Interrupted()) return absl::CancelledError("interrupted");
    std::error_code error;
    fs::rename(made.path, arguments_.out, error);
    if (error) {
      return absl::PermissionDeniedError(
          StrCat("cannot write ", arguments_.out, ": ", error.message()));
    }
    made.path = arguments_.out;
    return made;
  }

  const QuantizeArguments& arguments_;
  std::vector<Made> tried_;
};

}  // namespace

int RunAiQuantize(const QuantizeArguments& arguments) {
  Quantizer quantizer(arguments);
  const absl::StatusOr<Made> made = quantizer.Run();
  if (!made.ok()) {
    Fail(made.status());
    if (absl::IsCancelled(made.status())) return kExitInterrupted;
    return absl::IsInvalidArgument(made.status()) ? kExitUsage : kExitFailure;
  }
  std::error_code error;
  const uint64_t before = fs::file_size(arguments.in, error);
  if (arguments.json) {
    OrderedJson tried = OrderedJson::array();
    for (const Made& trial : quantizer.tried()) {
      tried.push_back({{"type", trial.type.name},
                       {"bytes", trial.bytes},
                       {"read_tokens_per_second", trial.speed->read},
                       {"written_tokens_per_second", trial.speed->written}});
    }
    PrintJsonLine({{"path", made->path},
                   {"type", made->type.name},
                   {"bytes", made->bytes},
                   {"bytes_before", before},
                   {"seconds", made->seconds},
                   {"tried", tried}});
    return kExitOk;
  }
  for (const Made& trial : quantizer.tried()) {
    std::printf("%-8s %s, writes %.0f tokens a second\n", trial.type.name,
                Bytes(trial.bytes).c_str(), trial.speed->written);
  }
  std::printf("%s: %s, %s of %s, in %.1f s\n", made->path.c_str(), made->type.name,
              Bytes(made->bytes).c_str(), Bytes(before).c_str(), made->seconds);
  return kExitOk;
}

}  // namespace astrolabe
