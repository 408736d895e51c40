#include "config/device.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "config/files.h"
#include "config/write.h"

namespace descent::config {
namespace {

TEST(device, every_name_is_read_and_written) {
  for (const char* name : {"cpu", "cuda", "cuda:0", "cuda:15"}) EXPECT_EQ(name_of(parse_device(name).value()), name);
  EXPECT_EQ(parse_device("cuda:2")->index, 2);
}

TEST(device, other_names_are_unknown) {
  for (const char* name : {"", "gpu", "cpu:0", "cuda:", "cuda:-1", "cuda:x", "cuda:1x", "cuda:100", "CUDA"})
    EXPECT_FALSE(parse_device(name)) << name;
}

// Without a visible GPU "auto" is the CPU, however Descent was built.
class automatic_device_test : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { setenv("CUDA_VISIBLE_DEVICES", GetParam(), 1); }
  void TearDown() override { unsetenv("CUDA_VISIBLE_DEVICES"); }
};

TEST_P(automatic_device_test, is_the_cpu_if_no_gpu_is_visible) {
  EXPECT_EQ(automatic_device().kind, DeviceKind::cpu);
  const Document document = read(also(R"("device": "auto")"));
  EXPECT_EQ(document.points[0].device.kind, DeviceKind::cpu);
  EXPECT_NE(write_document(document).find(R"("device": "cpu")"), std::string::npos);
}

TEST_P(automatic_device_test, is_resolved_in_a_sweep) {
  const Document document = read(sweep(R"({"device": ["cuda:1", "auto"]})"));
  EXPECT_EQ(document.assignments, (std::vector<Assignment>{{R"("cuda:1")"}, {R"("cpu")"}}));
  EXPECT_EQ(write_document(document).find("auto\"]"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(visible, automatic_device_test, ::testing::Values("", "-1"));

}  // namespace
}  // namespace descent::config
