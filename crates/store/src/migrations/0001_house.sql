-- The house: two logs (facts, postings) and what is computed from them.
--
-- Every table is declared by stream, by own key or per writer, and its primary key starts with
-- that column; the word stands above each. WITHOUT ROWID keeps a narrow table in one tree.

-- by own key
CREATE TABLE store_info (
    name TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;

-- by own key: settings, programmes, names of products; a version is never changed
CREATE TABLE documents (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id, version)
) WITHOUT ROWID;

-- by stream: to which customer a stream belongs now
CREATE TABLE streams (
    id BYTEA NOT NULL,
    root BYTEA NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

-- The latest visit is no part of the fold: what was decided of it stands in the facts.
-- by stream (the root): the state, a cache of the fold, and the last stamp and sequence numbers
CREATE TABLE customers (
    root BYTEA NOT NULL,
    stamp BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    fold_version BIGINT NOT NULL,
    streams BYTEA NOT NULL,
    state TEXT NOT NULL,
    visit TEXT,
    PRIMARY KEY (root)
);

-- by stream: the behaviour log, which grows at its end
CREATE TABLE facts (
    stream BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    id BYTEA NOT NULL,
    stamp BIGINT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    cause BYTEA,
    message_id TEXT,
    behaviour TEXT NOT NULL,
    personal BYTEA,
    PRIMARY KEY (stream, seq)
);

-- by own key: the HMAC of a name; the name itself is encrypted with the stream's key
CREATE TABLE identities (
    hmac BYTEA NOT NULL,
    namespace TEXT NOT NULL,
    stream BYTEA NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (hmac)
) WITHOUT ROWID;
CREATE INDEX identities_by_stream ON identities (stream, hmac);

-- The name itself is encrypted with the key of the stream that bore it.
-- by stream: browsers that were somebody's until another person said to be in them
CREATE TABLE past_identities (
    stream BYTEA NOT NULL,
    value BYTEA NOT NULL,
    namespace TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (stream, value)
) WITHOUT ROWID;

-- by stream: the key that opens what is personal; destroyed by erasure
CREATE TABLE customer_keys (
    stream BYTEA NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (stream)
) WITHOUT ROWID;

-- by stream: what the person told about themselves, encrypted
CREATE TABLE profiles (
    stream BYTEA NOT NULL,
    stamp BIGINT NOT NULL,
    traits BYTEA NOT NULL,
    PRIMARY KEY (stream)
);

-- by own key: the HMAC of a search word
CREATE TABLE search_tokens (
    token BYTEA NOT NULL,
    stream BYTEA NOT NULL,
    PRIMARY KEY (token, stream)
) WITHOUT ROWID;
CREATE INDEX search_tokens_by_stream ON search_tokens (stream, token);

-- by own key: the day and the hash of a message id, so that a day can be dropped as a range
CREATE TABLE message_keys (
    key BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (key)
) WITHOUT ROWID;

-- by own key: what counts once for ever; unlinked from the stream by erasure
CREATE TABLE order_keys (
    key BYTEA NOT NULL,
    stream BYTEA,
    digest BYTEA NOT NULL,
    PRIMARY KEY (key)
) WITHOUT ROWID;
CREATE INDEX order_keys_by_stream ON order_keys (stream, key);

-- by own key: the answers of idempotent requests; emptied by erasure
CREATE TABLE requests (
    key BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    at BIGINT NOT NULL,
    stream BYTEA,
    answer TEXT NOT NULL,
    PRIMARY KEY (key)
);
CREATE INDEX requests_by_stream ON requests (stream, key);
CREATE INDEX requests_by_at ON requests (at, key);

-- by own key: live and undone merge edges
CREATE TABLE merges (
    id BYTEA NOT NULL,
    from_root BYTEA NOT NULL,
    into_root BYTEA NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT,
    PRIMARY KEY (id)
);
CREATE INDEX merges_by_from ON merges (from_root, id);
CREATE INDEX merges_by_into ON merges (into_root, id);

-- by stream (the root): when a customer's view changes by itself
CREATE TABLE due (
    customer BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (customer)
) WITHOUT ROWID;
CREATE INDEX due_by_at ON due (at, customer);

-- by stream: what concerns another customer, decided later under that customer's lock
CREATE TABLE inbox (
    stream BYTEA NOT NULL,
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, id)
);

-- by own key: what the outside world is to be told
CREATE TABLE outbox (
    id BYTEA NOT NULL,
    customer BYTEA NOT NULL,
    due_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX outbox_by_due ON outbox (due_at, id);
CREATE INDEX outbox_by_customer ON outbox (customer, id);

-- by stream: the random token that owns the stream's accounts; unlinked by erasure
CREATE TABLE ledger_owners (
    stream BYTEA NOT NULL,
    owner BYTEA NOT NULL,
    PRIMARY KEY (stream)
) WITHOUT ROWID;

-- by own key: balances, a projection of the postings; control accounts lie in stripes
CREATE TABLE accounts (
    id BYTEA NOT NULL,
    owner BYTEA,
    unit TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    stripe BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    floor BIGINT,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX accounts_by_owner ON accounts (owner, id);

-- by own key: the value log; no personal data, kept for years
CREATE TABLE postings (
    id BYTEA NOT NULL,
    debit BYTEA NOT NULL,
    credit BYTEA NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    at BIGINT NOT NULL,
    cause BYTEA NOT NULL,
    memo TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX postings_by_debit ON postings (debit, id);
CREATE INDEX postings_by_credit ON postings (credit, id);

-- by own key: units that were earned together and expire together
CREATE TABLE lots (
    id BYTEA NOT NULL,
    account BYTEA NOT NULL,
    posting BYTEA NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT,
    amount BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX lots_by_account ON lots (account, id);

-- by own key: which lots paid for a posting
CREATE TABLE allocations (
    posting BYTEA NOT NULL,
    lot BYTEA NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (posting, lot)
) WITHOUT ROWID;
CREATE INDEX allocations_by_lot ON allocations (lot, posting);

-- by own key: units set aside until they are taken or let go
CREATE TABLE holds (
    id BYTEA NOT NULL,
    account BYTEA NOT NULL,
    amount BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    resolution TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX holds_by_account ON holds (account, id);

-- per writer: daily sums, one stripe a writer
CREATE TABLE rollups (
    stripe BIGINT NOT NULL,
    day BIGINT NOT NULL,
    metric TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (stripe, day, metric, dimension)
) WITHOUT ROWID;

-- by own key: orders that lead to nobody
CREATE TABLE anonymous_orders (
    order_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    channel TEXT NOT NULL,
    currency TEXT NOT NULL,
    lines BIGINT NOT NULL,
    items BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    adjustments BIGINT NOT NULL,
    product_gross BIGINT NOT NULL,
    product_refunds BIGINT NOT NULL,
    PRIMARY KEY (order_id)
) WITHOUT ROWID;

-- per writer: which customers changed, numbered densely by each writer
CREATE TABLE changes (
    writer BIGINT NOT NULL,
    n BIGINT NOT NULL,
    customer BYTEA NOT NULL,
    PRIMARY KEY (writer, n)
) WITHOUT ROWID;

-- per writer: the last number of each, kept when its changes are dropped
CREATE TABLE writers (
    writer BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (writer)
) WITHOUT ROWID;

-- by own key: how far a follower has read each writer
CREATE TABLE followers (
    name TEXT COLLATE "C" NOT NULL,
    writer BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (name, writer)
) WITHOUT ROWID;

-- Days are counted from 1970-01-01 in the shop's zone, money in minor units of its currency, shares
-- in ten-thousandths; packed is the whole row as the population reads it.
-- by stream (the root): what lists sort by and analysts read; written by a follower
CREATE TABLE customer_metrics (
    customer BYTEA NOT NULL,
    first_seen_at BIGINT,
    last_seen_at BIGINT,
    first_ordered_at BIGINT,
    last_ordered_at BIGINT,
    first_seen BIGINT,
    last_seen BIGINT,
    first_order BIGINT,
    second_order BIGINT,
    last_order BIGINT,
    first_visit BIGINT,
    second_visit BIGINT,
    orders BIGINT NOT NULL,
    order_days BIGINT NOT NULL,
    active_months BIGINT NOT NULL,
    items BIGINT NOT NULL,
    items_returned BIGINT NOT NULL,
    refund_count BIGINT NOT NULL,
    visits BIGINT NOT NULL,
    active_days BIGINT NOT NULL,
    deliveries BIGINT NOT NULL,
    deliveries_late BIGINT NOT NULL,
    complaints BIGINT NOT NULL,
    reviews BIGINT NOT NULL,
    referrals BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    net BIGINT NOT NULL,
    product BIGINT NOT NULL,
    discounts BIGINT NOT NULL,
    margin BIGINT,
    average_order BIGINT,
    discount_share BIGINT,
    return_share BIGINT,
    late_share BIGINT,
    rating BIGINT,
    usual_hour BIGINT,
    channels BIGINT NOT NULL,
    consents BIGINT NOT NULL,
    won_back BIGINT NOT NULL,
    standing TEXT NOT NULL,
    country TEXT,
    source TEXT,
    content TEXT,
    stage TEXT,
    first_channel TEXT,
    last_channel TEXT,
    unmatched_refund_units BIGINT NOT NULL,
    packed BYTEA NOT NULL,
    PRIMARY KEY (customer)
);
CREATE INDEX customer_metrics_by_net ON customer_metrics (net, customer);
CREATE INDEX customer_metrics_by_last_ordered ON customer_metrics (last_ordered_at, customer);
CREATE INDEX customer_metrics_by_last_seen ON customer_metrics (last_seen_at, customer);
CREATE INDEX customer_metrics_unmatched ON customer_metrics (unmatched_refund_units, customer)
    WHERE unmatched_refund_units > 0;

-- by stream (the root): the same by channel, where something was sold; written by a follower
CREATE TABLE customer_channels (
    customer BYTEA NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT,
    first_order BIGINT,
    last_order BIGINT,
    orders BIGINT NOT NULL,
    order_days BIGINT NOT NULL,
    items BIGINT NOT NULL,
    refund_count BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    net BIGINT NOT NULL,
    product BIGINT NOT NULL,
    discounts BIGINT NOT NULL,
    margin BIGINT,
    PRIMARY KEY (customer, channel)
) WITHOUT ROWID;

-- by stream (the root): categories of interest, the strongest first; written by a follower
CREATE TABLE customer_interests (
    customer BYTEA NOT NULL,
    place BIGINT NOT NULL,
    interest TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (customer, place)
) WITHOUT ROWID;

-- The personal part is sealed with a key of its own.
-- by own key (the order's): news of orders that are not known yet
CREATE TABLE order_news (
    order_key BYTEA NOT NULL,
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    behaviour TEXT NOT NULL,
    message_id TEXT NOT NULL,
    wrapped BYTEA,
    personal BYTEA,
    PRIMARY KEY (order_key, id)
);

-- by own key: identities that were erased; a late event does not bring them back
CREATE TABLE erasures (
    hmac BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (hmac)
) WITHOUT ROWID;

-- by stream: to whom everything about a person was handed out
CREATE TABLE disclosures (
    stream BYTEA NOT NULL,
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    PRIMARY KEY (stream, id)
) WITHOUT ROWID;

-- by own key: lists of customers that were handed out, by names in order of time
CREATE TABLE handed_lists (
    id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    question TEXT NOT NULL,
    customers BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

-- Ends of ids, which lead to nobody who was erased; a customer is looked for in one part.
-- by own key: who is on which list
CREATE TABLE handed_members (
    part BIGINT NOT NULL,
    list BYTEA NOT NULL,
    members BYTEA NOT NULL,
    PRIMARY KEY (part, list)
);

-- by own key: long work and how far it came
CREATE TABLE jobs (
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- by own key: API keys of the shop, as hashes; scopes are words of the list of permissions
CREATE TABLE keys (
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    hash BYTEA NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT,
    replaced_by BYTEA,
    PRIMARY KEY (id)
);
CREATE INDEX keys_by_hash ON keys (hash, id);

-- What names somebody and their second factor are sealed with a key of their own, which erasure
-- destroys; the password is a hash.
-- by own key: the people who work for the shop
CREATE TABLE users (
    id BYTEA NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    wrapped BYTEA,
    email BYTEA,
    name BYTEA,
    password TEXT,
    totp BYTEA,
    totp_offered BYTEA,
    totp_step BIGINT,
    recovery TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    PRIMARY KEY (id)
);

-- by own key: the HMAC of an address, and whose it is
CREATE TABLE user_emails (
    hmac BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    PRIMARY KEY (hmac)
) WITHOUT ROWID;

-- by own key: sessions, by the hash of their token
CREATE TABLE sessions (
    token BYTEA NOT NULL,
    id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    idle_ms BIGINT NOT NULL,
    proved_at BIGINT NOT NULL,
    origin TEXT NOT NULL,
    agent BYTEA NOT NULL,
    PRIMARY KEY (token)
);
CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at, token);

-- Invitations, resets, the first owner's claim, a password that waits for its code.
-- by own key: what opens one door once, as hashes
CREATE TABLE passes (
    token BYTEA NOT NULL,
    kind TEXT NOT NULL,
    user_id BYTEA,
    expires_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (token)
);
CREATE INDEX passes_by_user ON passes (user_id, token);
CREATE INDEX passes_by_expiry ON passes (expires_at, token);

-- by own key: tries that are counted, by the HMAC of what they are counted for
CREATE TABLE throttles (
    key BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    at BIGINT NOT NULL,
    shut_until BIGINT NOT NULL,
    PRIMARY KEY (key)
) WITHOUT ROWID;
CREATE INDEX throttles_by_at ON throttles (at, key);

-- by own key: letters to the people who work here, sealed until they are sent
CREATE TABLE letters (
    id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX letters_by_due ON letters (due_at, id);
CREATE INDEX letters_by_user ON letters (user_id, id);

-- per writer: who did and saw what; each row hashes the one before it
CREATE TABLE audit (
    stripe BIGINT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    origin TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (stripe, n)
);
CREATE INDEX audit_by_at ON audit (at, stripe, n);
CREATE INDEX audit_by_subject ON audit (subject, at, stripe, n);
CREATE INDEX audit_by_actor ON audit (actor, at, stripe, n);

-- per writer: the end of each chain, under a seal that only the shop's key makes
CREATE TABLE audit_heads (
    stripe BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (stripe)
) WITHOUT ROWID;
