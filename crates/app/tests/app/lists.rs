//! Lists of customers: the same pages from the population and from the store, on both engines.

use app::App;
use app::customers::{CustomerListItem, ListQuery, SAMPLE_MAX, Sort};
use app::insight::Insight;
use domain::segments::Test;
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};

const QUESTIONS: [&str; 9] = [
    "",
    "orders >= 2",
    "days_since(last_order) > 60 && order_days >= 1",
    "country != \"Nowhere\" || won_back",
    "standing in [\"lapsed\", \"prospect\"]",
    "first_order >= date(\"2025-03-01\") && first_order < date(\"2025-04-01\")",
    "has(margin) && return_share < 0.5",
    "store.orders > 0 || \"web\" in channels",
    "false",
];
const SORTS: [Sort; 4] = [
    Sort::Net,
    Sort::Orders,
    Sort::LastOrdered,
    Sort::FirstOrdered,
];

fn seeded(engine: store::Engine) -> Fixture {
    let world = World::new(WorldOptions::small(Seed::new(7)));
    let shop = FixtureOptions::on(engine).shop_of(&world).open();
    shop.record_world(&world);
    shop.settle();
    shop
}

fn test_of(app: &App, question: &str) -> Test {
    app.question(question).expect("a question").test
}

/// All pages of a list, with how many customers it says there are.
fn pages(app: &App, query: &ListQuery) -> (Vec<CustomerListItem>, (i64, i64)) {
    let (mut all, mut after, mut told) = (Vec::new(), None, None);
    loop {
        let page = app.customer_list(&ListQuery {
            after,
            limit: 4,
            ..query.clone()
        });
        let page = page.expect("a page");
        let count = (page.count.total, page.count.of);
        assert_eq!(
            *told.get_or_insert(count),
            count,
            "every page says the same"
        );
        all.extend(page.customers);
        after = page.next;
        if after.is_none() {
            return (all, count);
        }
    }
}

type Lists = Vec<(Vec<CustomerListItem>, (i64, i64))>;

/// Each question in each order, and as found by a word.
fn lists(app: &App, word: &str) -> Lists {
    let mut lists = Vec::new();
    for question in QUESTIONS {
        let test = test_of(app, question);
        for sort in SORTS {
            for search in ["", word] {
                let query = ListQuery {
                    search: search.to_owned(),
                    test: test.clone(),
                    sort,
                    ..ListQuery::default()
                };
                let count = app.customer_count(search, &test).expect("a count");
                let list = pages(app, &query);
                assert_eq!((count.total, count.of), list.1, "{question}");
                assert_eq!(list.1.0, i64::try_from(list.0.len()).expect("few"));
                lists.push(list);
            }
        }
    }
    lists
}

#[test]
fn a_list_is_the_same_while_customers_are_being_read() {
    both(|engine| {
        let mut shop = seeded(engine);
        let (everybody, _) = pages(shop.app(), &ListQuery::default());
        let word = everybody[0].label.clone();
        let ready = lists(shop.app(), &word);
        assert!(
            ready.iter().any(|(list, _)| list.len() > 8),
            "some have pages"
        );
        shop.restart();
        let count = shop.app().customer_count("", &Test::Constant(true));
        assert_eq!(
            count.expect("a count").warming,
            Some(0),
            "nobody is read yet"
        );
        assert_eq!(lists(shop.app(), &word), ready);
        shop.settle();
        assert_eq!(lists(shop.app(), &word), ready);
    });
}

#[test]
fn words_and_questions_are_both_asked() {
    both(|engine| {
        let shop = seeded(engine);
        let app = shop.app();
        let (everybody, _) = pages(app, &ListQuery::default());
        for item in everybody.iter().take(6) {
            for question in ["orders >= 2", "orders < 2"] {
                let query = ListQuery {
                    search: item.label.clone(),
                    test: test_of(app, question),
                    ..ListQuery::default()
                };
                let found = pages(app, &query).0;
                let is_meant = (item.orders >= 2) == (question == "orders >= 2");
                assert_eq!(found.contains(item), is_meant, "{question}");
                assert!(
                    found
                        .iter()
                        .all(|it| (it.orders >= 2) == (question == "orders >= 2"))
                );
            }
        }
    });
}

#[test]
fn a_sample_is_spread_and_stays() {
    both(|engine| {
        let shop = seeded(engine);
        let app = shop.app();
        let test = test_of(app, "orders >= 1");
        let sample = |size: u32| match app.customer_sample(&test, size).expect("a sample") {
            Insight::Ready(sample) => sample,
            Insight::Warming(percent) => panic!("it was read: {percent}"),
        };
        let all = app.customer_count("", &test).expect("a count").total;
        assert!(all > 5, "{all}");
        assert_eq!(sample(5).len(), 5);
        assert_eq!(sample(5), sample(5));
        assert_eq!(sample(0).len(), 0);
        let most = i64::from(SAMPLE_MAX).min(all);
        assert_eq!(i64::try_from(sample(u32::MAX).len()).expect("few"), most);
    });
}
