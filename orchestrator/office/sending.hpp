#pragma once

#include "engine/intake/intake.hpp"
#include "office/office.hpp"

namespace elukaar::office {

// Sends through the program's own intake, where the office is a sender like any other: what it says passes the form
// of its type and goes to the topic. It needs no token, being in here. `intake` must outlive it; any thread.
Send send_through(engine::Intake& intake, const cloudevents::SchemaCatalogue& forms);

}  // namespace elukaar::office
