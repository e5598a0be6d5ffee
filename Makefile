# What people type; each target says what it runs. `make help` lists them.
PRESET ?= release
BUILD := build/$(PRESET)

.DEFAULT_GOAL := build
.PHONY: build demo test bench format lint clean help

build:  ## Install what is missing, then build build/release/bin/convoy
	@scripts/setup --for build
	@cmake --preset $(PRESET) --log-level=WARNING -DCONVOY_TESTS=OFF
	@cmake --build --preset $(PRESET)

demo: build  ## Classify a photo, show where the time goes, and enlarge a photo
	@demo/run $(BUILD)/bin/convoy

test:  ## Build everything and run all tests; the last line counts them
	@scripts/setup --for test
	@scripts/test $(PRESET)

bench: build  ## Compare with ONNX Runtime, OpenVINO, ncnn and MNN (bench/peers/run --help)
	@scripts/setup --for bench
	@bench/peers/run $(ARGS)

format:  ## Rewrite all C++ sources with clang-format
	@scripts/setup --for format
	@scripts/check format --fix

lint:  ## Check formatting and run clang-tidy
	@scripts/setup --for test --for format
	@scripts/check format
	@cmake --preset $(PRESET) --log-level=WARNING -DCONVOY_TESTS=ON
	@scripts/check tidy $(BUILD)

clean:  ## Remove everything that was built
	rm -rf build

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*##/  make \1 \t/p' $(MAKEFILE_LIST) | expand -t 16
