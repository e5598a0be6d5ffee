// The page of `profile --html`: one file that a browser shows without a network. What is gathered here as one JSON
// object, the scripts in src/cli/report/ draw.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/compiled_model.h"
#include "cli/profile.h"

namespace convoy::cli {

/// Everything that the page shows.
nlohmann::ordered_json report_json(const CompiledModel& model, const Profile& profile);

/// The page with the data in it. Strings may be any bytes; what is no UTF-8 is replaced.
std::string report_page(const nlohmann::ordered_json& data);

/// The page around the data: made from src/cli/report/ by the build.
extern const char* const kReportTemplate;

}  // namespace convoy::cli
