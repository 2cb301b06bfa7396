CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    meta TEXT NOT NULL DEFAULT '{}',
    last_job INTEGER NOT NULL DEFAULT 0,
    last_event INTEGER NOT NULL DEFAULT 0,
    front INTEGER NOT NULL DEFAULT 0,
    back INTEGER NOT NULL DEFAULT 0,
    last_priority INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    prioritized INTEGER NOT NULL DEFAULT 0,
    delayed INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 0,
    waiting_children INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    limiter_count INTEGER NOT NULL DEFAULT 0,
    limiter_until INTEGER NOT NULL DEFAULT 0,
    stalled_check_until INTEGER NOT NULL DEFAULT 0
  , paused_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE job (
    key INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    state INTEGER NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    opts TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    delay INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    progress TEXT,
    attempts_made INTEGER NOT NULL DEFAULT 0,
    attempts_started INTEGER NOT NULL DEFAULT 0,
    stalled_count INTEGER NOT NULL DEFAULT 0,
    processed_at INTEGER,
    processed_by TEXT,
    finished_at INTEGER,
    return_value TEXT,
    failed_reason TEXT,
    deferred_failure TEXT,
    parent_key TEXT,
    parent TEXT,
    scheduler TEXT,
    dedup_id TEXT,
    lock_token TEXT,
    lock_until INTEGER NOT NULL DEFAULT 0,
    suspect INTEGER NOT NULL DEFAULT 0,
    aside INTEGER NOT NULL DEFAULT 0,
    data TEXT
  , ready_at INTEGER) STRICT;
CREATE TABLE payload (job INTEGER PRIMARY KEY, data TEXT, stacktrace TEXT) STRICT;
CREATE TABLE log (job INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (job, line))
    STRICT, WITHOUT ROWID;
CREATE TABLE dependency (
    parent INTEGER NOT NULL,
    child_key TEXT NOT NULL,
    status INTEGER NOT NULL,
    value TEXT,
    since INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (parent, status, child_key)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE dedup (
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (queue, id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE dedup_next (queue INTEGER NOT NULL, id TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (queue, id))
    STRICT, WITHOUT ROWID;
CREATE TABLE scheduler (
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    next_run INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (queue, id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE event (queue INTEGER NOT NULL, id INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (queue, id))
    STRICT, WITHOUT ROWID;
CREATE TABLE metric (
    queue INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    previous_at INTEGER,
    previous_count INTEGER NOT NULL DEFAULT 0,
    points TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (queue, kind)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE client (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_space TEXT NOT NULL,
    since INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
CREATE TABLE note (
    queue TEXT NOT NULL,
    name TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (queue, name)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE tally (queue TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (queue, name))
    STRICT, WITHOUT ROWID;
CREATE TABLE operation (
    id TEXT PRIMARY KEY,
    chosen INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL
  , begun INTEGER NOT NULL DEFAULT 1, kept INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE operation_job (
    operation TEXT NOT NULL,
    line INTEGER NOT NULL,
    job INTEGER NOT NULL,
    job_id TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    PRIMARY KEY (operation, line)
  ) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_by_id ON job (queue, id) WHERE key < 68719476736;
CREATE INDEX job_by_place ON job (queue, state, place);
CREATE INDEX scheduler_by_run ON scheduler (queue, next_run);
INSERT INTO queue VALUES (1, 'bull:work', '{"opts.maxLenEvents":"10000","version":"bullmq:6.7.0","concurrency":"50"}', 10, 29, 0, 10, 1, 4, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0);
INSERT INTO job VALUES (1, 1, 'chosen', 5, 8, 'chosen', '{"attempts":0,"jobId":"chosen","deduplication":{"id":"one"}}', 1795531501603, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'one', NULL, 0, 0, 0, '{}', NULL);
INSERT INTO job VALUES (2, 1, '0be4375d-15ba-45d0-a9f7-c1b319ac4fad', 2, 1795531501604, 'parent', '{"attempts":0}', 1795531501604, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, '{}', NULL);
INSERT INTO job VALUES (3, 1, '6605d284-6c6a-49a7-8063-40857a17e6af', 5, 9, 'child', '{"attempts":0,"parent":{"id":"0be4375d-15ba-45d0-a9f7-c1b319ac4fad","queue":"bull:work"}}', 1795531501604, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 'bull:work:0be4375d-15ba-45d0-a9f7-c1b319ac4fad', '{"id":"0be4375d-15ba-45d0-a9f7-c1b319ac4fad","queueKey":"bull:work"}', NULL, NULL, NULL, 0, 0, 0, '{}', NULL);
INSERT INTO job VALUES (4, 1, 'repeat:tick:1795531501605', 5, 10, 'tick', '{"repeat":{"every":60000,"offset":null,"count":1},"jobId":"repeat:tick:1795531501605","delay":0,"timestamp":1795531501605,"repeatJobKey":"tick"}', 1795531501605, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'tick', NULL, NULL, 0, 0, 0, '{}', NULL);
INSERT INTO job VALUES (68719476737, 1, '1', 3, 1795531501601, 'completed', '{"attempts":0}', 1795531501594, 0, 0, '{"rows":1}', 1, 1, 0, 1795531501596, NULL, 1795531501601, '"result"', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, '{"rows":1}', NULL);
INSERT INTO job VALUES (68719476738, 1, '2', 1, 1795531501602, 'failed', '{"attempts":0}', 1795531501601, 0, 0, NULL, 1, 1, 0, 1795531501601, NULL, 1795531501602, NULL, 'broken', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 1, '{}', NULL);
INSERT INTO job VALUES (68719476739, 1, '3', 4, 6, 'active', '{"attempts":0}', 1795531501602, 0, 0, NULL, 0, 1, 0, 1795531501602, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'token', 1795531531602, 0, 0, '{}', NULL);
INSERT INTO job VALUES (68719476740, 1, '4', 5, 7, 'waiting', '{"attempts":0}', 1795531501602, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 1, NULL, NULL);
INSERT INTO job VALUES (68719476742, 1, '6', 6, 12884901889, 'prioritized', '{"attempts":0,"priority":3}', 1795531501603, 0, 3, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, '{}', NULL);
INSERT INTO job VALUES (68719476743, 1, '7', 7, 7354497030569984, 'delayed', '{"attempts":0,"delay":1}', 1795531501603, 1, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, '{}', NULL);
INSERT INTO payload VALUES (68719476738, NULL, '["Error: broken\n    at fill (file:///work/wt/x6a/test/schemas/make.ts:30:37)\n    at async file:///work/wt/x6a/test/schemas/make.ts:13:1"]');
INSERT INTO payload VALUES (68719476740, '{"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}', NULL);
INSERT INTO log VALUES (68719476737, 1, 'a line');
INSERT INTO dependency VALUES (2, 'bull:work:6605d284-6c6a-49a7-8063-40857a17e6af', 0, NULL, 0);
INSERT INTO dedup VALUES (1, 'one', 'chosen', NULL);
INSERT INTO scheduler VALUES (1, 'tick', 1795531501605, '{"name":"tick","every":"60000","offset":"1605","ic":"1"}');
INSERT INTO event VALUES (1, 1, '["event","added","jobId","1","name","completed"]');
INSERT INTO event VALUES (1, 2, '["event","waiting","jobId","1"]');
INSERT INTO event VALUES (1, 3, '["event","active","jobId","1","prev","waiting"]');
INSERT INTO event VALUES (1, 4, '["event","progress","jobId","1","data","{\"rows\":1}"]');
INSERT INTO event VALUES (1, 5, '["event","completed","jobId","1","returnvalue","\"result\"","prev","active"]');
INSERT INTO event VALUES (1, 6, '["event","drained"]');
INSERT INTO event VALUES (1, 7, '["event","added","jobId","2","name","failed"]');
INSERT INTO event VALUES (1, 8, '["event","waiting","jobId","2"]');
INSERT INTO event VALUES (1, 9, '["event","active","jobId","2","prev","waiting"]');
INSERT INTO event VALUES (1, 10, '["event","failed","jobId","2","failedReason","broken","prev","active"]');
INSERT INTO event VALUES (1, 11, '["event","retries-exhausted","jobId","2","attemptsMade","1"]');
INSERT INTO event VALUES (1, 12, '["event","drained"]');
INSERT INTO event VALUES (1, 13, '["event","added","jobId","3","name","active"]');
INSERT INTO event VALUES (1, 14, '["event","waiting","jobId","3"]');
INSERT INTO event VALUES (1, 15, '["event","active","jobId","3","prev","waiting"]');
INSERT INTO event VALUES (1, 16, '["event","added","jobId","4","name","waiting"]');
INSERT INTO event VALUES (1, 17, '["event","waiting","jobId","4"]');
INSERT INTO event VALUES (1, 18, '["event","added","jobId","chosen","name","chosen"]');
INSERT INTO event VALUES (1, 19, '["event","waiting","jobId","chosen"]');
INSERT INTO event VALUES (1, 20, '["event","added","jobId","6","name","prioritized"]');
INSERT INTO event VALUES (1, 21, '["event","waiting","jobId","6"]');
INSERT INTO event VALUES (1, 22, '["event","added","jobId","7","name","delayed"]');
INSERT INTO event VALUES (1, 23, '["event","delayed","jobId","7","delay","1795531501604"]');
INSERT INTO event VALUES (1, 24, '["event","added","jobId","0be4375d-15ba-45d0-a9f7-c1b319ac4fad","name","parent"]');
INSERT INTO event VALUES (1, 25, '["event","waiting-children","jobId","0be4375d-15ba-45d0-a9f7-c1b319ac4fad"]');
INSERT INTO event VALUES (1, 26, '["event","added","jobId","6605d284-6c6a-49a7-8063-40857a17e6af","name","child"]');
INSERT INTO event VALUES (1, 27, '["event","waiting","jobId","6605d284-6c6a-49a7-8063-40857a17e6af"]');
INSERT INTO event VALUES (1, 28, '["event","added","jobId","repeat:tick:1795531501605","name","tick"]');
INSERT INTO event VALUES (1, 29, '["event","waiting","jobId","repeat:tick:1795531501605"]');
INSERT INTO note VALUES ('bull:work', 'worker', 1795531501605, '{}');
INSERT INTO tally VALUES ('bull:work', 'canaries', 1);
INSERT INTO operation VALUES ('operation', 1, 0, 0, 1795531501606, 0, 0);
INSERT INTO operation_job VALUES ('operation', 1, 68719476738, '2', 1795531501602);
PRAGMA application_id = 1364160627;
PRAGMA user_version = 6;
