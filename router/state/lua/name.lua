#!lua flags=allow-oom
-- name: say that a day of history is there. Over maxmemory too: archiving is what makes the log shorter.
-- KEYS[1] ZSET of days.  ARGV: the day's number, the day (ISO 8601).  Returns how many are new.
return redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
