// In which order a zygote may parse its headers.
//
// A header that asks for a macro which it does not define or include (`#ifdef HAVE_SYS_STAT_H`) means one thing
// behind the header that defines it and another ahead of it. So the headers of a zygote have to come in
// an order in which each finds what it finds in the units, and units in which it finds something else
// need another zygote. Known from the text of the headers' directives alone: what this overlooks, the
// child's check finds (preprocessor_record.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/project/dependency_scan.h"

namespace astrolabe {

// Names in the directives of a header: those that it defines or undefines, and those in the conditions
// of #if, #ifdef and the like. Sorted, each once.
struct DirectiveNames {
  std::vector<std::string> defined;
  std::vector<std::string> asked;
};
DirectiveNames FindDirectiveNames(std::string_view text);

// One thread. Borrows the scan.
class MacroOrder {
 public:
  // `is_system(file)`: the headers of the compiler and the C library agree among themselves.
  MacroOrder(const ScanResult& scan, const std::function<std::string(const std::string&)>& read,
             const std::function<bool(uint32_t)>& is_system);

  // Of `units`, those in which every header finds the macros that it finds in most of them; and the rest.
  std::pair<std::vector<uint32_t>, std::vector<uint32_t>> Partition(
      const std::vector<uint32_t>& units) const;

  // Puts headers (files, the wanted order) into one in which each finds what it finds in most of
  // `units`; a header for which there is no such place is left out.
  std::vector<uint32_t> Sort(const std::vector<uint32_t>& units,
                             const std::vector<uint32_t>& headers) const;

 private:
  // Whether one of `definers` comes ahead of `asker`. All are files with guards.
  struct Question {
    uint32_t asker = 0;
    std::vector<uint32_t> definers;
  };
  enum class Answer : uint8_t { kNotAsked, kNo, kYes };

  void FindQuestions(const std::function<std::string(const std::string&)>& read,
                     const std::function<bool(uint32_t)>& is_system);
  // The files that are entered from `roots`, in order, each once.
  std::vector<uint32_t> Walk(const std::vector<uint32_t>& roots) const;
  std::vector<Answer> Answers(uint32_t unit) const;
  std::vector<Answer> AnswersOfMost(const std::vector<uint32_t>& units) const;

  const ScanResult& scan_;
  std::vector<Question> questions_;
  std::vector<std::vector<uint32_t>> asked_by_;    // by file: questions that it asks
  std::vector<std::vector<uint32_t>> decided_by_;  // by file: questions of which it is a definer
};

}  // namespace astrolabe
