#include "stats/tables.h"

#include <filesystem>

#include "core/files.h"
#include "formats/csv.h"

namespace descent::stats {

void write_table(const store::Results& results, const plan::Plan& plan, std::string_view name, std::string_view columns,
                 const std::function<void(const AddRow&)>& fill) {
  core::AtomicFile file(results.folder() / name);
  for (const std::string& factor : plan.factors) file.write(formats::csv_field(factor) + ",");
  file.write(columns);
  file.write("\n");
  fill([&](std::optional<std::size_t> point, std::string_view cells) {
    for (std::size_t i = 0; i < plan.factors.size(); ++i)
      file.write((point ? formats::csv_field(plan.points[*point].values[i]) : "") + ",");
    file.write(cells);
    file.write("\n");
  });
  file.commit();
}

void remove_table(const store::Results& results, std::string_view name) {
  std::error_code ignored;
  std::filesystem::remove(results.folder() / name, ignored);
}

}  // namespace descent::stats
