-- The first schema, for SQLite: STRICT and INTEGER PRIMARY KEY (the row id itself, so inserts append) force a
-- dialect of its own. Otherwise a portable subset: explicit primary keys, no foreign keys, triggers or sequences.
-- Times are epoch milliseconds. `remove_at` says when the sweeper may delete a row; NULL: never.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- Which times the ids of a node may already bear, and the latest time that it saw: neither goes back over a restart.
CREATE TABLE nodes (
    node INTEGER NOT NULL PRIMARY KEY,
    ids_until INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE keys (
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (purpose, version)
) STRICT;

-- Definitions. The document is JSON in the words of the definitions file; secrets never stand in it.
CREATE TABLE services (
    service_key TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE applications (
    client_id TEXT NOT NULL PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE callers (
    name TEXT NOT NULL PRIMARY KEY,
    sealed_secret BLOB,
    document TEXT NOT NULL
) STRICT;

-- What was granted.
CREATE TABLE grants (
    id INTEGER NOT NULL PRIMARY KEY,
    service_key TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_context TEXT,
    grant_type TEXT NOT NULL,
    scope TEXT,
    redirect_uri TEXT,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    nonce TEXT,
    auth_time INTEGER,
    acr TEXT,
    amr TEXT,
    resource TEXT,
    cnf TEXT,
    issuer TEXT,
    remove_at INTEGER
) STRICT;
CREATE INDEX grants_of_user ON grants (service_key, user_context) WHERE user_context IS NOT NULL;
CREATE INDEX grants_to_remove ON grants (remove_at) WHERE remove_at IS NOT NULL;

CREATE TABLE codes (
    id INTEGER NOT NULL PRIMARY KEY,
    key_version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    service_key TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_context TEXT,
    redirect_uri TEXT NOT NULL,
    redirect_uri_given INTEGER NOT NULL,
    scope TEXT,
    code_challenge TEXT,
    code_challenge_method TEXT,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    nonce TEXT,
    auth_time INTEGER,
    acr TEXT,
    amr TEXT,
    resource TEXT,
    cnf TEXT,
    issuer TEXT,
    spent_at INTEGER,
    grant_id INTEGER,
    remove_at INTEGER NOT NULL
) STRICT;
CREATE INDEX codes_to_remove ON codes (remove_at);

CREATE TABLE access_tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    key_version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    service_key TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_context TEXT,
    grant_id INTEGER,
    grant_type TEXT NOT NULL,
    token_type TEXT NOT NULL,
    scope TEXT,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER,
    mac_algorithm TEXT,
    sealed_mac_secret BLOB,
    sealed_value BLOB,
    revoked_at INTEGER,
    remove_at INTEGER
) STRICT;
CREATE INDEX access_tokens_of_user ON access_tokens (service_key, user_context, id) WHERE user_context IS NOT NULL;
CREATE INDEX access_tokens_endless ON access_tokens (grant_id) WHERE grant_id IS NOT NULL AND expires_at IS NULL;
CREATE INDEX access_tokens_to_remove ON access_tokens (remove_at) WHERE remove_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    key_version INTEGER NOT NULL,
    digest BLOB NOT NULL,
    grant_id INTEGER NOT NULL,
    access_token_id INTEGER NOT NULL,
    parent_id INTEGER,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER,
    idle_expires_at INTEGER,
    spent_at INTEGER,
    requested_scope TEXT,
    salt BLOB,
    derivation_version INTEGER,
    retry_until INTEGER,
    successor_access_id INTEGER,
    successor_refresh_id INTEGER,
    remove_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_of_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_to_remove ON refresh_tokens (remove_at) WHERE remove_at IS NOT NULL;
CREATE INDEX refresh_tokens_retried ON refresh_tokens (retry_until) WHERE salt IS NOT NULL;

-- The token that is handed out again where a service does not allow multiple tokens.
CREATE TABLE current_token (
    service_key TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_context TEXT NOT NULL,
    scope TEXT NOT NULL,
    access_token_id INTEGER NOT NULL,
    remove_at INTEGER,
    PRIMARY KEY (service_key, client_id, user_context, scope)
) STRICT;
CREATE INDEX current_token_to_remove ON current_token (remove_at) WHERE remove_at IS NOT NULL;

-- Everything of a service (and client, and user: '' is any) with an id below `before_id` is revoked. The sweeper
-- writes that onto the rows themselves, up to `swept_id` so far, and drops the watermark when it is through.
CREATE TABLE watermarks (
    service_key TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_context TEXT NOT NULL,
    before_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    swept_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (service_key, client_id, user_context)
) STRICT;

-- Nonces of MAC requests, for as long as a replay could pass.
CREATE TABLE nonces (
    token_id INTEGER NOT NULL,
    nonce TEXT NOT NULL,
    remove_at INTEGER NOT NULL,
    PRIMARY KEY (token_id, nonce)
) STRICT;
CREATE INDEX nonces_to_remove ON nonces (remove_at);

-- Room for what comes: the audit file's rows, answers kept for retries, tokens brought from elsewhere.
CREATE TABLE audit_outbox (
    id INTEGER NOT NULL PRIMARY KEY,
    event BLOB NOT NULL
) STRICT;

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    sealed_reply BLOB,
    remove_at INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX idempotency_to_remove ON idempotency (remove_at);

CREATE TABLE imported_tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    key_version INTEGER NOT NULL,
    access_token_id INTEGER NOT NULL,
    remove_at INTEGER
) STRICT;
CREATE INDEX imported_tokens_to_remove ON imported_tokens (remove_at) WHERE remove_at IS NOT NULL;
