#include "config/probe_layers.h"

#include <gtest/gtest.h>

namespace descent::config {
namespace {

TEST(probe_layers, name_a_bin_by_its_layer_and_center) {
  EXPECT_EQ(name_of(Bin{"expert0.linear1", -0.9750000000000001}), "expert0.linear1 bin=-0.975");
  const auto bin = parse_bin("expert0.linear1 bin=-0.975");
  ASSERT_TRUE(bin);
  EXPECT_EQ(bin->layer, "expert0.linear1");
  EXPECT_EQ(bin->center, -0.975);
}

TEST(probe_layers, without_a_bin_give_none) {
  for (const char* name : {"", "linear0", "length=3", "linear0 bin=", "linear0 bin=a"})
    EXPECT_FALSE(parse_bin(name)) << name;
}

}  // namespace
}  // namespace descent::config
