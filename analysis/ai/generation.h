// A request to a model, and what comes of it: what the front and the model's process exchange.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "analysis/ai/infill_prompt.h"
#include "analysis/ai/model.h"
#include "base/archive.h"

namespace astrolabe {

struct GenerationRequest {
  // Whose state of the model to go on from, and to keep: a document.
  std::string document;
  InfillParts parts;
  // Not empty: read instead of `parts`, as it is.
  std::string raw_prompt;
  // Not empty: said to a model that chats, and answered. The answer ends where the model ends it, not by the rules of
  // code.
  std::vector<ChatMessage> messages;
  uint32_t max_tokens = 48;
  bool is_single_line = true;
  // Nothing is written: the prompt is read, so that the next request with one that begins alike begins at once.
  bool only_reads = false;
  // One candidate each; 0 takes the likeliest token each time.
  std::vector<double> temperatures = {0};
  uint64_t seed = 1;
  // Not empty: the text has to begin with one of these names (SortedNames).
  std::vector<std::string> names;
  // Of the process that generates; what is there by then is delivered.
  absl::Duration time_limit = absl::Seconds(2);
  template <typename Archive>
  void Members(Archive& archive) {
    double seconds = absl::ToDoubleSeconds(time_limit);
    archive(document, parts, raw_prompt, messages, max_tokens, is_single_line, only_reads,
            temperatures, seed, names, seconds);
    time_limit = absl::Seconds(seconds);
  }
};

enum class GenerationEnd : uint32_t {
  kModel,   // it said that it is done
  kText,    // the candidate's text came to its end (CandidateEnd)
  kTokens,  // max_tokens
  kTime,
  kNames,  // no name that is allowed could follow
};

struct Candidate {
  std::string text;
  double log_probability = 0;  // natural, by the model without temperature, of all tokens
  uint32_t tokens = 0;
  GenerationEnd end = GenerationEnd::kModel;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(text, log_probability, tokens, end);
  }
};

struct GenerationCost {
  uint32_t prompt_tokens = 0;
  uint32_t reused_tokens = 0;     // of those, computed before
  uint32_t cut_bytes = 0;         // of messages, that there was no room for
  uint32_t generated_tokens = 0;  // of all candidates
  double prompt_seconds = 0;
  double first_token_seconds = 0;  // from the request's beginning
  double total_seconds = 0;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(prompt_tokens, reused_tokens, cut_bytes, generated_tokens, prompt_seconds,
            first_token_seconds, total_seconds);
  }
};

// What the model's process has cost when it says something.
struct ProcessCost {
  double cpu_seconds = 0;       // since it was started, of all threads
  uint64_t resident_bytes = 0;  // now; the mapped weights that have been read among them
  template <typename Archive>
  void Members(Archive& archive) {
    archive(cpu_seconds, resident_bytes);
  }
};

struct Generation {
  std::vector<Candidate> candidates;  // parallel to the temperatures
  GenerationCost cost;
  ProcessCost process;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(candidates, cost, process);
  }
};

// What is told once a model is loaded.
struct ModelReady {
  ModelInfo info;
  double load_seconds = 0;
  uint32_t context = 0;  // tokens of a prompt and a candidate together
  uint32_t threads = 0;
  std::string processor;    // what of it llama.cpp uses
  bool is_offline = false;  // the kernel gives the process no sockets (no_network.h)
  ProcessCost process;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(info, load_seconds, context, threads, processor, is_offline, process);
  }
};

// How a model's process is to work.
struct ModelSetting {
  std::string path;
  uint32_t context = 2048;                    // at most; the model's own is another limit
  uint32_t threads = 0;                       // 0: one for a small model, else as many as cores
  uint64_t state_bytes = uint64_t{64} << 20;  // for the states of documents other than the last one
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, context, threads, state_bytes);
  }
};

// ModelSetting::context of a model that chats: pieces of code and an answer of a page.
inline constexpr uint32_t kChatContext = 4096;

// Of frames. To the process: a setting first, then requests and the numbers of those that nobody wants any more. From it:
// ready, then for each request either its generation or why there is none. Or to the process one job to quantize; from it
// how far it is, and the result's size or why there is none. Payloads are these structs by base/archive.h.
enum class ModelMessage : uint32_t {
  kSetting = 1,      // ModelSetting
  kGenerate = 2,     // NumberedRequest
  kCancel = 3,       // uint64_t
  kQuantize = 4,     // QuantizeJob
  kReady = 10,       // ModelReady
  kGenerated = 11,   // NumberedGeneration
  kFailed = 12,      // NumberedFailure; number 0 if the model could not be loaded
  kQuantizing = 13,  // pair of uint64_t: tensors done, of how many
  kQuantized = 14,   // uint64_t: bytes
};
using NumberedRequest = std::pair<uint64_t, GenerationRequest>;
using NumberedGeneration = std::pair<uint64_t, Generation>;
struct NumberedFailure {
  uint64_t number = 0;
  uint32_t code = 0;  // absl::StatusCode
  std::string message;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(number, code, message);
  }
};

// Decode of a NumberedGeneration, which also has to be one that a model's process can deliver.
absl::StatusOr<NumberedGeneration> DecodeGeneration(std::string_view bytes);

}  // namespace astrolabe
