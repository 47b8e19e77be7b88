#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "engine/ports/due_input.hpp"

namespace elukaar::adapters::postgres {

// The rows of statement `due_inputs`, each as the kind that its column `kind` names.
std::vector<engine::DueInput> read_due_inputs(const pqxx::result& rows);

}  // namespace elukaar::adapters::postgres
