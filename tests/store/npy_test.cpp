#include "store/npy.h"

#include <gtest/gtest.h>

namespace descent::store {
namespace {

// What numpy.lib.format.write_array_header_1_0 writes.
TEST(npy, has_the_header_that_numpy_writes) {
  const std::string header = npy_header("<f4", {8, 1000, 10});
  EXPECT_EQ(header.size(), 128u);
  EXPECT_TRUE(header.starts_with(std::string("\x93NUMPY\x01\x00\x76\x00", 10) +
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 1000, 10), } "));
  EXPECT_TRUE(header.ends_with(" \n"));
}

TEST(npy, writes_a_shape_of_one_as_a_tuple) {
  EXPECT_NE(npy_header("<i4", {7}).find("'shape': (7,), }"), std::string::npos);
}

}  // namespace
}  // namespace descent::store
