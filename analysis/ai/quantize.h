// Fewer bits for the weights of a model: a GGUF file from another one, by llama.cpp.
//
// As with loading, the file is somebody else's and the library aborts when it is surprised: what works is a process of its
// own, `astrolabe model`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace astrolabe {

struct QuantizeType {
  const char* name;
  double bits;   // of a weight, about
  int32_t file;  // llama_ftype
};
// Those that need nothing but the weights, the most precise first.
std::span<const QuantizeType> QuantizeTypes();
// InvalidArgument that lists them.
absl::StatusOr<QuantizeType> QuantizeTypeNamed(std::string_view name);

struct QuantizeJob {
  std::string in;
  std::string out;           // written in place: whoever wants it whole or not at all renames it
  int32_t type = 0;          // QuantizeType::file
  uint32_t threads = 0;      // 0: as many as cores
  bool requantizes = false;  // weights that have fewer bits already too: what was lost is lost
  template <typename Archive>
  void Members(Archive& archive) {
    archive(in, out, type, threads, requantizes);
  }
};

using QuantizeProgress = std::function<void(uint64_t done, uint64_t tensors)>;

// In this process. InvalidArgument with what llama.cpp said.
absl::Status QuantizeHere(const QuantizeJob& job, const QuantizeProgress& progress);

// In a process of its own, started as `program model`. Cancelled once `cancelled` is set; then, and after any other
// error, what there is of `job.out` is removed. Returns its size in bytes.
absl::StatusOr<uint64_t> Quantize(const std::string& program, const QuantizeJob& job,
                                  const QuantizeProgress& progress,
                                  const std::atomic<bool>& cancelled);

}  // namespace astrolabe
