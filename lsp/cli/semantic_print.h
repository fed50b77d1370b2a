// How answers about symbols look, for people and as JSON lines.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include "index/query/semantic_includes.h"
#include "index/query/semantic_query.h"

namespace astrolabe {

// Prints the hits of one query as they come: one JSON object each, or grouped under a heading for each
// symbol that was asked about.
class HitPrinter {
 public:
  // `headings` off: no heading above tier 0's lines, for when it answers alone.
  HitPrinter(SemanticQuestion question, bool json, bool headings)
      : question_(question), json_(json), headings_(headings) {}

  void Print(const SemanticHit& hit);

 private:
  void PrintJson(const SemanticHit& hit) const;
  void PrintHeading(const SemanticHit& hit);
  void PrintSubheading(const SemanticHit& hit);
  void PrintText(const SemanticHit& hit) const;
  void PrintHover(const SemanticHit& hit) const;

  const SemanticQuestion question_;
  const bool json_;
  const bool headings_;
  bool printed_ = false;
  bool tier_zero_ = false;
  SymbolId asked_ = 0;
  SymbolRef sub_;  // the caller or callee above whose lines we are
  bool has_sub_ = false;
};

void PrintInclude(const IncludeHit& hit, bool json);

// "definition", "call", …; comma separated, the most telling first; empty for none.
std::string RoleText(RoleSet roles);

// "Status rocksdb::DBImpl::Get(const Slice &key) const", without what is not known.
std::string Declarator(const SymbolDescription& symbol);

}  // namespace astrolabe
