// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/generator.h"

#include <llama.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "analysis/ai/candidate_text.h"
#include "analysis/ai/chat_prompt.h"
#include "analysis/ai/logits.h"
#include "analysis/ai/name_mask.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr uint32_t kMaxCandidates = 8;
constexpr uint32_t kMaxTokens = 512;  // of a candidate
// Tokens of a prompt computed at a time; by a large model fewer, since what is ended early has to be computed again.
constexpr uint32_t kBatchTokens = 256;
constexpr uint32_t kBatchTokensOfLarge = 64;
// llama.cpp asks ahead of every operation, some hundreds a token, whether to go on.
constexpr uint32_t kLooksAtClock = 64;
// Below that, handing pieces of work to threads costs more than they save.
constexpr uint64_t kParametersForThreads = 60'000'000;
constexpr float kTopP = 0.95F;
// A prompt is not made shorter than that, however long it takes to read.
constexpr size_t kLeastPrompt = 128;
// The sequence that holds the prompt; those of candidates come behind.
constexpr llama_seq_id kPrompt = 0;

double Seconds(int64_t since_us) { return static_cast<double>(llama_time_us() - since_us) * 1e-6; }

// llama.cpp's sampler for what a NameMask allows.
struct MaskSampler {
  const Model& model;
  NameMask mask;

  static const char* Name(const llama_sampler*) { return "names"; }
  static void Accept(llama_sampler* sampler, llama_token token) {
    auto* self = static_cast<MaskSampler*>(sampler->ctx);
    if (!self->mask.is_over()) self->mask.Take(self->model.TextOf(token));
  }
  static void Apply(llama_sampler* sampler, llama_token_data_array* tokens) {
    const auto* self = static_cast<MaskSampler*>(sampler->ctx);
    if (self->mask.is_over()) return;
    size_t kept = 0;
    for (size_t i = 0; i < tokens->size; ++i) {
      const llama_token id = tokens->data[i].id;
      const std::string_view text = self->model.TextOf(id);
      const bool is_allowed =
          self->model.Ends(id) ? self->mask.AllowsEnd() : !text.empty() && self->mask.Allows(text);
      if (is_allowed) tokens->data[kept++] = tokens->data[i];
    }
    tokens->size = kept;
  }
  static void Free(llama_sampler* sampler) { delete static_cast<MaskSampler*>(sampler->ctx); }

  static bool IsOver(const llama_sampler* sampler) {
    return static_cast<const MaskSampler*>(sampler->ctx)->mask.is_over();
  }

  static llama_sampler* Make(const Model& model, const std::vector<std::string>& names) {
    static llama_sampler_i interface = [] {
      llama_sampler_i made = {};
      made.name = Name;
      made.accept = Accept;
      made.apply = Apply;
      made.free = Free;
      return made;
    }();
    return llama_sampler_init(&interface, new MaskSampler{model, NameMask(names)});
  }
};

struct SamplerDeleter {
  void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
};
using Sampler = std::unique_ptr<llama_sampler, SamplerDeleter>;

Sampler MakeSampler(double temperature, uint64_t seed) {
  Sampler chain(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  if (temperature <= 0) {
    llama_sampler_chain_add(chain.get(), llama_sampler_init_greedy());
    return chain;
  }
  llama_sampler_chain_add(chain.get(), llama_sampler_init_top_p(kTopP, 1));
  llama_sampler_chain_add(chain.get(), llama_sampler_init_temp(static_cast<float>(temperature)));
  llama_sampler_chain_add(chain.get(), llama_sampler_init_dist(static_cast<uint32_t>(seed)));
  return chain;
}

// A batch whose arrays are ours. Making one allocates an array for each token that it has room for.
class Batch {
 public:
  Batch() : batch_(llama_batch_init(kBatchTokens, 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void Add(ModelToken token, size_t position, llama_seq_id sequence, bool wants_logits) {
    const int32_t at = batch_.n_tokens++;
    batch_.token[at] = token;
    batch_.pos[at] = static_cast<llama_pos>(position);
    batch_.n_seq_id[at] = 1;
    batch_.seq_id[at][0] = sequence;
    batch_.logits[at] = wants_logits ? 1 : 0;
  }
  void Clear() { batch_.n_tokens = 0; }
  int32_t size() const { return batch_.n_tokens; }
  const llama_batch& get() const { return batch_; }

 private:
  llama_batch batch_;
};

}  // namespace

struct Generator::Writer {
  Writer(const Model& model, const GenerationRequest& request, double temperature, uint64_t seed)
      : mask(request.names.empty() ? nullptr : MaskSampler::Make(model, request.names)),
        sampler(MakeSampler(temperature, seed)),
        is_greedy(temperature <= 0),
        end(request.is_single_line, OpenBrackets(request.parts.prefix, request.parts.suffix)),
        is_code(request.messages.empty()) {}

  // What is written next after the token with these logits; kNoModelToken if the candidate is complete.
  ModelToken Choose(const Model& model, const float* logits, std::vector<llama_token_data>* all) {
    const uint32_t count = model.info().vocabulary;
    const std::span<const float> said(logits, count);
    const bool is_free = mask == nullptr || MaskSampler::IsOver(mask.get());
    const ModelToken token = is_greedy && is_free ? Likeliest(said) : Sample(said, all);
    if (token == kNoModelToken) {
      candidate.end = GenerationEnd::kNames;
      return kNoModelToken;
    }
    candidate.log_probability += LogProbability(said, token);
    ++candidate.tokens;
    if (model.Ends(token)) {
      candidate.end = GenerationEnd::kModel;
      return kNoModelToken;
    }
    const std::string_view text = model.TextOf(token);
    candidate.text += text;
    if (is_code && !end.Take(text)) {
      candidate.end = GenerationEnd::kText;
      return kNoModelToken;
    }
    return token;
  }

  // By llama.cpp's samplers; kNoModelToken if the mask leaves none.
  ModelToken Sample(std::span<const float> logits, std::vector<llama_token_data>* all) {
    all->resize(logits.size());
    for (size_t id = 0; id < logits.size(); ++id) {
      (*all)[id] = {static_cast<llama_token>(id), logits[id], 0};
    }
    llama_token_data_array tokens = {all->data(), all->size(), -1, false};
    if (mask != nullptr) llama_sampler_apply(mask.get(), &tokens);
    if (tokens.size == 0) return kNoModelToken;
    llama_sampler_apply(sampler.get(), &tokens);
    const ModelToken token = tokens.data[tokens.selected].id;
    if (mask != nullptr) llama_sampler_accept(mask.get(), token);
    llama_sampler_accept(sampler.get(), token);
    return token;
  }

  Sampler mask;
  Sampler sampler;
  const bool is_greedy;
  CandidateEnd end;
  bool is_code;  // else `end` does not count
  Candidate candidate;
  llama_seq_id sequence = 0;
  ModelToken next = kNoModelToken;  // to be read by the model
  int32_t logits_at = 0;            // in the last batch
  bool is_done = false;
};

absl::StatusOr<std::unique_ptr<Generator>> Generator::Create(const Model& model,
                                                             const ModelSetting& setting) {
  std::unique_ptr<Generator> generator(new Generator(model, setting));
  if (generator->context_ == nullptr) {
    return absl::ResourceExhaustedError(
        StrCat("no memory for a context of ", generator->context_tokens_, " tokens"));
  }
  return generator;
}

Generator::Generator(const Model& model, const ModelSetting& setting)
    : model_(model), state_limit_(setting.state_bytes) {
  context_tokens_ = std::max<uint32_t>(64, std::min(setting.context, model.info().trained_context));
  const bool is_small = model.info().parameters < kParametersForThreads;
  threads_ = setting.threads;
  if (threads_ == 0) threads_ = is_small ? 1 : std::max(1U, std::thread::hardware_concurrency());
  batch_tokens_ = is_small ? kBatchTokens : kBatchTokensOfLarge;
  prompt_limit_ = context_tokens_;
  llama_context_params params = llama_context_default_params();
  // Cells for the prompt once and for what each candidate writes.
  params.n_ctx = context_tokens_ + kMaxCandidates * 64;
  params.n_batch = kBatchTokens;  // of candidates' tokens, more than there are
  params.n_ubatch = kBatchTokens;
  params.n_seq_max = kMaxCandidates + 1;
  params.kv_unified = true;
  params.n_threads = static_cast<int32_t>(threads_);
  params.n_threads_batch = static_cast<int32_t>(threads_);
  params.no_perf = true;
  params.abort_callback = [](void* data) {
    auto* self = static_cast<Generator*>(data);
    const bool is_over = self->IsOver();
    if (is_over) HushModelLog(true);
    return is_over;
  };
  params.abort_callback_data = this;
  context_ = llama_init_from_model(model.get(), params);
}

Generator::~Generator() {
  if (context_ != nullptr) llama_free(context_);
}

bool Generator::IsOver() {
  if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) return true;
  if (deadline_us_ == 0 || ++asked_to_abort_ % kLooksAtClock != 0) return false;
  return llama_time_us() > deadline_us_;
}

void Generator::SwitchTo(const std::string& document) {
  if (document == document_) return;
  if (!read_.empty() && state_limit_ > 0) {
    KeptState kept{document_, read_, {}};
    kept.bytes.resize(llama_state_seq_get_size(context_, kPrompt));
    kept.bytes.resize(
        llama_state_seq_get_data(context_, kept.bytes.data(), kept.bytes.size(), kPrompt));
    std::erase_if(kept_, [&](const KeptState& other) { return other.document == document_; });
    kept_.push_front(std::move(kept));
    uint64_t bytes = 0;
    auto first_too_many = std::find_if(kept_.begin(), kept_.end(), [&](const KeptState& state) {
      bytes += state.bytes.size() + state.tokens.size() * sizeof(ModelToken);
      return bytes > state_limit_;
    });
    kept_.erase(first_too_many, kept_.end());
  }
  document_ = document;
  read_.clear();
  llama_memory_clear(llama_get_memory(context_), /*data=*/false);
  auto kept = std::find_if(kept_.begin(), kept_.end(),
                           [&](const KeptState& state) { return state.document == document; });
  if (kept == kept_.end()) return;
  if (llama_state_seq_set_data(context_, kept->bytes.data(), kept->bytes.size(), kPrompt) > 0) {
    read_ = std::move(kept->tokens);
  } else {
    llama_memory_clear(llama_get_memory(context_), /*data=*/false);
  }
  kept_.erase(kept);
}

absl::Status Generator::Decode(const std::vector<ModelToken>& tokens, size_t from, size_t to) {
  Batch batch;
  for (size_t at = from; at < to; ++at) {
    batch.Add(tokens[at], at, kPrompt, at + 1 == tokens.size());
  }
  switch (llama_decode(context_, batch.get())) {
    case 0:
      return absl::OkStatus();
    case 2:
      return absl::CancelledError("cancelled");
    case 1:
      return absl::ResourceExhaustedError("the context is full");
    default:
      return absl::InternalError("llama.cpp could not compute the prompt");
  }
}

absl::Status Generator::Read(const std::vector<ModelToken>& prompt, GenerationCost* cost) {
  const auto differs = std::mismatch(read_.begin(), read_.end(), prompt.begin(), prompt.end());
  // The last token is always computed: its logits are wanted.
  const size_t common =
      std::min(static_cast<size_t>(differs.second - prompt.begin()), prompt.size() - 1);
  llama_memory_t memory = llama_get_memory(context_);
  if (!llama_memory_seq_rm(memory, kPrompt, static_cast<llama_pos>(common), -1)) {
    llama_memory_clear(memory, /*data=*/false);  // a state that cannot be cut
    read_.clear();
    return Read(prompt, cost);
  }
  read_.resize(common);
  cost->prompt_tokens = static_cast<uint32_t>(prompt.size());
  cost->reused_tokens = static_cast<uint32_t>(common);
  for (size_t from = common; from < prompt.size(); from += batch_tokens_) {
    const size_t to = std::min<size_t>(from + batch_tokens_, prompt.size());
    if (llama_time_us() > deadline_us_) return absl::DeadlineExceededError("no time left");
    if (absl::Status status = Decode(prompt, from, to); !status.ok()) {
      // What of this batch is in the context is not known.
      llama_memory_seq_rm(memory, kPrompt, static_cast<llama_pos>(from), -1);
      return status;
    }
    read_.insert(read_.end(), prompt.begin() + static_cast<std::ptrdiff_t>(from),
                 prompt.begin() + static_cast<std::ptrdiff_t>(to));
  }
  return absl::OkStatus();
}

absl::StatusOr<Generation> Generator::Generate(const GenerationRequest& request,
                                               const std::atomic<bool>& cancelled) {
  const int64_t start = llama_time_us();
  HushModelLog(false);
  cancelled_ = &cancelled;
  deadline_us_ = start + absl::ToInt64Microseconds(request.time_limit);
  const size_t count = std::min<size_t>(request.temperatures.size(), kMaxCandidates);
  const uint32_t max_tokens =
      std::min({request.max_tokens, kMaxTokens, context_tokens_ / 2,
                static_cast<uint32_t>(kMaxCandidates * 64 / std::max<size_t>(count, 1))});
  Generation generation;
  if (count == 0 || max_tokens == 0) return generation;
  const size_t budget = context_tokens_ - max_tokens;
  std::vector<ModelToken> prompt;
  if (!request.messages.empty()) {
    absl::StatusOr<ChatPrompt> chat = MakeChatPrompt(model_, request.messages, budget);
    if (!chat.ok()) return chat.status();
    prompt = std::move(chat->tokens);
    generation.cost.cut_bytes = chat->cut_bytes;
  } else if (request.raw_prompt.empty()) {
    prompt = InfillPrompt(model_, request.parts, std::min(budget, prompt_limit_));
  } else {
    prompt = model_.Tokenize(request.raw_prompt);
    if (prompt.size() > budget) {
      return absl::InvalidArgumentError(
          StrCat("the prompt has ", prompt.size(), " tokens; there is room for ", budget));
    }
  }
  if (prompt.empty()) return generation;
  SwitchTo(request.document);
  GenerationCost& cost = generation.cost;
  absl::Status status = Read(prompt, &cost);
  cost.prompt_seconds = Seconds(start);
  if (!status.ok()) {
    const bool is_late = !cancelled.load() && llama_time_us() > deadline_us_;
    if (!is_late) return status;
    // What was read of it serves the next request, if that wants no more.
    prompt_limit_ = std::min(prompt_limit_, std::max(kLeastPrompt, prompt.size() / 2));
    return absl::DeadlineExceededError("reading the prompt took too long");
  }
  cost.total_seconds = Seconds(start);
  if (request.only_reads) return generation;

  llama_memory_t memory = llama_get_memory(context_);
  std::vector<Writer> writers;
  for (size_t i = 0; i < count; ++i) {
    writers.emplace_back(model_, request, request.temperatures[i], request.seed + i);
    writers[i].sequence = static_cast<llama_seq_id>(i + 1);
    llama_memory_seq_cp(memory, kPrompt, writers[i].sequence, -1, -1);
    writers[i].logits_at = -1;  // the last of the prompt
  }
  std::vector<llama_token_data> all;
  Batch batch;
  for (size_t position = prompt.size();; ++position) {
    batch.Clear();
    for (Writer& writer : writers) {
      if (writer.is_done) continue;
      const float* logits = llama_get_logits_ith(context_, writer.logits_at);
      writer.next = writer.Choose(model_, logits, &all);
      ++cost.generated_tokens;
      if (cost.first_token_seconds == 0) cost.first_token_seconds = Seconds(start);
      if (writer.next != kNoModelToken && writer.candidate.tokens >= max_tokens) {
        writer.candidate.end = GenerationEnd::kTokens;
        writer.next = kNoModelToken;
      }
      writer.is_done = writer.next == kNoModelToken;
      if (writer.is_done) continue;
      writer.logits_at = batch.size();
      batch.Add(writer.next, position, writer.sequence, /*wants_logits=*/true);
    }
    if (batch.size() == 0) break;
    const int32_t result = llama_decode(context_, batch.get());
    if (result == 0) continue;
    if (cancelled.load()) status = absl::CancelledError("cancelled");
    for (Writer& writer : writers) {
      if (!writer.is_done) writer.candidate.end = GenerationEnd::kTime;
    }
    break;
  }
  for (const Writer& writer : writers) llama_memory_seq_rm(memory, writer.sequence, -1, -1);
  if (!status.ok()) return status;
  for (Writer& writer : writers) {
    if (writer.is_code) writer.candidate.text.resize(writer.end.size());
    generation.candidates.push_back(std::move(writer.candidate));
  }
  cost.total_seconds = Seconds(start);
  return generation;
}

}  // namespace astrolabe
