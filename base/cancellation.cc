// The handler only touches lock-free atomics and calls sigaction, which POSIX allows there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/cancellation.h"

#include <signal.h>

#include <cerrno>
#include <cstdint>

#include "base/errno_status.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constinit std::atomic<CancelToken*> signal_token{nullptr};
constinit std::atomic<uint64_t> handled_signals{0};  // bit n: signal n
static_assert(std::atomic<CancelToken*>::is_always_lock_free);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

void OnSignal(int) {
  const int saved_errno = errno;
  // Of all handled signals and not only this one: Ctrl-C and then `kill` is a second one too.
  const uint64_t handled = handled_signals.load(std::memory_order_relaxed);
  for (int number = 1; number < 64; ++number) {
    if ((handled >> number & 1) != 0) ::signal(number, SIG_DFL);
  }
  if (CancelToken* token = signal_token.load(std::memory_order_acquire)) token->Cancel();
  errno = saved_errno;
}

}  // namespace

absl::Status CancelToken::status() const {
  return cancelled() ? absl::CancelledError("interrupted") : absl::OkStatus();
}

absl::Status CancelOnSignals(CancelToken& token, std::initializer_list<int> signals) {
  signal_token.store(&token, std::memory_order_release);
  for (const int number : signals) {
    struct sigaction previous;
    if (::sigaction(number, nullptr, &previous) != 0 || number >= 64) {
      return ErrnoStatus(EINVAL, "handle signal", StrCat(number));
    }
    if (previous.sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    handled_signals.fetch_or(uint64_t{1} << number, std::memory_order_relaxed);
    if (::sigaction(number, &action, nullptr) != 0) {
      return ErrnoStatus(errno, "handle signal", StrCat(number));
    }
  }
  return absl::OkStatus();
}

}  // namespace astrolabe
