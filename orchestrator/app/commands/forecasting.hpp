#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "app/commands/simulation_commands.hpp"
#include "simulate/population/forecast.hpp"

// What the commands have in common that play files on a virtual clock.
namespace elukaar::app {

// The line that says what is running is overwritten by the next one.
void show_progress(std::size_t done, std::size_t all, const std::string& name, std::ostream& err);
void end_progress(std::ostream& err);

// The families that the options ask for; nothing (and a sentence on `err`) where they make no sense.
std::optional<simulate::FamilyOptions> families_of(const SimulateOptions& options, std::ostream& err);

// The workflow of a municipality's file; a base by itself is a problem.
Result<workflow::WorkflowPtr, Problems> municipality_of(const std::filesystem::path& file,
                                                        simulate::Library& library);

// What families do in this service: workflows/<service>/behaviour.yaml. Warnings go to `err`.
Result<simulate::Behaviour, Problems> behaviour_of(const workflow::Workflow& workflow,
                                                   const std::filesystem::path& content_dir,
                                                   std::ostream& err);

}  // namespace elukaar::app
