#pragma once
// IDX, the file format of MNIST and Fashion-MNIST (LeCun, Cortes and Burges 1998): big-endian sizes, then bytes.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/data_set.h"

namespace descent::formats {

struct Idx {
  std::vector<std::int64_t> shape;
  std::string_view bytes;  // the elements, a view of the parsed bytes; its size matches `shape`
};

// Parse a file, or only its header. Throw InputError with the file name `name` if it is invalid.
std::vector<std::int64_t> parse_idx_shape(std::string_view bytes, const std::string& name);
Idx parse_idx(std::string_view bytes, const std::string& name);

// A data set in IDX files: how it differs from others, and where to get it.
struct IdxDataSet {
  std::string_view remedy;                          // if a file is missing
  std::span<const std::string_view> class_names{};  // empty: the labels
  double divisor = 1;                               // of the pixels
};
extern const IdxDataSet mnist, fashion_mnist;  // Fashion-MNIST (Xiao et al. 2017) has pixels from 0 to 1

// The folder of the Debian package of Fashion-MNIST.
inline constexpr std::string_view fashion_mnist_folder = "/usr/share/datasets/fashion-mnist";

// Read a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte and the same for t10k, each also as .gz. The
// facts need the labels and the headers of the images.
Facts idx_facts(const std::filesystem::path& folder, const IdxDataSet& set = mnist);
DataSet read_idx(const std::filesystem::path& folder, const IdxDataSet& set = mnist);

}  // namespace descent::formats
