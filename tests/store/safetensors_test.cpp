#include "store/safetensors.h"

#include "core/error.h"
#include "store/fixture.h"

namespace descent::store {
namespace {

using safetensors = InFolder;

TEST_F(safetensors, read_back_what_was_written) {
  const std::vector<float> weight{1.5f, -2, 3, 4, 5, 6};
  const std::vector<double> bias{0.1};
  const std::vector<std::int32_t> empty;
  const std::vector<std::int64_t> order{1, -1};
  const std::vector<TensorView> tensors{
      {"linear0.weight", {2, 3}, weight}, {"bias", {}, bias}, {"none", {0, 4}, empty}, {"order", {2}, order}};
  write_safetensors(out / "a.safetensors", tensors, {{"run", "x"}});
  const auto back = read_safetensors(out / "a.safetensors");
  ASSERT_EQ(back.size(), 4u);
  EXPECT_EQ(back.at("linear0.weight").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::get<std::vector<float>>(back.at("linear0.weight").values), weight);
  EXPECT_EQ(std::get<std::vector<double>>(back.at("bias").values), bias);
  EXPECT_EQ(std::get<std::vector<std::int32_t>>(back.at("none").values), empty);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(back.at("order").values), order);
}

TEST_F(safetensors, have_the_bytes_of_the_format) {
  const std::vector<float> values{1};
  write_safetensors(out / "a.safetensors", std::vector<TensorView>{{"x", {1}, values}});
  const std::string bytes = core::read_file(out / "a.safetensors");
  const std::string header = R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  EXPECT_EQ(bytes, std::string("\x38\0\0\0\0\0\0\0", 8) + header + "  " + std::string("\0\0\x80\x3f", 4));
}

TEST_F(safetensors, cut_off_anywhere_are_an_error) {
  const std::vector<double> values{1, 2, 3};
  const auto path = out / "a.safetensors";
  write_safetensors(path, std::vector<TensorView>{{"x", {3}, values}});
  for (std::size_t size = core::read_file(path).size(); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    EXPECT_THROW(read_safetensors(path), core::FaultError) << size;
  }
}

TEST_F(safetensors, cut_off_say_so_with_the_file) {
  const std::vector<double> values{1, 2, 3};
  const auto path = out / "a.safetensors";
  write_safetensors(path, std::vector<TensorView>{{"x", {3}, values}});
  std::filesystem::resize_file(path, core::read_file(path).size() - 1);
  try {
    read_safetensors(path);
    FAIL();
  } catch (const core::FaultError& error) {
    EXPECT_EQ(std::string(error.what()),
              path.string() + ": not a whole safetensors file (values are cut off); write it again");
  }
}

TEST_F(safetensors, with_lying_headers_are_errors) {
  const auto path = out / "a.safetensors";
  for (const std::string header :
       {R"({"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})",
        R"({"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}})",
        R"({"x":{"dtype":"Q4","shape":[],"data_offsets":[0,0]}})",
        R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",
        R"({"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})",
        R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0.5,4.5]}})",
        R"({"x":{"shape":[1],"data_offsets":[0,4]}})", R"({"x":[]})", R"([1])", "x"}) {
    const std::string length{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0};
    core::write_file_atomically(path, length + header + std::string(4, 'x'));
    EXPECT_THROW(read_safetensors(path), core::FaultError) << header;
  }
}

}  // namespace
}  // namespace descent::store
