// All of Convoy's C++ API.
#pragma once

#include <convoy/dense.h>
#include <convoy/program.h>
#include <convoy/quantize.h>
#include <convoy/rounding.h>
#include <convoy/status.h>
#include <convoy/tensor.h>
