// Headers that nearly every test includes: parsed once for all suites.
#pragma once

#include <gtest/gtest.h>

#include "support/pch.h"
