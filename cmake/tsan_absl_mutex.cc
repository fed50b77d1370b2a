// Tells ThreadSanitizer about absl::Mutex and absl::Notification. Debian's libabsl is not instrumented, so without this
// every variable that a Mutex guards is reported as a race. Each locking function is wrapped by the
// linker
// (--wrap, see Toolchain.cmake) into the same call plus the happens-before edge it creates; reader
// locks get the edge of a writer lock, which may hide a write under a reader lock (-Wthread-safety
// finds that one at compile time). Only linked under the tsan preset.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace {
using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Time;
}  // namespace

// A member function is called like a free one that takes `this` first. `debian3` is the inline
// namespace of Debian's build: on another abseil this fails to link and does not go silent.
#define ASTROLABE_WRAPPED(result, name, mangled, ...)               \
  extern "C" result name##Real(__VA_ARGS__) asm("__real_" mangled); \
  extern "C" result name##Wrap(__VA_ARGS__) asm("__wrap_" mangled); \
  extern "C" result name##Wrap(__VA_ARGS__)

#define ASTROLABE_LOCK(name, mangled)                 \
  ASTROLABE_WRAPPED(void, name, mangled, Mutex* mu) { \
    name##Real(mu);                                   \
    __tsan_acquire(mu);                               \
  }
#define ASTROLABE_TRY_LOCK(name, mangled)             \
  ASTROLABE_WRAPPED(bool, name, mangled, Mutex* mu) { \
    const bool locked = name##Real(mu);               \
    if (locked) __tsan_acquire(mu);                   \
    return locked;                                    \
  }
#define ASTROLABE_UNLOCK(name, mangled)               \
  ASTROLABE_WRAPPED(void, name, mangled, Mutex* mu) { \
    __tsan_release(mu);                               \
    name##Real(mu);                                   \
  }

ASTROLABE_LOCK(Lock, "_ZN4absl7debian35Mutex4LockEv")
ASTROLABE_LOCK(ReaderLock, "_ZN4absl7debian35Mutex10ReaderLockEv")
ASTROLABE_TRY_LOCK(TryLock, "_ZN4absl7debian35Mutex7TryLockEv")
ASTROLABE_TRY_LOCK(ReaderTryLock, "_ZN4absl7debian35Mutex13ReaderTryLockEv")
ASTROLABE_UNLOCK(Unlock, "_ZN4absl7debian35Mutex6UnlockEv")
ASTROLABE_UNLOCK(ReaderUnlock, "_ZN4absl7debian35Mutex12ReaderUnlockEv")

// A condition is evaluated inside Abseil, under the lock but by whichever thread has it: the one that waits, or
// one that lets go of it. So the evaluation brings edges of its own.
namespace {
struct EvaluatedUnderLock {
  Mutex* mu;
  const Condition* condition;
  static bool Evaluate(EvaluatedUnderLock* self) {
    __tsan_acquire(self->mu);
    const bool is_met = self->condition->Eval();
    __tsan_release(self->mu);
    return is_met;
  }
};
}  // namespace

// Waiting lets go of the lock and takes it again.
ASTROLABE_WRAPPED(void, Await, "_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE", Mutex* mu,
                  const Condition& condition) {
  __tsan_release(mu);
  EvaluatedUnderLock evaluated{mu, &condition};
  AwaitReal(mu, Condition(&EvaluatedUnderLock::Evaluate, &evaluated));
  __tsan_acquire(mu);
}

ASTROLABE_WRAPPED(bool, AwaitWithTimeout,
                  "_ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE",
                  Mutex* mu, const Condition& condition, Duration timeout) {
  __tsan_release(mu);
  EvaluatedUnderLock evaluated{mu, &condition};
  const bool met =
      AwaitWithTimeoutReal(mu, Condition(&EvaluatedUnderLock::Evaluate, &evaluated), timeout);
  __tsan_acquire(mu);
  return met;
}

ASTROLABE_WRAPPED(bool, AwaitWithDeadline,
                  "_ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE",
                  Mutex* mu, const Condition& condition, Time deadline) {
  __tsan_release(mu);
  EvaluatedUnderLock evaluated{mu, &condition};
  const bool met =
      AwaitWithDeadlineReal(mu, Condition(&EvaluatedUnderLock::Evaluate, &evaluated), deadline);
  __tsan_acquire(mu);
  return met;
}

ASTROLABE_WRAPPED(void, LockWhen, "_ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE", Mutex* mu,
                  const Condition& condition) {
  EvaluatedUnderLock evaluated{mu, &condition};
  LockWhenReal(mu, Condition(&EvaluatedUnderLock::Evaluate, &evaluated));
  __tsan_acquire(mu);
}

ASTROLABE_WRAPPED(void, Wait, "_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE", CondVar* condition,
                  Mutex* mu) {
  __tsan_release(mu);
  WaitReal(condition, mu);
  __tsan_acquire(mu);
}

ASTROLABE_WRAPPED(bool, WaitWithTimeout,
                  "_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE",
                  CondVar* condition, Mutex* mu, Duration timeout) {
  __tsan_release(mu);
  const bool timed_out = WaitWithTimeoutReal(condition, mu, timeout);
  __tsan_acquire(mu);
  return timed_out;
}

ASTROLABE_WRAPPED(bool, WaitWithDeadline,
                  "_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE",
                  CondVar* condition, Mutex* mu, Time deadline) {
  __tsan_release(mu);
  const bool timed_out = WaitWithDeadlineReal(condition, mu, deadline);
  __tsan_acquire(mu);
  return timed_out;
}

// What a notification announces was written ahead of it.
ASTROLABE_WRAPPED(void, Notify, "_ZN4absl7debian312Notification6NotifyEv",
                  absl::Notification* notification) {
  __tsan_release(notification);
  NotifyReal(notification);
}

ASTROLABE_WRAPPED(void, WaitForNotification,
                  "_ZNK4absl7debian312Notification19WaitForNotificationEv",
                  const absl::Notification* notification) {
  WaitForNotificationReal(notification);
  __tsan_acquire(const_cast<absl::Notification*>(notification));
}

ASTROLABE_WRAPPED(bool, WaitForNotificationWithTimeout,
                  "_ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE",
                  const absl::Notification* notification, Duration timeout) {
  const bool notified = WaitForNotificationWithTimeoutReal(notification, timeout);
  if (notified) __tsan_acquire(const_cast<absl::Notification*>(notification));
  return notified;
}
