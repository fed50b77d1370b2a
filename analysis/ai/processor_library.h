// Packages run on processors that nobody knows when they are built. llama.cpp's arithmetic is there once for each
// generation of them, lib/astrolabe/model/libggml-cpu-*.so, and a program of its own beside them, astrolabe-model, loads the
// one that suits and is the model's process. A local build has neither: there our own program is, with llama.cpp linked
// in for the processor of this machine (processor.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace astrolabe {

// The program to run models by, as `PROGRAM model`; empty where ours is to do so itself.
std::string PackagedModelServer();

// Loads what of `folder` runs here and has most of this processor's instructions. Nothing is loaded if none runs: then
// Model::Load fails.
void LoadProcessorLibrary(const std::string& folder);

// Its name, as "libggml-cpu-haswell.so"; empty if it is linked in, or not there.
std::string LoadedProcessorLibrary();

}  // namespace astrolabe
