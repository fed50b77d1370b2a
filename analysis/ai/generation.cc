// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/generation.h"

#include <utility>

#include "base/wire.h"

namespace astrolabe {
namespace {

constexpr uint64_t kMaxCandidates = 64;

template <typename T>
absl::StatusOr<T> Checked(const WireReader& in, T message) {
  if (!in.ok()) return absl::DataLossError("a message of the model's process is damaged");
  return message;
}

void Write(const ModelInfo& info, WireWriter* out) {
  for (const std::string* text :
       {&info.path, &info.name, &info.architecture, &info.description, &info.license}) {
    out->String(*text);
  }
  for (uint64_t number :
       {info.parameters, info.bytes, uint64_t{info.vocabulary}, uint64_t{info.layers},
        uint64_t{info.embedding}, uint64_t{info.trained_context}, uint64_t{info.infills},
        uint64_t{info.suffix_first}, uint64_t{info.joins_prefix}, uint64_t{info.chats}}) {
    out->Number(number);
  }
}

ModelInfo ReadInfo(WireReader* in) {
  ModelInfo info;
  for (std::string* text :
       {&info.path, &info.name, &info.architecture, &info.description, &info.license}) {
    *text = in->String();
  }
  info.parameters = in->Number();
  info.bytes = in->Number();
  for (uint32_t* number :
       {&info.vocabulary, &info.layers, &info.embedding, &info.trained_context}) {
    *number = static_cast<uint32_t>(in->Number());
  }
  for (bool* flag : {&info.infills, &info.suffix_first, &info.joins_prefix, &info.chats})
    *flag = in->Number() != 0;
  return info;
}

}  // namespace

std::string EncodeSetting(const ModelSetting& setting) {
  WireWriter out;
  out.String(setting.path);
  out.Number(setting.context);
  out.Number(setting.threads);
  out.Number(setting.state_bytes);
  return std::move(out.bytes());
}

absl::StatusOr<ModelSetting> DecodeSetting(std::string_view bytes) {
  WireReader in(bytes);
  ModelSetting setting;
  setting.path = in.String();
  setting.context = static_cast<uint32_t>(in.Number());
  setting.threads = static_cast<uint32_t>(in.Number());
  setting.state_bytes = in.Number();
  return Checked(in, std::move(setting));
}

std::string EncodeRequest(uint64_t number, const GenerationRequest& request) {
  WireWriter out;
  out.Number(number);
  out.String(request.document);
  out.String(request.parts.path);
  out.String(request.parts.prefix);
  out.String(request.parts.suffix);
  out.Number(request.parts.context.size());
  for (const PromptContext& context : request.parts.context) {
    out.String(context.path);
    out.String(context.text);
  }
  out.String(request.raw_prompt);
  out.Number(request.max_tokens);
  out.Number(request.is_single_line ? 1 : 0);
  out.Number(request.temperatures.size());
  for (double temperature : request.temperatures) out.Real(temperature);
  out.Number(request.seed);
  out.Strings(request.names);
  out.Real(absl::ToDoubleSeconds(request.time_limit));
  return std::move(out.bytes());
}

absl::StatusOr<std::pair<uint64_t, GenerationRequest>> DecodeRequest(std::string_view bytes) {
  WireReader in(bytes);
  const uint64_t number = in.Number();
  GenerationRequest request;
  request.document = in.String();
  request.parts.path = in.String();
  request.parts.prefix = in.String();
  request.parts.suffix = in.String();
  for (uint64_t left = in.Number(); left > 0 && in.ok(); --left) {
    PromptContext context;
    context.path = in.String();
    context.text = in.String();
    request.parts.context.push_back(std::move(context));
  }
  request.raw_prompt = in.String();
  request.max_tokens = static_cast<uint32_t>(in.Number());
  request.is_single_line = in.Number() != 0;
  request.temperatures.clear();
  for (uint64_t left = in.Number(); left > 0 && in.ok(); --left) {
    request.temperatures.push_back(in.Real());
  }
  request.seed = in.Number();
  request.names = in.Strings();
  request.time_limit = absl::Seconds(in.Real());
  return Checked(in, std::pair(number, std::move(request)));
}

std::string EncodeNumber(uint64_t number) {
  WireWriter out;
  out.Number(number);
  return std::move(out.bytes());
}

absl::StatusOr<uint64_t> DecodeNumber(std::string_view bytes) {
  WireReader in(bytes);
  const uint64_t number = in.Number();
  return Checked(in, number);
}

std::string EncodeReady(const ModelReady& ready) {
  WireWriter out;
  Write(ready.info, &out);
  out.Real(ready.load_seconds);
  out.Number(ready.context);
  out.Number(ready.threads);
  out.String(ready.processor);
  return std::move(out.bytes());
}

absl::StatusOr<ModelReady> DecodeModelReady(std::string_view bytes) {
  WireReader in(bytes);
  ModelReady ready;
  ready.info = ReadInfo(&in);
  ready.load_seconds = in.Real();
  ready.context = static_cast<uint32_t>(in.Number());
  ready.threads = static_cast<uint32_t>(in.Number());
  ready.processor = in.String();
  return Checked(in, std::move(ready));
}

std::string EncodeGeneration(uint64_t number, const Generation& generation) {
  WireWriter out;
  out.Number(number);
  out.Number(generation.candidates.size());
  for (const Candidate& candidate : generation.candidates) {
    out.String(candidate.text);
    out.Real(candidate.log_probability);
    out.Number(candidate.tokens);
    out.Number(static_cast<uint64_t>(candidate.end));
  }
  const GenerationCost& cost = generation.cost;
  out.Number(cost.prompt_tokens);
  out.Number(cost.reused_tokens);
  out.Number(cost.generated_tokens);
  out.Real(cost.prompt_seconds);
  out.Real(cost.first_token_seconds);
  out.Real(cost.total_seconds);
  return std::move(out.bytes());
}

absl::StatusOr<std::pair<uint64_t, Generation>> DecodeGeneration(std::string_view bytes) {
  WireReader in(bytes);
  const uint64_t number = in.Number();
  Generation generation;
  const uint64_t count = in.Number();
  if (count > kMaxCandidates) return absl::DataLossError("the model's process delivers nonsense");
  for (uint64_t left = count; left > 0 && in.ok(); --left) {
    Candidate candidate;
    candidate.text = in.String();
    candidate.log_probability = in.Real();
    candidate.tokens = static_cast<uint32_t>(in.Number());
    const uint64_t end = in.Number();
    if (end > static_cast<uint64_t>(GenerationEnd::kNames)) {
      return absl::DataLossError("the model's process delivers nonsense");
    }
    candidate.end = static_cast<GenerationEnd>(end);
    generation.candidates.push_back(std::move(candidate));
  }
  GenerationCost& cost = generation.cost;
  cost.prompt_tokens = static_cast<uint32_t>(in.Number());
  cost.reused_tokens = static_cast<uint32_t>(in.Number());
  cost.generated_tokens = static_cast<uint32_t>(in.Number());
  cost.prompt_seconds = in.Real();
  cost.first_token_seconds = in.Real();
  cost.total_seconds = in.Real();
  return Checked(in, std::pair(number, std::move(generation)));
}

std::string EncodeFailure(uint64_t number, std::string_view why) {
  WireWriter out;
  out.Number(number);
  out.String(why);
  return std::move(out.bytes());
}

absl::StatusOr<std::pair<uint64_t, std::string>> DecodeFailure(std::string_view bytes) {
  WireReader in(bytes);
  const uint64_t number = in.Number();
  std::string why = in.String();
  return Checked(in, std::pair(number, std::move(why)));
}

}  // namespace astrolabe
