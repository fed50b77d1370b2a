// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/refused_calls.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <thread>
#include <vector>

namespace astrolabe {
namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
constexpr unsigned kForeignCalls = 0x40000000;  // x32's, which have the same architecture
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
constexpr unsigned kForeignCalls = 0xffffffff;
#else
constexpr unsigned kArchitecture = 0;
constexpr unsigned kForeignCalls = 0xffffffff;
#endif

// Older headers lack these. Their numbers are the same everywhere.
constexpr unsigned kIoUringSetup = 425;
constexpr unsigned kOpenat2 = 437;

constexpr sock_filter kRefuse = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
constexpr sock_filter kAllow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

// A filter as it grows. Jumps count instructions.
class Program {
 public:
  Program() {
    Load(offsetof(seccomp_data, arch));
    Jump(BPF_JEQ, kArchitecture, 1, 0);
    Add(kRefuse);
    Load(offsetof(seccomp_data, nr));
    Jump(BPF_JGE, kForeignCalls, 0, 1);
    Add(kRefuse);
  }

  void Refuse(std::initializer_list<unsigned> calls) {
    for (unsigned call : calls) {
      Jump(BPF_JEQ, call, 0, 1);
      Add(kRefuse);
    }
  }

  // Of a call that opens files, what asks for more than reading, by its argument of flags (from 0).
  void RefuseWriting(unsigned call, unsigned flags) {
    Jump(BPF_JEQ, call, 0, 4);
    // The lower half of a word of 64 bits: both processors have it first.
    Load(offsetof(seccomp_data, args) + flags * sizeof(__u64));
    Jump(BPF_JSET, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1);
    Add(kRefuse);
    Add(kAllow);
  }

  bool Install() {
    Add(kAllow);
    const sock_fprog filter = {static_cast<unsigned short>(instructions_.size()),
                               instructions_.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
  }

 private:
  void Add(const sock_filter& instruction) { instructions_.push_back(instruction); }
  void Load(size_t at) { Add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(at))); }
  void Jump(unsigned short test, unsigned value, unsigned char met, unsigned char unmet) {
    Add(sock_filter{static_cast<unsigned short>(BPF_JMP | test | BPF_K), met, unmet, value});
  }

  std::vector<sock_filter> instructions_;
};

}  // namespace

bool RefuseCalls(const RefusedCalls& calls) {
  if (kArchitecture == 0) return false;
  Program program;
  program.Refuse({kIoUringSetup});
  if (calls.network) program.Refuse({__NR_socket, __NR_connect});
  if (calls.programs) program.Refuse({__NR_execve, __NR_execveat});
  if (calls.changes) {
    program.Refuse({kOpenat2, __NR_renameat, __NR_renameat2, __NR_unlinkat, __NR_mkdirat,
                    __NR_mknodat, __NR_linkat, __NR_symlinkat, __NR_truncate, __NR_fchmodat,
                    __NR_fchownat});
#if defined(__x86_64__)
    program.Refuse({__NR_creat, __NR_rename, __NR_unlink, __NR_mkdir, __NR_rmdir, __NR_mknod,
                    __NR_link, __NR_symlink, __NR_chmod, __NR_chown, __NR_lchown});
    program.RefuseWriting(__NR_open, 1);
#endif
    program.RefuseWriting(__NR_openat, 2);
  }
  return program.Install();
}

void RunConfined(absl::FunctionRef<void()> work) {
  std::thread thread([work] {
    RefuseCalls({.network = true, .programs = true, .changes = true});
    work();
  });
  thread.join();
}

}  // namespace astrolabe
