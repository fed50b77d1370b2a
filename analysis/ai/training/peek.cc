// peek.cc: llama.cpp behind a pipe, so that Python can compare its own tokens, logits and greedy answers
// with it and score a GGUF file. Requests are lines: `tokens HEX`, `logits ID...`, `greedy COUNT ID...`; the
// answer is one line of numbers. `greedy` stops at the end of text and after a token with a newline.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "llama.h"

namespace {

constexpr int kContext = 2048;

// Decodes `ids` after what the context holds; returns the logits after the last one.
const float* decode(llama_context* context, std::vector<llama_token>& ids) {
  llama_batch batch = llama_batch_get_one(ids.data(), static_cast<int32_t>(ids.size()));
  return llama_decode(context, batch) == 0 ? llama_get_logits_ith(context, -1) : nullptr;
}

std::string unhex(const std::string& hex) {
  std::string raw;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    raw.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return raw;
}

bool has_newline(const llama_vocab* vocab, llama_token token) {
  char piece[256];
  const int length = llama_token_to_piece(vocab, token, piece, sizeof piece, 0, false);
  return std::find(piece, piece + std::max(0, length), '\n') != piece + std::max(0, length);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: peek MODEL.gguf\n"), 2;
  llama_log_set(
      [](ggml_log_level level, const char* text, void*) {
        if (level >= GGML_LOG_LEVEL_WARN) std::fputs(text, stderr);
      },
      nullptr);
  llama_model* model = llama_model_load_from_file(argv[1], llama_model_default_params());
  if (model == nullptr) return 1;
  llama_context_params params = llama_context_default_params();
  params.n_ctx = params.n_batch = params.n_ubatch = kContext;
  params.n_threads = params.n_threads_batch = 1;
  llama_context* context = llama_init_from_model(model, params);
  const llama_vocab* vocab = llama_model_get_vocab(model);
  const int size = llama_vocab_n_tokens(vocab);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, hex;
    int count = 0;
    words >> command;
    std::ostringstream answer;
    if (command == "tokens") {
      words >> hex;
      const std::string text = unhex(hex);
      std::vector<llama_token> ids(text.size() + 8);
      ids.resize(
          std::max(0, llama_tokenize(vocab, text.data(), static_cast<int32_t>(text.size()),
                                     ids.data(), static_cast<int32_t>(ids.size()), true, false)));
      for (const llama_token id : ids) answer << id << ' ';
    } else {
      if (command == "greedy") words >> count;
      std::vector<llama_token> ids;
      for (llama_token id; words >> id;) ids.push_back(id);
      llama_memory_clear(llama_get_memory(context), true);
      const float* logits = decode(context, ids);
      if (logits == nullptr) return 1;
      if (command == "logits")
        for (int i = 0; i < size; ++i) answer << logits[i] << ' ';
      for (int i = 0; i < count; ++i) {
        const auto best =
            static_cast<llama_token>(std::max_element(logits, logits + size) - logits);
        if (llama_vocab_is_eog(vocab, best)) break;
        answer << best << ' ';
        if (has_newline(vocab, best)) break;
        std::vector<llama_token> next{best};
        if ((logits = decode(context, next)) == nullptr) return 1;
      }
    }
    std::cout << answer.str() << std::endl;
  }
}
