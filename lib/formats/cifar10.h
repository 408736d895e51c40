#pragma once
// The binary version of CIFAR-10 (Krizhevsky 2009): records of a label byte and 3 x 32 x 32 pixels.

#include <filesystem>
#include <string>
#include <string_view>

#include "formats/data_set.h"

namespace descent::formats {

// Appends the records of a batch file. Throws InputError with the file name `name` if it is truncated or has an invalid
// label.
void append_cifar10(std::string_view bytes, const std::string& name, std::vector<std::uint8_t>& x,
                    std::vector<std::int32_t>& y);

// Read a folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, or its parent folder. The facts need only
// the sizes of the files.
Facts cifar10_facts(const std::filesystem::path& folder);
DataSet read_cifar10(const std::filesystem::path& folder);

}  // namespace descent::formats
