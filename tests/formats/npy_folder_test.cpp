#include "formats/npy_folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "formats/npy_bytes.h"

namespace {

using descent::formats::ArrayOptions;
using testing::ElementsAre;

// A folder with these inputs and two labels.
std::filesystem::path folder_of(const std::string& name, const std::string& x,
                                const std::string& y = npy(header("<i4", "(2,)"), raw<std::int32_t>({0, 1}))) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("descent_npy_folder_test_" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::ofstream(folder / ("x" + name)) << x;
  std::ofstream(folder / ("y" + name)) << y;
  return folder;
}

std::string facts_error(const std::filesystem::path& folder, const ArrayOptions& options = {}) {
  try {
    descent::formats::npy_facts(folder, options);
  } catch (const descent::core::InputError& error) {
    const std::string text = error.what();
    return text.substr(text.find(": ") + 2);
  }
  return "";
}

std::string facts_error(const std::string& name, const std::string& x, const ArrayOptions& options = {}) {
  return facts_error(folder_of(name, x), options);
}

TEST(npy_folder, reports_wrong_inputs_with_the_facts) {
  const auto array = [](const std::string& descr, const std::string& elements) {
    return npy(header(descr, "(2, 3)"), elements);
  };
  EXPECT_EQ(facts_error(".npy", array("<f4", raw<float>({1, 2, 3, 4, 5, 6}))), "");
  EXPECT_EQ(facts_error(".npy.gz", array("<f4", raw<float>({1, 2, 3, 4, 5, 6}))), "");
  EXPECT_EQ(facts_error(".npy", array("<f4", raw<float>({1, 2, 3, 4, NAN, 6}))),
            "element [1, 1] is nan, not a finite number in single precision; correct the array");
  EXPECT_EQ(facts_error(".npy", array("<f8", raw<double>({1, 2, 1e39, 4, 5, 6}))),
            "element [0, 2] is 1e+39, not a finite number in single precision; correct the array");
  EXPECT_EQ(facts_error(".npy", array("<f2", raw<std::uint16_t>({0, 0, 0, 0x7c00, 0, 0}))),
            "element [1, 0] is inf, not a finite number in single precision; correct the array");
  EXPECT_EQ(facts_error(".npy", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
                                    raw<float>({1, 2, 3, NAN, 5, 6}))),
            "element [1, 1] is nan, not a finite number in single precision; correct the array");
  EXPECT_EQ(facts_error(".npy", array("<f4", raw<float>({1, 2, 3}))),
            "has 12 bytes of data, but its shape needs 24; restore the file");
  EXPECT_EQ(facts_error(".npy", array("<f4", raw<float>({1, 2, 3, 4, 5, 6, NAN}))),
            "has 28 bytes of data, but its shape needs 24; restore the file");
  EXPECT_EQ(facts_error(".npy", array("|u1", "12345")), "has 5 bytes of data, but its shape needs 6; restore the file");
}

TEST(npy_folder, reports_missing_files) {
  EXPECT_EQ(facts_error(folder_of(".npy", "") / "x.npy"),
            "no such file, with or without .gz; data.path must be a folder with x.npy and y.npy, or x_train.npy, "
            "y_train.npy, "
            "x_test.npy and y_test.npy, written by numpy.save");
}

TEST(npy_folder, refuses_one_hot_rows) {
  const std::string x = npy(header("<f4", "(2, 1)"), raw<float>({1, 2}));
  const auto folder = [&](std::vector<float> y) { return folder_of(".npy", x, npy(header("<f4", "(2, 3)"), raw(y))); };
  EXPECT_EQ(facts_error(folder({0, 0, 1, 1, 0, 0})),
            "is one-hot encoded; save the class of each example instead: y.argmax(1)");
  EXPECT_EQ(facts_error(folder({0, 0, 1, 1, 0, 0}), {.regression = true}), "");
  EXPECT_EQ(facts_error(folder({0, 1, 1, 1, 0, 0})), "");
}

TEST(npy_folder, detects_pixels_from_0_to_255_of_any_type) {
  const auto bytes = [](const std::string& descr, const std::string& elements) {
    return descent::formats::npy_facts(folder_of(".npy", npy(header(descr, "(2, 1)"), elements)), {}).contents->bytes;
  };
  EXPECT_TRUE(bytes("<f4", raw<float>({3, 255})));
  EXPECT_TRUE(bytes(">i2", std::string("\0\3\0\xff", 4)));
  EXPECT_TRUE(bytes("|u1", "\3\xff"));
  EXPECT_FALSE(bytes("|u1", "\3\1"));
  EXPECT_FALSE(bytes("<f4", raw<float>({0.1F, 1})));
}

TEST(npy_folder, asks_for_the_layout_if_the_last_axis_could_be_the_channels) {
  const auto images = [](const std::string& shape, std::size_t bytes) {
    return npy(header("|u1", shape), std::string(bytes, '\1'));
  };
  EXPECT_EQ(facts_error(".npy", images("(2, 4, 4, 3)", 96)),
            "the shape [2, 4, 4, 3] looks like channels last: set data.layout to \"channels_last\", or to "
            "\"channels_first\" if the axes are [size, channels, height, width]");
  for (const bool last : {false, true})
    EXPECT_EQ(facts_error(".npy", images("(2, 4, 4, 3)", 96), {.channels_last = last}), "");
  EXPECT_EQ(facts_error(".npy", images("(2, 3, 4, 4)", 96)), "");
  EXPECT_EQ(facts_error(".npy", images("(2, 3, 4, 3)", 72)), "");
}

TEST(npy_folder, converts_channels_last_to_channels_first) {
  std::string pixels;  // the value of pixel [n, h, w, c] has the digits nhwc
  for (const int n : {0, 1})
    for (const int h : {0, 1})
      for (const int c : {0, 1, 2}) pixels += static_cast<char>(100 * n + 10 * h + c);
  const auto folder = folder_of(".npy", npy(header("|u1", "(2, 2, 1, 3)"), pixels));
  const ArrayOptions options{.channels_last = true};
  EXPECT_EQ(descent::formats::npy_facts(folder, options).stored, (descent::formats::Shape{3, 2, 1}));
  EXPECT_THAT(std::get<1>(descent::formats::read_npy(folder, options).train.x),
              ElementsAre(0, 10, 1, 11, 2, 12, 100, 110, 101, 111, 102, 112));
}

}  // namespace
