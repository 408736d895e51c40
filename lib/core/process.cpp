#include "core/process.h"

#include <fstream>
#include <iterator>
#include <sstream>

namespace descent::core {

std::string process_start(long process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) return "";
  // proc(5): the name, in parentheses, may hold anything; the start is the 20th field behind it.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;
  return fields ? field : "";
}

}  // namespace descent::core
