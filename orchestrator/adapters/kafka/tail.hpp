#pragma once

#include <functional>
#include <stop_token>
#include <string>

namespace elukaar::adapters::kafka {

// Follows a topic from its end on, all partitions, without a group: what the open pages need. Values
// are told in each partition's order. Runs until a stop is asked for; a broker that is away is waited
// for, its complaints go to `fault`. New partitions are noticed within half a minute.
void follow(const std::string& brokers, const std::string& topic,
            const std::function<void(const std::string& value)>& told,
            const std::function<void(const std::string&)>& fault, std::stop_token stop);

}  // namespace elukaar::adapters::kafka
