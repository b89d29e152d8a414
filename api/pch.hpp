#pragma once

// Heavy headers of this folder, compiled once.
#include "actors/bridge.hpp"
#include "actors/interfaces.hpp"

#include "records.pb.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/json.hpp>
