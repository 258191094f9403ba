"""Files and environment in, one frozen value out; the only reader of the environment."""
