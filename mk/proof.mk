# SPDX-License-Identifier: 0BSD
# proof.mk - proofs about lib/, by Frama-C with z3 and cvc4.

## UNITS    what `make proof` proves (all of test/proof/units.py)
UNITS ?=

.PHONY: proof
proof: ## Prove what docs/assurance-proof.md says is proved (make deps-long first)
proof:
	@mkdir -p $(BUILD)/proof
	$(Q)for tool in frama-c why3 z3 cvc4; do \
		command -v $$tool >/dev/null || { \
		echo "$$tool: not found (make deps-long installs it)"; \
		exit 1; } >&2; done
	$(Q)WHY3CONFIG='$(abspath $(BUILD))/proof/why3.conf' sh -c '\
		[ -s "$$WHY3CONFIG" ] || why3 config detect >/dev/null 2>&1; \
		PYTHONDONTWRITEBYTECODE=1 \
		python3 test/proof/prove.py $(BUILD) $(UNITS)'
