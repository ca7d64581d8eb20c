//! The population of a million customers: how soon it is ready, what it takes, and how soon it
//! answers, beside DuckDB with the same columns in the same run.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use app::App;
use app::insight::Population;
use domain::customers::{ChannelMetrics, Metrics, MonthSums};
use domain::events::Channel;
use domain::ids::StreamId;
use domain::segments::{Column, Comparison, Test};
use domain::time::{Day, Millis, Month};
use store::Queue;
use store::insight::MetricsRow;
use testkit::seeds::{Draws, Seed};

use crate::duckdb;
use crate::figure::{Figure, Target};
use crate::place::Schema;
use crate::{Bench, Failure, load};

/// Customers of the population, always of this seed.
const CUSTOMERS: u64 = 1_000_000;
const SEED: u64 = 6;
/// Rows that one transaction writes while the shop is filled.
const ROWS_PER_COMMIT: usize = 2_048;
/// Seven of ten customers have ordered.
const BUYERS_PERCENT: u8 = 70;
/// The shop's first day, 2023-01-01, and how many it has.
const FIRST_DAY: i64 = 19_358;
const DAYS: i64 = 1_000;
/// The month of the first day, and days of a month as this shop counts.
const FIRST_MONTH: i32 = 2_023 * 12;
const MONTH_DAYS: i64 = 30;
/// How often a question is asked.
const ASKED: usize = 101;

const ORDERS_MIN: i64 = 3;
const LAST_ORDER_BEFORE: i64 = FIRST_DAY + 800;
const NET_ABOVE: i64 = 20_000;

/// The figures on SQLite, in memory, and beside DuckDB.
pub(crate) fn run_sqlite(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("population")?;
    let customers = bench.scaled(CUSTOMERS);
    let app = load::open_sqlite(&folder)?;
    fill(&app, customers)?;
    drop(app);
    let app = load::open_sqlite(&folder)?;
    let ready = ready_seconds(&app)?;
    let population = app.population().ready().ok_or("it was just read")?;
    let mut figures = vec![figure(
        bench,
        "population_ready",
        (ready, "s"),
        customers,
        Target::AtMost(5.0),
    )?];
    let bytes = population.bytes();
    let each = |bytes: u64| bytes as f64 / customers as f64;
    for (name, bytes, target) in [
        ("population_core_bytes", bytes.core, Target::AtMost(200.0)),
        ("population_sparse_bytes", bytes.sparse, Target::None),
    ] {
        let value = (each(bytes), "B/customer");
        figures.push(figure(bench, name, value, customers, target)?);
    }
    figures.extend(answers(bench, &population, customers)?);
    Ok(figures)
}

/// How soon it is ready on PostgreSQL.
pub(crate) fn run_postgres(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("population-postgres")?;
    let customers = bench.scaled(CUSTOMERS);
    let schema = Schema::new("population")?;
    let app = load::open_postgres(&schema, &folder, 2)?;
    fill(&app, customers)?;
    drop(app);
    let app = load::open_postgres(&schema, &folder, 2)?;
    let ready = (ready_seconds(&app)?, "s");
    let target = Target::AtMost(20.0);
    let name = "population_ready_postgres";
    let mut ready = figure(bench, name, ready, customers, target)?;
    (ready.engine, ready.sync) = ("postgres", "on");
    Ok(vec![ready])
}

/// A figure of a shop with a million customers.
pub(crate) fn figure(
    bench: &Bench,
    name: &'static str,
    (value, unit): (f64, &'static str),
    n: u64,
    target: Target,
) -> Result<Figure, Failure> {
    Ok(Figure {
        name,
        value,
        unit,
        n,
        n_fixed: CUSTOMERS,
        target,
        peer: None,
        engine: "sqlite",
        sync: "WAL, synchronous=FULL",
        fsync_p50_us: bench.place.fsync_p50_us()?,
    })
}

fn ready_seconds(app: &App) -> Result<f64, Failure> {
    let start = Instant::now();
    app.follow_population(&AtomicBool::new(false))?;
    Ok(start.elapsed().as_secs_f64())
}

/// The questions, each asked of both.
fn answers(bench: &Bench, population: &Population, customers: u64) -> Result<Vec<Figure>, Failure> {
    let test = three_predicates();
    let buyers = population.select(&number(Column::Orders, Comparison::Greater, 0));
    let (count, counted) = p50_ms(|| population.count(&test));
    let (scored, scores) = p50_ms(|| rfm(population));
    let (cohorts, answer) = p50_ms(|| cohort_cells(population));
    let (scored_of, cells) = (scores?, answer?);
    if scored_of != buyers.len() {
        return Err(format!("{scored_of} were scored of {} buyers", buyers.len()).into());
    }
    let theirs = duckdb::ask(&bench.place.folder("duckdb")?, |file| {
        write_columns(population, file)
    })?;
    if let Some(theirs) = &theirs {
        let same = theirs.counted == counted as u64 && theirs.cells == cells;
        if !same {
            let ours = (counted, cells);
            return Err(format!("DuckDB answers {theirs:?}, the population {ours:?}").into());
        }
    }
    let mut figures = Vec::new();
    for (name, ms, target, their_ms) in [
        (
            "population_count",
            count,
            Target::AtMost(4.0),
            theirs.as_ref().map(|it| it.count_ms),
        ),
        (
            "population_rfm",
            scored,
            Target::AtMost(60.0),
            theirs.as_ref().map(|it| it.rfm_ms),
        ),
        (
            "population_cohorts",
            cohorts,
            Target::AtMost(60.0),
            theirs.as_ref().map(|it| it.cohorts_ms),
        ),
    ] {
        let mut figure = figure(bench, name, (ms, "ms"), customers, target)?;
        (figure.engine, figure.sync) = ("memory", "");
        figure.peer = their_ms.map(|ms| ("duckdb_ms", ms));
        figures.push(figure);
    }
    match theirs {
        Some(theirs) => {
            let times = (theirs.count_ms / count, "times");
            let name = "population_count_against_duckdb";
            figures.push(figure(bench, name, times, customers, Target::AtLeast(2.0))?);
        }
        None => println!("DuckDB could not be had: nothing was compared with it"),
    }
    Ok(figures)
}

/// Half of the times that something took were shorter, in milliseconds; and what it gave.
fn p50_ms<T>(mut work: impl FnMut() -> T) -> (f64, T) {
    let mut answer = work();
    let mut times = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let start = Instant::now();
        answer = work();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    (times[ASKED / 2].as_secs_f64() * 1_000.0, answer)
}

fn number(column: Column, comparison: Comparison, value: i64) -> Test {
    Test::Number {
        column,
        comparison,
        value,
    }
}

fn three_predicates() -> Test {
    Test::All(vec![
        number(Column::Orders, Comparison::GreaterOrEqual, ORDERS_MIN),
        number(Column::LastOrder, Comparison::Less, LAST_ORDER_BEFORE),
        number(Column::Net, Comparison::Greater, NET_ABOVE),
    ])
}

/// Five bands each of recency, frequency and money for all buyers; how many were scored.
fn rfm(population: &Population) -> Result<usize, Failure> {
    let buyers = population.select(&number(Column::Orders, Comparison::Greater, 0));
    let last = population.days_of(Column::LastOrder, 0, &buyers);
    let orders = population.days_of(Column::Orders, 0, &buyers);
    let money = population.numbers_of(Column::Net, 0, &buyers);
    let scores = science::rfm::rank_scores_of(&last, &orders, &money, 5)
        .map_err(|verdict| format!("{verdict:?}"))?;
    Ok(scores.len())
}

/// How many buyers of each first month ordered in each later one; how many such cells have any.
fn cohort_cells(population: &Population) -> Result<u64, Failure> {
    let last = FIRST_MONTH + i32::try_from(DAYS / MONTH_DAYS)?;
    let mut counter = science::cohorts::CohortCounter::new(FIRST_MONTH, last)
        .map_err(|verdict| format!("{verdict:?}"))?;
    for (months, sums) in population.months() {
        let ordered = months.iter().zip(sums).filter(|(_, sums)| sums.orders > 0);
        counter
            .add(ordered.map(|(month, _)| *month))
            .map_err(|verdict| format!("{verdict:?}"))?;
    }
    let cohorts = counter.finish();
    let cells = cohorts.iter().flat_map(|cohort| &cohort.active);
    Ok(cells.filter(|active| **active > 0).count() as u64)
}

/// What DuckDB is given: a file of customers and one of their months.
fn write_columns(population: &Population, files: &duckdb::Files) -> Result<(), Failure> {
    use std::io::Write;
    let mut customers = std::io::BufWriter::new(std::fs::File::create(&files.customers)?);
    let mut months = std::io::BufWriter::new(std::fs::File::create(&files.months)?);
    writeln!(customers, "id,orders,last_order,net")?;
    writeln!(months, "id,month")?;
    for (id, place) in population.everybody().iter().enumerate() {
        let told = |column: Column| {
            let number = population.number(column, place);
            number.map_or(String::new(), |number| number.to_string())
        };
        let [orders, last, net] = [Column::Orders, Column::LastOrder, Column::Net].map(told);
        writeln!(customers, "{id},{orders},{last},{net}")?;
        let ordered = population.months_of(place);
        for (month, _) in ordered.filter(|(_, sums)| sums.orders > 0) {
            writeln!(months, "{id},{}", month.0)?;
        }
    }
    customers.flush()?;
    months.flush()?;
    Ok(())
}

/// The questions in DuckDB's words.
pub(crate) fn statements() -> [String; 3] {
    [
        format!(
            "SELECT count(*) FROM customers WHERE orders >= {ORDERS_MIN} \
             AND last_order < {LAST_ORDER_BEFORE} AND net > {NET_ABOVE}"
        ),
        "SELECT sum(r), sum(f), sum(m) FROM (SELECT ntile(5) OVER (ORDER BY last_order, id) AS r, \
         ntile(5) OVER (ORDER BY orders, id) AS f, ntile(5) OVER (ORDER BY net, id) AS m \
         FROM customers WHERE orders > 0)"
            .to_owned(),
        "SELECT count(*) FROM (SELECT first, month, count(*) FROM (SELECT id, min(month) AS first \
         FROM months GROUP BY id) JOIN months USING (id) GROUP BY first, month)"
            .to_owned(),
    ]
}

/// Writes the metrics of so many customers, as their follower would.
fn fill(app: &App, customers: u64) -> Result<(), Failure> {
    let mut draws = Seed::new(SEED).draws();
    let mut written = 0;
    while written < customers {
        let until = (written + ROWS_PER_COMMIT as u64).min(customers);
        let rows: Vec<MetricsRow> = (written..until)
            .map(|number| MetricsRow {
                customer: id(number, &mut draws),
                metrics: somebody(&mut draws),
                unmatched_refund_units: 0,
            })
            .collect();
        app.store().write(Queue::Jobs, move |session| {
            session.transaction(|tx| store::insight::metrics_put(tx, &rows))
        })?;
        written = until;
    }
    Ok(())
}

/// Ids that are made one a millisecond, as those of new customers are in time.
fn id(number: u64, draws: &mut Draws) -> StreamId {
    let mut random = [0; 10];
    draws.fill(&mut random);
    StreamId::new(1_672_531_200_000 + number, &random)
}

/// A random customer.
pub(crate) fn somebody(draws: &mut Draws) -> Metrics {
    let seen = FIRST_DAY + draws.between(0, DAYS - 1);
    let day = |day: i64| Day(i32::try_from(day).expect("a day of this century"));
    let at = |day: i64| Millis(day * Millis::DAY);
    let mut metrics = Metrics {
        first_seen_at: Some(at(seen)),
        last_seen_at: Some(at(seen)),
        first_seen: Some(day(seen)),
        last_seen: Some(day(seen)),
        first_visit: Some(day(seen)),
        visits: draws.between(1, 12),
        active_days: draws.between(1, 12),
        channels: draws.between(1, 31),
        consents: draws.between(0, 7),
        usual_hour: Some(draws.between(0, 23)),
        source: Some(format!("source {}", draws.below(30))),
        content: Some(format!("content {}", draws.below(8))),
        ..Metrics::default()
    };
    let interests = draws.below(4);
    metrics.interests = (0..interests)
        .map(|place| format!("category {}", place * 10 + draws.below(10)))
        .collect();
    if draws.percent(BUYERS_PERCENT) {
        buy(&mut metrics, seen, draws);
    }
    metrics
}

/// Lets a customer have ordered: mostly once or a few times, now and then often.
fn buy(metrics: &mut Metrics, seen: i64, draws: &mut Draws) {
    let often = if draws.percent(15) { 24 } else { 4 };
    let orders = 1 + draws.below(often);
    let last_day = FIRST_DAY + DAYS - 1;
    let mut days: Vec<i64> = (0..orders).map(|_| draws.between(seen, last_day)).collect();
    days.sort_unstable();
    let day = |day: i64| Day(i32::try_from(day).expect("a day of this century"));
    let mut months: std::collections::BTreeMap<Month, MonthSums> = Default::default();
    for at in &days {
        let month = FIRST_MONTH
            + i32::try_from((at - FIRST_DAY) / MONTH_DAYS).expect("a month of this century");
        let sums = months.entry(Month(month)).or_default();
        sums.orders += 1;
        sums.gross += draws.between(500, 25_000);
        if draws.percent(8) {
            sums.refunds += draws.between(100, 500);
        }
    }
    let sum = |of: fn(&MonthSums) -> i64| months.values().map(of).sum::<i64>();
    metrics.orders = sum(|it| it.orders);
    metrics.gross = sum(|it| it.gross);
    metrics.refunds = sum(|it| it.refunds);
    metrics.net = metrics.gross - metrics.refunds;
    metrics.product = metrics.net;
    metrics.average_order = Some(metrics.gross / metrics.orders);
    metrics.return_share = Some(metrics.refunds * 10_000 / metrics.gross);
    metrics.items = metrics.orders * 3;
    metrics.active_months = months.len() as i64;
    (metrics.first_order, metrics.last_order) = (
        days.first().map(|it| day(*it)),
        days.last().map(|it| day(*it)),
    );
    metrics.last_seen = metrics.last_order;
    let at = |day: Option<Day>| day.map(|day| Millis(i64::from(day.0) * Millis::DAY));
    (metrics.first_ordered_at, metrics.last_ordered_at) =
        (at(metrics.first_order), at(metrics.last_order));
    days.dedup();
    metrics.order_days = days.len() as i64;
    metrics.second_order = days.get(1).map(|it| day(*it));
    metrics.country = Some(format!("country {}", draws.below(40)));
    metrics.by_channel = sold(metrics, draws);
    metrics.first_channel = metrics.by_channel.first().map(|it| it.channel);
    metrics.last_channel = metrics.first_channel;
    metrics.months = months.into_iter().collect();
}

/// All on one channel; a fifth of the buyers have a second one.
fn sold(metrics: &Metrics, draws: &mut Draws) -> Vec<ChannelMetrics> {
    let channels = [Channel::Web, Channel::Store];
    let count = 1 + usize::from(draws.percent(20));
    let whole = |channel: Channel| ChannelMetrics {
        channel,
        first_seen: metrics.first_seen,
        last_seen: metrics.last_seen,
        first_order: metrics.first_order,
        last_order: metrics.last_order,
        orders: metrics.orders,
        order_days: metrics.order_days,
        items: metrics.items,
        refund_count: 0,
        gross: metrics.gross,
        refunds: metrics.refunds,
        net: metrics.net,
        product: metrics.product,
        discounts: 0,
        margin: None,
    };
    channels.into_iter().take(count).map(whole).collect()
}

/// The bench's place for whatever DuckDB needs, beside the build.
pub(crate) fn duckdb_folder() -> std::path::PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    target.parent().unwrap_or(target).join("duckdb")
}
