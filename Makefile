SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
.PHONY: help setup build install try-root sbom pin demo run screenshots test test-postgres test-previous chaos chaos-relay availability model bench bench-quick bench-migrate docs fuzz fuzz-api sanitize lint format clean

catalog := .build/release/catalog
# All release builds share these, or each would build everything anew: what runs needs no toolchain beside it.
release := swift build -c release --static-swift-stdlib
swift_code := Package.swift Sources Tests Plugins Benchmarks Fuzz/Package.swift Fuzz/Sources/Fuzz

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what this machine lacks: C libraries, PostgreSQL 15 or newer
	@scripts/setup.sh

build: setup ## build .build/release/catalog, with the Swift runtime and without symbols
	@$(release) -Xlinker -s --product catalog >&2

install: setup ## install the command, its user and its unit of systemd: make install PREFIX=/usr/local [DESTDIR=…]
	@$(release) -Xlinker -s --product catalog >&2
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install.sh "$$($(release) --show-bin-path)/catalog"

try-root: build ## run the release build in a Debian that has the image's packages and nothing else: as root, a minute
	@scripts/setup.sh --root
	@scripts/try-root.sh $(catalog)

sbom: ## print the bill of materials, CycloneDX as JSON
	@scripts/setup.sh >&2
	@scripts/sbom.sh

pin: ## write the digests of the base images into Dockerfile and docker-compose.yml, as the registry has them today
	@scripts/pin.sh

demo: build ## show the whole job on a private database, with sample files
	@$(catalog) demo

run: build ## any command: make run ARGS="ingest examples/VEND002_clean.csv --vendor VEND002"
	@$(catalog) $(ARGS)

test: ## run all tests: make test ARGS="--filter MigrationsTests"
	@scripts/setup.sh Tests/requirements.txt scripts/deployment/requirements.txt
	@scripts/test.sh $(ARGS)

test-postgres: ## run the tests of the binary on another PostgreSQL: make test-postgres VERSION=17
	@scripts/setup.sh Tests/requirements.txt
	@CATALOG_POSTGRES_BIN="$$(scripts/postgres-bin.sh "$(VERSION)")" scripts/test.sh --filter EndToEndTests $(ARGS)

test-previous: ## run the tests of a former release's binary on the schema of this one: make test-previous REF=v1.2.0
	@scripts/setup.sh Tests/requirements.txt
	@scripts/test-previous.sh "$(REF)" $(ARGS)

chaos: ## hundreds of random kills, failovers, and minutes of load through upgrades
	@scripts/setup.sh Tests/requirements.txt
	@CATALOG_CHAOS=1 CATALOG_MIGRATE_KILLS=200 CATALOG_LOAD_SECONDS=15 \
		scripts/test.sh --filter "MigrateKillTests|RollingLoadTests|FailoverTests|ChangeFeedDoorTests|SharedLimitTests|AlertTests"
	@Tests/Protocol/queue_chaos.py "$$(swift build --show-bin-path)/catalog" --rounds 30

chaos-relay: build ## 30 minutes of objects while the relay's worker is killed every 15 s: make chaos-relay ARGS="--minutes 5"
	@scripts/setup.sh Tests/requirements.txt Benchmarks/quick-requirements.txt Benchmarks/requirements.txt
	@.venv/bin/python Benchmarks/relay_run.py --minutes 30 --outage 0 --kill-every 15 --bytes 20000 $(ARGS)

availability: ## uploads while a cluster of Patroni meets faults: make availability ARGS="--only switchover" or "--full"
	@scripts/setup.sh --availability Tests/requirements.txt Tests/Availability/requirements.txt
	@swift build --product catalog >&2
	@Tests/Availability/availability.py "$$(swift build --show-bin-path)/catalog" $(ARGS)

model: ## check the model of the queue's protocol with spin: make model ARGS=--full for every fault at once
	@scripts/setup.sh --model
	@scripts/model.sh $(ARGS)

bench: build ## measure beside the peers in 20 minutes: make bench ARGS=--full or "--only P3 --rows 100000"
	@scripts/setup.sh Tests/requirements.txt Benchmarks/quick-requirements.txt Benchmarks/requirements.txt
	@$(release) --product parse-benchmark >&2
	@$(release) --product queue-benchmark >&2
	@$(release) --product http-benchmark >&2
	@.venv/bin/python Benchmarks/bench.py $(ARGS)

bench-quick: build ## find out in 3 minutes whether a change makes something 1.5 times as slow: make bench-quick ARGS=--keep
	@scripts/setup.sh Benchmarks/quick-requirements.txt
	@$(release) --product parse-benchmark >&2
	@$(release) --product queue-benchmark >&2
	@.venv/bin/python Benchmarks/bench.py --quick $(ARGS)

bench-migrate: build ## what faults do to migrations, beside sqitch, yoyo and alembic: make bench-migrate ARGS="--kills 20"
	@scripts/setup.sh Benchmarks/quick-requirements.txt Benchmarks/requirements.txt
	@.venv/bin/python Benchmarks/bench_migrate.py $(ARGS)

docs: build ## make the generated pages of docs/ again
	@scripts/docs.sh $(catalog)

screenshots: build ## make the pictures of the portal's pages, light and dark, wide and narrow: make screenshots ARGS=folder
	@scripts/setup.sh Tests/requirements.txt
	@.venv/bin/python scripts/screenshots.py $(catalog) $(ARGS)

fuzz: setup ## let libFuzzer attack what reads foreign input: make fuzz ARGS="mapping xml 60" for two targets and a minute
	@scripts/fuzz.sh $(ARGS)

fuzz-api: setup ## attack the HTTP interface with Schemathesis: make fuzz-api ARGS=500 for so many examples of each operation
	@scripts/fuzz-api.sh $(ARGS)

sanitize: setup ## run the tests under ThreadSanitizer and AddressSanitizer: make sanitize ARGS="thread core"
	@scripts/sanitize.sh $(ARGS)

lint: ## check formatting, scripts, documentation, deployment and the pipeline, change nothing
	@scripts/setup.sh --lint scripts/deployment/requirements.txt
	@scripts/lint.sh

format: ## format all Swift code
	@swift format -i --parallel -r $(swift_code)

clean: ## remove what builds have made; databases in .catalog stay
	@rm -rf .build .build-tsan .build-asan Fuzz/.build .venv .venv-fuzz
