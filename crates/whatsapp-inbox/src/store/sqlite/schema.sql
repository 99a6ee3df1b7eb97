-- Times are milliseconds since 1970-01-01T00:00:00Z.

-- One row. `seq` is the last that was given to an event; `owner` has the events in hand until then,
-- which was so long when it was said.
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1) DEFAULT 1,
    hash_key BLOB NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    owner INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    owned_until INTEGER NOT NULL DEFAULT 0,
    owned_for INTEGER NOT NULL DEFAULT 0
);

-- What is known of a body. Its number is that of its first event; `open` of its events are pending or
-- dead, and `ended` is when there were none left.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    form TEXT NOT NULL,
    label TEXT NOT NULL,
    scheme TEXT,
    secret TEXT, -- the secret's name
    received INTEGER NOT NULL,
    open INTEGER NOT NULL,
    ended INTEGER
);
CREATE INDEX notifications_ended ON notifications (ended) WHERE ended IS NOT NULL;

-- Apart from what is known of it, which changes.
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

-- Pending events: `at` is where one stands in its body, in bytes.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    body INTEGER NOT NULL,
    at INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL
);
CREATE INDEX events_lane ON events (lane, seq);

CREATE TABLE dead (
    seq INTEGER PRIMARY KEY,
    body INTEGER NOT NULL,
    at INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    died INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX dead_died ON dead (died);

-- Each has a table of keys, `keys_N`, that is dropped when its time is over.
CREATE TABLE key_tables (
    day INTEGER PRIMARY KEY, -- N: its keys are remembered until this day is over
    keys INTEGER NOT NULL DEFAULT 0
);
