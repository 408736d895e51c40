#include "formats/npy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <cmath>
#include <random>

#include "core/error.h"
#include "formats/npy_bytes.h"

namespace {

using descent::formats::Npy;
using descent::formats::npy_header;
using descent::formats::parse_npy;
using descent::formats::values;
using testing::ElementsAre;

std::string npy_error(const std::string& bytes) {
  try {
    parse_npy(bytes, "a.npy");
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(npy, reads_every_element_type_in_both_byte_orders) {
  const auto read = [](const std::string& descr, const std::string& elements) {
    const std::string bytes = npy(header(descr, "(2,)"), elements);
    return values<double>(parse_npy(bytes, "a.npy"));
  };
  EXPECT_THAT(read("|b1", std::string("\0\1", 2)), ElementsAre(0, 1));
  EXPECT_THAT(read("|u1", raw<std::uint8_t>({0, 255})), ElementsAre(0, 255));
  EXPECT_THAT(read("|i1", raw<std::int8_t>({-128, 127})), ElementsAre(-128, 127));
  EXPECT_THAT(read("<i2", raw<std::int16_t>({-7, 1 << 14})), ElementsAre(-7, 1 << 14));
  EXPECT_THAT(read("<u2", raw<std::uint16_t>({0, 65535})), ElementsAre(0, 65535));
  EXPECT_THAT(read("<i4", raw<std::int32_t>({-7, 1 << 30})), ElementsAre(-7, 1 << 30));
  EXPECT_THAT(read("<u4", raw<std::uint32_t>({7, 1u << 31})), ElementsAre(7, 1u << 31));
  EXPECT_THAT(read("<i8", raw<std::int64_t>({-7, std::int64_t{1} << 40})), ElementsAre(-7, std::int64_t{1} << 40));
  EXPECT_THAT(read("<u8", raw<std::uint64_t>({7, std::uint64_t{1} << 63})), ElementsAre(7, 0x1p63));
  EXPECT_THAT(read("<f4", raw<float>({0.5f, -3})), ElementsAre(0.5, -3));
  EXPECT_THAT(read("<f8", raw<double>({0.1, 1e300})), ElementsAre(0.1, 1e300));
  EXPECT_THAT(read(">i4", {"\x00\x00\x01\x02\xff\xff\xff\xfe", 8}), ElementsAre(258, -2));
  EXPECT_THAT(read(">f4", {"\x3f\xc0\x00\x00\xc0\x00\x00\x00", 8}), ElementsAre(1.5, -2));
}

// Values of IEEE 754-2008: 1, the largest, the smallest normal and the smallest subnormal number, -2, infinity.
TEST(npy, reads_half_precision) {
  const std::string bytes =
      npy(header("<f2", "(6,)"), raw<std::uint16_t>({0x3c00, 0x7bff, 0x0400, 0x0001, 0xc000, 0xfc00}));
  EXPECT_THAT(values<double>(parse_npy(bytes, "a.npy")), ElementsAre(1, 65504, 0x1p-14, 0x1p-24, -2, -INFINITY));
}

TEST(npy, reads_fortran_order_into_the_order_of_c) {
  const std::string bytes = npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 2), }",
                                raw<std::int32_t>({0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}));
  EXPECT_THAT(values<int>(parse_npy(bytes, "a.npy")), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST(npy, keeps_the_shape_and_row_order) {
  const std::string bytes = npy(header("<i4", "(2, 3)"), raw<std::int32_t>({1, 2, 3, 4, 5, 6}));
  const Npy array = parse_npy(bytes, "a.npy");
  EXPECT_THAT(array.shape, ElementsAre(2, 3));
  EXPECT_THAT(values<int>(array), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(npy, reads_version_2_and_a_scalar) {
  const std::string bytes = npy(header("<f4", "()"), raw<float>({4}), 2);
  EXPECT_THAT(values<float>(parse_npy(bytes, "a.npy")), ElementsAre(4));
}

TEST(npy, reads_an_empty_array) { EXPECT_EQ(parse_npy(npy(header("<f4", "(0, 40)"), ""), "a.npy").count(), 0); }

TEST(npy, says_what_is_wrong_with_a_file) {
  const auto cases = std::vector<std::pair<std::string, std::string>>{
      {"", "a.npy: not a .npy file; save the array with numpy.save"},
      {"PK\x03\x04 a zip", "a.npy: not a .npy file; save the array with numpy.save"},
      {"\x93NUMPY\x01", "a.npy: truncated in the .npy header; restore the file"},
      {npy(header("<f4", "(2,)"), "").substr(0, 40), "a.npy: truncated in the .npy header; restore the file"},
      {npy(header("<f4", "(2,)"), "", 3),
       "a.npy: .npy version 3.0 is not supported (1.0 or 2.0); save the array again with numpy.save"},
      {npy("{'descr': '<f4'}", ""), "a.npy: damaged .npy header; save the array again with numpy.save"},
      {npy(header("<f4", "(-2,)"), ""), "a.npy: damaged .npy header; save the array again with numpy.save"},
      {npy(header("<c8", "(1,)"), "12345678"),
       "a.npy: dtype \"<c8\" is not supported (booleans, integers and floats of up to 64 bits); convert the array with "
       "astype"},
      {npy(header("<U3", "(1,)"), "123456789012"),
       "a.npy: dtype \"<U3\" is not supported (booleans, integers and floats of up to 64 bits); convert strings to "
       "integers with numpy.unique(y, return_inverse=True)[1]"},
      {npy("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2,), }", ""),
       "a.npy: structured arrays are not supported; save one array of numbers with a column per feature"},
      {npy(header("<f4", "(4000000000, 4000000000)"), ""),
       "a.npy: invalid shape, larger than any file; save the array again with numpy.save"},
      {npy(header("<f4", "(3,)"), "12345678"), "a.npy: has 8 bytes of data, but its shape needs 12; restore the file"},
  };
  for (const auto& [bytes, message] : cases) EXPECT_EQ(npy_error(bytes), message);
}

TEST(npy, refuses_an_element_that_does_not_fit_an_integer) {
  const auto labels_of = [](const std::string& descr, const std::string& element) -> std::string {
    const std::string bytes = npy(header(descr, "(1,)"), element);
    try {
      return fmt::format("{}", values<std::int32_t>(parse_npy(bytes, "y.npy"))[0]);
    } catch (const descent::core::InputError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(labels_of("<f8", raw<double>({-2147483648.0})), "-2147483648");
  EXPECT_EQ(labels_of("<f8", raw<double>({1e300})),
            "y.npy: contains 1e+300, which is not an integer of 32 bits; correct the array");
  EXPECT_EQ(labels_of("<f4", raw<float>({NAN})),
            "y.npy: contains nan, which is not an integer of 32 bits; correct the array");
  EXPECT_EQ(labels_of("<i8", raw<std::int64_t>({std::int64_t{1} << 31})),
            "y.npy: contains 2147483648, which is not an integer of 32 bits; correct the array");
}

// As written by numpy.lib.format.write_array_header_1_0.
TEST(npy, writes_the_same_header_as_numpy) {
  const std::string written = npy_header("<f4", {8, 1000, 10});
  EXPECT_EQ(written.size(), 128u);
  EXPECT_TRUE(written.starts_with(std::string("\x93NUMPY\x01\x00\x76\x00", 10) +
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 1000, 10), } "));
  EXPECT_TRUE(written.ends_with(" \n"));
  EXPECT_NE(npy_header("<i4", {7}).find("'shape': (7,), }"), std::string::npos);
}

TEST(npy, survives_every_truncation_and_random_damage) {
  const std::string good = npy(header("<f4", "(2, 3)"), raw<float>({1, 2, 3, 4, 5, 6}));
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_NE(npy_error(good.substr(0, length)), "no error");
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<char>(random());
    npy_error(bytes);
  }
}

}  // namespace
