#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/settings.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "calendar/calendar.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "engine/intake/intake.hpp"
#include "privacy/keyring.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::app {

// What keeps the program from starting; one line for the operator.
struct CannotStart : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A line for each problem.
std::string in_lines(const Problems& problems);

template <class T>
T value_or_throw(Result<T, Problems> result) {
  if (!result) throw CannotStart(in_lines(result.error()));
  return std::move(*result);
}

template <class T>
T value_or_throw(Result<T, std::string> result) {
  if (!result) throw CannotStart(result.error());
  return std::move(*result);
}

// Everything that is read once and then shared by all threads.
struct Content {
  cloudevents::SchemaCatalogue events;
  workflow::SchemaTable schemas;
  calendar::Calendar calendar;
  std::vector<workflow::Service> services;
  engine::IntakeForms forms;
  privacy::Keyring keyring;
};

// Reads the content folder, the municipalities' files and the keys that the settings name. Throws CannotStart with all
// problems of the first kind that fails.
Content read_content(const Settings& settings);

}  // namespace elukaar::app
