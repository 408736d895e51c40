#pragma once
// IDX files, the format of MNIST and Fashion-MNIST (LeCun, Cortes and Burges 1998): big-endian sizes, then bytes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "formats/data_set.h"

namespace descent::formats {

struct Idx {
  std::vector<std::int64_t> shape;
  std::string_view bytes;  // the elements, a view into the parsed bytes: exactly as many as `shape` needs
};

// The shape in the header at the beginning of any bytes, or an InputError that names the file `name`.
std::vector<std::int64_t> parse_idx_shape(std::string_view bytes, const std::string& name);

// Any bytes give an array or an InputError.
Idx parse_idx(std::string_view bytes, const std::string& name);

// A folder with train-images-idx3-ubyte, train-labels-idx1-ubyte and the two of t10k, each also as .gz.
// Facts need the header of the images and the labels.
Facts idx_facts(const std::filesystem::path& folder);
DataSet read_idx(const std::filesystem::path& folder);

// Fashion-MNIST (Xiao et al. 2017): the same files, with names of the classes; pixels from 0 to 1.
inline constexpr std::string_view fashion_mnist_folder = "/usr/share/datasets/fashion-mnist";  // of Debian's package
Facts fashion_mnist_facts(const std::filesystem::path& folder);
DataSet read_fashion_mnist(const std::filesystem::path& folder);

}  // namespace descent::formats
