#include "data/data.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "config/data_facts.h"
#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"

namespace {

using namespace descent;

// A data folder of its own with a copy of the digits.
struct DigitsCopy {
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / fmt::format("descent_data_{}", getpid());

  DigitsCopy() {
    std::filesystem::create_directories(folder);
    std::filesystem::copy(DESCENT_SOURCE_DIR "/experiments/data/digits", folder / "digits");
  }
  ~DigitsCopy() { std::filesystem::remove_all(folder); }

  std::string error() const {
    try {
      data::read_embedded(config::DataName::digits, folder);
    } catch (const core::FaultError& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST(embedded, every_data_set_reads_with_the_sizes_that_its_facts_state) {
  const std::filesystem::path folder = DESCENT_SOURCE_DIR "/experiments/data";
  for (const config::Choice& choice : config::choices_of(config::DataName{}).table) {
    const auto name = static_cast<config::DataName>(choice.value);
    const config::DataFacts facts = config::data_facts({.name = name});
    if (facts.embedded.empty()) continue;
    const formats::DataSet set = data::read_embedded(name, folder);
    EXPECT_EQ(std::ssize(set.train.y), facts.train_size) << choice.name;
    EXPECT_EQ(std::ssize(std::get<0>(set.train.x)), facts.train_size * facts.stored.features()) << choice.name;
    EXPECT_EQ(std::ssize(set.test.y), facts.test_size) << choice.name;
    EXPECT_EQ(std::ssize(std::get<0>(set.test.x)), facts.test_size * facts.stored.features()) << choice.name;
  }
}

TEST(embedded, a_damaged_file_is_named_with_both_checksums_and_the_remedy) {
  const DigitsCopy copy;
  const auto path = copy.folder / "digits/y.npy";
  std::string bytes = core::read_file(path);
  bytes[200] ^= 1;
  core::write_file_atomically(path, bytes);
  EXPECT_EQ(copy.error(), fmt::format("{}: damaged: SHA-256 is {}, expected 03ec0343bca84958ae3df825f252a3680415fa07fcc"
                                      "b1ed1125ed521c13169e5; restore it or install Descent again",
                                      path.string(), core::sha256(bytes)));
}

TEST(embedded, a_missing_file_is_named_with_the_remedy) {
  const DigitsCopy copy;
  std::filesystem::remove(copy.folder / "digits/x.npy");
  EXPECT_EQ(copy.error(), (copy.folder / "digits/x.npy").string() + ": missing; restore it or install Descent again");
}

}  // namespace
