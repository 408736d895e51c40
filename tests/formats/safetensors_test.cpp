#include "formats/safetensors.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/files.h"

namespace descent::formats {
namespace {

template <class T> std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// What is written of these tensors.
std::string written(const std::vector<TensorView>& tensors) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "descent_a.safetensors";
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

TEST(safetensors, follow_each_other_whatever_their_type_and_size) {
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

}  // namespace
}  // namespace descent::formats
