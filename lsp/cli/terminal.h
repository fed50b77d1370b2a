// The person at the terminal: colours, a progress bar, numbers that can be read.
//
// Nothing here writes anything special when the stream is no terminal, or when NO_COLOR is set.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace astrolabe {

enum class Style { kPath, kLine, kName, kDim };

// Whether standard output shows colours.
bool OutputHasColour();

// `text` in a style, or as it is where there are no colours.
std::string Styled(Style style, std::string_view text);

// "31,584,373"
std::string WithThousands(uint64_t number);

// "1.2 GB", decimal units.
std::string Bytes(uint64_t bytes);

// The process's largest resident memory so far, in bytes.
uint64_t PeakResidentBytes();

// What there is to show of long work at one moment.
struct ProgressLine {
  std::string text;   // "parsing", "1,204 of 5,000 files"
  double share = -1;  // done of all, 0 to 1; negative: not known, no bar
};

// Draws progress on stderr until destroyed, if stderr is a terminal. Owns a thread, on which `describe`
// is called with the seconds since the start.
class ProgressBar {
 public:
  explicit ProgressBar(std::function<ProgressLine(double seconds)> describe);
  ~ProgressBar();

 private:
  void Run();
  void Draw(double seconds) const;

  const std::function<ProgressLine(double seconds)> describe_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace astrolabe
