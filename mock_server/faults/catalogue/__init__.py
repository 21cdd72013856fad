"""Every fault there is, in the order of schemas/fault.schema.json, which describes their parameters for users."""
