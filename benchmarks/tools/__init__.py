"""The mock's documents in the hands of their tools: linters, viewers, other mocks: `make tools`."""
