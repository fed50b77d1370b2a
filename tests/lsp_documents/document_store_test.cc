// What editors send about their documents, in good order and in bad.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/documents/document_store.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <thread>

#include "base/strings.h"
#include "tests/text/text_model.h"

namespace astrolabe::lsp {
namespace {

constexpr std::string_view kUri = "file:///work/a.cc";

DocumentChange At(uint32_t line, uint32_t begin, uint32_t end, std::string text) {
  return {.range = TextRange{{line, begin}, {line, end}}, .text = std::move(text)};
}

std::string MessageOf(const absl::Status& status) { return std::string(ToStd(status.message())); }

// A store with one document.
struct OpenStore {
  explicit OpenStore(std::string_view text, PositionEncoding encoding = PositionEncoding::kUtf16)
      : store(encoding) {
    EXPECT_TRUE(store.Open(kUri, "cpp", 1, text).ok());
  }
  // The text after a change to the next version; `notes` are the change's.
  std::string Change(const std::vector<DocumentChange>& changes) {
    absl::StatusOr<DocumentUpdate> update = store.Change(kUri, std::nullopt, changes);
    EXPECT_TRUE(update.ok()) << update.status();
    notes = update->notes;
    return update->document->text.ToString();
  }
  DocumentStore store;
  std::vector<std::string> notes;
};

TEST(DocumentStore, OpenChangeClose) {
  DocumentStore store;
  ASSERT_TRUE(store.Open(kUri, "cpp", 7, "int a;\n").ok());
  absl::StatusOr<DocumentUpdate> update = store.Change(kUri, 8, {At(0, 4, 5, "b")});
  ASSERT_TRUE(update.ok()) << update.status();
  const DocumentSnapshot document = *store.Get("file:///work/x/../a%2Ecc");
  EXPECT_EQ(document, update->document);
  EXPECT_EQ(document, store.Find("/work/a.cc"));
  EXPECT_EQ(document->text.ToString(), "int b;\n");
  EXPECT_EQ(document->version, 8);
  EXPECT_EQ(document->language_id, "cpp");
  EXPECT_EQ(document->name.path, "/work/a.cc");
  EXPECT_EQ(document->name.uri, kUri);
  ASSERT_TRUE(store.Close(kUri).ok());
  EXPECT_EQ(store.Find("/work/a.cc"), nullptr);
  EXPECT_EQ(document->text.ToString(), "int b;\n") << "a snapshot outlives its document";
}

TEST(DocumentStore, SeveralChangesEachOnTheTextOfTheOneBefore) {
  OpenStore open("a\nb\n");
  EXPECT_EQ(open.Change({At(0, 1, 1, "\nnew"), At(1, 0, 3, "NEW"), At(2, 1, 1, "!")}),
            "a\nNEW\nb!\n");
  EXPECT_EQ(open.Change({{.text = "x\ny"}, At(1, 0, 0, "z")}), "x\nzy");
  EXPECT_EQ(open.Change({}), "x\nzy");
  EXPECT_TRUE(open.notes.empty());
}

TEST(DocumentStore, ColumnsAreInTheNegotiatedEncoding) {
  EXPECT_EQ(OpenStore("é😀z", PositionEncoding::kUtf8).Change({At(0, 6, 7, "!")}), "é😀!");
  EXPECT_EQ(OpenStore("é😀z", PositionEncoding::kUtf16).Change({At(0, 3, 4, "!")}), "é😀!");
  EXPECT_EQ(OpenStore("é😀z", PositionEncoding::kUtf32).Change({At(0, 2, 3, "!")}), "é😀!");
}

TEST(DocumentStore, AVersionMustBeNewer) {
  OpenStore open("a");
  for (const int64_t version : {1, 0, -5}) {
    absl::StatusOr<DocumentUpdate> update = open.store.Change(kUri, version, {{.text = "b"}});
    EXPECT_EQ(MessageOf(update.status()),
              StrCat("didChange of file:///work/a.cc to version ", version,
                     ", but version 1 is here already: the change was not made; versions must "
                     "grow, close and reopen the document to bring both sides together"));
  }
  EXPECT_EQ((*open.store.Get(kUri))->text.ToString(), "a");
  EXPECT_TRUE(open.store.Change(kUri, 100, {{.text = "b"}}).ok()) << "a gap is no error";
}

TEST(DocumentStore, WhatIsNotOpenIsAnErrorThatSaysSo) {
  DocumentStore store;
  EXPECT_EQ(MessageOf(store.Change(kUri, 2, {}).status()),
            "didChange of file:///work/a.cc, which is not open: send textDocument/didOpen first");
  EXPECT_EQ(MessageOf(store.Close(kUri).status()),
            "didClose of file:///work/a.cc, which is not open: send textDocument/didOpen first");
  EXPECT_FALSE(store.Save(kUri, std::nullopt).ok());
  EXPECT_FALSE(store.Get(kUri).ok());
  EXPECT_FALSE(store.Open("no uri", "cpp", 1, "").ok());
}

TEST(DocumentStore, RangesOutsideAreClampedWithANote) {
  OpenStore open("ab\ncd\n");
  EXPECT_EQ(open.Change({At(0, 1, 99, "X")}), "aX\ncd\n");
  ASSERT_EQ(open.notes.size(), 1u);
  EXPECT_EQ(open.notes[0],
            "didChange of file:///work/a.cc, change 1: range 0:1-0:99 is outside the text of 3 "
            "lines: clamped to 0:1-0:2; if answers look misplaced, close and reopen the document");
  EXPECT_EQ(open.Change({At(50, 0, 0, "end")}), "aX\ncd\nend");
  EXPECT_EQ(open.notes.size(), 1u);
  EXPECT_EQ(open.Change({At(0, 2, 1, "Y")}), "aY\ncd\nend") << "ends swapped";
  EXPECT_EQ(open.notes.size(), 1u);
}

TEST(DocumentStore, AWrongRangeLengthIsNoted) {
  OpenStore open("é😀z");
  DocumentChange change = At(0, 0, 3, "");
  change.range_length = 3;
  EXPECT_EQ(open.Change({change}), "z");
  EXPECT_TRUE(open.notes.empty());
  change = At(0, 0, 1, "");
  change.range_length = 2;
  EXPECT_EQ(open.Change({change}), "");
  EXPECT_EQ(open.notes.size(), 1u);
}

TEST(DocumentStore, OpeningTwiceReplaces) {
  OpenStore open("a");
  absl::StatusOr<DocumentUpdate> update = open.store.Open(kUri, "c", 1, "b");
  ASSERT_TRUE(update.ok());
  EXPECT_EQ(update->notes.size(), 1u);
  EXPECT_EQ((*open.store.Get(kUri))->text.ToString(), "b");
  EXPECT_EQ((*open.store.Get(kUri))->language_id, "c");
}

TEST(DocumentStore, SavedStates) {
  OpenStore open("a");
  const auto modified = [&] { return (*open.store.Get(kUri))->modified(); };
  EXPECT_FALSE(modified());
  open.Change({At(0, 1, 1, "b")});
  EXPECT_TRUE(modified());
  const uint64_t generation = (*open.store.Get(kUri))->generation;
  EXPECT_TRUE(open.store.Save(kUri, std::nullopt).ok());
  EXPECT_FALSE(modified());
  EXPECT_EQ((*open.store.Get(kUri))->generation, generation) << "the text is the same";
  EXPECT_TRUE(open.store.Save(kUri, "ab")->notes.empty());
  absl::StatusOr<DocumentUpdate> other = open.store.Save(kUri, "abc");
  EXPECT_EQ(other->notes.size(), 1u);
  EXPECT_EQ(other->document->text.ToString(), "abc");
  EXPECT_GT(other->document->generation, generation);
  EXPECT_FALSE(modified());
}

TEST(DocumentStore, AReopenedDocumentIsAnotherGeneration) {
  OpenStore open("a");
  const DocumentSnapshot before = *open.store.Close(kUri);
  ASSERT_TRUE(open.store.Open(kUri, "cpp", 1, "a").ok());
  EXPECT_GT((*open.store.Get(kUri))->generation, before->generation);
}

TEST(DocumentStore, OpaqueDocuments) {
  DocumentStore store;
  ASSERT_TRUE(store.Open("untitled:Untitled-1", "cpp", 1, "a").ok());
  ASSERT_TRUE(store.Open("file:///b.cc", "cpp", 1, "b").ok());
  EXPECT_EQ((*store.Get("untitled:Untitled-1"))->name.path, "");
  EXPECT_EQ(store.All().size(), 2u);
  EXPECT_EQ(store.All()[0]->name.key(), "/b.cc");
}

// Issue 4's "1,000 random edits, text equal to the client's", in each encoding.
TEST(DocumentStore, AThousandRandomEdits) {
  constexpr std::string_view kPieces[] = {"a", "foo();", "\n", "\r\n", "é", "😀", "", "\n\n// x\n"};
  for (const PositionEncoding encoding :
       {PositionEncoding::kUtf8, PositionEncoding::kUtf16, PositionEncoding::kUtf32}) {
    std::mt19937 random(4);
    OpenStore open("", encoding);
    std::string client;
    for (int i = 0; i < 1000; ++i) {
      std::vector<DocumentChange> changes;
      for (uint32_t count = 1 + random() % 3; count > 0; --count) {
        size_t begin = random() % (client.size() + 1);
        begin = BoundaryBefore(client, begin);
        const size_t end = BoundaryAfter(client, std::min(client.size(), begin + random() % 12));
        const std::string piece(kPieces[random() % std::size(kPieces)]);
        changes.push_back({.range = TextRange{ModelPositionOf(client, begin, encoding),
                                              ModelPositionOf(client, end, encoding)},
                           .text = piece});
        client.replace(begin, end - begin, piece);
      }
      ASSERT_EQ(open.Change(changes), client) << i;
      ASSERT_TRUE(open.notes.empty()) << open.notes[0];
    }
  }
}

TEST(DocumentStore, ReadersBesideAWriter) {
  OpenStore open("0");
  std::thread writer([&] {
    for (int i = 1; i <= 500; ++i) {
      EXPECT_TRUE(open.store.Change(kUri, 1 + i, {{.text = std::to_string(i)}}).ok());
    }
  });
  int64_t last = 0;
  while (last < 501) {
    const DocumentSnapshot document = *open.store.Get(kUri);
    EXPECT_GE(document->version, last);
    EXPECT_EQ(document->text.ToString(), std::to_string(document->version - 1));
    last = document->version;
  }
  writer.join();
}

}  // namespace
}  // namespace astrolabe::lsp
