#pragma once

#include <iosfwd>

#include "simulate/population/population.hpp"

namespace elukaar::simulate {

// Days at which shares of a number of cases have been served: sorted once, asked often.
struct Spread {
  std::vector<double> days;  // sorted
  double at(double share) const;  // 0 where there are none
};

// One text that families read.
struct TextFigures {
  std::size_t families = 0;    // cases that were shown it
  std::size_t told = 0;        // times it went out as a message
  Spread age;                  // at its first time: since the fact that the behaviour names, or the case began
  Spread stays;                // from being shown to the next text, where there was one
  std::size_t waiting = 0;     // cases that still show it
  std::size_t late = 0;        // left, or still shown, after the day that was promised
};

// What a run of families came to, in figures.
struct Forecast {
  std::size_t cases = 0;
  std::uint64_t inputs = 0;
  std::map<std::string, TextFigures> texts;
  std::vector<std::string> order;                   // of the texts, by age
  std::map<std::size_t, std::size_t> messages;      // messages of a family → families
  Spread wait;                                      // from the first text of a measured wait to the other
  std::map<std::string, std::size_t> ends_in;       // state at the end → cases
  std::map<std::string, int> parked;
  std::map<std::string, int> refused;
  std::size_t incidents = 0;
  Measures measures;
};

Forecast figures_of(const PopulationRun& run);

// `title` heads the tables: the municipality and the service.
void print_forecast(const Forecast& forecast, const std::string& title, std::ostream& out);
Json forecast_json(const Forecast& forecast);

}  // namespace elukaar::simulate
