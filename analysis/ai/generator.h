// Lets a model write: what it has computed of a prompt is kept from one request to the next, and all candidates of a
// request share it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "analysis/ai/generation.h"
#include "analysis/ai/model.h"

struct llama_context;

namespace astrolabe {

// One thread; `cancelled` may be set by another.
class Generator {
 public:
  // ResourceExhausted if there is no memory for the context. The model is borrowed.
  static absl::StatusOr<std::unique_ptr<Generator>> Create(const Model& model,
                                                           const ModelSetting& setting);
  ~Generator();

  // Cancelled between two tokens, and within one, once `cancelled` is true. InvalidArgument for a request that the
  // context has no room for.
  absl::StatusOr<Generation> Generate(const GenerationRequest& request,
                                      const std::atomic<bool>& cancelled);

  uint32_t context() const { return context_tokens_; }
  uint32_t threads() const { return threads_; }

 private:
  struct Writer;  // one candidate at work
  // The state of a document that is not the last one.
  struct KeptState {
    std::string document;
    std::vector<ModelToken> tokens;
    std::vector<uint8_t> bytes;
  };

  Generator(const Model& model, const ModelSetting& setting);

  // Asked by llama.cpp ahead of each operation.
  bool IsOver();
  // Makes `document` the one whose state the context has, and keeps that of the one before.
  void SwitchTo(const std::string& document);
  // Computes what of `prompt` is not computed yet; the logits of its last token are then there.
  absl::Status Read(const std::vector<ModelToken>& prompt, GenerationCost* cost);
  absl::Status Decode(const std::vector<ModelToken>& tokens, size_t from, size_t to);

  const Model& model_;
  const uint64_t state_limit_;
  uint32_t context_tokens_ = 0;
  uint32_t threads_ = 0;
  uint32_t batch_tokens_ = 0;
  // Tokens of an infilling prompt. Half of one that could not be read in a request's time.
  size_t prompt_limit_ = 0;
  llama_context* context_ = nullptr;
  std::string document_;
  std::vector<ModelToken> read_;  // what the context holds
  std::list<KeptState> kept_;     // the last used first
  const std::atomic<bool>* cancelled_ = nullptr;
  int64_t deadline_us_ = 0;
  uint32_t asked_to_abort_ = 0;
};

}  // namespace astrolabe
