#include "formats/npy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/error.h"

namespace {

using descent::formats::Npy;
using descent::formats::npy_header;
using descent::formats::parse_npy;
using descent::formats::values;
using testing::ElementsAre;

std::string npy(const std::string& header, const std::string& elements, char version = 1) {
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string bytes = "\x93NUMPY" + std::string{version, '\0'};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes + header + elements;
}

std::string header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }      \n";
}

template <class T> std::string raw(std::vector<T> elements) {
  return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(T)};
}

std::string error_of(const std::string& bytes) {
  try {
    parse_npy(bytes, "a.npy");
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(npy, reads_every_supported_element_type) {
  const auto read = [](const std::string& descr, const std::string& elements) {
    const std::string bytes = npy(header(descr, "(2,)"), elements);
    return values<double>(parse_npy(bytes, "a.npy"));
  };
  EXPECT_THAT(read("<f4", raw<float>({0.5f, -3})), ElementsAre(0.5, -3));
  EXPECT_THAT(read("<f8", raw<double>({0.1, 1e300})), ElementsAre(0.1, 1e300));
  EXPECT_THAT(read("|u1", raw<std::uint8_t>({0, 255})), ElementsAre(0, 255));
  EXPECT_THAT(read("<i4", raw<std::int32_t>({-7, 1 << 30})), ElementsAre(-7, 1 << 30));
  EXPECT_THAT(read("<i8", raw<std::int64_t>({-7, std::int64_t{1} << 40})), ElementsAre(-7, std::int64_t{1} << 40));
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
      {npy(header(">f4", "(2,)"), "12345678"),
       "a.npy: element type \">f4\" is not supported (one of <f4, <f8, |u1, <i4, <i8); convert the array "
       "with astype"},
      {npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", ""),
       "a.npy: the array is in Fortran order; save numpy.ascontiguousarray of it"},
      {npy("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2,), }", ""),
       "a.npy: a structured array is not supported; save one array of numbers, a column per feature"},
      {npy(header("<f4", "(4000000000, 4000000000)"), ""),
       "a.npy: the shape is larger than any file; save the array again with numpy.save"},
      {npy(header("<f4", "(3,)"), "12345678"),
       "a.npy: holds 8 bytes of elements where its shape needs 12; restore the file"},
  };
  for (const auto& [bytes, message] : cases) EXPECT_EQ(error_of(bytes), message);
}

TEST(npy, refuses_an_element_that_an_integer_cannot_hold) {
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
            "y.npy: holds 1e+300 where an integer of 32 bits is needed; correct the array");
  EXPECT_EQ(labels_of("<f4", raw<float>({NAN})),
            "y.npy: holds nan where an integer of 32 bits is needed; correct the array");
  EXPECT_EQ(labels_of("<i8", raw<std::int64_t>({std::int64_t{1} << 31})),
            "y.npy: holds 2147483648 where an integer of 32 bits is needed; correct the array");
}

// A folder with these inputs and two labels.
std::string facts_error(const std::string& name, const std::string& x) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("descent_npy_test_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::ofstream(folder / ("x" + name)) << x;
  std::ofstream(folder / ("y" + name)) << npy(header("<i4", "(2,)"), raw<std::int32_t>({0, 1}));
  try {
    descent::formats::npy_facts(folder, std::nullopt);
  } catch (const descent::core::InputError& error) {
    const std::string text = error.what();
    return text.substr(text.find(": ") + 2);
  }
  return "";
}

TEST(npy, tells_before_the_numbers_are_read_what_is_wrong_with_inputs) {
  const auto floats = [](const std::string& descr, const std::string& elements) {
    return npy(header(descr, "(2, 3)"), elements);
  };
  EXPECT_EQ(facts_error(".npy", floats("<f4", raw<float>({1, 2, 3, 4, 5, 6}))), "");
  EXPECT_EQ(facts_error(".npy.gz", floats("<f4", raw<float>({1, 2, 3, 4, 5, 6}))), "");
  EXPECT_EQ(facts_error(".npy", floats("<f4", raw<float>({1, 2, 3, 4, NAN, 6}))),
            "row 1, column 1 (from 0) holds nan, which is not a number in single precision; correct the array");
  EXPECT_EQ(facts_error(".npy", floats("<f8", raw<double>({1, 2, 1e39, 4, 5, 6}))),
            "row 0, column 2 (from 0) holds 1e+39, which is not a number in single precision; correct the array");
  EXPECT_EQ(facts_error(".npy", floats("<f4", raw<float>({1, 2, 3}))),
            "holds 12 bytes of elements where its shape needs 24; restore the file");
  EXPECT_EQ(facts_error(".npy", floats("|u1", "12345")),
            "holds 5 bytes of elements where its shape needs 6; restore the file");
  EXPECT_EQ(facts_error(".npy", floats("<f2", "")),
            "element type \"<f2\" is not supported (one of <f4, <f8, |u1, <i4, <i8); convert the array with astype");
}

TEST(npy, refuses_images_whose_channels_are_the_last_axis) {
  const auto images = [](const std::string& shape, std::size_t bytes) {
    return npy(header("|u1", shape), std::string(bytes, '\1'));
  };
  EXPECT_EQ(facts_error(".npy", images("(2, 4, 4, 3)", 96)),
            "has the shape [2, 4, 4, 3], channels last; images are [size, channels, height, width]: save "
            "numpy.moveaxis(x, -1, 1)");
  EXPECT_EQ(facts_error(".npy", images("(2, 3, 4, 4)", 96)), "");
  EXPECT_EQ(facts_error(".npy", images("(2, 3, 4, 3)", 72)), "");
}

// What numpy.lib.format.write_array_header_1_0 writes.
TEST(npy, writes_the_header_that_numpy_writes) {
  const std::string written = npy_header("<f4", {8, 1000, 10});
  EXPECT_EQ(written.size(), 128u);
  EXPECT_TRUE(written.starts_with(std::string("\x93NUMPY\x01\x00\x76\x00", 10) +
                                  "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 1000, 10), } "));
  EXPECT_TRUE(written.ends_with(" \n"));
  EXPECT_NE(npy_header("<i4", {7}).find("'shape': (7,), }"), std::string::npos);
}

TEST(npy, survives_every_truncation_and_random_damage) {
  const std::string good = npy(header("<f4", "(2, 3)"), raw<float>({1, 2, 3, 4, 5, 6}));
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_NE(error_of(good.substr(0, length)), "no error");
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<char>(random());
    error_of(bytes);
  }
}

}  // namespace
