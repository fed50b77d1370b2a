// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/quantize.h"

#include <llama.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "analysis/ai/generation.h"
#include "analysis/ai/model.h"
#include "analysis/ai/model_server.h"
#include "base/frame.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/subprocess.h"

namespace astrolabe {
namespace {

constexpr std::array<QuantizeType, 18> kTypes = {{
    {"f32", 32, LLAMA_FTYPE_ALL_F32},
    {"f16", 16, LLAMA_FTYPE_MOSTLY_F16},
    {"bf16", 16, LLAMA_FTYPE_MOSTLY_BF16},
    {"q8_0", 8.5, LLAMA_FTYPE_MOSTLY_Q8_0},
    {"q6_k", 6.6, LLAMA_FTYPE_MOSTLY_Q6_K},
    {"q5_1", 6, LLAMA_FTYPE_MOSTLY_Q5_1},
    {"q5_k_m", 5.7, LLAMA_FTYPE_MOSTLY_Q5_K_M},
    {"q5_k_s", 5.5, LLAMA_FTYPE_MOSTLY_Q5_K_S},
    {"q5_0", 5.5, LLAMA_FTYPE_MOSTLY_Q5_0},
    {"q4_1", 5, LLAMA_FTYPE_MOSTLY_Q4_1},
    {"q4_k_m", 4.9, LLAMA_FTYPE_MOSTLY_Q4_K_M},
    {"q4_k_s", 4.6, LLAMA_FTYPE_MOSTLY_Q4_K_S},
    {"q4_0", 4.6, LLAMA_FTYPE_MOSTLY_Q4_0},
    {"iq4_nl", 4.5, LLAMA_FTYPE_MOSTLY_IQ4_NL},
    {"q3_k_l", 4.3, LLAMA_FTYPE_MOSTLY_Q3_K_L},
    {"q3_k_m", 3.9, LLAMA_FTYPE_MOSTLY_Q3_K_M},
    {"q3_k_s", 3.5, LLAMA_FTYPE_MOSTLY_Q3_K_S},
    {"q2_k", 3.2, LLAMA_FTYPE_MOSTLY_Q2_K},
}};

// Rows of tensors kept at once, in bytes.
constexpr size_t kBuffer = size_t{1} << 30;
// How often somebody looks whether the result is still wanted.
constexpr absl::Duration kGlance = absl::Milliseconds(50);
constexpr absl::Duration kWriteLimit = absl::Seconds(5);

// What llama.cpp says while it works: which tensor it is at, in front of a line, and what is wrong.
struct Listener {
  const QuantizeProgress& progress;
  std::string error;

  static void Hear(ggml_log_level level, const char* text, void* self) {
    auto* listener = static_cast<Listener*>(self);
    unsigned done = 0;
    unsigned tensors = 0;
    if (std::sscanf(text, "[%u/%u]", &done, &tensors) == 2) listener->progress(done, tensors);
    std::string_view line(text);
    while (line.ends_with('\n')) line.remove_suffix(1);
    constexpr std::string_view kPrefix = "failed to quantize: ";
    if (level == GGML_LOG_LEVEL_ERROR && !line.empty()) {
      const size_t at = line.find(kPrefix);
      listener->error = std::string(at == line.npos ? line : line.substr(at + kPrefix.size()));
    }
    LogDebug("llama.cpp: ", line);
  }
};

std::string Encoded(ModelMessage type, std::string_view payload) {
  return EncodeFrame(static_cast<uint32_t>(type), payload);
}

// Frames until the result is there.
absl::StatusOr<uint64_t> Listen(Subprocess& process, const QuantizeProgress& progress,
                                const std::atomic<bool>& cancelled) {
  std::string bytes;
  std::array<char, 4096> buffer;
  for (;;) {
    absl::StatusOr<std::optional<Frame>> frame = TakeFrame(&bytes);
    if (!frame.ok()) return frame.status();
    if (!frame->has_value()) {
      if (cancelled) return absl::CancelledError("interrupted");
      const absl::StatusOr<size_t> got =
          process.Read(Subprocess::Stream::kStdout, buffer, absl::Now() + kGlance);
      if (absl::IsDeadlineExceeded(got.status())) continue;
      if (!got.ok() || *got == 0) return absl::UnavailableError("gone");
      bytes.append(buffer.data(), *got);
      continue;
    }
    if ((*frame)->Is(ModelMessage::kQuantizing)) {
      auto told = Decode<std::pair<uint64_t, uint64_t>>((*frame)->payload);
      if (!told.ok()) return told.status();
      progress(told->first, told->second);
    } else if ((*frame)->Is(ModelMessage::kQuantized)) {
      return Decode<uint64_t>((*frame)->payload);
    } else {
      auto failure = Decode<NumberedFailure>((*frame)->payload);
      if (!failure.ok()) return failure.status();
      return absl::FailedPreconditionError(failure->message);
    }
  }
}

}  // namespace

std::span<const QuantizeType> QuantizeTypes() { return kTypes; }

absl::StatusOr<QuantizeType> QuantizeTypeNamed(std::string_view name) {
  std::string names;
  for (const QuantizeType& type : kTypes) {
    if (type.name == name) return type;
    names += StrCat(names.empty() ? "" : ", ", type.name);
  }
  return absl::InvalidArgumentError(StrCat("there is no type ", name, "; there are ", names));
}

absl::Status QuantizeHere(const QuantizeJob& job, const QuantizeProgress& progress) {
  if (absl::Status status = CheckModelFile(job.in); !status.ok()) return status;
  Listener listener{progress, ""};
  llama_log_set(Listener::Hear, &listener);
  llama_backend_init();
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = static_cast<llama_ftype>(job.type);
  params.nthread = static_cast<int32_t>(job.threads);
  params.allow_requantize = job.requantizes;
  params.max_buf_size = kBuffer;
  const uint32_t failed = llama_model_quantize(job.in.c_str(), job.out.c_str(), &params);
  llama_log_set(nullptr, nullptr);
  if (failed == 0) return absl::OkStatus();
  std::string why = listener.error.empty() ? "no reason given" : listener.error;
  if (why.starts_with("requantizing")) {
    why += ": its weights have fewer bits already, and lose more by this (--requantize)";
  }
  return absl::InvalidArgumentError(StrCat(job.in, ": llama.cpp cannot quantize it: ", why));
}

absl::StatusOr<uint64_t> Quantize(const std::string& program, const QuantizeJob& job,
                                  const QuantizeProgress& progress,
                                  const std::atomic<bool>& cancelled) {
  absl::StatusOr<std::unique_ptr<Subprocess>> process = Subprocess::Start(
      {.argv = {program, kModelServerArgument}, .directory = "", .environment = {}},
      StderrMode::kInherit);
  if (!process.ok()) return process.status();
  absl::StatusOr<uint64_t> size = absl::UnavailableError("gone");
  if ((*process)
          ->Write(Encoded(ModelMessage::kQuantize, Encode(job)), absl::Now() + kWriteLimit)
          .ok()) {
    size = Listen(**process, progress, cancelled);
  }
  if (absl::IsUnavailable(size.status())) {
    (*process)->CloseStdin();
    const absl::StatusOr<ExitStatus> exit = (*process)->Wait(absl::Now() + kWriteLimit);
    size =
        absl::FailedPreconditionError(StrCat(job.in, ": the process that quantizes it died",
                                             exit.ok() ? StrCat(" (", exit->ToString(), ")") : ""));
  }
  (*process)->Kill();
  (*process)->Wait().status().IgnoreError();
  if (!size.ok()) {
    std::error_code error;
    std::filesystem::remove(job.out, error);
  }
  return size;
}

}  // namespace astrolabe
