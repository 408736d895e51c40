#include "formats/safetensors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"

namespace descent::formats {
namespace {

template <class T> std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// The bytes of a file with these tensors.
std::string written(const std::vector<TensorView>& tensors) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("descent_a_" + std::to_string(getpid()));
  write_safetensors(path, tensors);
  std::string bytes = core::read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

TEST(safetensors, have_the_bytes_of_the_format) {
  const std::vector<float> values{1};
  const std::string header = R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  EXPECT_EQ(written({{"x", {1}, values}}),
            std::string("\x38\0\0\0\0\0\0\0", 8) + header + "  " + std::string("\0\0\x80\x3f", 4));
}

TEST(safetensors, may_have_metadata) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "descent_m.safetensors";
  const std::vector<float> values{1};
  write_safetensors(path, std::vector<TensorView>{{"x", {1}, values}}, {{"run", "ab"}});
  const std::string bytes = core::read_file(path);
  EXPECT_EQ(bytes.substr(8, 63), R"({"__metadata__":{"run":"ab"},"x":{"dtype":"F32","shape":[1],"da)");
  EXPECT_EQ(parse_safetensors(bytes, "x").size(), 1u);
  std::filesystem::remove(path);
}

TEST(safetensors, are_contiguous_for_all_types_and_sizes) {
  const std::vector<float> weight{1.5f, -2, 3, 4, 5, 6};
  const std::vector<double> bias{0.1};
  const std::vector<std::int32_t> empty;
  const std::vector<std::int64_t> order{1, -1};
  const std::string bytes =
      written({{"linear0.weight", {2, 3}, weight}, {"bias", {}, bias}, {"none", {0, 4}, empty}, {"order", {2}, order}});
  EXPECT_TRUE(bytes.ends_with(raw(weight) + raw(bias) + raw(order)));
  const std::string header = R"({"linear0.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                             R"("bias":{"dtype":"F64","shape":[],"data_offsets":[24,32]},)"
                             R"("none":{"dtype":"I32","shape":[0,4],"data_offsets":[32,32]},)"
                             R"("order":{"dtype":"I64","shape":[2],"data_offsets":[32,48]}})";
  EXPECT_EQ(bytes.substr(8, header.size()), header);
}

TEST(safetensors, are_read_as_they_were_written) {
  const std::vector<float> weight{1.5f, -2, 3, 4, 5, 6};
  const std::vector<double> bias{0.1};
  const std::vector<std::int32_t> empty;
  const std::string bytes = written({{"b", {2, 3}, weight}, {"a", {}, bias}, {"none", {0, 4}, empty}});
  const std::vector<StoredTensor> read = parse_safetensors(bytes, "x");
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0].name, "b");
  EXPECT_EQ(read[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::get<std::vector<float>>(read[0].values), weight);
  EXPECT_EQ(std::get<std::vector<double>>(read[1].values), bias);
  EXPECT_EQ(std::get<std::vector<std::int32_t>>(read[2].values), empty);
}

// The error for a file with this header and 8 bytes of values.
std::string safetensors_error(const std::string& header, std::size_t values = 8) {
  const std::uint64_t length = header.size();
  const std::string bytes =
      std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + std::string(values, '\0');
  try {
    parse_safetensors(bytes, "x");
  } catch (const core::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(safetensors, have_metadata_that_is_read_back) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "texts.safetensors";
  const std::vector<float> values{1, 2};
  const Metadata texts{{"a", "1,2"}, {"b", ""}};
  write_safetensors(path, std::vector<TensorView>{{"w", {2}, std::span(values)}}, texts);
  EXPECT_EQ(read_safetensors_metadata(path), texts);
  EXPECT_EQ(read_safetensors(path).size(), 1u);
  std::filesystem::remove(path);
}

TEST(safetensors, that_are_damaged_are_errors) {
  const auto whole = [](const std::string& what) {
    return "x: not a valid safetensors file: " + what + "; restore it or write it again";
  };
  EXPECT_EQ(safetensors_error(R"({"__metadata__":{"a":"b"},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})"),
            "");
  EXPECT_THROW(parse_safetensors("abc", "x"), core::InputError);
  EXPECT_THROW(parse_safetensors(std::string(8, '\xff'), "x"), core::InputError);
  EXPECT_EQ(safetensors_error("[]"), whole("the header is not a JSON object"));
  EXPECT_EQ(safetensors_error("{"), whole("the header is not a JSON object"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})"),
            whole("tensor \"t\" lacks dtype, shape or data_offsets"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})"),
            whole("the values of tensor \"t\" are outside the file"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})"),
            whole("the 8 bytes of tensor \"t\" do not match its shape"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}})"),
            whole("the 8 bytes of tensor \"t\" do not match its shape"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})"),
            whole("the 8 bytes of tensor \"t\" do not match its shape"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"),
            whole("tensor \"t\" does not follow the one before it"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"),
            whole("it has 8 bytes of values, but its header needs 4"));
  EXPECT_EQ(safetensors_error(R"({"t":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}})"),
            "x: tensor \"t\" has the type BF16; convert it to F32, F64, I32 or I64");
}

}  // namespace
}  // namespace descent::formats
