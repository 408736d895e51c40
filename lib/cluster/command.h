#pragma once
// Other programs, through the shell.

#include <string>

namespace descent::cluster {

// 'word', for the shell.
std::string quoted(const std::string& word);

// What a shell command printed on stdout and stderr. FaultError with this text where it fails.
std::string output_of(const std::string& command);

}  // namespace descent::cluster
