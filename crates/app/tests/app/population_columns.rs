//! The columns of the population against plain metrics: nothing that is put in is changed, and
//! every question is answered as it is of one customer.

use std::collections::BTreeMap;

use app::insight::Population;
use domain::customers::Metrics;
use domain::ids::StreamId;
use domain::segments::{Column, Comparison, Test, WordColumn};
use domain::time::{Day, Millis};
use proptest::prelude::*;
use store::insight::Sort;
use testkit::questions;
use testkit::seeds::{Draws, Seed};

/// Numbers at the ends of what columns hold, and beyond.
const EXTREMES: [i64; 10] = [
    i64::MIN,
    i64::MIN + 1,
    -1,
    254,
    65_534,
    65_535,
    4_294_967_294,
    4_294_967_295,
    4_294_967_296,
    i64::MAX,
];

const SORTS: [Sort; 4] = [
    Sort::Net,
    Sort::Orders,
    Sort::LastOrdered,
    Sort::FirstOrdered,
];

fn id(number: u64) -> StreamId {
    StreamId::new(number, &[7; 10])
}

/// Metrics of a random customer, some of whose numbers are extreme.
fn extreme() -> impl Strategy<Value = Metrics> {
    let extreme = prop::sample::select(EXTREMES.to_vec());
    (questions::metrics(), extreme, 0_u8..14).prop_map(|(mut metrics, number, place)| {
        match place {
            0 => metrics.net = number,
            1 => metrics.orders = number,
            2 => metrics.margin = Some(number),
            3 => metrics.return_share = Some(number),
            4 => metrics.usual_hour = Some(number),
            5 => metrics.consents = number,
            6 => metrics.channels = number,
            7 => metrics.last_order = Some(Day(if number < 0 { i32::MIN } else { i32::MAX })),
            8 => metrics.last_ordered_at = Some(Millis(number)),
            9 => metrics
                .by_channel
                .iter_mut()
                .for_each(|it| it.orders = number),
            10 => metrics
                .by_channel
                .iter_mut()
                .for_each(|it| it.margin = Some(number)),
            _ => {}
        }
        metrics
    })
}

fn population(customers: &[Metrics]) -> Population {
    let mut population = Population::default();
    for (number, metrics) in (0..).zip(customers) {
        population.push(id(number), metrics);
    }
    population
}

fn rows(population: &Population) -> Vec<(StreamId, Metrics)> {
    let everybody = population.everybody();
    let places = everybody.iter();
    places
        .map(|place| (population.id(place), population.metrics(place)))
        .collect()
}

proptest! {
    #[test]
    fn what_is_put_in_comes_out(customers in prop::collection::vec(extreme(), 0..12)) {
        let population = population(&customers);
        let held: Vec<Metrics> = rows(&population).into_iter().map(|(_, it)| it).collect();
        prop_assert_eq!(held, customers);
    }

    #[test]
    fn columns_answer_as_one_customer_does(
        customers in prop::collection::vec(extreme(), 0..90),
        tests in prop::collection::vec(questions::test(), 1..6),
        number in prop::sample::select(EXTREMES.to_vec()),
        column in prop::sample::select(Column::ALL.to_vec()),
    ) {
        let population = population(&customers);
        let comparisons = [Comparison::Equal, Comparison::Less, Comparison::Greater];
        let value = number;
        let extremes =
            comparisons.map(|comparison| Test::Number { column, comparison, value });
        for test in tests.iter().chain(&extremes) {
            let expected: Vec<StreamId> = (0..)
                .zip(&customers)
                .filter(|(_, metrics)| test.holds(metrics))
                .map(|(number, _)| id(number))
                .collect();
            let found = population.select(test);
            let ids: Vec<StreamId> = found.iter().map(|place| population.id(place)).collect();
            prop_assert_eq!(population.count(test), expected.len());
            prop_assert_eq!(found.len(), expected.len());
            prop_assert_eq!(ids, expected, "{:?}", test);
        }
    }

    #[test]
    fn columns_and_words_are_copied_whole(
        customers in prop::collection::vec(extreme(), 0..40),
        column in prop::sample::select(Column::ALL.to_vec()),
    ) {
        let population = population(&customers);
        let told = |metrics: &Metrics| {
            let number = column.value(metrics).map(|it| it.clamp(0, u32::MAX.into()));
            number.map_or(7, |it| u32::try_from(it).expect("it was clamped"))
        };
        let expected: Vec<u32> = customers.iter().map(told).collect();
        prop_assert_eq!(&population.days(column, 7), &expected);
        prop_assert_eq!(population.days_of(column, 7, &population.everybody()), expected);
        for column in WordColumn::ALL.into_iter().filter(|it| *it != WordColumn::Interests) {
            let (codes, words) = population.words(column);
            let word = |code: u32| words.get(usize::try_from(code).ok()?).map(String::as_str);
            let held: Vec<Option<&str>> = codes.iter().map(|code| word(*code)).collect();
            let expected: Vec<Option<&str>> =
                customers.iter().map(|it| column.words(it).next()).collect();
            prop_assert_eq!(held, expected);
            prop_assert!(words.is_sorted_by(|one, other| one < other));
        }
    }

    #[test]
    fn the_top_is_that_of_a_sorted_list(
        customers in prop::collection::vec(extreme(), 0..40),
        sort in prop::sample::select(SORTS.to_vec()),
        limit in 1_usize..9,
    ) {
        let population = population(&customers);
        let never = |at: Option<Millis>| at.map_or(-1, |at| at.0);
        let mut expected: Vec<(i64, StreamId)> = (0..)
            .zip(&customers)
            .map(|(number, it)| {
                let key = match sort {
                    Sort::Net => it.net,
                    Sort::Orders => it.orders,
                    Sort::LastOrdered => never(it.last_ordered_at),
                    Sort::FirstOrdered => never(it.first_ordered_at),
                };
                (key, id(number))
            })
            .collect();
        expected.sort_unstable_by(|one, other| other.cmp(one));
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = population.top(&population.everybody(), sort, after, limit);
            prop_assert!(page.len() <= limit);
            let Some((key, last)) = page.last() else { break };
            after = Some((*key, population.id(*last)));
            paged.extend(page.iter().map(|(key, place)| (*key, population.id(*place))));
        }
        prop_assert_eq!(paged, expected);
    }
}

/// Someone with a number of everything that moves when rows do.
fn somebody(draws: &mut Draws) -> Metrics {
    let channels = domain::events::Channel::ALL;
    let mut by_channel = Vec::new();
    for channel in channels {
        if draws.percent(80) {
            continue;
        }
        by_channel.push(domain::customers::ChannelMetrics {
            channel,
            first_seen: None,
            last_seen: None,
            first_order: Some(Day(3)),
            last_order: None,
            orders: draws.between(0, 9),
            order_days: 1,
            items: *draws.pick(&EXTREMES),
            refund_count: 0,
            gross: draws.between(-9, 9),
            refunds: 0,
            net: 0,
            product: 0,
            discounts: 0,
            margin: None,
        });
    }
    let months = (0..draws.between(0, 4)).map(|it| {
        let month = domain::time::Month(i32::try_from(it).expect("a few"));
        (month, domain::customers::MonthSums::default())
    });
    Metrics {
        orders: draws.between(0, 3),
        items: *draws.pick(&EXTREMES),
        net: draws.between(0, 1_000),
        country: draws
            .percent(60)
            .then(|| format!("country {}", draws.below(9_000))),
        source: Some(format!("source {}", draws.number())),
        interests: (0..draws.below(9))
            .map(|_| format!("{}", draws.number()))
            .collect(),
        months: months.collect(),
        by_channel,
        ..Metrics::default()
    }
}

/// Customers come and go anywhere, in pieces that split and join, with more words than a piece
/// has codes for in its life.
#[test]
fn customers_come_change_and_go_anywhere() {
    let seed = Seed::from_env_or(32);
    let _guard = seed.guard();
    let mut draws = seed.draws();
    let (mut population, mut model) = (Population::default(), BTreeMap::new());
    let check = |population: &Population, model: &BTreeMap<StreamId, Metrics>| {
        assert_eq!(population.len(), model.len());
        assert!(population.ids().eq(model.keys().copied()));
        let held = rows(population);
        for ((id, held), (expected_id, expected)) in held.iter().zip(model) {
            assert_eq!((id, held), (expected_id, expected));
        }
        for value in 0..3 {
            let test = Test::Number {
                column: Column::Orders,
                comparison: Comparison::Equal,
                value,
            };
            let expected = model.values().filter(|it| it.orders == value).count();
            assert_eq!(population.count(&test), expected);
        }
    };
    check(&population, &model);
    for (writes, removed_percent) in [(8_000, 2), (4_000, 40), (14_000, 90), (1_000, 5)] {
        for _ in 0..writes {
            let id = id(draws.below(12_000));
            if draws.percent(removed_percent) {
                population.put(id, None);
                model.remove(&id);
            } else {
                let metrics = somebody(&mut draws);
                population.put(id, Some(&metrics));
                model.insert(id, metrics);
            }
        }
        check(&population, &model);
    }
    for id in model.keys() {
        population.put(*id, None);
    }
    assert!(population.is_empty() && population.everybody().is_empty());
    assert_eq!(population.bytes().core, 0);
}

/// As deep as the store takes a condition, on a thread with as little stack as a server's have.
#[test]
fn deep_tests_are_answered() {
    let mut draws = Seed::new(34).draws();
    let customers: Vec<Metrics> = (0..70).map(|_| somebody(&mut draws)).collect();
    let mut test = Test::Number {
        column: Column::Orders,
        comparison: Comparison::Greater,
        value: 1,
    };
    for _ in 0..300 {
        let known = Test::Known(Column::Net);
        let all = Test::All(vec![known.clone(), Test::Not(Box::new(test))]);
        test = Test::Any(vec![Test::Not(Box::new(known)), all]);
    }
    let asked = move || {
        let expected = customers.iter().filter(|it| test.holds(it)).count();
        assert_eq!(population(&customers).count(&test), expected);
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(asked);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn an_empty_population_answers() {
    let population = Population::default();
    assert_eq!(population.count(&Test::Constant(true)), 0);
    assert!(population.find(id(1)).is_none());
    assert!(
        population
            .top(&population.everybody(), Sort::Net, None, 5)
            .is_empty()
    );
    assert!(population.days(Column::LastOrder, 0).is_empty());
    assert_eq!(population.seen_span(), None);
    assert_eq!(
        population.words(WordColumn::Country),
        (Vec::new(), Vec::new())
    );
}

/// The published table: what a customer takes in the core block.
#[test]
fn a_customer_takes_no_more_bytes_than_published() {
    let table = Population::CORE_TABLE;
    let sum: usize = table.iter().map(|row| row.count * row.bytes).sum();
    assert_eq!(sum, Population::core_bytes());
    let page = include_str!("../../../../docs/scaling.md");
    for row in table {
        let line = format!(
            "| {} | {} | {} | {} |",
            row.what,
            row.count,
            row.bytes,
            row.count * row.bytes
        );
        assert!(page.contains(&line), "docs/scaling.md says “{line}”");
    }
    assert!(page.contains(&format!("| together | | | {sum} |")));
    let mut draws = Seed::new(33).draws();
    let mut population = Population::default();
    for number in 0..4_096 * 2 {
        let metrics = somebody(&mut draws);
        population.push(
            id(number),
            &Metrics {
                items: 3,
                ..metrics
            },
        );
    }
    let each = population.bytes().core / population.len() as u64;
    assert!(each <= 200, "{each} bytes a customer");
}
