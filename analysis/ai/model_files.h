// Where models are looked for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace astrolabe {

// The user's folder, then the one installed with this program, then this checkout's. Not all need exist.
std::vector<std::string> ModelFolders();

// The GGUF files in those, in their order and by name.
std::vector<std::string> FindModels();

// Whether it has a chat template, by what the file says ahead of the weights.
bool HasChatTemplate(const std::string& path);

// `wanted` (a file, or a folder with one) or else the first that is found; those that call themselves instruct or chat
// models come last: they are for ChooseChatModel. NotFound saying where to put one.
absl::StatusOr<std::string> ChooseModel(const std::string& wanted);

// Those to be asked one after the other: `wanted`, separated by commas, in that order; else the one that ChooseModel finds
// for "" and the one that comes with this program, the smaller file first.
absl::StatusOr<std::vector<std::string>> ChooseModels(const std::string& wanted);

// The same as ChooseModel of a model that is told in words what to write: the first with a chat template, those that call themselves
// instruct or chat models ahead of the others. `flag` is what `wanted` comes from, for the message.
absl::StatusOr<std::string> ChooseChatModel(const std::string& wanted, const std::string& flag);

}  // namespace astrolabe
