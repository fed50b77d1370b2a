// Private members of Clang's classes, for the few places where no public call does what is needed.
//
// The arguments of an explicit instantiation are exempt from access control ([temp.spec.general]), so that is where a
// private member can be named; the friend function hands it out:
//
//   struct Scope : PrivateMember<Scope, clang::Scope* clang::Sema::*> {};
//   template struct Expose<Scope, &clang::Sema::CurScope>;  // in namespace astrolabe itself
//   sema.*PointerTo(Scope()) = …
//
// What is reached so may change with any version of Clang: say at each use what it relies on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace astrolabe {

template <typename Member, typename MemberPointer>
struct PrivateMember {
  using Pointer = MemberPointer;
  friend Pointer PointerTo(Member);

 private:
  friend Member;
  PrivateMember() = default;
};

template <typename Member, typename Member::Pointer kPointer>
struct Expose {
  friend typename Member::Pointer PointerTo(Member) { return kPointer; }
};

}  // namespace astrolabe
