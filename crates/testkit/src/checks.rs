//! What holds in every store at every moment, checked for all customers.
//!
//! fold = state, postings = balances, metrics = what the states say, sums = what the facts say,
//! streams, identities and keys lead to each other, and each writer's changes are dense.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use app::App;
use domain::customers::{Metrics, next_due};
use domain::events::{Behaviour, Fact, Line, LineKind, Origin};
use domain::ids::StreamId;
use domain::time::{Day, Millis};
use domain::visits::Measure;
use store::customers::CustomerRow;
use store::insight::MetricsRow;
use store::{Row, StoreError};

use crate::rows;

/// Daily sums by day, metric and dimension.
pub type DailySums = BTreeMap<(Day, String, String), i64>;

const PAGE: u32 = 500;

/// Everything that is wrong with a store. It settles what waits first, because followers and
/// inboxes are right only in the end. `erased` is what the sums keep of erased customers.
///
/// # Panics
/// When the store fails.
#[must_use]
pub fn findings(app: &App, erased: &DailySums, has_erased: bool) -> Vec<String> {
    let mut findings = Vec::new();
    // Erasure takes changes out of the middle.
    if !has_erased {
        changes_are_dense(app, &mut findings);
    }
    app.settle().expect("what waits is done");
    findings.extend(app.fold_verify().expect("states can be folded"));
    findings.extend(app.ledger_verify().expect("the ledger can be added up"));
    let customers = customers(app);
    streams_agree(app, &customers, &mut findings);
    names_lead_to_streams(app, &mut findings);
    metrics_agree(app, &customers, &mut findings);
    population_agrees(app, &mut findings);
    dues_agree(app, &customers, &mut findings);
    let mut sums = erased.clone();
    facts_are_in_order(app, &customers, &mut sums, &mut findings);
    sums_agree(app, sums, &mut findings);
    nothing_waits(app, &mut findings);
    findings
}

fn read<T>(app: &App, work: impl FnOnce(&mut store::Conn) -> Result<T, StoreError>) -> T {
    app.store().read(work).expect("the store can be read")
}

/// Every customer, in order of their roots.
///
/// # Panics
/// When the store fails.
#[must_use]
pub fn customers(app: &App) -> Vec<CustomerRow> {
    let mut all: Vec<CustomerRow> = Vec::new();
    loop {
        let after = all.last().map(|row| row.root);
        let page = read(app, |conn| {
            store::customers::customer_page(conn, after, PAGE)
        });
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn column(row: &Row, name: &str) -> i64 {
    row.int(name).expect("the column is an integer")
}

fn stream(row: &Row, name: &str) -> StreamId {
    row.stream(name).expect("the column is an id")
}

fn changes_are_dense(app: &App, findings: &mut Vec<String>) {
    let last = read(app, store::changes::writer_positions);
    let changes = rows::query(
        app.store(),
        "SELECT writer, n FROM changes ORDER BY writer, n",
        &[],
    );
    let mut before: BTreeMap<i64, i64> = BTreeMap::new();
    for row in changes {
        let (writer, n) = (column(&row, "writer"), column(&row, "n"));
        if before.insert(writer, n).is_some_and(|last| last + 1 != n) {
            findings.push(format!("writer {writer}: a gap before change {n}"));
        }
    }
    for (writer, n) in before {
        if last.get(&writer) != Some(&n) {
            findings.push(format!(
                "writer {writer}: its last change is {n}, not {last:?}"
            ));
        }
    }
}

fn streams_agree(app: &App, customers: &[CustomerRow], findings: &mut Vec<String>) {
    let table: BTreeMap<StreamId, StreamId> =
        rows::query(app.store(), "SELECT id, root FROM streams", &[])
            .iter()
            .map(|row| (stream(row, "id"), stream(row, "root")))
            .collect();
    let mut told = BTreeMap::new();
    for customer in customers {
        if !customer.streams.contains_key(&customer.root) {
            findings.push(format!("{}: the root is not its own stream", customer.root));
        }
        for stream in customer.streams.keys() {
            if told.insert(*stream, customer.root).is_some() {
                findings.push(format!("{stream}: two customers claim it"));
            }
        }
    }
    if table != told {
        findings.push("the table of streams and the customers' lists differ".to_owned());
    }
}

/// Tables whose rows belong to a stream, with the column that names it.
const BY_STREAM: [(&str, &str); 9] = [
    ("identities", "stream"),
    ("profiles", "stream"),
    ("search_tokens", "stream"),
    ("ledger_owners", "stream"),
    ("facts", "stream"),
    ("customer_keys", "stream"),
    ("outbox", "customer"),
    ("customer_channels", "customer"),
    ("customer_interests", "customer"),
];

fn names_lead_to_streams(app: &App, findings: &mut Vec<String>) {
    for (table, column) in BY_STREAM {
        let text = format!(
            "SELECT DISTINCT {column} AS stream FROM {table}
              WHERE {column} NOT IN (SELECT id FROM streams)"
        );
        for row in rows::query(app.store(), &text, &[]) {
            findings.push(format!("{table}: {} is no stream", stream(&row, "stream")));
        }
    }
    let keyless = "SELECT id FROM streams WHERE id NOT IN (SELECT stream FROM customer_keys)";
    for row in rows::query(app.store(), keyless, &[]) {
        findings.push(format!("{}: a stream without a key", stream(&row, "id")));
    }
    let unknown = "SELECT stream FROM order_keys
                    WHERE stream IS NOT NULL AND stream NOT IN (SELECT id FROM streams)";
    for row in rows::query(app.store(), unknown, &[]) {
        findings.push(format!(
            "order_keys: {} is no stream",
            stream(&row, "stream")
        ));
    }
}

fn metrics_agree(app: &App, customers: &[CustomerRow], findings: &mut Vec<String>) {
    let fold = &app.in_force().fold;
    let roots: Vec<StreamId> = customers.iter().map(|row| row.root).collect();
    let kept = read(app, |conn| store::insight::metrics_of(conn, &roots));
    let kept: BTreeMap<StreamId, MetricsRow> =
        kept.into_iter().map(|row| (row.customer, row)).collect();
    for customer in customers {
        let expected = Metrics::of(&customer.state, fold);
        match kept.get(&customer.root) {
            Some(row) if row.metrics == expected => {}
            Some(row) => findings.push(format!(
                "{}: the metrics are {:?}, not {expected:?}",
                customer.root, row.metrics
            )),
            None => findings.push(format!("{}: no metrics", customer.root)),
        }
    }
    let count = rows::query(
        app.store(),
        "SELECT COUNT(*) AS n FROM customer_metrics",
        &[],
    );
    let count = column(&count[0], "n");
    if usize::try_from(count).ok() != Some(customers.len()) {
        let there = customers.len();
        findings.push(format!(
            "metrics of {count} customers, of {there} that there are"
        ));
    }
}

/// The population, followed from wherever it stood, is what the metrics' follower has written.
fn population_agrees(app: &App, findings: &mut Vec<String>) {
    app.follow_population(&AtomicBool::new(false))
        .expect("the population follows");
    let population = app.population().ready().expect("it was just followed");
    let mut kept = Vec::new();
    loop {
        let after = kept.last().map(|(id, _): &(StreamId, Metrics)| *id);
        let page = read(app, |conn| {
            store::insight::metrics_packed_scan(conn, after, PAGE)
        });
        if page.is_empty() {
            break;
        }
        kept.extend(page.into_iter().map(|(id, packed)| {
            let metrics = store::insight::metrics_unpack(&packed);
            (id, metrics.expect("metrics can be read"))
        }));
    }
    let held = population.everybody();
    let held = held
        .iter()
        .map(|place| (population.id(place), population.metrics(place)));
    let held: Vec<(StreamId, Metrics)> = held.collect();
    if held.len() != population.len() || held.len() != kept.len() {
        let (rows, kept) = (population.len(), kept.len());
        findings.push(format!(
            "{rows} customers in the population, {kept} in the store"
        ));
    }
    for (held, kept) in held.iter().zip(&kept) {
        if held != kept {
            findings.push(format!("the population holds {held:?}, the store {kept:?}"));
        }
    }
}

fn dues_agree(app: &App, customers: &[CustomerRow], findings: &mut Vec<String>) {
    let kept: BTreeMap<StreamId, Millis> =
        rows::query(app.store(), "SELECT customer, at FROM due", &[])
            .iter()
            .map(|row| (stream(row, "customer"), Millis(column(row, "at"))))
            .collect();
    let in_force = app.in_force();
    let roots: BTreeSet<StreamId> = customers.iter().map(|row| row.root).collect();
    for customer in customers {
        // Late is right, never is not: a wake finds out that there is nothing to do.
        let expected = next_due(&customer.state, &in_force.programme, &in_force.fold);
        let found = kept.get(&customer.root).copied();
        let late = expected.is_some_and(|at| found.is_none_or(|found| found > at));
        if late {
            findings.push(format!(
                "{}: to be woken at {expected:?}, kept is {found:?}",
                customer.root
            ));
        }
    }
    for gone in kept.keys().filter(|it| !roots.contains(it)) {
        findings.push(format!("{gone}: to be woken and no customer"));
    }
}

fn facts_are_in_order(
    app: &App,
    customers: &[CustomerRow],
    sums: &mut DailySums,
    findings: &mut Vec<String>,
) {
    let fold = &app.in_force().fold;
    for customer in customers {
        let streams: Vec<StreamId> = customer.streams.keys().copied().collect();
        let facts = read(app, |conn| store::events::facts_of_streams(conn, &streams));
        let mut last: BTreeMap<StreamId, (u64, Millis)> = BTreeMap::new();
        for stored in &facts {
            let fact = &stored.fact;
            let (seq, stamp) = last
                .insert(fact.stream, (fact.seq, fact.stamp))
                .unwrap_or((0, Millis(0)));
            if fact.seq != seq + 1 || fact.stamp <= stamp || fact.stamp > customer.stamp {
                findings.push(format!(
                    "{}: fact {} is out of place",
                    fact.stream, fact.seq
                ));
            }
            add(sums, fact, fold.day(fact.at));
        }
        for (stream, seq) in &customer.streams {
            if last.get(stream).map_or(0, |(seq, _)| *seq) != *seq {
                findings.push(format!("{stream}: the last fact should be {seq}"));
            }
        }
    }
}

/// What the sums hold of one customer.
///
/// # Panics
/// When the store fails.
#[must_use]
pub fn sums_of_customer(app: &App, root: StreamId) -> DailySums {
    let facts = read(app, |conn| {
        let rows = store::customers::customer_read(conn, &[root])?;
        let streams: Vec<StreamId> = rows
            .iter()
            .flat_map(|row| row.streams.keys().copied())
            .collect();
        store::events::facts_of_streams(conn, &streams)
    });
    let mut sums = DailySums::new();
    let fold = &app.in_force().fold;
    for stored in facts {
        add(&mut sums, &stored.fact, fold.day(stored.fact.at));
    }
    sums
}

/// Adds one fact up anew: a check that asked the code under test for its sums would agree with
/// every mistake in it.
fn add(sums: &mut DailySums, fact: &Fact, day: Day) {
    if fact.origin == Origin::Decided {
        return;
    }
    let mut put = |metric: &str, dimension: &str, value: i64| {
        *sums
            .entry((day, metric.to_owned(), dimension.to_owned()))
            .or_default() += value;
    };
    put("facts", fact.channel.word(), 1);
    let total = |lines: &[Line], all: bool| -> i64 {
        lines
            .iter()
            .filter(|line| all || line.kind == LineKind::Product)
            .map(|line| line.amount)
            .sum()
    };
    match &fact.behaviour {
        Behaviour::Ordered(order) => {
            let gross = total(&order.lines, true);
            put("orders", order.currency.code(), i64::from(gross > 0));
            put("gross", order.currency.code(), gross);
            put("product", order.currency.code(), total(&order.lines, false));
        }
        Behaviour::Refunded(refund) => {
            put(
                "refunds",
                refund.currency.code(),
                total(&refund.lines, true),
            );
            put(
                "product",
                refund.currency.code(),
                -total(&refund.lines, false),
            );
        }
        Behaviour::Viewed(view) if view.starts_visit => put(VISITS_OF_PEOPLE, "all", 1),
        _ => {}
    }
}

/// Visits of people, new and returning ones together: each begins with a fact that says so.
const VISITS_OF_PEOPLE: &str = "visits_new and visits_returning";

/// Under which name a sum is held against the facts; none where it also counts what leaves none.
fn held_metric(metric: String, dimension: &str) -> Option<String> {
    match (metric.as_str(), Measure::of(&metric)) {
        (_, Some(Measure::NewVisits | Measure::ReturningVisits)) => {
            (dimension == "all").then(|| VISITS_OF_PEOPLE.to_owned())
        }
        // What was counted without anybody leads to no fact.
        (_, Some(_)) | ("dropped" | "uncollected" | "uncollected_views", None) => None,
        _ => Some(metric),
    }
}

fn sums_agree(app: &App, mut expected: DailySums, findings: &mut Vec<String>) {
    let anonymous = "SELECT at, currency, gross, refunds FROM anonymous_orders";
    for row in rows::query(app.store(), anonymous, &[]) {
        let day = app.in_force().fold.day(Millis(column(&row, "at")));
        let currency = row.text("currency").expect("the column is a text");
        for metric in ["gross", "refunds"] {
            let key = (day, format!("anonymous_{metric}"), currency.to_owned());
            *expected.entry(key).or_default() += column(&row, metric);
        }
    }
    expected.retain(|_, value| *value != 0);
    let mut found: DailySums = read(app, |conn| {
        store::changes::rollups_between(conn, Day(i32::MIN), Day(i32::MAX))
    })
    .into_iter()
    .fold(DailySums::new(), |mut sums, sum| {
        if let Some(metric) = held_metric(sum.metric, &sum.dimension) {
            *sums.entry((sum.day, metric, sum.dimension)).or_default() += sum.value;
        }
        sums
    });
    found.retain(|_, value| *value != 0);
    let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    for key in keys {
        let (expected, found) = (expected.get(key), found.get(key));
        if expected != found {
            findings.push(format!("the sum of {key:?} is {found:?}, not {expected:?}"));
        }
    }
}

fn nothing_waits(app: &App, findings: &mut Vec<String>) {
    let waiting = rows::query(app.store(), "SELECT COUNT(*) AS n FROM inbox", &[]);
    if column(&waiting[0], "n") != 0 {
        findings.push("messages of customers wait after settling".to_owned());
    }
    let (read_to, written) = read(app, |conn| {
        let read_to = store::changes::follower_positions(conn, "metrics")?;
        Ok((read_to, store::changes::writer_positions(conn)?))
    });
    for (writer, n) in written {
        if read_to.get(&writer) != Some(&n) {
            findings.push(format!(
                "the metrics have not followed writer {writer} to {n}"
            ));
        }
    }
}
