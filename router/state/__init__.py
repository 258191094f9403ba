"""Everything that outlives a restart: keys, Lua scripts and typed calls to Redis or Valkey."""
