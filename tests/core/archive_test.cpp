#include "core/archive.h"

#include <gtest/gtest.h>

#include <array>

namespace {

using descent::core::FaultError;
using descent::core::Reader;
using descent::core::Writer;

TEST(archive, reads_back_what_was_written) {
  Writer writer;
  writer(std::int64_t{-5});
  writer(std::string("a\0b", 3));
  writer(std::optional<double>(0.25));
  writer(std::optional<double>());
  std::array<float, 2> written{1, 2};
  writer.values(std::span<float>(written));

  Reader reader(writer.bytes());
  std::int64_t whole = 0;
  std::string text;
  std::optional<double> present, absent = 1;
  std::array<float, 2> floats{};
  reader(whole);
  reader(text);
  reader(present);
  reader(absent);
  reader.values(std::span<float>(floats));
  EXPECT_EQ(whole, -5);
  EXPECT_EQ(text, std::string("a\0b", 3));
  EXPECT_EQ(present, 0.25);
  EXPECT_EQ(absent, std::nullopt);
  EXPECT_EQ(floats, written);
  EXPECT_TRUE(reader.done());
}

TEST(archive, refuses_bytes_that_end_too_early) {
  Writer writer;
  writer(std::string("abcdef"));
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    const std::string bytes = writer.bytes().substr(0, size);
    Reader reader(bytes);
    std::string text;
    EXPECT_THROW(reader(text), FaultError) << size;
  }
}

TEST(archive, refuses_a_size_that_no_memory_holds) {
  Writer writer;
  writer(std::uint64_t{UINT64_MAX});
  Reader reader(writer.bytes());
  std::string text;
  EXPECT_THROW(reader(text), FaultError);
}

TEST(archive, refuses_a_flag_that_is_neither_0_nor_1) {
  Reader reader("\2");
  std::optional<double> value;
  try {
    reader(value);
    FAIL();
  } catch (const FaultError& error) {
    EXPECT_STREQ(error.what(), "a flag is neither 0 nor 1");
  }
}

}  // namespace
