// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/terminal.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"

namespace astrolabe {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(80);
constexpr int kBarWidth = 30;

}  // namespace

bool OutputHasColour() {
  static const bool has = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return has;
}

std::string Styled(Style style, std::string_view text) {
  std::string plain(text);
  if (!OutputHasColour()) return plain;
  switch (style) {
    case Style::kPath:
      return "\x1b[35m" + plain + "\x1b[0m";
    case Style::kLine:
      return "\x1b[32m" + plain + "\x1b[0m";
    case Style::kName:
      return "\x1b[1m" + plain + "\x1b[0m";
    case Style::kDim:
      return "\x1b[2m" + plain + "\x1b[0m";
  }
  return plain;
}

std::string WithThousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string Bytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? absl::StrFormat("%d B", bytes)
                   : absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

uint64_t PeakResidentBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

ProgressBar::ProgressBar(std::function<ProgressLine(double seconds)> describe)
    : describe_(std::move(describe)) {
  if (isatty(STDERR_FILENO) != 0) thread_ = std::thread([this] { Run(); });
}

ProgressBar::~ProgressBar() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
  }
  wake_.notify_all();
  thread_.join();
  std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::Run() {
  auto start = std::chrono::steady_clock::now();
  std::unique_lock<std::mutex> lock(mutex_);
  while (!wake_.wait_for(lock, kRedraw, [this] { return done_; })) {
    Draw(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
}

void ProgressBar::Draw(double seconds) const {
  ProgressLine line = describe_(seconds);
  if (line.share < 0) {
    std::fprintf(stderr, "\r\x1b[K%s … %.1f s", line.text.c_str(), seconds);
    return;
  }
  double share = std::min(1.0, line.share);
  int filled = static_cast<int>(share * kBarWidth);
  std::string bar(static_cast<size_t>(filled), '#');
  bar.resize(kBarWidth, '.');
  std::fprintf(stderr, "\r\x1b[K[%s] %3.0f%%  %s  %.1f s", bar.c_str(), share * 100,
               line.text.c_str(), seconds);
}

}  // namespace astrolabe
