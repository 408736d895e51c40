// Any text is an experiment or causes an InputError. Writing and reading an experiment gives the same experiment.

#include "config/read.h"
#include "config/write.h"
#include "core/error.h"
#include "fuzz.h"

using namespace descent;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  config::Document document;
  try {
    document = config::read_document_text(fuzz::text_of(data, size), "x.json");
  } catch (const core::InputError&) {
    return 0;
  }
  constexpr std::size_t cheap = 100;
  if (document.points.size() > cheap) return 0;
  const std::string text = config::write_document(document);
  const config::Document again = config::read_document_text(text, "x.json");
  fuzz::require(config::write_document(again) == text);
  fuzz::require(again.points.size() == document.points.size());
  for (std::size_t i = 0; i < again.points.size(); ++i)
    fuzz::require(config::identity(again.points[i]) == config::identity(document.points[i]));
  return 0;
}
